"""When a letter is due: tables of clocks, days and moves."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from webapp.mail.schedule import EVERY_DAY, Wish, first, following, moment

ZONES = [
    *("UTC", "Europe/Berlin", "America/New_York", "America/Los_Angeles", "Asia/Tokyo"),
    *("Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns"),
    *("Pacific/Kiritimati", "Pacific/Pago_Pago", "Pacific/Chatham", "Africa/Casablanca"),
]
TICK = timedelta(minutes=1)


def letters(wish, begin, end, last=None, tick=timedelta(minutes=15)):
    """The local days that get a letter when somebody looks at every tick, as a worker does."""
    now, days, due = begin, [], first(wish, begin)
    while now < end:
        if due and due <= now:
            last = max(due.astimezone(wish.zone).date(), last or date.min)
            days.append(last)
            due = following(wish, now, last)
        now += tick
    return days


def every(begin, end):
    return [begin + timedelta(days=n) for n in range((end - begin).days)]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("hour", range(24))
def test_every_day_has_one_letter_through_both_changes_of_the_clocks(zone, hour):
    wish = Wish(EVERY_DAY, hour, ZoneInfo(zone))
    for begin in (date(2026, 3, 5), date(2026, 3, 26), date(2026, 10, 1), date(2026, 10, 23)):
        end = begin + timedelta(days=12)
        start, stop = moment(begin, 0, wish.zone) - TICK, moment(end, 0, wish.zone)
        assert letters(wish, start, stop) == every(begin, end)


@pytest.mark.parametrize(
    ("day", "hour", "zone", "utc"),
    [
        (date(2026, 3, 29), 1, "Europe/Berlin", "2026-03-29T00:00"),
        (date(2026, 3, 29), 2, "Europe/Berlin", "2026-03-29T01:00"),  # left out: 03:00 summer time
        (date(2026, 3, 29), 3, "Europe/Berlin", "2026-03-29T01:00"),
        (date(2026, 10, 25), 2, "Europe/Berlin", "2026-10-25T00:00"),  # the first of two
        (date(2026, 10, 25), 3, "Europe/Berlin", "2026-10-25T02:00"),
        (date(2026, 3, 8), 2, "America/New_York", "2026-03-08T07:00"),
        (date(2026, 11, 1), 1, "America/New_York", "2026-11-01T05:00"),
        (date(2026, 11, 23), 7, "Asia/Kolkata", "2026-11-23T01:30"),
        (date(2026, 11, 23), 7, "Asia/Kathmandu", "2026-11-23T01:15"),
        (date(2026, 4, 5), 1, "Australia/Lord_Howe", "2026-04-04T14:00"),
    ],
)
def test_an_hour_of_a_local_day_is_one_moment(day, hour, zone, utc):
    assert moment(day, hour, ZoneInfo(zone)) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_chosen_weekdays_and_first_of_months():
    berlin = ZoneInfo("Europe/Berlin")
    begin, end = datetime(2026, 1, 1, tzinfo=berlin), datetime(2026, 4, 1, tzinfo=berlin)
    days = letters(Wish((0, 4), 7, berlin), begin, end, tick=timedelta(hours=1))
    assert {day.weekday() for day in days} == {0, 4}
    assert len(days) == len(set(days)) == 26
    monthly = letters(Wish((), 7, berlin, monthly=True), begin, end, tick=timedelta(hours=1))
    assert monthly == [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
    assert following(Wish((), 7, berlin), begin, None) is None


@pytest.mark.parametrize("old", ZONES)
@pytest.mark.parametrize("new", ZONES)
@pytest.mark.parametrize("moved_at", [1, 9, 17])
def test_who_moves_gets_one_letter_for_each_local_day(old, new, moved_at):
    """None twice; none missed but a day whose hour the reader's clocks never showed."""
    before, after = Wish(EVERY_DAY, 8, ZoneInfo(old)), Wish(EVERY_DAY, 8, ZoneInfo(new))
    moved = datetime(2026, 11, 24, moved_at, tzinfo=UTC)
    days = letters(before, moved - timedelta(days=4), moved)
    now, last = moved, days[-1]
    due = following(after, now, last)
    while now < moved + timedelta(days=4):
        if due <= now:
            last = due.astimezone(after.zone).date()
            days.append(last)
            due = following(after, now, last)
        now += timedelta(minutes=15)
    skipped = [
        day
        for day in every(days[0], days[-1])
        if moment(day, 8, before.zone) > moved and day < moved.astimezone(after.zone).date()
    ]
    assert days == [
        day for day in every(days[0], days[-1] + timedelta(days=1)) if day not in skipped
    ]


def test_what_was_missed_on_days_that_are_over_is_not_made_up_for():
    wish, now = Wish(EVERY_DAY, 8, ZoneInfo("UTC")), datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert following(wish, now, date(2026, 11, 20)) == datetime(2026, 11, 24, 8, tzinfo=UTC)


def test_the_first_letter_of_a_new_subscription_waits_for_its_hour():
    wish, now = Wish(EVERY_DAY, 8, ZoneInfo("UTC")), datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert first(wish, now) == datetime(2026, 11, 25, 8, tzinfo=UTC)
    assert first(wish, now - timedelta(hours=2)) == datetime(2026, 11, 24, 8, tzinfo=UTC)
