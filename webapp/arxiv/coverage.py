"""Expected against received -> one state and a sentence for readers. Pure.

Nothing received is never complete: it is waiting, a day without a batch, or an alarm. A sentence
is in the instance's one language, also where it is stored.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from enum import Enum
from typing import NamedTuple

from django.utils.dateformat import format as formatted
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext, pgettext_lazy

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

    @property
    def word(self) -> str:
        """For readers; the value is for programs."""
        return str(_WORDS[self])


_WORDS = {
    Kind.WAITING: pgettext_lazy("a day of papers", "waiting"),
    Kind.QUIET: pgettext_lazy("a day of papers", "quiet day"),
    Kind.HOLIDAY: pgettext_lazy("a day of papers", "holiday"),
    Kind.STALE: pgettext_lazy("a day of papers", "stale"),
    Kind.LATE: pgettext_lazy("a day of papers", "late"),
    Kind.PARTIAL: pgettext_lazy("a day of papers", "partial"),
    Kind.COMPLETE: pgettext_lazy("a day of papers", "complete"),
}


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
        told = gettext("arXiv lists no papers here for %(day)s.") % {"day": said(day)}
        return State(Kind.QUIET, told)
    if now < calendar.due_since(day, "feed") + GRACE:
        return _waiting(day, now)
    return _nothing(day, expected or 0, feed_day, is_holiday=day in holidays)


def _nothing(day: date, expected: int, feed_day: date | None, *, is_holiday: bool) -> State:
    given = {"day": said(day), "n": grouped(expected)}
    if expected:
        told = ngettext(
            "None of the %(n)s paper of %(day)s has arrived yet.",
            "None of the %(n)s papers of %(day)s has arrived yet.",
            expected,
        )
        return State(Kind.LATE, told % given)
    if is_holiday:
        told = gettext("arXiv has a holiday on %(day)s; nothing has been announced for it.")
        return State(Kind.HOLIDAY, told % given)
    if feed_day is not None and feed_day < day:
        told = gettext("arXiv still shows the papers of %(day)s.")
        return State(Kind.STALE, told % {"day": said(feed_day)})
    told = gettext("The papers of %(day)s are late: none has arrived so far.")
    return State(Kind.LATE, told % given)


def _no_batch(day: date) -> State:
    if day.weekday() >= calendar.SATURDAY:
        told = gettext("arXiv announces nothing for %(day)s.") % {"day": said(day)}
        return State(Kind.QUIET, told)
    told = gettext("arXiv announced nothing on the evening of %(day)s, a holiday.")
    return State(Kind.HOLIDAY, told % {"day": said(day - timedelta(days=1))})


def _received(day: date, expected: int | None, received: int, n_missing: int) -> State:
    if expected is None:
        told = ngettext(
            "%(n)s paper for %(day)s; arXiv's own count is not known yet.",
            "%(n)s papers for %(day)s; arXiv's own count is not known yet.",
            received,
        )
        return State(Kind.PARTIAL, told % {"n": grouped(received), "day": said(day)})
    if max(n_missing, expected - received) > 0:
        n = max(expected, received + n_missing)
        told = ngettext(
            "%(here)s of %(n)s paper for %(day)s; the others are being fetched.",
            "%(here)s of %(n)s papers for %(day)s; the others are being fetched.",
            n,
        )
        given = {"here": grouped(received), "n": grouped(n), "day": said(day)}
        return State(Kind.PARTIAL, told % given)
    n = expected or received
    told = ngettext(
        "All %(n)s paper of %(day)s are here.", "All %(n)s papers of %(day)s are here.", n
    )
    return State(Kind.COMPLETE, told % {"n": grouped(n), "day": said(day)})


def _waiting(day: date, now: datetime) -> State:
    at = calendar.announcement(day)
    given = {"day": said(day), "time": f"{at:%H:%M}", "evening": said(at.date())}
    if now < at:
        told = gettext("The papers of %(day)s are announced at %(time)s UTC on %(evening)s.")
    else:
        told = gettext(
            "The papers of %(day)s were announced at %(time)s UTC on %(evening)s "
            "and are on their way."
        )
    return State(Kind.WAITING, told % given)


def said(day: date) -> str:
    return formatted(day, "l, j F Y")


def grouped(n: int) -> str:
    """1,204 in English."""
    return number_format(n, force_grouping=True)
