"""Similar papers: of the same day, alike in their words, and only where that is known."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import DAY, paper, reader, world
from webapp import dataset
from webapp.models import CandidatePack
from webapp.services import papers, runs
from webapp.services.social import upvotes

pytestmark = pytest.mark.django_db


@pytest.fixture
def topics(now):
    dataset.forget_packs()
    world(2, DAY - timedelta(days=3))
    today = world(8)
    runs.train("night", now)
    return today


def test_the_nearest_are_of_the_same_topic_and_day(topics):
    one, *others = topics["robots"]
    found = papers.similar(one, 6)
    assert len(found) == 6
    assert set(found) < set(others)


def test_a_paper_that_shares_no_words_has_none(now):
    dataset.forget_packs()
    world(8)
    words = {
        "title": "Zebra crossings",
        "abstract": "Stripes everywhere.",
        "subjects": ["q-bio.PE"],
    }
    stranger = paper(**words, authors=["Zoe Nobody"])
    runs.train("night", now)
    assert papers.similar(stranger, 6) == []


def test_a_withdrawn_paper_is_not_recommended(topics):
    one, gone, *_ = topics["robots"]
    gone.withdrawn_at = timezone.now()
    gone.save()
    assert gone not in papers.similar(one, 7)


def test_none_without_a_model_or_a_place_in_it(now):
    dataset.forget_packs()
    assert papers.similar(paper(), 6) == []
    world(8)
    runs.train("night", now)
    assert papers.similar(paper("robots"), 6) == []


def test_a_damaged_pack_costs_the_list_and_not_the_page(topics, client):
    CandidatePack.objects.update(arrays=b"no pack")
    one = topics["robots"][0]
    html = client.get(f"/papers/{one.arxiv_id}").content.decode()
    assert one.abstract in html
    assert "Similar papers" not in html


def test_the_page_lists_them_in_few_queries(topics, client, now, django_assert_max_num_queries):
    one, *others = topics["robots"]
    client.get(f"/papers/{one.arxiv_id}")
    with django_assert_max_num_queries(7):
        html = client.get(f"/papers/{one.arxiv_id}").content.decode()
    listed = html.partition("Similar papers of the same day")[2]
    assert sum(f'href="/papers/{other.arxiv_id}"' in listed for other in others) == 6
    who = reader()
    upvotes.upvote(who, one, True, now)
    client.force_login(who)
    with django_assert_max_num_queries(7):
        client.get(f"/papers/{one.arxiv_id}")
