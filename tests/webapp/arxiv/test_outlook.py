"""The words above the feed, at any moment and in any zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from webapp.arxiv import outlook
from webapp.arxiv.coverage import Kind
from webapp.arxiv.outlook import Clock, Count

HOLIDAYS = {
    date(2026, 1, 1): "New Year's Day",
    date(2026, 1, 19): "Martin Luther King Jr. Day",
    date(2026, 6, 19): "Juneteenth",
    date(2026, 7, 3): "Independence Day, observed",
    date(2026, 9, 7): "Labor Day",
    date(2026, 11, 26): "Thanksgiving",
    date(2026, 12, 25): "Christmas Day",
    date(2026, 12, 29): "Winter break",
    date(2026, 12, 31): "New Year's Eve",
}
MONDAY = date(2026, 11, 23)
FRIDAY = date(2026, 11, 20)


def clock(text, zone="UTC"):
    return Clock(datetime.fromisoformat(text).replace(tzinfo=UTC), ZoneInfo(zone))


def newest(text, shown=MONDAY, count=None, zone="UTC", n_here=0):
    counts = {shown: count} if count else {}
    return outlook.newest(shown, n_here, counts, clock(text, zone), HOLIDAYS)


def words(found):
    return " ".join(found.sentences)


def test_a_complete_day_says_how_many_and_when_the_next_come():
    found = newest("2026-11-23T09:00", count=Count(1203, 0, MONDAY))
    assert found.kind is Kind.COMPLETE
    assert words(found) == (
        "All 1,203 papers of Monday, 23 November 2026 are here. "
        "The next papers are announced on Tuesday, 24 November at 01:00 UTC."
    )


def test_a_day_with_holes_says_what_came():
    found = newest("2026-11-23T09:00", count=Count(1203, 3, MONDAY))
    assert found.kind is Kind.PARTIAL
    assert "1,200 of 1,203 papers" in words(found)


def test_a_batch_that_arxiv_repeats_is_stale():
    counts = {MONDAY: Count(None, 0, FRIDAY)}
    found = outlook.newest(FRIDAY, 80, counts, clock("2026-11-23T09:00"), HOLIDAYS)
    assert found.kind is Kind.STALE
    assert "arXiv still shows the papers of Friday, 20 November 2026." in words(found)


def test_nothing_at_all_on_an_announcement_day_is_late_though_nobody_looked():
    found = newest("2026-11-23T09:00", shown=FRIDAY)
    assert found.kind is Kind.LATE
    assert "The papers of Monday, 23 November 2026 are late" in words(found)


def test_what_was_announced_a_moment_ago_is_on_its_way_in_the_readers_time():
    found = newest("2026-11-23T01:20", shown=FRIDAY, zone="Asia/Kolkata")
    assert found.kind is Kind.WAITING
    assert "were announced on Monday, 23 November at 06:30 your time (Asia/Kolkata)" in words(found)


def test_papers_from_a_file_are_counted_where_arxiv_was_not_asked():
    found = newest("2026-11-23T09:00", n_here=7)
    assert found.kind is Kind.PARTIAL
    assert "7 papers for Monday, 23 November 2026; arXiv's own count is not known" in words(found)


def test_no_papers_of_ones_subjects_is_a_quiet_day():
    assert newest("2026-11-23T09:00", count=Count(0, 0, MONDAY)).kind is Kind.QUIET


@pytest.mark.parametrize("day", ["2026-11-21", "2026-11-22"])
def test_a_weekend_is_quiet_and_says_so(day):
    found = newest(f"{day}T12:00", shown=FRIDAY, count=Count(90, 0, FRIDAY))
    assert found.kind is Kind.QUIET
    assert "arXiv announces nothing for Saturdays and Sundays." in words(found)
    assert "are announced on Monday, 23 November at 01:00 UTC" in words(found)


def test_a_weekend_hides_no_trouble_of_friday():
    assert newest("2026-11-21T12:00", shown=FRIDAY, count=Count(90, 5, FRIDAY)).kind is Kind.PARTIAL


@pytest.mark.parametrize("holiday", HOLIDAYS)
def test_each_holiday_is_named_on_its_day_and_until_the_next_batch(holiday):
    at = datetime.combine(holiday, datetime.min.time(), UTC) + timedelta(hours=20)
    due = outlook.calendar.expected_day(at, HOLIDAYS)
    name = HOLIDAYS[holiday]
    for hours in (0, 20):
        moment = Clock(at + timedelta(hours=hours), ZoneInfo("UTC"))
        found = outlook.newest(due, 0, {due: Count(9, 0, due)}, moment, HOLIDAYS)
        assert f"({name}): no announcement that evening." in words(found)


def test_a_day_that_a_holiday_took_is_a_holiday():
    thursday = date(2026, 11, 26)
    found = newest("2026-11-27T12:00", shown=thursday, count=Count(9, 0, thursday))
    assert found.kind is Kind.HOLIDAY
    assert "are announced on Monday, 30 November at 01:00 UTC" in words(found)


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("Europe/Berlin", "Tuesday, 24 November at 02:00 your time (Europe/Berlin)"),
        ("Asia/Kolkata", "Tuesday, 24 November at 06:30 your time (Asia/Kolkata)"),
        ("Asia/Kathmandu", "Tuesday, 24 November at 06:45 your time (Asia/Kathmandu)"),
        ("America/St_Johns", "Monday, 23 November at 21:30 your time (America/St_Johns)"),
        ("Pacific/Honolulu", "Monday, 23 November at 15:00 your time (Pacific/Honolulu)"),
        ("Pacific/Kiritimati", "Tuesday, 24 November at 15:00 your time (Pacific/Kiritimati)"),
    ],
)
def test_the_next_announcement_is_told_in_the_readers_zone(zone, told):
    assert told in outlook.next_one(clock("2026-11-23T12:00", zone), HOLIDAYS)


@pytest.mark.parametrize(
    ("now", "zone", "at"),
    [
        ("2026-03-05T12:00", "Europe/Berlin", "02:00"),  # both in winter
        ("2026-03-10T12:00", "Europe/Berlin", "01:00"),  # New York has moved its clocks
        ("2026-03-31T12:00", "Europe/Berlin", "02:00"),  # Berlin has, too
        ("2026-10-27T12:00", "Europe/Berlin", "01:00"),  # Berlin is back first
        ("2026-11-03T12:00", "Europe/Berlin", "02:00"),
        ("2026-03-05T12:00", "Asia/Kolkata", "06:30"),
        ("2026-03-10T12:00", "Asia/Kolkata", "05:30"),
    ],
)
def test_changes_of_the_clocks_move_the_hour_that_is_told(now, zone, at):
    assert f"at {at} your time" in outlook.next_one(clock(now, zone), HOLIDAYS)


def test_the_weekend_is_the_readers_own():
    """In Auckland it is Saturday already when New York is in the middle of Friday."""
    at, count = "2026-11-20T15:00", Count(90, 0, FRIDAY)
    assert newest(at, FRIDAY, count, "Pacific/Auckland").kind is Kind.QUIET
    assert newest(at, FRIDAY, count, "America/New_York").kind is Kind.COMPLETE


def test_an_older_day_tells_only_how_it_stands():
    found = outlook.earlier(FRIDAY, Count(90, 2, FRIDAY), 88, clock("2026-11-25T12:00"), HOLIDAYS)
    assert found == outlook.Outlook(
        Kind.PARTIAL,
        ["88 of 90 papers for Friday, 20 November 2026; the others are being fetched."],
    )


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ([], ["cs.LG", "astro-ph"]),
        (["cs.LG", "math.NT"], ["cs.LG"]),
        (["astro-ph.GA"], ["astro-ph"]),
        (["cs.LGX", "math.NT"], []),
    ],
)
def test_what_counts_is_what_both_instance_and_reader_follow(wanted, found):
    assert outlook.followed(["cs.LG", "astro-ph"], wanted) == found


def test_days_to_ask_are_the_shown_one_and_what_may_be_newer():
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert outlook.days_to_ask(FRIDAY, now) == [MONDAY, FRIDAY]
    assert outlook.days_to_ask(MONDAY, now) == [MONDAY]
    assert outlook.days_to_ask(date(2026, 1, 1), now)[-1] == date(2026, 1, 1)
    assert MONDAY in outlook.days_to_ask(None, now)
