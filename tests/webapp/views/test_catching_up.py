"""The best of the days that were missed, from where the last visit ended."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import DAY, interests, profile, rating, world
from tests.webapp.views.test_daily import body, shown
from webapp.models import Paper, Ranking, Rating, Visit, Work
from webapp.queries import history as record
from webapp.services import history as service
from webapp.services import profiles, readers, runs
from webapp.services import rankings as ranking

pytestmark = pytest.mark.django_db


@pytest.fixture
def topics(who, now):
    older, today = world(4, DAY - timedelta(days=1)), world(12)
    runs.train("test", now)
    for liked in older["robots"]:
        rating(who, liked)
    rating(who, older["primes"][0], -1)
    ranking.fill("night", now)
    return older, today


def test_the_best_of_all_days_come_first(client, who, topics):
    html = body(client, "/catch-up/")
    assert "The best 30 of 48 papers of 2 days since Friday 13 November 2026" in html
    robots = {p.arxiv_id for p in topics[1]["robots"]}
    assert set(shown(html)[:12]) == robots


def test_what_was_said_something_of_does_not_come_back(client, who, topics, now):
    readers.rate(who, topics[1]["robots"][0], Rating.Value.UP, now)
    assert topics[1]["robots"][0].arxiv_id not in shown(body(client, "/catch-up/"))


def test_who_is_through_sees_nothing_twice_and_can_take_it_back(client, who, topics):
    client.post("/catch-up/", {"day": str(DAY)})
    html = body(client, "/catch-up/")
    assert "Nothing new since Friday 20 November 2026" in html
    assert 'name="day" value="">Undo' in html
    world(1, DAY + timedelta(days=3))
    assert "3 papers of 1 day since" in body(client, "/catch-up/")
    client.post("/catch-up/", {"day": ""})
    assert len(shown(body(client, "/catch-up/"))) == 30


def test_nobody_is_through_with_days_to_come(client, who, topics):
    client.post("/catch-up/", {"day": "2099-01-01"})
    world(1, DAY + timedelta(days=3))
    assert "3 papers of 1 day since" in body(client, "/catch-up/")


@pytest.mark.parametrize("address", ["/", "/catch-up/", "/insight/map/", "/coverage/"])
def test_a_day_that_does_not_exist_is_named(client, who, topics, address):
    html = body(client, f"{address}?day=2026-02-30")
    assert "There is no day “2026-02-30”" in html
    assert "There is no day" not in body(client, f"{address}?day=")
    assert "There is no day" not in body(client, f"{address}?day={DAY}")


def test_each_interest_has_its_share_of_what_was_missed(who, topics, now):
    primes = profiles.make(profile(who), "Primes", now)
    readers.rate(who, topics[0]["primes"][1], Rating.Value.UP, now, primes.pk)
    robots = interests(who).apart[0]
    profiles.share_out(profile(who), {robots.pk: 80, primes.pk: 20}, {}, now)
    ranking.fill("minute", now + timedelta(minutes=1))
    best = service.best_since(interests(who), DAY - timedelta(days=7))
    assert [row.profile for row in best[:10]].count(primes.pk) == 2


def test_an_older_paper_is_worth_a_little_less(who, topics):
    rows = record.missed(profile(who), DAY - timedelta(days=7))
    assert {row.fresh for row in rows} == {0.5}
    best = service.best_since(interests(who), DAY - timedelta(days=7))
    assert best[0].day == DAY


@pytest.fixture
def back(who, topics, now):
    """The reader was here before the last of three days that came meanwhile."""
    left = now - timedelta(days=9)
    Visit.objects.create(reader=who, last_at=left)
    Paper.objects.filter(issue_day=DAY - timedelta(days=1)).update(created_at=left)
    world(1, DAY + timedelta(days=3))
    return left


def test_it_begins_with_the_day_after_the_last_visit(client, who, back):
    html = body(client, "/catch-up/")
    assert "Since your last visit." in html
    assert "of 39 papers of 2 days since Thursday 19 November 2026" in html


def test_it_begins_there_still_once_the_new_visit_is_noted(client, who, back):
    client.post("/papers/seen/")
    assert "of 2 days since Thursday 19 November" in body(client, "/catch-up/")


def test_it_begins_later_for_who_has_seen_all_up_to_a_later_day(client, who, back):
    client.post("/catch-up/", {"day": str(DAY)})
    assert "3 papers of 1 day since Friday 20 November" in body(client, "/catch-up/")


def test_the_newest_day_leads_to_what_was_missed(client, who, back):
    html = body(client, "/")
    assert "2 days have come since your last visit: the best of their 39 papers" in html
    assert "since your last visit" not in body(client, f"/?day={DAY}")
    client.post("/catch-up/", {"day": str(DAY)})
    assert "since your last visit" not in body(client, "/")


def test_a_reader_who_was_away_for_a_day_missed_nothing(client, who, topics, now):
    Visit.objects.create(reader=who, last_at=now - timedelta(days=9))
    Paper.objects.filter(issue_day=DAY - timedelta(days=1)).update(created_at=now - timedelta(9))
    assert "since your last visit" not in body(client, "/")


def test_days_that_are_not_ranked_are_shown_newest_first(client, who, topics):
    Ranking.objects.filter(reader=who).delete()
    Work.objects.all().delete()
    html = body(client, "/catch-up/")
    assert "The newest 30 of 48 papers of 2 days" in html
    assert "2 of these days are not ranked for you" in html
    unsaid = [p.arxiv_id for some in topics[1].values() for p in some]
    assert shown(html) == sorted(unsaid, reverse=True)[:30]


def test_days_that_are_being_ranked_are_told_so(client, who, topics, now):
    Ranking.objects.filter(reader=who).delete()
    readers.rank_soon(who.pk, timezone.now())
    assert "2 of these days are being ranked" in body(client, "/catch-up/")


def test_who_has_nothing_left_to_see_has_nothing_to_mark(client, who, topics):
    for one in Paper.objects.filter(issue_day=DAY):
        rating(who, one)
    html = body(client, f"/catch-up/?day={DAY - timedelta(days=1)}")
    assert "you saved, rated or muted all of them" in html
    assert "Mark all as seen" not in html


def test_each_paper_says_why_on_its_day(client, who, topics):
    html = body(client, "/catch-up/")
    best = topics[1]["robots"][0]
    assert f'/papers/{best.arxiv_id}/why/?day={DAY}">Why?' in html
    assert html.count("Because you saved or liked") >= 12
    assert "shared terms: " in html


def test_less_like_this_says_what_it_moved_on_the_papers_day(client, who, topics):
    best = topics[1]["robots"][0]
    assert f'name="of" value="{DAY}"' in body(client, "/catch-up/")
    sent = {"value": "down", "of": str(DAY), "next": "/catch-up/"}
    answer = client.post(
        f"/papers/{best.arxiv_id}/rating/", sent, headers={"HX-Request": "true"}
    ).content.decode()
    assert "It went from place" in answer
    assert f'name="of" value="{DAY}"' in answer


def test_a_get_marks_nothing(client, who, topics):
    body(client, "/catch-up/")
    who.refresh_from_db()
    assert who.caught_up_on is None


def test_an_instance_without_papers_says_so(client, who):
    assert "There are no papers here yet" in body(client, "/catch-up/")


def test_pages_make_few_queries(client, who, topics, django_assert_max_num_queries):
    client.get("/")
    first = Ranking.objects.order_by("day").first()
    for _ in range(3):
        first.pk, first.day = None, first.day - timedelta(days=1)
        first.save()
    for address in ("/history/", "/catch-up/"):
        with django_assert_max_num_queries(7):
            client.get(address)
