"""Interests kept apart: each ranks by its own, and none is drowned."""

from datetime import timedelta

import pytest

from tests.factories import DAY, interests, profile, rating, reader, world
from webapp.models import Comparison, Profile, Ranking, Rating, Work
from webapp.queries import papers, rankings
from webapp.services import profiles, readers, runs
from webapp.services import rankings as ranking

pytestmark = pytest.mark.django_db


@pytest.fixture
def topics(now):
    older = world(6, DAY - timedelta(days=1))
    today = world(12)
    runs.train("test", now)
    return older, today


@pytest.fixture
def two(topics, now):
    """A reader of many robots and one prime, the primes kept apart at a tenth."""
    who = reader()
    for liked in topics[0]["robots"]:
        rating(who, liked)
    primes = profiles.make(profile(who), "Primes", now)
    rating(who, topics[0]["primes"][0])
    profiles.move(profile(who), topics[0]["primes"][0], primes, now)
    robots = interests(who).apart[0]
    profiles.share_out(profile(who), {robots.pk: 90, primes.pk: 10}, {}, now)
    ranking.rerank(profile(who), DAY, now)
    return who, robots, primes


def order(one, day=DAY):
    return Ranking.objects.get(profile=one, day=day).paper_ids


def ids(listed):
    return {paper.pk for paper in listed}


def test_the_first_one_made_finds_what_there_was_beside_it(topics, now):
    who = reader()
    profiles.choose_subjects(profile(who), [], now, None)
    made = profiles.make(profile(who), "Primes", now)
    assert [one.name for one in interests(who).apart] == ["First interest", "Primes"]
    assert [one.quota for one in interests(who).apart] == [100, 100]
    assert interests(who).whole.name == "all"
    assert made.reader == who


def test_each_is_ranked_by_its_own_and_has_its_share_of_the_page(two, topics):
    who, robots, primes = two
    assert set(order(robots)[:12]) == ids(topics[1]["robots"])
    assert set(order(primes)[:12]) == ids(topics[1]["primes"])
    whole = Ranking.objects.get(profile=profile(who), day=DAY)
    assert whole.placed_by[:10].count(primes.pk) == 1
    assert whole.placed_by[:20].count(primes.pk) == 2
    assert sorted(whole.paper_ids) == sorted(order(robots))
    assert whole.n_ratings == 7


def test_a_card_says_for_which_interest_it_stands_and_why(two):
    who, robots, _primes = two
    page = rankings.feed_page(interests(who), papers.day_near(DAY), 1)
    assert {card.interest for card in page.cards} == {robots.name, "Primes"}
    first = next(card for card in page.cards if card.interest == "Primes")
    assert "prime" in " ".join(first.terms)


def test_an_act_speaks_for_the_interest_that_had_placed_the_paper(two, topics, now):
    who, _, primes = two
    liked = papers.by_ids(order(primes)[:1]).popitem()[1]
    readers.rate(who, liked, Rating.Value.UP, now)
    assert Rating.objects.get(reader=who, paper=liked).profile == primes


def test_an_act_on_an_interests_own_page_speaks_for_it(two, topics, now):
    who, _, primes = two
    readers.save(who, topics[1]["robots"][0], True, now, primes.pk)
    assert Rating.objects.get(reader=who, paper=topics[1]["robots"][0]).profile == primes


def test_what_one_interest_dislikes_no_other_shows(two, topics, now):
    who, robots, primes = two
    disliked = topics[1]["robots"][3]
    readers.rate(who, disliked, Rating.Value.DOWN, now, robots.pk)
    ranking.rerank(profile(who), DAY, now)
    assert order(robots)[-1] == disliked.pk
    assert disliked.pk not in order(primes)
    assert order(profile(who))[-1] == disliked.pk


def test_ranking_again_changes_nothing(two, now):
    who, *_ = two
    before = order(profile(who))
    ranking.rerank(profile(who), DAY, now)
    assert order(profile(who)) == before
    ranking.fill("night", now)
    assert ranking.fill("night", now) == {"ranked": 0}


def test_an_interest_without_acts_shows_the_newest_of_its_subjects(two, topics, now):
    who, *_ = two
    new = profiles.make(profile(who), "Galaxies", now)
    Profile.objects.filter(pk=new.pk).update(subjects=["astro-ph.GA"])
    ranking.rerank(profile(who), DAY, now)
    newest = sorted(topics[1]["galaxies"], key=lambda p: p.arxiv_id, reverse=True)
    assert order(new) == [paper.pk for paper in newest]
    assert new.pk not in Ranking.objects.get(profile=profile(who), day=DAY).placed_by[:30]


def test_what_is_taken_away_speaks_for_what_is_left_until_it_is_brought_back(two, topics, now):
    who, _, primes = two
    before = order(profile(who))
    profiles.take_away(profile(who), primes, now)
    assert interests(who).apart == []
    ranking.rerank(profile(who), DAY, now)
    alone = Ranking.objects.get(profile=profile(who), day=DAY)
    assert (alone.placed_by, alone.n_ratings) == ([], 7)
    primes.refresh_from_db()
    profiles.restore(profile(who), primes, now)
    ranking.rerank(profile(who), DAY, now)
    assert order(profile(who)) == before


def test_of_three_one_taken_away_leaves_two(two, now):
    who, robots, primes = two
    third = profiles.make(profile(who), "Galaxies", now)
    profiles.take_away(profile(who), primes, now)
    assert [one.pk for one in interests(who).apart] == [robots.pk, third.pk]


