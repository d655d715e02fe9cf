"""What the timetable asks for by itself: how often, and on whose account."""

from datetime import date, timedelta

import pytest

from tests.webapp.services.nights import MONDAY, announced, at, by_hand, harvest
from webapp.models import Coverage, Paper
from webapp.services import harvests

pytestmark = pytest.mark.django_db
START = at("2026-04-20T06:05")


def quarters(n, begin=START):
    """So many occasions, a quarter of an hour apart."""
    for k in range(n):
        now = begin + timedelta(minutes=15 * k)
        harvest(f"{now:%Y-%m-%dT%H:%M}", f"{now:%Y-%m-%dT%H:%M}")
    return begin + timedelta(minutes=15 * n)


def asked(arxiv, part):
    return sum(entry.path.startswith(part) for entry in arxiv.log.entries)


def test_what_is_refused_again_and_again_is_asked_for_more_rarely(arxiv):
    arxiv.fail("html")
    after = quarters(24)
    assert asked(arxiv, "/oai") <= 4 + 5
    arxiv.clear()
    quarters(4, after)
    assert Coverage.objects.get(day=MONDAY).state == "complete"


def test_a_category_that_arxiv_does_not_know_is_asked_for_more_rarely(arxiv, settings):
    settings.ARXIV_SUBJECTS = ["cs.LG", "cs.QQ"]
    quarters(24)
    assert asked(arxiv, "/list/cs.QQ") <= 4 + 5
    assert Paper.objects.filter(issue_day=MONDAY).count() == 6


def test_a_category_that_was_asked_for_by_hand_keeps_nobody_busy(arxiv):
    harvest()
    harvest("2026-04-17/query/cs.CL/by hand", "2026-04-20T07:05")
    assert Coverage.objects.exclude(state="complete").get().subject == "cs.CL"
    assert harvest("2026-04-20T14:05", "2026-04-20T14:05") == {"asked": 0}


def test_other_categories_that_are_complete_settle_no_day(arxiv, settings):
    for subject in ("math.NT", "math.CO"):
        Coverage.objects.create(subject=subject, day=MONDAY, state="complete", changed_at=START)
    harvest()
    assert {row["id"] for row in announced(MONDAY)} <= {one.arxiv_id for one in Paper.objects.all()}


def test_a_day_to_come_that_was_asked_for_by_hand_is_left_alone(arxiv):
    by_hand("listing", date(2027, 4, 20))
    harvest()
    assert harvests.look("2026-04-20T06:55", at("2026-04-20T06:55")) == {"holes": 0}
    assert harvest("2026-04-20T07:35", "2026-04-20T07:35") == {"asked": 0}
