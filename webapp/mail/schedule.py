"""When a letter is due: on chosen days, at an hour of the reader's own clock. Pure."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
_DAY = timedelta(days=1)


class Wish(NamedTuple):
    """The weekdays, Monday is 0, or the first of each month; and the hour there, 0 to 23."""

    days: Collection[int]
    hour: int
    zone: ZoneInfo
    monthly: bool = False

    def local_day(self, now: datetime) -> date:
        return now.astimezone(self.zone).date()

    def is_due_on(self, day: date) -> bool:
        return day.day == 1 if self.monthly else day.weekday() in self.days


def moment(day: date, hour: int, zone: ZoneInfo) -> datetime:
    """The hour of a local day, in UTC.

    Of an hour that comes twice, the first; in place of one that the clocks leave out, what they
    show when it would have come.
    """
    return datetime.combine(day, time(hour), zone).astimezone(UTC)


def following(wish: Wish, now: datetime, last: date | None) -> datetime | None:
    """When the next letter is due, after that of the local day `last`; None without a day.

    At once where today's hour has passed and today had no letter: after a move to another zone,
    or when nothing was sent for a while. Days that are over are not made up for.
    """
    if not wish.monthly and not set(wish.days) & set(EVERY_DAY):
        return None
    day = now.astimezone(wish.zone).date()
    if last is not None and last >= day:
        day = last + _DAY
    while not wish.is_due_on(day):
        day += _DAY
    return moment(day, wish.hour, wish.zone)


def first(wish: Wish, now: datetime) -> datetime | None:
    """When the first letter is due: an hour that has passed today is tomorrow's."""
    today = now.astimezone(wish.zone).date()
    is_over = moment(today, wish.hour, wish.zone) <= now
    return following(wish, now, today if is_over else None)
