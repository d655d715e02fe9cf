"""What a reader's rankings are worth, in figures with their intervals; and a map of a day."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from recommender.interleaving import Result, settle, wilson
from recommender.vectors import Vectors
from webapp import dataset
from webapp.models import Comparison
from webapp.queries import insight as known
from webapp.queries import papers, rankings
from webapp.services import work

RUNS_FOR = timedelta(14)  # of issue days
TURNS = ["newest", "text", "upvoted"]  # of Comparison.Rival
LEADING = 10  # places of a day in which hits count
TOPICS = 6
LEAST_READERS = 5  # fewer would tell what one of them did
FEW = 20  # days or readers, below which a comparison says little, whatever its interval


class Week(NamedTuple):
    """Hits among the leading places of a week's days, and the 95 % interval of their share."""

    begins: date  # its Monday
    n_days: int
    shown: int
    hits: int
    low: float
    high: float

    @property
    def share(self) -> float:
        return self.hits / self.shown


def weeks(days: list[known.Hits]) -> list[Week]:
    """Days by week of issue, the oldest first. Places count alike, whatever their day."""
    by_week: dict[date, list[known.Hits]] = {}
    for one in days:
        by_week.setdefault(one.day - timedelta(one.day.weekday()), []).append(one)
    return [_week(begins, by_week[begins]) for begins in sorted(by_week)]


def _week(begins: date, days: list[known.Hits]) -> Week:
    shown, hits = sum(one.shown for one in days), sum(one.hits for one in days)
    return Week(begins, len(days), shown, hits, *wilson(hits / shown, shown))


class Verdict(NamedTuple):
    """A comparison as one reader's days settled it, and as all readers did, where they may tell."""

    comparison: Comparison
    own: Result | None
    all: Result | None


def verdicts(reader_id: int) -> list[Verdict]:
    """The newest comparisons that say anything, the newest first."""
    own: dict[int, list[known.Credit]] = {}
    for credit in known.credits_of(reader_id):
        own.setdefault(credit.comparison, []).append(credit)
    found = [
        Verdict(one, _own(own.get(one.pk, [])), _everybody(one.settled))
        for one in known.comparisons()
    ]
    return [one for one in found if one.own or one.all]


def _own(credited: list[known.Credit]) -> Result | None:
    """The days of one reader are its units."""
    days = [one.day.toordinal() for one in credited]
    return settle(days, days, [one.team for one in credited]) if days else None


def _everybody(settled: dict[str, Any]) -> Result | None:
    if settled.get("units", 0) < LEAST_READERS:
        return None
    return Result(**settled)


def tells(result: Result) -> str:
    """What a result says, and no more: who is preferred, or that it cannot be told."""
    if result.units < FEW:
        return gettext("too few to tell")
    if result.low > 0.5:
        return gettext("this ranking is preferred")
    if result.high < 0.5:
        return gettext("the other is preferred")
    return gettext("no difference that shows")


def settle_all(_slot: str, now: datetime) -> work.Counts:
    """Count what all readers' acts say in each comparison; one that is over is counted once more.

    A day is acted on for weeks, so that a comparison counts as over a month after its end.
    """
    changed = 0
    for one in known.unsettled(now.date() - timedelta(30)):
        acts = rankings.compared_acts(one.pk)
        readers, days, teams = zip(*acts, strict=True) if acts else ((), (), ())
        settled = settle(readers, days, teams)._asdict()
        changed += settled != one.settled
        Comparison.objects.filter(pk=one.pk).update(settled=settled, settled_at=now)
    return {"comparisons": changed}


