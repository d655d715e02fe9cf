"""The search: which words are one, and how two orders become one."""

import pytest

from tests.factories import indexed, paper, world
from webapp.formats.query import parse
from webapp.models import PaperVector
from webapp.queries.searches import hits
from webapp.queries.searches.asked import read
from webapp.services import runs, searches

pytestmark = pytest.mark.django_db


def search(text):
    return searches.ranked(read(parse(text), None))


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("au:Bradac", 1),
        ("au:Bradač", 1),
        ('au:"Marusa Bradac"', 1),
        ("ti:schrodinger", 1),
        ("ti:Schrödinger", 1),
        ('"schrodinger bridge"', 2),
        ("naive", 1),
        ("naïve", 1),
        ("soren", 1),
        ('au:"Li Yuan"', 1),
        ('au:"Yuan, Li"', 1),
        ('au:"Yuan Wang"', 0),
    ],
)
def test_accents_make_no_difference_and_names_stay_apart(text, n):
    paper(title="On the Schrödinger bridge", authors=["Maruša Bradač", "Li Yuan"])
    paper(title="Naïve guesses", authors=["Yuan Li", "Yuan Chen", "Wang Bo"])
    paper(title="Bridges", abstract='A Schr\\"{o}dinger bridge', authors=["Wei Li", "Søren Yuan"])
    indexed()
    assert len(hits.by_words(read(parse(text), None))) == n


def test_a_hit_without_a_place_stands_by_its_words_alone():
    found = [hits.Hit(pk, 1.0, True) for pk in (1, 2, 3)]
    assert [place.paper_id for place in searches.fuse(found, {}, [])] == [1, 2, 3]
    far = {1: 500, 3: 0}
    assert [place.paper_id for place in searches.fuse(found, far, [])] == [3, 2, 1]


def test_all_words_come_before_some_whatever_the_meaning():
    found = [hits.Hit(1, 1.0, False), hits.Hit(2, 0.9, True)]
    assert [place.paper_id for place in searches.fuse(found, {1: 0, 2: 500}, [])] == [2, 1]


def test_what_lacks_a_word_is_placed_by_its_meaning():
    found = [hits.Hit(pk, 1.0, False) for pk in range(1, 41)]
    near = dict.fromkeys(range(2, 40), 100) | {1: 20, 40: 0}
    assert searches.fuse(found, near, [])[0].paper_id == 40


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("neural ODEs", 1),
        ("text to image", 2),
        ("text-to-image", 2),
        ('ti:"text to image"', 1),
        ("GPT-4", 1),
        ("number theory", 1),
        ("number theory -ti:sums", 0),
        ("computer vision", 1),
        ("theory", 0),
    ],
)
def test_words_are_found_in_parts_in_full_and_as_a_category(text, n):
    paper(title="Neural differential equations", abstract="With GPT-4.")
    paper(title="Text-to-image models", abstract="A fit.", subjects=["cs.CV"])
    paper(title="Editing", abstract="From text to image.")
    paper(title="Sums over primes", abstract="Bounds.", subjects=["math.NT"])
    indexed()
    assert sum(hit.has_all for hit in hits.by_words(read(parse(text), None))) == n


def test_letters_as_they_are_written_come_before_what_they_stand_for():
    paper(title="Neural differential equations", abstract="Neural differential equations.")
    written = paper(title="Neural ODEs", abstract="Fast ones.")
    indexed()
    assert hits.by_words(read(parse("neural ODE"), None))[0].paper_id == written.pk


def test_what_only_the_meaning_finds_is_told_apart_and_follows_the_best():
    found = [hits.Hit(1, 1.0, True)]
    first, second = searches.fuse(found, {1: 0, 9: 1}, [9])
    assert (first.paper_id, first.by_meaning) == (1, False)
    assert (second.paper_id, second.by_meaning) == (9, True)


def test_a_meaning_found_paper_must_meet_what_must_hold(now):
    papers = world(8)
    indexed()
    runs.train("night", now)
    gone = papers["robots"][0]
    PaperVector.objects.filter(paper=gone).delete()
    listed = {place.paper_id for place in search("robot cat:cs.RO to:2026")}
    assert listed == {one.pk for one in papers["robots"]}
    assert search("robot to:2020") == []


def test_a_common_word_is_looked_for_among_the_newest_and_an_old_title_is_found(monkeypatch):
    monkeypatch.setattr(hits, "NEWEST", 5)
    monkeypatch.setattr(hits, "SAMPLE", 40)
    old = paper("robots", title="Robot grasp")
    old.issue_day = old.issue_day.replace(year=2010)
    old.save()
    world(40)
    indexed()
    found = [hit.paper_id for hit in hits.by_words(read(parse("robot grasp"), None))]
    assert old.pk in found
    assert len(found) < 40
