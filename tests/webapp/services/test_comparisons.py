"""Two rankers that draw up the lists of readers who agreed; and what their acts say."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from tests.factories import DAY, interests, paper, profile, rating, reader, world
from webapp.models import CandidatePack, Comparison, Entry, ModelRun, Ranking, Rating
from webapp.queries import papers, rankings
from webapp.queries import runs as known
from webapp.services import history, readers, runs
from webapp.services import rankings as service

pytestmark = pytest.mark.django_db


@pytest.fixture
def today(now):
    """A day of three topics, and a run that knows it."""
    older = world(4, DAY - timedelta(days=1))
    topics = world(20)
    runs.train("test", now)
    return older, topics


@pytest.fixture
def newest(today):
    return Comparison.objects.create(rival="newest", begins_on=DAY)


def taking_part(today, now, topic="robots"):
    who = reader(compares=True)
    rating(who, today[0][topic][0], at=now - timedelta(days=1))
    service.rerank(profile(who), DAY, now)
    return who


def row(who, day=DAY):
    return Ranking.objects.get(reader=who, day=day)


def team(who, paper):
    return rankings.teams_of(profile(who).pk, DAY, row(who).comparison_id)[paper.pk]


def placed_by(who, wanted):
    found = row(who)
    return [p for p, t in zip(found.paper_ids, found.teams, strict=True) if t == wanted]


def test_the_list_of_who_takes_part_is_drawn_up_in_turns(today, now, newest):
    who = taking_part(today, now)
    found = row(who)
    assert found.comparison == newest
    assert sorted(found.paper_ids) == sorted(p.pk for t in today[1].values() for p in t)
    assert placed_by(who, 1) == sorted(placed_by(who, 1), reverse=True)
    assert abs(len(placed_by(who, 0)) - len(placed_by(who, 1))) <= 1
    robots = {p.pk for p in today[1]["robots"]}
    assert set(placed_by(who, 0)[:8]) <= robots


def test_the_most_upvoted_are_a_rival(today, now):
    Comparison.objects.create(rival="upvoted", begins_on=DAY)
    primes = [p.pk for p in today[1]["primes"]]
    for pk, here, public in ((primes[5], 1, 1), (primes[3], 0, 3)):
        Entry.objects.create(
            paper_id=pk, day=DAY, n_upvotes=here, n_public=public, created_at=now, changed_at=now
        )
    who = taking_part(today, now)
    assert placed_by(who, 1)[:2] == [primes[3], primes[5]]
    assert not any(row(who).boosted_shares)


def test_what_is_stored_of_a_paper_is_ours_whoever_placed_it(today, now, newest):
    who = taking_part(today, now)
    found, whole = row(who), profile(who).pk
    stored = zip(found.paper_ids, found.scores, found.because, strict=True)
    for pk, score, because in list(stored)[:12]:
        ours = service.reasons_of(interests(who), whole, found.run_id, DAY, pk)
        assert score == pytest.approx(ours.score, abs=1e-6)
        assert because == today[0]["robots"][0].pk
    assert found.explored == []


def test_catching_up_does_not_sink_what_the_rival_placed(today, now, newest):
    who = taking_part(today, now, "primes")
    primes = {p.pk for p in today[1]["primes"]}
    assert primes & {*placed_by(who, 1)}
    best = history.best_since(interests(who), DAY - timedelta(days=1))
    assert {one.paper for one in best[:20]} == primes


def test_nobody_else_is_drawn_into_it(today, now, newest):
    who = reader()
    rating(who, today[0]["robots"][0])
    service.rerank(profile(who), DAY, now)
    assert (row(who).comparison, row(who).teams) == (None, [])


@pytest.mark.parametrize(
    ("begins", "ends", "is_on"), [(0, None, True), (0, 0, True), (1, None, False), (-9, -1, False)]
)
def test_it_is_on_from_its_first_to_its_last_issue_day(today, now, begins, ends, is_on):
    last = None if ends is None else DAY + timedelta(days=ends)
    Comparison.objects.create(rival="text", begins_on=DAY + timedelta(days=begins), ends_on=last)
    assert (row(taking_part(today, now)).comparison is not None) == is_on


def test_an_act_goes_on_speaking_for_who_had_placed_its_paper(today, now, newest):
    who = taking_part(today, now)
    for wanted in (0, 1):
        liked = papers.by_ids(placed_by(who, wanted)[3:4]).popitem()[1]
        readers.rate(who, liked, Rating.Value.UP, now)
        readers.rerank_after(who, DAY, now)
        readers.rerank_after(who, DAY, now)
        assert team(who, liked) == wanted
    acts = rankings.compared_acts(newest.pk)
    assert sorted(t for *_, t in acts) == [0, 1]


def test_an_act_from_before_speaks_for_neither(today, now, newest):
    who, early = reader(compares=True), today[1]["robots"][0]
    rating(who, early)
    service.rerank(profile(who), DAY, now)
    assert team(who, early) == -1


@pytest.mark.parametrize("value", [Rating.Value.DOWN, Rating.Value.NONE])
def test_only_saves_and_likes_count(today, now, newest, value):
    who = taking_part(today, now)
    liked = papers.by_ids(placed_by(who, 0)[3:4]).popitem()[1]
    readers.rate(who, liked, Rating.Value.UP, now)
    readers.rate(who, liked, value, now)
    assert rankings.compared_acts(newest.pk) == []


def test_a_late_paper_is_placed_by_neither(today, now, newest):
    late = paper("robots")
    who = taking_part(today, now)
    assert row(who).paper_ids[-1] == late.pk
    assert team(who, late) == -1


def test_who_stops_is_forgotten_and_ranked_as_ever(today, now, newest, settings):
    settings.EXPLORATION_PERCENT = 0
    who = taking_part(today, now)
    readers.rate(who, today[1]["robots"][0], Rating.Value.UP, now)
    readers.take_part(who, False, now)
    assert rankings.compared_acts(newest.pk) == []
    assert row(who).teams == []
    service.fill("night", now + timedelta(minutes=1))
    assert set(row(who).paper_ids[:10]) <= {p.pk for p in today[1]["robots"]}


def test_filling_draws_up_the_days_of_a_new_comparison_once(today, now):
    who = taking_part(today, now)
    service.fill("hour", now)
    Comparison.objects.create(rival="newest", begins_on=DAY)
    later = now + timedelta(hours=1)
    assert service.fill("later", later) == {"ranked": 1}
    assert row(who).teams
    assert service.fill("later still", later) == {"ranked": 0}


def test_the_feed_has_as_many_queries_as_ever(today, now, newest, django_assert_num_queries):
    interest, day = interests(taking_part(today, now)), papers.day_near(DAY)
    with django_assert_num_queries(3):
        rankings.feed_page(interest, day, 1)


# --- an earlier run as rival


@pytest.fixture
def earlier(today, now):
    """Two runs; the first is compared with. The newest day came after it was replaced."""
    first = known.active_run()
    rating(reader(), today[0]["primes"][0], at=now)
    runs.train("later", now + timedelta(hours=1))
    assert known.active_run() != first
    Comparison.objects.create(rival="run", run=first, begins_on=DAY)
    return ModelRun.objects.get(pk=first.pk)


def test_an_earlier_run_is_given_places_for_new_papers(earlier, now):
    new_day = DAY + timedelta(days=1)
    fresh = paper("robots", new_day)
    runs.embed("hour", now)
    assert earlier.packs.get(day=new_day).paper_ids == [fresh.pk]
    before = CandidatePack.objects.count()
    runs.embed("next hour", now)
    assert CandidatePack.objects.count() == before


def test_an_earlier_run_is_a_rival(earlier, today, now):
    ModelRun.objects.filter(pk=earlier.pk).update(weight=3.0)
    who = taking_part(today, now)
    assert len(row(who).teams) == len(row(who).paper_ids)
    assert row(who).comparison.run == earlier


@pytest.mark.parametrize("how", ["gone", "damaged"])
def test_an_earlier_run_without_its_places_stops_no_ranking(earlier, today, now, how):
    if how == "gone":
        CandidatePack.objects.filter(run=earlier).delete()
    else:
        CandidatePack.objects.filter(run=earlier).update(arrays=b"torn")
    who = taking_part(today, now)
    assert set(row(who).teams) == {-1}
    service.fill("hour", now + timedelta(hours=2))
    assert service.fill("hour later", now + timedelta(hours=3)) == {"ranked": 0}


def test_an_unreadable_rival_stops_no_embedding(earlier, now):
    (runs.models_folder() / earlier.folder / "space.npz").write_bytes(b"torn")
    fresh = paper("robots", DAY + timedelta(days=1))
    runs.embed("hour", now)
    assert known.active_run().vectors.filter(paper=fresh).exists()


def test_a_reason_of_an_earlier_run_that_this_one_does_not_know_has_no_words(earlier, today, now):
    who = reader(compares=True)
    for liked in today[0]["robots"]:
        rating(who, liked, at=now - timedelta(days=1))
    known.active_run().vectors.filter(paper=today[0]["robots"][0]).delete()
    ModelRun.objects.filter(pk=earlier.pk).update(weight=3.0)
    assert service.rerank(profile(who), DAY, now)


# --- what an operator may ask for


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"rival": "run"}, "Name a run"),
        ({"rival": "newest", "ends_on": DAY - timedelta(days=1)}, "cannot end before"),
        ({"rival": "newest", "begins_on": DAY + timedelta(days=3)}, "overlap"),
        ({"rival": "perhaps"}, "not a valid choice"),
        ({"rival": "newest", "begins_on": None}, "cannot be null"),
    ],
)
def test_what_makes_no_sense_is_refused(fields, said):
    if said == "overlap":
        Comparison.objects.create(rival="text", begins_on=DAY)
    asked = Comparison(**({"begins_on": DAY} | fields))
    with pytest.raises(ValidationError, match=said):
        asked.full_clean()


def test_the_active_run_is_no_rival_of_itself(today):
    asked = Comparison(rival="run", run=known.active_run(), begins_on=DAY)
    with pytest.raises(ValidationError, match="not the active one"):
        asked.full_clean()


def test_comparisons_one_after_the_other_are_fine():
    Comparison.objects.create(rival="text", begins_on=DAY, ends_on=DAY + timedelta(days=6))
    Comparison(rival="newest", begins_on=DAY + timedelta(days=7)).full_clean()


# --- exploration


def test_a_long_day_gives_a_few_places_to_exploration(today, now, settings):
    who = reader()
    rating(who, today[0]["robots"][0])
    service.rerank(profile(who), DAY, now)
    found = row(who)
    robots = {p.pk for p in today[1]["robots"]}
    assert 1 <= len(found.explored) <= 4
    assert min(found.explored) >= 5
    assert not robots & {found.paper_ids[rank - 1] for rank in found.explored}
    settings.EXPLORATION_PERCENT = 0
    service.rerank(profile(who), DAY, now)
    assert row(who).explored == []
    assert set(row(who).paper_ids[:20]) == robots


def test_the_feed_and_why_say_that_two_rankers_drew_it_up(client, today, now, newest):
    who = taking_part(today, now)
    client.force_login(who)
    first = papers.by_ids(row(who).paper_ids[:1]).popitem()[1]
    told = "drawn up in turns with another ranker"
    assert told in client.get("/").content.decode()
    assert told in client.get(f"/papers/{first.arxiv_id}/why/").content.decode()
    readers.take_part(who, False, now)
    service.rerank(profile(who), DAY, now)
    assert told not in client.get("/").content.decode()
