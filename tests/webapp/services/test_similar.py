"""Similar papers: by their places, of any day; by the words of the title where one has no place."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import DAY, indexed, paper, reader, world
from webapp.models import PaperVector
from webapp.services import runs, searches
from webapp.services.social import upvotes

pytestmark = pytest.mark.django_db


@pytest.fixture
def topics(now):
    earlier = world(2, DAY - timedelta(days=3))
    today = world(8)
    runs.train("night", now)
    return {topic: [*today[topic], *earlier[topic]] for topic in today}


def test_the_nearest_are_of_the_same_topic_and_of_any_day(topics):
    one, *others = topics["robots"]
    found = searches.similar(one, 9)
    assert set(found) == set(others)


def test_a_paper_that_shares_no_words_has_none(now):
    world(8)
    words = {
        "title": "Zebra crossings",
        "abstract": "Stripes everywhere.",
        "subjects": ["q-bio.PE"],
    }
    stranger = paper(**words, authors=["Zoe Nobody"])
    runs.train("night", now)
    assert searches.similar(stranger, 6) == []


def test_a_withdrawn_paper_is_not_recommended(topics):
    one, gone, *_ = topics["robots"]
    gone.withdrawn_at = timezone.now()
    gone.save()
    assert gone not in searches.similar(one, 9)


def test_without_a_place_the_words_of_the_title_are_looked_for(now):
    one = paper(title="Tactile grasping of soft fruit")
    other = paper("primes", title="Soft fruit and tactile sensing")
    paper("primes")
    indexed()
    assert searches.similar(one, 6) == [other]
    world(8)
    runs.train("night", now)
    late = paper("primes", title="Picking soft fruit")
    indexed()
    assert searches.similar(late, 2) == [one, other] or searches.similar(late, 2) == [other, one]


def test_a_paper_that_changed_stands_where_its_new_text_puts_it(topics, now):
    one, changed = topics["robots"][:2]
    assert changed in searches.similar(one, 9)
    changed.title, changed.abstract = "Primes", "We study prime gaps and the zeta function."
    changed.save()
    PaperVector.objects.filter(paper=changed).delete()
    runs.embed("again", now)
    assert changed not in searches.similar(one, 9)


def test_the_page_lists_them_in_few_queries(topics, client, now, django_assert_max_num_queries):
    one, *others = topics["robots"]
    client.get(f"/papers/{one.arxiv_id}")
    with django_assert_max_num_queries(8):
        html = client.get(f"/papers/{one.arxiv_id}").content.decode()
    listed = html.partition("Similar papers")[2]
    assert sum(f'href="/papers/{other.arxiv_id}"' in listed for other in others) == 6
    who = reader()
    upvotes.upvote(who, one, True, now)
    client.force_login(who)
    with django_assert_max_num_queries(8):
        client.get(f"/papers/{one.arxiv_id}")
