"""What stands above a feed: how its day stands, why nothing is newer, when the next comes. Pure.

All times are told in the reader's zone; which evening has an announcement, New York decides.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as formatted
from django.utils.translation import gettext

from webapp.arxiv import calendar, coverage
from webapp.arxiv.coverage import Kind, State, said

Holidays = Mapping[date, str]  # with their names
LOOK_BACK_DAYS = 6
MOST_NAMED = 5
_DAY = timedelta(days=1)


class Count(NamedTuple):
    """An issue day over several categories, in which a paper in two of them counts once."""

    expected: int | None = None  # None: arXiv's own count of one of them is not known
    n_missing: int = 0
    listed_day: date | None = None
    is_odd_if_empty: bool = False  # a category is known to have papers whenever there are any


class Outlook(NamedTuple):
    kind: Kind
    sentences: list[str]


def not_followed() -> Outlook:
    told = gettext(
        "This instance asks arXiv for other subjects than yours; papers come by cross-lists alone."
    )
    return Outlook(Kind.PARTIAL, [told])


class Clock(NamedTuple):
    """The moment of asking, and where the reader's clock hangs."""

    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def tell(self, at: datetime) -> str:
        local = at.astimezone(self.zone)
        given = {"day": formatted(local, "l, j F"), "time": f"{local:%H:%M}", "zone": self.zone.key}
        if self.zone.key == "UTC":
            return gettext("%(day)s at %(time)s UTC") % given
        # Translators: such as "Monday, 23 November at 02:00 your time (Europe/Berlin)".
        return gettext("%(day)s at %(time)s your time (%(zone)s)") % given


def followed(instance: Iterable[str], wanted: Iterable[str]) -> list[str]:
    """The categories that the instance follows and the reader wants; none wanted means all.

    An instance may follow a whole archive, such as astro-ph, of which the reader wants a part.
    """
    asked = list(wanted)
    return [
        code
        for code in instance
        if not asked or any(one == code or one.startswith(f"{code}.") for one in asked)
    ]


def beside(instance: Iterable[str], wanted: Iterable[str]) -> list[str]:
    """A sentence on what the reader wants and the instance asks nobody for, if there is any."""
    here = {f"{code}." for code in instance}
    others = [one for one in wanted if not any(f"{one}.".startswith(code) for code in here)]
    if not others:
        return []
    if len(others) > MOST_NAMED:
        told = gettext(
            "This instance does not ask arXiv for %(categories)s and others; "
            "of that cross-lists alone come."
        )
    else:
        told = gettext(
            "This instance does not ask arXiv for %(categories)s; of that cross-lists alone come."
        )
    return [told % {"categories": ", ".join(others[:MOST_NAMED])}]


def days_to_ask(shown: date | None, now: datetime) -> list[date]:
    """The shown issue day and the newer ones that may be due, before holidays are known."""
    due = calendar.expected_day(now)
    first = due - _DAY * LOOK_BACK_DAYS
    newer = calendar.issue_days(first, due)
    return [day for day in newer if shown is None or day > shown] + ([shown] if shown else [])


def state_of(
    day: date, count: Count | None, n_here: int, clock: Clock, holidays: Holidays
) -> State:
    """How a day stands; `n_here` counts its papers here, where arXiv's own count is not known."""
    known = count or Count()
    if known.is_odd_if_empty:
        known = known._replace(expected=None)  # "nothing" is not believed
    is_counted = known.expected is not None
    state = coverage.state(
        day,
        clock.now,
        holidays,
        expected=known.expected,
        received=max((known.expected or 0) - known.n_missing, 0) if is_counted else n_here,
        n_missing=known.n_missing,
        feed_day=known.listed_day,
    )
    if state.kind is Kind.WAITING:
        told = gettext("The papers of %(day)s were announced on %(moment)s and are on their way.")
        at = clock.tell(calendar.announcement(day))
        return state._replace(sentence=told % {"day": said(day), "moment": at})
    name = holidays.get(day - _DAY) or holidays.get(day, "")
    if state.kind is Kind.HOLIDAY and name:
        # Translators: a sentence without its full stop, and a holiday's name.
        told = gettext("%(sentence)s (%(name)s).")
        return state._replace(
            sentence=told % {"sentence": state.sentence.rstrip("."), "name": name}
        )
    return state


def newest(
    shown: date | None,
    n_here: int,
    counts: Mapping[date, Count],
    clock: Clock,
    holidays: Holidays,
) -> Outlook:
    """Above the newest papers: the newest batch that is due, and what to wait for."""
    due = calendar.expected_day(clock.now, holidays)
    if shown and shown > due:  # from a file
        due = shown
    until = calendar.next_issue_day(due, holidays)
    state = state_of(due, counts.get(due), n_here if shown == due else 0, clock, holidays)
    why, kind = _holidays_between(due, until, holidays), state.kind
    if due < clock.today < until:  # a day without a batch, which hides no trouble of the one before
        if state.is_settled:
            kind = Kind.HOLIDAY if why else Kind.QUIET
        if clock.today.weekday() >= calendar.SATURDAY:
            why.append(gettext("arXiv announces nothing for Saturdays and Sundays."))
    return Outlook(kind, [state.sentence, *why, next_one(clock, holidays)])


def earlier(day: date, count: Count, n_here: int, clock: Clock, holidays: Holidays) -> Outlook:
    """Above an older day's papers: how that day stands."""
    state = state_of(day, count, n_here, clock, holidays)
    return Outlook(state.kind, [state.sentence])


def _holidays_between(due: date, until: date, holidays: Holidays) -> list[str]:
    """The evenings between two batches on which nothing is announced."""
    evenings = (due + _DAY * n for n in range((until - due).days))
    return [_of_holiday(one, holidays[one]) for one in evenings if one in holidays]


def _of_holiday(evening: date, name: str) -> str:
    if name:
        told = gettext("arXiv has a holiday on %(day)s (%(name)s): no announcement that evening.")
    else:
        told = gettext("arXiv has a holiday on %(day)s: no announcement that evening.")
    return told % {"day": said(evening), "name": name}


def next_one(clock: Clock, holidays: Holidays) -> str:
    at = clock.tell(calendar.next_announcement(clock.now, holidays))
    return gettext("The next papers are announced on %(moment)s.") % {"moment": at}
