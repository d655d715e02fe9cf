"""Pieces of a card: kept for whoever meets the same, and never for anybody else."""

from time import monotonic

import pytest

from tests.factories import paper, rating, reader
from webapp.models import Subject
from webapp.queries.papers import SUBJECTS_KEPT, forget_subjects, subject_names
from webapp.queries.rankings import Card
from webapp.queries.social.daily import Listed
from webapp.templatetags import cards

pytestmark = pytest.mark.django_db


def test_the_same_words_are_rendered_once():
    card = Card(paper(), 1)
    assert cards.heading(card, feed=True) is cards.heading(card, feed=True)


def test_a_changed_title_shows_at_once():
    one = paper(title="Before")
    assert "Before" in cards.heading(Card(one, 1), feed=True)
    one.title = "After"
    assert "After" in cards.heading(Card(one, 1), feed=True)


def test_a_subject_that_is_new_gets_its_name_without_a_restart(django_assert_num_queries):
    one = paper(subjects=["cs.ZZ"])
    assert '<abbr title="cs.ZZ">' in cards.heading(Card(one, 1), feed=True)
    Subject.objects.create(code="cs.ZZ", name="Sleeping machines", group="Test")
    later = monotonic() + SUBJECTS_KEPT
    assert subject_names(lambda: later)["cs.ZZ"] == "Sleeping machines"
    with django_assert_num_queries(0):
        assert "cs.ZZ" in subject_names(lambda: later)
    forget_subjects()
    assert '<abbr title="Sleeping machines">' in cards.heading(Card(one, 1), feed=True)


def test_what_one_reader_pressed_is_not_pressed_for_another():
    one, mine = paper(), reader()
    saved = rating(mine, one, value=0, saved=True)
    assert cards.buttons(one, saved).count('aria-pressed="true"') == 1
    assert 'aria-pressed="true"' not in cards.buttons(one, None)


def test_hostile_words_are_text_in_every_piece():
    evil = '<script>"&'
    one = paper(title=evil, abstract=evil, authors=[evil], subjects=[evil])
    card = Card(paper(), 1, because=one, terms=[evil], interest=evil)
    written = [
        *(cards.heading(Card(one, 1), feed=True), cards.words(one), cards.buttons(one, None)),
        *(cards.reason(card, feed=True), cards.reason(card, feed=False)),
        cards.heading(card, feed=True),
    ]
    assert "<script" not in "".join(written)
    assert "&lt;script&gt;" in written[3]


def test_made_up_addresses_fill_no_memory():
    card, evil = Listed(paper()), "/accounts/login/?next=%2F%3Fx%3D"
    cards.upvotes_of_others(card, evil)
    before = cards._piece.cache_info().currsize
    written = [cards.upvotes_of_others(card, f'{evil}{n}"<&') for n in range(9)]
    assert cards._piece.cache_info().currsize == before
    assert f'href="{evil}8&quot;&lt;&amp;%23paper-{card.paper.arxiv_id}"' in written[8]
