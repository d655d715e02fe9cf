"""One state for a category's day, and a sentence that a reader understands."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from webapp.arxiv import calendar
from webapp.arxiv.coverage import Kind, state

MONDAY = date(2026, 11, 23)
HOLIDAYS = frozenset({date(2026, 11, 26), date(2026, 12, 25)})
EVENING = calendar.announcement(MONDAY)
NOON = datetime(2026, 11, 23, 17, tzinfo=UTC)


def on(day=MONDAY, now=NOON, expected=None, received=0, **facts):
    return state(day, now, HOLIDAYS, expected=expected, received=received, **facts)


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"now": EVENING - timedelta(minutes=1)}, Kind.WAITING),
        ({"now": EVENING + timedelta(hours=3)}, Kind.WAITING),
        ({"now": EVENING + timedelta(hours=3), "expected": 5}, Kind.WAITING),
        ({"now": EVENING + timedelta(hours=3), "feed_day": date(2026, 11, 20)}, Kind.WAITING),
        ({}, Kind.LATE),
        ({"expected": 5}, Kind.LATE),
        ({"feed_day": date(2026, 11, 20)}, Kind.STALE),
        ({"expected": 0}, Kind.QUIET),
        ({"expected": 0, "is_odd_if_empty": True}, Kind.LATE),
        ({"expected": 5, "received": 5}, Kind.COMPLETE),
        ({"expected": 5, "received": 6}, Kind.COMPLETE),
        ({"expected": 5, "received": 3}, Kind.PARTIAL),
        ({"expected": 5, "received": 6, "n_missing": 1}, Kind.PARTIAL),
        ({"received": 7}, Kind.PARTIAL),
        ({"day": date(2026, 11, 21)}, Kind.QUIET),
        ({"day": date(2026, 11, 27), "now": NOON + timedelta(days=9)}, Kind.HOLIDAY),
        ({"day": date(2026, 11, 27), "expected": 9, "received": 9}, Kind.COMPLETE),
        ({"day": date(2026, 11, 26), "now": NOON + timedelta(days=9)}, Kind.HOLIDAY),
        ({"day": date(2026, 12, 25), "now": NOON + timedelta(days=40)}, Kind.HOLIDAY),
        ({"day": date(2026, 12, 25), "expected": 9, "received": 9}, Kind.COMPLETE),
    ],
)
def test_each_day_has_one_state(facts, kind):
    assert on(**facts).kind is kind


@pytest.mark.parametrize("expected", [None, 0, 1, 900])
@pytest.mark.parametrize("hours", range(-20, 60, 4))
@pytest.mark.parametrize("feed_day", [None, MONDAY, date(2026, 11, 20)])
def test_nothing_is_never_complete(expected, hours, feed_day):
    at = EVENING + timedelta(hours=hours)
    assert on(now=at, expected=expected, feed_day=feed_day).kind is not Kind.COMPLETE


def test_nothing_at_all_on_an_announcement_day_is_an_alarm():
    for day in calendar.issue_days(date(2026, 11, 1), date(2026, 11, 20), HOLIDAYS):
        assert on(day, expected=0, is_odd_if_empty=True).is_alarm


def test_weekends_and_holidays_are_no_alarm():
    year = [date(2026, 11, 1) + timedelta(days=n) for n in range(61)]
    calm = {day for day in year if day.weekday() > 4} | HOLIDAYS | {date(2026, 11, 27)}
    at = datetime(2027, 1, 9, tzinfo=UTC)
    assert {day for day in year if not on(day, at, is_odd_if_empty=True).is_alarm} == calm


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"expected": 1_250, "received": 1_250}, "All 1,250 papers of Monday, 23 November 2026"),
        ({"expected": 5, "received": 3}, "3 of 5 papers for Monday"),
        ({"now": EVENING - timedelta(hours=1)}, "announced at 01:00 UTC on Monday"),
        ({"feed_day": date(2026, 11, 20)}, "arXiv still shows the papers of Friday, 20 November"),
        ({"received": 1}, "1 paper for Monday"),
    ],
)
def test_it_says_so_in_a_sentence(facts, sentence):
    said = on(**facts).sentence
    assert sentence in said
    assert said.endswith(".")


def test_in_a_whole_year_every_empty_day_is_an_alarm_but_weekends_and_holidays():
    rows = json.loads((Path(__file__).parents[3] / "fixtures" / "holidays.json").read_text())
    listed = {date.fromisoformat(row["day"]) for row in rows}
    year = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    at = datetime(2027, 1, 9, tzinfo=UTC)
    calm = [
        day
        for day in year
        if not state(day, at, listed, expected=0, received=0, is_odd_if_empty=True).is_alarm
    ]
    free = listed | {day + timedelta(days=1) for day in listed}  # whichever of the two is meant
    assert calm == [day for day in year if day.weekday() > 4 or day in free]
    assert len([day for day in listed if day.year == 2026]) == 9