def begin_next(now: datetime) -> work.Counts:
    """Where nothing is compared, begin the next comparison, from the next issue day on.

    The rivals take turns. Text only is left out while it is all that the ranking goes by, most
    upvoted while nothing was upvoted. What an operator has planned comes first.
    """
    if not settings.COMPARISONS:
        return {}
    with transaction.atomic():
        known.one_at_a_time()
        newest, rivals = papers.newest_days(1), known.rivals_there()
        if not (newest and rivals) or known.is_compared_after(newest[0], RUNS_FOR):
            return {}
        begins = newest[0] + timedelta(1)
        rival, ends = _next(rivals, known.last_rival()), begins + RUNS_FOR - timedelta(1)
        Comparison.objects.create(rival=rival, begins_on=begins, ends_on=ends)
    return {"begun": 1}


def _next(rivals: set[str], last: str) -> str:
    """Whose turn it is after the last one's."""
    turns = [*TURNS[TURNS.index(last) + 1 :], *TURNS] if last in TURNS else TURNS
    return next(one for one in turns if one in rivals)


class Topics(NamedTuple):
    """Saves and likes by month, of the subjects that have most; the rest together."""

    months: list[date]
    rows: list[tuple[str, list[int]]]  # the subject's code, empty for the rest; one count a month

    @property
    def most(self) -> int:
        return max((n for _, counts in self.rows for n in counts), default=0)


def topics(reader_id: int, today: date) -> Topics:
    """The months from the first with an act in it, a year at most."""
    first = _earlier(today.replace(day=1), known.MONTHS - 1)
    found = known.topics(reader_id, first)
    if not found:
        return Topics([], [])
    months = [found[0].month]
    while months[-1] < max(today.replace(day=1), found[-1].month):
        months.append(_earlier(months[-1], -1))
    totals: Counter[str] = Counter()
    counts: Counter[tuple[str, date]] = Counter()
    for one in found:
        totals[one.subject] += one.n
    leading = [code for code, _ in sorted(totals.items(), key=lambda kv: (-kv[1], kv[0]))[:TOPICS]]
    for one in found:
        counts[one.subject if one.subject in leading else "", one.month] += one.n
    named = leading + ([""] if len(totals) > len(leading) else [])
    return Topics(months, [(code, [counts[code, month] for month in months]) for code in named])


def _earlier(month: date, n: int) -> date:
    """The first day of the month so many months before; after, where n is negative."""
    number = month.year * 12 + month.month - 1 - n
    return date(number // 12, number % 12 + 1, 1)


@dataclass(frozen=True, eq=False)
class Map:
    """Where papers stand on the plane of a day, each coordinate from 0 to 1."""

    others: list[tuple[float, float]]  # of the day, that nothing is said of
    marks: list[tuple[known.Mark, float, float]]
    share: float  # of what tells the day's papers apart, that the plane shows
    n_papers: int


def day_map(reader_id: int, day: date) -> Map | None:
    """None where no model knows the day yet, or its pack is damaged."""
    found = known.run_on(day)
    try:
        pack = dataset.pack(found[0].pk, day, found[1]) if found else None
    except dataset.UnreadablePack:
        return None
    if found is None or pack is None:
        return None
    marks = known.marks(reader_id, day)
    elsewhere = [mark.paper for mark in marks if mark.is_elsewhere]
    rows = Vectors.empty(pack.seen.d)
    if elsewhere:
        text, shared = dataset.vectors(found[0], elsewhere)
        rows = shared if pack.seen is pack.shared else text
    return _drawn(pack, marks, rows)


def _drawn(pack: dataset.Pack, marks: list[known.Mark], elsewhere: Vectors) -> Map:
    here, there = pack.plane.place(pack.seen), pack.plane.place(elsewhere)
    every = np.concatenate([here, there])
    least = every.min(axis=0, initial=0)
    span = np.maximum(every.max(axis=0, initial=0) - least, 1e-12)
    points = ((every - least) / span).tolist()
    ids = [*pack.seen.ids.tolist(), *elsewhere.ids.tolist()]
    at = dict(zip(ids, points, strict=True))
    named = {mark.paper for mark in marks}
    return Map(
        [(x, y) for pk, (x, y) in at.items() if pk not in named],
        [(mark, *at[mark.paper]) for mark in marks if mark.paper in at],
        pack.plane.share,
        len(here),
    )
