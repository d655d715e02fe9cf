import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from webapp.arxiv import calendar
from webapp.arxiv.calendar import issue_day

FIXTURE = Path(__file__).parents[3] / "fixtures" / "holidays.json"
HOLIDAYS = {date.fromisoformat(row["day"]) for row in json.loads(FIXTURE.read_text())}
EASTERN = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("submitted", "day"),
    [
        ("2026-11-19 14:00", "2026-11-23"),  # Thursday after the cut -> Monday's batch
        ("2026-11-20 13:59", "2026-11-23"),
        ("2026-11-20 14:00", "2026-11-24"),  # Friday after the cut -> Tuesday's
        ("2026-11-21 09:00", "2026-11-24"),
        ("2026-11-22 23:00", "2026-11-24"),
        ("2026-11-23 13:59", "2026-11-24"),
        ("2026-11-23 14:00", "2026-11-25"),
        ("2026-11-18 14:01", "2026-11-20"),
    ],
)
def test_a_submission_belongs_to_the_batch_of_arxivs_schedule(submitted, day):
    at = datetime.fromisoformat(submitted).replace(tzinfo=EASTERN)
    assert issue_day(at).isoformat() == day


@pytest.mark.parametrize(
    ("utc", "day"),
    [
        ("2026-07-06 18:00", "2026-07-08"),  # 14:00 in summer
        ("2026-12-07 18:00", "2026-12-08"),  # 13:00 in winter
        ("2026-12-07 19:00", "2026-12-09"),
    ],
)
def test_the_cut_follows_daylight_saving(utc, day):
    at = datetime.fromisoformat(utc).replace(tzinfo=ZoneInfo("UTC"))
    assert issue_day(at).isoformat() == day


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "announced"),
    [
        ("2026-11-23", "2026-11-23 01:00"),  # Sunday evening, winter
        ("2026-07-07", "2026-07-07 00:00"),  # Monday evening, summer
        ("2026-03-06", "2026-03-06 01:00"),  # the last one before the clocks go forward
        ("2026-03-09", "2026-03-09 00:00"),  # the evening of the change
        ("2026-10-30", "2026-10-30 00:00"),
        ("2026-11-02", "2026-11-02 01:00"),
        ("2027-03-12", "2027-03-12 01:00"),
        ("2027-03-15", "2027-03-15 00:00"),
        ("2027-11-05", "2027-11-05 00:00"),
        ("2027-11-08", "2027-11-08 01:00"),
    ],
)
def test_a_batch_is_announced_at_eight_in_the_evening_before(day, announced):
    assert calendar.announcement(date.fromisoformat(day)) == utc(announced)


@pytest.mark.parametrize(
    ("source", "since"),
    [
        ("listing", "2026-11-02 01:00"),
        ("oai", "2026-11-02 03:30"),
        ("feed", "2026-11-02 05:00"),
        ("query", "2026-11-03 05:00"),
    ],
)
def test_each_source_has_it_at_its_own_hour(source, since):
    assert calendar.due_since(date(2026, 11, 2), source) == utc(since)


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-11-23 00:59", "2026-11-20"),
        ("2026-11-23 01:00", "2026-11-23"),
        ("2026-11-21 12:00", "2026-11-20"),
        ("2026-11-26 01:00", "2026-11-26"),  # Thanksgiving: its own batch came the evening before
        ("2026-11-27 02:00", "2026-11-26"),  # its evening has none
        ("2026-11-29 12:00", "2026-11-26"),
        ("2026-11-30 01:00", "2026-11-30"),
        ("2027-01-02 12:00", "2026-12-31"),  # the 31st is listed: no batch of the 1st
    ],
)
def test_the_newest_batch_that_should_be_out(now, day):
    assert calendar.expected_day(utc(now), HOLIDAYS).isoformat() == day


@pytest.mark.parametrize(
    ("now", "announced"),
    [
        ("2026-11-23 00:59", "2026-11-23 01:00"),
        ("2026-11-23 01:00", "2026-11-24 01:00"),
        ("2026-11-20 12:00", "2026-11-23 01:00"),
        ("2026-11-26 12:00", "2026-11-30 01:00"),
        ("2026-10-31 12:00", "2026-11-02 01:00"),
        ("2026-03-07 12:00", "2026-03-09 00:00"),
    ],
)
def test_the_next_announcement_is_known(now, announced):
    assert calendar.next_announcement(utc(now), HOLIDAYS) == utc(announced)


def test_every_evening_of_two_years_has_a_batch_or_a_reason():
    at, end = utc("2026-01-01 12:00"), utc("2028-01-01 12:00")
    while at < end:
        following = calendar.next_announcement(at, HOLIDAYS)
        day = calendar.expected_day(following, HOLIDAYS)
        assert calendar.announcement(day) == following
        assert calendar.expected_day(following - timedelta(seconds=1), HOLIDAYS) < day
        at = following


@pytest.mark.parametrize(
    ("holiday", "vanished"),
    [
        ("2026-01-19", ["2026-01-20"]),
        ("2025-07-06", ["2025-07-07"]),  # a Sunday
        ("2026-06-19", []),  # a Friday, whose evening has no announcement
        ("2026-12-26", []),
    ],
)
def test_a_holiday_costs_the_batch_after_it(holiday, vanished):
    day = date.fromisoformat(holiday)
    near = day - timedelta(days=3), day + timedelta(days=3)
    lost = set(calendar.issue_days(*near)) - set(calendar.issue_days(*near, {day}))
    assert [day.isoformat() for day in sorted(lost)] == vanished


def test_the_fixture_holds_two_years_of_holidays():
    days = [date.fromisoformat(row["day"]) for row in json.loads(FIXTURE.read_text())]
    assert days == sorted(set(days))
    assert [sum(day.year == year for day in days) for year in (2025, 2026)] == [8, 9]


def test_a_holiday_moves_a_submission_to_the_next_batch():
    at = datetime(2026, 11, 26, 10, tzinfo=EASTERN)
    assert issue_day(at).isoformat() == "2026-11-27"
    assert issue_day(at, HOLIDAYS).isoformat() == "2026-11-30"


@pytest.mark.parametrize(
    ("submitted", "day"),
    [
        ("2026-11-19 15:00", "2026-11-20"),
        ("2026-08-03 15:00", "2026-11-02"),  # held back
        ("2107-01-01 00:00", "2026-12-01"),  # nonsense
        ("2026-11-30 15:00", "2026-12-01"),  # the last evening of the month
    ],
)
def test_a_derived_day_stays_in_the_month_of_the_identifier(submitted, day):
    assert calendar.derived_day(date(2026, 11, 1), utc(submitted)).isoformat() == day


@pytest.mark.parametrize(
    ("sent", "day"), [("2023-06-09 00:44", "2023-06-09"), ("2023-06-12 00:30", "2023-06-12")]
)
def test_a_mail_of_the_evening_is_of_the_day_after(sent, day):
    assert calendar.day_of_evening(utc(sent)).isoformat() == day
