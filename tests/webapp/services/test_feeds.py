"""Which day a feed is of: it holds the current batch, whatever day it is asked for."""

from datetime import date

import pytest

from tests.webapp.services.nights import MONDAY, TUESDAY, announced, by_hand, harvest
from webapp.models import Harvest, Paper

pytestmark = pytest.mark.django_db
FRIDAY = date(2026, 4, 17)


def announced_on(day):
    papers = Paper.objects.filter(issue_day=day, day_is_derived=False)
    return set(papers.values_list("arxiv_id", flat=True))


def ids(day):
    return {row["id"] for row in announced(day)}


def said_of(source, day):
    row = Harvest.objects.get(source=source, day=day)
    return row.state, row.error


def test_asking_again_for_an_older_day_leaves_the_newest_papers_on_their_own(arxiv):
    harvest()
    by_hand("all", FRIDAY, "2026-04-20T10:05")
    assert announced_on(FRIDAY) == ids(FRIDAY)
    assert announced_on(MONDAY) == ids(MONDAY)
    assert not Harvest.objects.filter(source="rss", day=FRIDAY).exists()


@pytest.mark.parametrize("source", ["rss", "atom"])
def test_a_feed_that_is_asked_for_an_older_day_is_refused(arxiv, source):
    by_hand(source)
    by_hand(source, FRIDAY, "2026-04-20T10:05")
    assert said_of(source, FRIDAY) == (
        "refused",
        "The feed holds a newer batch than that of 2026-04-17.",
    )
    assert announced_on(MONDAY) == ids(MONDAY)


@pytest.mark.parametrize("day", [FRIDAY, date(2027, 1, 4)])
def test_where_nothing_else_is_known_the_feeds_date_has_to_be_that_of_the_day(arxiv, day):
    by_hand("rss", day)
    assert said_of("rss", day) == ("refused", f"The feed is of 2026-04-20, not of {day}.")
    assert not Paper.objects.exists()


def test_a_feed_that_is_asked_for_a_day_before_it_is_made_is_refused(arxiv):
    arxiv.set_clock("2026-04-21T02:40Z")
    by_hand("rss", TUESDAY, "2026-04-21T02:40")
    assert said_of("rss", TUESDAY)[0] == "refused"
    assert not Paper.objects.exists()


def test_the_first_night_of_all_tells_a_stale_feed_by_the_listings(arxiv):
    arxiv.set_clock("2026-04-21T06:00Z")
    arxiv.fail("stale", "/rss*")
    harvest("2026-04-21T06:05", "2026-04-21T06:05")
    assert said_of("rss", TUESDAY) == (
        "refused",
        "The feed holds other papers than arXiv's listings of 2026-04-21.",
    )
    assert announced_on(TUESDAY) == ids(TUESDAY)


def test_a_feed_of_an_older_day_is_taken_where_it_is_that_days(arxiv):
    arxiv.set_clock("2026-04-17T06:00Z")
    by_hand("rss", FRIDAY, "2026-04-20T10:05")
    assert announced_on(FRIDAY) == ids(FRIDAY)
