"""When arXiv announces. Pure; America/New_York decides.

A batch is named by its *issue day*, Monday to Friday, and announced at 20:00 Eastern time on the
evening before: Monday's on Sunday, Friday's on Thursday. Friday and Saturday evenings have none.

Holidays. arXiv publishes dates without saying which batch they cost. We read a date as the
evening on which nothing is announced, so the issue day *after* it vanishes: with Thursday 26
November 2026 listed, no batch is dated Friday 27 November, and that of Monday 30 November is
larger. A listed Friday or Saturday has no announcement in its evening anyway and costs nothing.
That arXiv lists a Sunday (6 July 2025), which only makes sense for evenings, speaks for this
reading; arXiv has never confirmed it, so `coverage` raises no alarm over an empty batch
that is *dated* a listed day either.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")
CUT_OFF = time(14, 0)
ANNOUNCED_AT = time(20, 0)
SATURDAY = 5
_DAY = timedelta(days=1)
FIRST, LAST = date(1991, 7, 1), date(2099, 12, 31)  # of what identifiers can say
NO_HOLIDAYS: frozenset[date] = frozenset()

Source = Literal["listing", "oai", "feed", "query"]
# When a source has an issue day's papers: days after the day before, Eastern time.
_READY = {
    "listing": (0, ANNOUNCED_AT),
    "oai": (0, time(22, 30)),
    "feed": (1, time(0, 0)),
    "query": (2, time(0, 0)),  # a day after the others, at most
}


def day_of(text: str) -> date:
    """A day as a person writes it, YYYY-MM-DD. ValueError where arXiv has no such day."""
    day = date.fromisoformat(text)
    if not FIRST <= day <= LAST:
        raise ValueError(f"arXiv announces nothing on {day}")
    return day


def next_weekday(day: date) -> date:
    return on_weekday(day + _DAY)


def on_weekday(day: date) -> date:
    """The day itself, or the Monday after its weekend."""
    while day.weekday() >= SATURDAY:
        day += _DAY
    return day


def is_issue_day(day: date, holidays: Collection[date] = NO_HOLIDAYS) -> bool:
    return day.weekday() < SATURDAY and day - _DAY not in holidays


def issue_days(first: date, last: date, holidays: Collection[date] = NO_HOLIDAYS) -> list[date]:
    days = (first + _DAY * n for n in range((last - first).days + 1))
    return [day for day in days if is_issue_day(day, holidays)]


def announcement(day: date) -> datetime:
    """The moment, in UTC, at which the batch of an issue day is announced."""
    return due_since(day, "listing")


def due_since(day: date, source: Source = "listing") -> datetime:
    """The moment, in UTC, from which a source should have an issue day's papers."""
    days, at = _READY[source]
    return datetime.combine(day + _DAY * (days - 1), at, EASTERN).astimezone(UTC)


def expected_day(now: datetime, holidays: Collection[date] = NO_HOLIDAYS) -> date:
    """The newest issue day that should be out."""
    day = now.astimezone(EASTERN).date() + _DAY
    while not is_issue_day(day, holidays) or announcement(day) > now:
        day -= _DAY
    return day


def next_announcement(now: datetime, holidays: Collection[date] = NO_HOLIDAYS) -> datetime:
    """The next evening on which a batch is due, strictly after `now`."""
    day = now.astimezone(EASTERN).date()
    while not is_issue_day(day, holidays) or announcement(day) <= now:
        day += _DAY
    return announcement(day)


def next_issue_day(day: date, holidays: Collection[date] = NO_HOLIDAYS) -> date:
    day += _DAY
    while not is_issue_day(day, holidays):
        day += _DAY
    return day


def previous_issue_day(day: date, holidays: Collection[date] = NO_HOLIDAYS) -> date:
    day -= _DAY
    while not is_issue_day(day, holidays):
        day -= _DAY
    return day


def day_of_evening(at: datetime) -> date:
    """The issue day of something sent with an announcement: a mail, a listing."""
    local = at.astimezone(EASTERN)
    return next_weekday(local.date()) if local.hour >= 19 else on_weekday(local.date())


def issue_day(submitted_at: datetime, holidays: Collection[date] = NO_HOLIDAYS) -> date:
    """The batch a submission belongs to, by arXiv's submission schedule.

    Without `holidays` none are considered: one moves the batch a day. Use it only where no
    announcement day is stated.
    """
    local = submitted_at.astimezone(EASTERN)
    counted = local.date()
    if local.time() >= CUT_OFF:
        counted += _DAY
    day = next_weekday(on_weekday(counted))
    return day if is_issue_day(day, holidays) else next_issue_day(day, holidays)


def derived_day(month: date, submitted_at: datetime | None) -> date:
    """An issue day where none is stated: by the submission, within the identifier's month."""
    return within(month, month if submitted_at is None else issue_day(submitted_at))


def within(month: date, day: date) -> date:
    """The issue day nearest to `day` that an identifier of this month allows.

    The month in an identifier is that of the announcement, so a paper held back by moderation,
    or a nonsensical submission time, cannot put it elsewhere.
    """
    end = (month + timedelta(days=31)).replace(day=1) - _DAY
    return min(max(on_weekday(month), on_weekday(day)), next_weekday(end))
