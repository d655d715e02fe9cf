"""When arXiv announces. Pure; America/New_York decides."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")
CUT_OFF = time(14, 0)
SATURDAY = 5


def next_weekday(day: date) -> date:
    day += timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return day


def issue_day(submitted_at: datetime) -> date:
    """The batch a submission belongs to, by arXiv's submission schedule.

    Holidays are not considered: one moves the batch a day. Use it only where no
    announcement day is stated.
    """
    local = submitted_at.astimezone(EASTERN)
    counted = local.date()
    if local.time() >= CUT_OFF:
        counted += timedelta(days=1)
    while counted.weekday() >= SATURDAY:
        counted += timedelta(days=1)
    return next_weekday(counted)
