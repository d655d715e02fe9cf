"""When arXiv announces what, by its help pages. Written apart from the calendar that it tests.

A day here is the date of a batch: what is announced at 20:00 Eastern on Monday is Tuesday's.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")
HOLIDAYS = frozenset(
    date.fromisoformat(day)
    for day in [
        "2025-01-01",
        "2025-01-20",
        "2025-06-19",
        "2025-07-06",
        "2025-09-01",
        "2025-11-27",
        "2025-12-25",
        "2025-12-30",
        "2026-01-01",
        "2026-01-19",
        "2026-06-19",
        "2026-07-03",
        "2026-09-07",
        "2026-11-26",
        "2026-12-25",
        "2026-12-29",
        "2026-12-31",
    ]
)
ONE_DAY = timedelta(days=1)
CUT_OFF = time(14, 0)
# After the announcement in the evening before the batch's date: when a source shows it.
LAG = {
    "list": timedelta(0),
    "oai": timedelta(hours=2, minutes=30),
    "feed": timedelta(hours=4),
    "api": timedelta(hours=4),  # real arXiv takes up to a day; see FakeArxiv(api_lag=)
    "other": timedelta(hours=4),
}


def is_batch_day(day: date, holidays=HOLIDAYS) -> bool:
    """Monday to Friday, unless the evening before was a holiday's: then the next one is larger."""
    return day.weekday() < 5 and day - ONE_DAY not in holidays


def batch_day(day: date, holidays=HOLIDAYS) -> date:
    while not is_batch_day(day, holidays):
        day += ONE_DAY
    return day


def batch_before(day: date, holidays=HOLIDAYS) -> date:
    day -= ONE_DAY
    while not is_batch_day(day, holidays):
        day -= ONE_DAY
    return day


@cache
def announced_at(day: date) -> datetime:
    evening = datetime.combine(day - ONE_DAY, time(20, 0), EASTERN)
    return evening.astimezone(UTC)


def newest_open(now: datetime, lag: timedelta) -> date:
    """The newest date, batch day or not, of which a source with this lag can know."""
    day = now.astimezone(EASTERN).date() + 2 * ONE_DAY
    while announced_at(day) + lag > now:
        day -= ONE_DAY
    return day


def submitted_for(day: date, arxiv_id: str) -> datetime:
    """A moment in the window that leads to this batch, the same for an id every time."""
    closed = day - ONE_DAY
    while closed.weekday() >= 5:
        closed -= ONE_DAY
    cut_off = datetime.combine(closed, CUT_OFF, EASTERN).astimezone(UTC)
    digits = int("".join(c for c in arxiv_id if c.isdigit()) or 0)
    return cut_off - timedelta(seconds=60 + digits * 7919 % 79_000)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), EASTERN)
