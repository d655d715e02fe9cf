"""Expected against received -> one state and a sentence for readers. Pure.

Nothing received is never complete: it is waiting, a day without a batch, or an alarm.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from enum import Enum
from typing import NamedTuple

from webapp.arxiv import calendar

GRACE = timedelta(hours=1)  # after the last of the sources that have a batch the same night


class Kind(Enum):
    WAITING = "waiting"  # not announced yet, or only just
    QUIET = "quiet day"  # arXiv says that there is nothing
    HOLIDAY = "holiday"
    STALE = "stale"  # the sources still show an older batch
    LATE = "late"
    PARTIAL = "partial"
    COMPLETE = "complete"


class State(NamedTuple):
    kind: Kind
    sentence: str

    @property
    def is_alarm(self) -> bool:
        return self.kind in {Kind.STALE, Kind.LATE}

    @property
    def is_settled(self) -> bool:
        """Nothing more is expected, apart from stragglers, which the weekly overlap brings."""
        return self.kind in {Kind.QUIET, Kind.HOLIDAY, Kind.COMPLETE}


def state(
    day: date,
    now: datetime,
    holidays: Collection[date],
    *,
    expected: int | None,
    received: int,
    n_missing: int = 0,
    feed_day: date | None = None,
    is_odd_if_empty: bool = False,
) -> State:
    """The state of one category, or of all, on one issue day.

    `expected` is what a listing page *dated this day* counts, None if none was read. `received`
    is what is stored of it; `n_missing` how many of the listed identifiers are not. `feed_day` is
    the heading's date of the newest listing seen, never a feed's own date. `is_odd_if_empty` says
    that nothing at all is an alarm even if a page says so.
    """
    if not calendar.is_issue_day(day, holidays) and not received and not expected:
        return _no_batch(day)
    if received:
        return _received(day, expected, received, n_missing)
    if expected == 0 and not is_odd_if_empty:
        return State(Kind.QUIET, f"arXiv lists no papers here for {_said(day)}.")
    if now < calendar.due_since(day, "feed") + GRACE:
        return _waiting(day, now)
    return _nothing(day, expected or 0, feed_day, is_holiday=day in holidays)


def _nothing(day: date, expected: int, feed_day: date | None, *, is_holiday: bool) -> State:
    if expected:
        return State(Kind.LATE, f"None of the {_papers(expected)} of {_said(day)} has arrived yet.")
    if is_holiday:
        return State(
            Kind.HOLIDAY, f"arXiv has a holiday on {_said(day)}; nothing has been announced for it."
        )
    if feed_day is not None and feed_day < day:
        return State(Kind.STALE, f"arXiv still shows the papers of {_said(feed_day)}.")
    return State(Kind.LATE, f"The papers of {_said(day)} are late: none has arrived so far.")


def _no_batch(day: date) -> State:
    if day.weekday() >= calendar.SATURDAY:
        return State(Kind.QUIET, f"arXiv announces nothing for {_said(day)}.")
    eve = _said(day - timedelta(days=1))
    return State(Kind.HOLIDAY, f"arXiv announced nothing on the evening of {eve}, a holiday.")


def _received(day: date, expected: int | None, received: int, n_missing: int) -> State:
    if expected is None:
        said = f"{_papers(received)} for {_said(day)}; arXiv's own count is not known yet."
        return State(Kind.PARTIAL, said)
    lacking = max(n_missing, expected - received)
    if lacking > 0:
        said = f"{received:,} of {_papers(max(expected, received + n_missing))} for {_said(day)}"
        return State(Kind.PARTIAL, f"{said}; the others are being fetched.")
    return State(Kind.COMPLETE, f"All {_papers(expected or received)} of {_said(day)} are here.")


def _waiting(day: date, now: datetime) -> State:
    at = calendar.announcement(day)
    when = f"{at:%H:%M} UTC on {_said(at.date())}"
    if now < at:
        return State(Kind.WAITING, f"The papers of {_said(day)} are announced at {when}.")
    said = f"The papers of {_said(day)} were announced at {when} and are on their way."
    return State(Kind.WAITING, said)


def _said(day: date) -> str:
    return f"{day:%A}, {day.day} {day:%B %Y}"


def _papers(n: int) -> str:
    return f"{n:,} paper" if n == 1 else f"{n:,} papers"
