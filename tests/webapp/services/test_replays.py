"""Past days ranked again: only what was said before counts; asked once a day, never by looking."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from recommender.rowbytes import row_to_bytes
from tests.factories import DAY, NOON, profile, rating, reader, world
from webapp import jobs
from webapp.models import Entry, ModelRun, PaperVector, Ranking, Rating, Replay, Work
from webapp.services import insight, runs

pytestmark = pytest.mark.django_db
N = 11


def day_of(n):
    return DAY - timedelta(days=N - n)


def noon(day):
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def ranked(who, day):
    """A day that was put in order for a reader; how is of no account here."""
    nothing = {"scores": [], "because": [], "text_shares": [], "shared_shares": []}
    Ranking.objects.create(
        reader=who, profile=profile(who), day=day, paper_ids=[], ranked_at=NOON, **nothing
    )


@pytest.fixture
def who(client, db):
    found = reader()
    client.force_login(found)
    return found


@pytest.fixture
def days(who, now):
    """Eleven days, on each of which a reader of galaxies likes one that is not among the newest."""
    worlds = [world(5, day_of(n)) for n in range(N)]
    for n, one in enumerate(worlds):
        rating(who, one["galaxies"][n % 5], at=noon(day_of(n)))
        ranked(who, day_of(n))
    runs.train("test", now)
    return worlds


def replayed(who, slot="noon"):
    insight.replay(f"reader {who.pk} {slot}", NOON)
    return Replay.objects.get(reader=who)


def by_name(result):
    return {one["name"]: one for one in result["rankers"]}


def test_the_best_ranker_of_past_days_is_named(who, days):
    result = replayed(who).result
    ours, newest = by_name(result)["run"], by_name(result)["newest"]
    assert ours["hits"] == [1.0, 1.0, 1.0]
    assert ours["ndcg"][0] < 0.9  # the likes of a day itself would have put them on top
    assert newest["hits"] == [0.0, 0.0, 0.0]
    assert ours["ndcg"][0] - newest["ndcg"][0] == pytest.approx(newest["ahead"][0])
    assert newest["ahead"][1] > 0
    assert (result["n_days"], result["n_papers"]) == (10, 10)  # the first has nothing to go by
    assert result["leaders"] == ["run"]
    assert insight.best(result) == "Best on these days: this ranking."


def test_it_does_nothing_the_second_time(who, days):
    first = replayed(who)
    again = replayed(who)
    assert (again.days, again.result) == (first.days, first.result)
    assert Replay.objects.count() == 1


def test_what_was_said_on_a_day_or_later_does_not_order_it(who, days):
    before = replayed(who).days[str(day_of(4))]
    for topic in ("robots", "primes"):
        rating(who, days[2][topic][0], at=noon(day_of(4)))
    rating(who, days[3]["galaxies"][0], -1, at=noon(day_of(5)))
    assert replayed(who).days[str(day_of(4))] == before


def test_what_was_said_before_a_day_orders_it(who, days):
    before = replayed(who).days[str(day_of(4))]["ndcg"]
    Rating.objects.filter(day__lt=day_of(4)).update(value=-1)
    after = replayed(who).days[str(day_of(4))]["ndcg"]
    assert after[0] < before[0]
    assert after[2] == before[2]  # newest first listens to nobody


def test_most_upvoted_takes_part_where_something_was_upvoted(who, days):
    assert "upvoted" in replayed(who).result["alike"]
    liked = days[5]["galaxies"][0]
    day, by = day_of(5), {"created_at": NOON, "changed_at": NOON}
    Entry.objects.create(paper=liked, day=day, n_upvotes=3, **by)
    result = replayed(who).result
    assert "upvoted" not in result["alike"]
    assert by_name(result)["upvoted"]["ndcg"][0] > by_name(result)["newest"]["ndcg"][0]


def test_text_only_takes_part_where_other_readers_count(who, days):
    assert "text" in replayed(who).result["alike"]
    ModelRun.objects.update(weight=0.9, n_dimensions=2)
    liked = {one["galaxies"][n % 5].pk for n, one in enumerate(days)}
    for row in PaperVector.objects.all():  # whose readers share nothing else
        row.shared_row = row_to_bytes(np.array([1.0, 0.0] if row.paper_id in liked else [0.0, 1.0]))
        row.save()
    result = replayed(who).result
    assert "text" not in result["alike"]
    assert by_name(result)["run"]["hits"][0] == 1
    assert by_name(result)["text"]["ahead"][0] > 0


def test_days_that_the_model_has_not_read_are_told(client, who, days):
    PaperVector.objects.exclude(paper__in=Rating.objects.values("paper")).delete()
    replayed(who)
    part(client, "post")
    Work.objects.update(state=Work.State.DONE)
    assert "has not read your days yet" in part(client)


def test_only_heard_answers_to_ranked_days_are_replayed(who, days):
    brought, paused, early = (days[n]["galaxies"][n % 5] for n in (2, 3, 4))
    Rating.objects.filter(paper=brought).update(origin=Rating.Origin.SEED)
    Rating.objects.filter(paper=paused).update(paused_at=NOON)
    Rating.objects.filter(paper=early).update(day=day_of(3))
    Ranking.objects.filter(day=day_of(5)).delete()
    rating(who, days[6]["primes"][0], -1, at=noon(day_of(6)))
    left = [1, 6, 7, 8, 9, 10]
    assert sorted(replayed(who).days) == [str(day_of(n)) for n in left]


def test_of_few_days_nobody_is_the_best(who, days):
    Ranking.objects.filter(day__lt=day_of(3)).delete()
    result = replayed(who).result
    assert result["n_days"] == 8
    assert "2 more days are needed" in insight.best(result)


def test_rankers_that_are_near_to_one_another_are_both_told():
    told = insight.best({"n_days": 12, "leaders": ["run", "text"]})
    assert told.endswith("too near to one another, this ranking, text only.")


def test_a_day_that_the_model_has_not_read_keeps_what_an_earlier_one_made_of_it(who, days):
    earlier = replayed(who).days
    PaperVector.objects.filter(paper=days[5]["primes"][0]).delete()
    PaperVector.objects.filter(paper=days[6]["primes"][0]).delete()
    rating(who, days[6]["galaxies"][3], at=noon(day_of(6)))
    found = replayed(who)
    assert found.days[str(day_of(5))] == earlier[str(day_of(5))]
    assert str(day_of(6)) not in found.days  # something else was liked of it since
    assert (found.result["n_days"], found.result["n_unread"]) == (9, 1)


def test_a_reader_who_is_gone_and_an_instance_without_a_model_are_no_failure(who):
    assert insight.replay("reader 0 noon", NOON) == {}
    assert insight.replay(f"reader {who.pk} noon", NOON) == {}
    assert not Replay.objects.exists()


def test_it_goes_with_its_reader(who, days):
    replayed(who)
    who.delete()
    assert not Replay.objects.exists()


# --- the page


def part(client, method="get"):
    return getattr(client, method)("/insight/replay/", HTTP_HX_REQUEST="true").content.decode()


def test_the_page_asks_once_a_day_and_looking_asks_for_nothing(client, who, days):
    html = client.get("/insight/").content.decode()
    assert 'hx-trigger="load, submit"' in html
    assert not Work.objects.filter(job="replay").exists()
    assert "Being worked out" in part(client, "post")
    answer = client.post("/insight/replay/")
    assert (answer.status_code, answer.url) == (302, "/insight/#past")
    assert Work.objects.filter(job="replay").count() == 1
    assert 'hx-trigger="load delay:2s"' in part(client)


def test_a_worker_finds_the_row_and_the_page_shows_what_came_of_it(client, who, days):
    part(client, "post")
    assert jobs.do(Work.objects.get(job="replay").pk, lambda: datetime.now(UTC))
    html = client.get("/insight/").content.decode()
    assert "Best on these days: this ranking." in html
    assert "hx-trigger" not in html
    assert html.count("<circle") == 4
    assert "What flatters" in html


def test_how_far_it_is_is_told(client, who, days):
    part(client, "post")
    Work.objects.filter(job="replay").update(state=Work.State.RUNNING)
    Replay.objects.create(reader=who, n_days=10, n_done=3)
    assert "Being worked out: 3 of 10 days." in part(client)


def test_what_failed_is_told_and_the_last_result_stays(client, who, days):
    replayed(who)
    part(client, "post")
    Work.objects.filter(job="replay").update(state=Work.State.QUARANTINED)
    html = part(client)
    assert "could not be worked out" in html
    assert "Best on these days" in html
    assert "hx-trigger" not in html


def test_without_a_day_to_replay_nothing_is_asked_for(client, who):
    assert "Nothing yet. It takes a day" in part(client)


def test_a_stranger_is_sent_to_the_login(client):
    assert "/accounts/login/" in client.post("/insight/replay/").url


def test_a_replay_is_its_readers_alone(client, who, days):
    replayed(who)
    client.force_login(reader())
    assert "Best on these days" not in client.get("/insight/").content.decode()
