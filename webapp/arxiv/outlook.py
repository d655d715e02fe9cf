"""What stands above a feed: how its day stands, why nothing is newer, when the next comes. Pure.

All times are told in the reader's zone; which evening has an announcement, New York decides.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from webapp.arxiv import calendar, coverage
from webapp.arxiv.coverage import Kind, State

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


NOT_FOLLOWED = Outlook(
    Kind.PARTIAL,
    ["This instance asks arXiv for other subjects than yours; papers come by cross-lists alone."],
)


class Clock(NamedTuple):
    """The moment of asking, and where the reader's clock hangs."""

    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def tell(self, at: datetime) -> str:
        local = at.astimezone(self.zone)
        zone = "UTC" if self.zone.key == "UTC" else f"your time ({self.zone.key})"
        return f"{local:%A}, {local.day} {local:%B} at {local:%H:%M} {zone}"


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
    named = ", ".join(others[:MOST_NAMED]) + (" and others" if len(others) > MOST_NAMED else "")
    return [f"This instance does not ask arXiv for {named}; of that cross-lists alone come."]


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
        at = clock.tell(calendar.announcement(day))
        sentence = f"The papers of {said(day)} were announced on {at} and are on their way."
        return state._replace(sentence=sentence)
    if state.kind is Kind.HOLIDAY:
        name = _named(holidays.get(day - _DAY) or holidays.get(day, ""))
        return state._replace(sentence=f"{state.sentence.rstrip('.')}{name}.")
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
            why.append("arXiv announces nothing for Saturdays and Sundays.")
    return Outlook(kind, [state.sentence, *why, next_one(clock, holidays)])


def earlier(day: date, count: Count, n_here: int, clock: Clock, holidays: Holidays) -> Outlook:
    """Above an older day's papers: how that day stands."""
    state = state_of(day, count, n_here, clock, holidays)
    return Outlook(state.kind, [state.sentence])


def _holidays_between(due: date, until: date, holidays: Holidays) -> list[str]:
    """The evenings between two batches on which nothing is announced."""
    evenings = (due + _DAY * n for n in range((until - due).days))
    return [
        f"arXiv has a holiday on {said(evening)}{_named(holidays[evening])}: "
        "no announcement that evening."
        for evening in evenings
        if evening in holidays
    ]


def _named(name: str) -> str:
    return f" ({name})" if name else ""


def next_one(clock: Clock, holidays: Holidays) -> str:
    at = calendar.next_announcement(clock.now, holidays)
    return f"The next papers are announced on {clock.tell(at)}."


def said(day: date) -> str:
    return f"{day:%A}, {day.day} {day:%B %Y}"
