"""The trend as a job: from rows to one row a window."""

from datetime import date, timedelta

import pytest

from tests.factories import paper, reader
from webapp.models import Entry, PublicUpvote, Trend, Upvote
from webapp.services.social import trends, upvotes

pytestmark = pytest.mark.django_db


def upvote(liked, at, who=None):
    upvotes.upvote(who or reader(), liked, True, at)


def order(window="week"):
    return Trend.objects.get(window=window).paper_ids


def public(liked, count, day):
    PublicUpvote.objects.create(
        arxiv_id=liked.arxiv_id, day=day, title="x", count=count, fetched_at="2026-11-23T00:00Z"
    )


def test_each_window_has_a_row_with_the_newest_upvotes_first(now):
    fresh, older, oldest = paper(), paper(), paper()
    upvote(fresh, now - timedelta(hours=1))
    upvote(older, now - timedelta(days=3))
    upvote(oldest, now - timedelta(days=20))
    assert trends.compute_trend("test", now) == {"windows": 3}
    assert order("day") == [fresh.pk]
    assert order("week") == [fresh.pk, older.pk]
    assert order("month") == [fresh.pk, older.pk, oldest.pk]


def test_a_score_is_the_formula_s(now):
    liked = paper()  # the one paper of its category in the one day there is
    upvote(liked, now - timedelta(hours=48))
    trends.compute_trend("test", now)
    row = Trend.objects.get(window="week")
    weight = row.hours[9]
    assert weight == pytest.approx((1 / 24 + 10) / (1 + 10))
    assert row.divisors == [pytest.approx(((1 + 10) / 20) ** 0.5)]
    assert row.scores == [pytest.approx(weight * 0.5 / row.divisors[0])]


def test_a_small_category_needs_fewer_upvotes(now):
    small = paper("primes")
    crowd = [paper("galaxies") for _ in range(60)]
    for liked in (small, crowd[0]):
        upvote(liked, now - timedelta(hours=1))
    trends.compute_trend("test", now)
    assert order() == [small.pk, crowd[0].pk]


def test_an_upvote_at_a_busy_hour_counts_less(now):
    busy, quiet, crowd = paper(), paper(), paper()
    for _ in range(40):
        upvote(crowd, now - timedelta(days=9, hours=2))  # of the same hour, before the window
    upvote(busy, now - timedelta(hours=2))
    upvote(quiet, now - timedelta(hours=3))
    trends.compute_trend("test", now)
    assert order() == [quiet.pk, busy.pk]


def test_it_does_nothing_the_second_time(now):
    upvote(paper(), now - timedelta(hours=1))
    trends.compute_trend("test", now)
    before = list(Trend.objects.values())
    assert trends.compute_trend("test", now + timedelta(minutes=15)) == {"windows": 0}
    assert list(Trend.objects.values()) == before


def test_a_new_upvote_makes_a_new_order_and_so_does_time(now):
    first, second = paper(), paper()
    upvote(first, now - timedelta(hours=1))
    trends.compute_trend("test", now)
    upvote(second, now + timedelta(minutes=5))
    trends.compute_trend("test", now + timedelta(minutes=15))
    assert order() == [second.pk, first.pk]
    assert trends.compute_trend("test", now + timedelta(hours=2)) == {"windows": 3}


def test_without_any_upvote_nothing_is_trending(now):
    paper()
    trends.compute_trend("test", now)
    assert order() == []


def test_withdrawn_papers_and_closed_accounts_do_not_count(now):
    gone, liked, closed = paper(), paper(), reader()
    upvote(gone, now)
    upvote(liked, now, closed)
    gone.withdrawn_at = now
    gone.save()
    closed.is_active = False
    closed.save()
    trends.compute_trend("test", now)
    assert order() == []
    assert not Entry.objects.filter(paper=liked).exists()  # nobody speaks for it any more


def test_upvotes_elsewhere_count_where_they_are_harvested(now, settings):
    settings.DAILY_PAPERS = True
    elsewhere, here = paper(), paper()
    public(elsewhere, 100, date(2026, 11, 22))
    upvote(here, now - timedelta(hours=1))
    trends.compute_trend("test", now)
    assert order() == [elsewhere.pk, here.pk]
    entry = Entry.objects.get(paper=elsewhere)
    assert (entry.n_public, entry.n_upvotes) == (100, 0)  # a column of its own


def test_upvotes_elsewhere_go_where_they_are_no_longer_harvested(now, settings):
    settings.DAILY_PAPERS = True
    elsewhere = paper()
    public(elsewhere, 100, date(2026, 11, 22))
    trends.compute_trend("test", now)
    settings.DAILY_PAPERS = False
    trends.compute_trend("test", now + timedelta(hours=2))
    assert order() == []
    assert not Entry.objects.exists()


def test_old_or_empty_counts_elsewhere_give_no_place(now, settings):
    settings.DAILY_PAPERS = True
    public(paper(), 100, date(2026, 9, 1))
    public(paper(), 0, date(2026, 11, 22))
    trends.compute_trend("test", now)
    assert not Entry.objects.exists()


def test_private_ratings_never_count(now):
    liked, who = paper(), reader()
    who.ratings.create(paper=liked, value=1, saved=True, day=now.date(), changed_at=now)
    trends.compute_trend("test", now)
    assert order() == []
    assert not Upvote.objects.exists()