def test_an_interest_never_comes_back_alone(two, now):
    who, robots, primes = two
    third = profiles.make(profile(who), "Galaxies", now)
    profiles.take_away(profile(who), primes, now)
    profiles.take_away(profile(who), third, now + timedelta(minutes=1))
    primes.refresh_from_db()
    assert profiles.restore(profile(who), primes, now) == ["Primes", profiles.FIRST, "Galaxies"]
    assert [one.pk for one in interests(who).apart] == [robots.pk, primes.pk, third.pk]


def test_a_name_given_in_another_tab_meanwhile_is_taken(two, now):
    who, robots, _ = two
    with pytest.raises(profiles.Taken, match="“Primes” already"):
        profiles.rename(profile(who), robots, "Primes")


def test_who_comes_back_under_a_taken_name_gets_a_number(two, now):
    who, _, primes = two
    profiles.make(profile(who), "Galaxies", now)
    profiles.take_away(profile(who), primes, now)
    profiles.make(profile(who), "Primes", now)
    primes.refresh_from_db()
    profiles.restore(profile(who), primes, now)
    names = [one.name for one in interests(who).apart]
    assert "Primes (2)" in names
    assert len(names) == 4


def test_those_taken_away_long_ago_are_forgotten_and_their_acts_are_not(two, now):
    who, _, primes = two
    profiles.take_away(profile(who), primes, now)
    assert profiles.forget_deleted(now + timedelta(days=29)) == {"interests": 0}
    profiles.forget_deleted(now + timedelta(days=31))
    assert not Profile.objects.filter(pk=primes.pk).exists()
    assert Rating.objects.filter(reader=who).count() == 7


def test_there_are_only_so_many(topics, now):
    who = reader()
    for n in range(profiles.MOST - 1):
        profiles.make(profile(who), f"Interest {n}", now)
    with pytest.raises(profiles.TooMany, match="as many as can be kept apart"):
        profiles.make(profile(who), "one more", now)


def test_other_days_follow_soon(two, now):
    who, *_ = two
    assert Work.objects.filter(job="rank", slot__startswith=f"reader {who.pk}").exists()
    assert ranking.fill("minute", now + timedelta(minutes=1))["ranked"] >= 1


def test_a_day_of_other_subjects_is_not_shown_and_keeps_its_record(topics, now):
    who = reader(compares=True)
    Comparison.objects.create(rival="newest", begins_on=DAY)
    rating(who, topics[0]["robots"][0], at=now - timedelta(days=1))
    ranking.rerank(profile(who), DAY, now)
    liked = papers.by_ids(order(profile(who))[:6]).values()
    for one in liked:
        readers.rate(who, one, Rating.Value.UP, now)
    counted = rankings.compared_acts(Comparison.objects.get().pk)
    assert counted
    other = DAY - timedelta(days=1)  # it is another day that is renewed at once
    profiles.choose_subjects(profile(who), ["cs.RO"], now, other)
    assert rankings.compared_acts(Comparison.objects.get().pk) == counted
    page = rankings.feed_page(interests(who), papers.day_near(DAY), 1)
    assert not page.is_ranked
    assert {card.paper.subjects[0] for card in page.cards} == {"cs.RO"}
    ranking.fill("minute", now + timedelta(minutes=1))
    assert rankings.feed_page(interests(who), papers.day_near(DAY), 1).is_ranked
    assert rankings.compared_acts(Comparison.objects.get().pk)


def test_what_stood_on_a_past_day_stays(topics, now):
    who = reader()
    rating(who, topics[0]["robots"][0])
    ranking.rerank(profile(who), DAY, now)
    before = order(profile(who))
    for n in range(ranking.OPEN_DAYS):
        world(1, DAY + timedelta(days=1 + n))
    profiles.choose_subjects(profile(who), ["math.NT"], now, None)
    readers.rate(who, topics[1]["primes"][0], Rating.Value.UP, now)
    readers.rerank_after(who, DAY, now)
    assert order(profile(who)) == before
    assert rankings.feed_page(interests(who), papers.day_near(DAY), 1).is_ranked


def test_a_comparison_is_drawn_up_of_the_blend(two, topics, now):
    who, robots, primes = two
    Comparison.objects.create(rival="newest", begins_on=DAY)
    readers.take_part(who, True, now)
    ranking.rerank(profile(who), DAY, now)
    whole = Ranking.objects.get(profile=profile(who), day=DAY)
    assert set(whole.teams) == {0, 1}
    assert set(whole.placed_by) == {robots.pk, primes.pk}
    assert Ranking.objects.get(profile=primes, day=DAY).comparison is None
    assert set(order(primes)[:12]) == ids(topics[1]["primes"])


def test_each_explores_as_much_as_is_wished(topics, now, settings):
    settings.PAPERS_PER_PAGE = 50
    who = reader()
    world(20)
    rating(who, topics[0]["robots"][0])
    runs.embed("hour", now)
    for wished, least in ((0, 0), (30, 8)):
        profiles.share_out(profile(who), {}, {profile(who).pk: wished}, now)
        ranking.rerank(profile(who), DAY, now)
        explored = Ranking.objects.get(profile=profile(who), day=DAY).explored
        assert least <= len(explored) <= 3 * least
