"""What a reader's rankings are worth, in figures with their intervals; and a map of a day."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext, gettext_lazy, ngettext

from recommender.interleaving import Result, settle, wilson
from recommender.layout import areas, plane, terms_of
from recommender.measures import bootstrap, hit_rate, leaders, ndcg
from recommender.vectors import Vectors
from webapp import dataset
from webapp.models import Comparison, ModelRun, Reader, Replay
from webapp.queries import insight as known
from webapp.queries import papers, rankings, readers, runs
from webapp.services import rankings as ranking
from webapp.services import work

RUNS_FOR = timedelta(14)  # of issue days
TURNS = ["newest", "text", "upvoted"]  # of Comparison.Rival
LEADING = 10  # places of a day in which hits count
TOPICS = 6
LEAST_READERS = 5  # fewer would tell what one of them did
FEW = 20  # days or readers, below which a comparison says little, whatever its interval
RIVALS = [Comparison.Rival.TEXT, Comparison.Rival.NEWEST, Comparison.Rival.UPVOTED]
RANKERS = ["run", *RIVALS]  # of a replay; the first is what serves
ALIKE = {"text": "run", "upvoted": "newest"}  # each orders as the other while nothing more is known
NAMES = {"run": gettext_lazy("this ranking")} | {one: one.label for one in RIVALS}
LEAST_DAYS = 10  # of a replay that names a winner
AREAS, FEWEST = 8, 10  # of a map that have names; papers that one of them takes about
TRIED = 12  # terms for the name of an area
MARGIN = 0.2  # of a map's breadth, for papers of other days
SHAPES = 4  # subjects that are told apart on a map


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
    found = [
        Verdict(one, _own(credited), _everybody(one.settled))
        for one, credited in known.comparisons(reader_id)
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


def ask_for_replay(reader_id: int, now: datetime) -> None:
    """Once a day, however often it is asked."""
    work.ask("replay", known.replay_slot(reader_id, now.date()), now)


def replay(slot: str, now: datetime) -> work.Counts:
    """Put a reader's past days in order again, by each ranker, knowing only what was said before.

    The slot names the reader: "reader 7 ...". A day of which the active run has not read every
    paper keeps what an earlier run made of it, as long as the same was saved and liked.
    """
    reader_id, run = int(slot.split()[1]), runs.active_run()
    if run is None or not Reader.objects.filter(pk=reader_id).exists():
        return {}
    wanted, mine = known.replayable(reader_id), Replay.objects.filter(pk=reader_id)
    before = Replay.objects.get_or_create(reader_id=reader_id)[0].days
    mine.update(n_days=len(wanted), n_done=0)
    read = known.days_read(run.pk, [one.day for one in wanted])
    interests, acts = readers.interests_of(reader_id), readers.acts_of(reader_id)
    days: dict[str, Any] = {}
    for n_done, one in enumerate(wanted, start=1):
        kept = before.get(str(one.day))
        if one.day in read:
            days[str(one.day)] = _again(interests, acts, one, run)
        elif kept and kept["wanted"] == one.arxiv_ids:
            days[str(one.day)] = kept
        mine.update(n_done=n_done)
    result = _together([one for one in days.values() if one["ndcg"]], run, len(wanted) - len(days))
    mine.update(days=days, result=result, replayed_at=now)
    return {"days": len(days)}


def _again(
    interests: readers.Interests, acts: list[readers.Act], wanted: known.Wanted, run: ModelRun
) -> dict[str, Any]:
    """A day's figures, one a ranker; none where nobody could have placed what was wanted."""
    day = wanted.day
    said = [act for act in acts if act.day < day]
    pack = dataset.past_day(run, papers.of_day(day).values_list("pk", flat=True))
    orders = ranking.orders(interests, said, day, run, pack, [*RIVALS])
    by_name = dict(zip(RANKERS, orders, strict=True))
    hits = [np.isin(order, wanted.papers) for order in orders]
    n = int(hits[0].sum())
    return {
        "wanted": wanted.arxiv_ids,
        "day": str(day),
        "run": run.pk,
        "n": n,
        "hits": [hit_rate(one, n, LEADING) for one in hits] if n else [],
        "ndcg": [ndcg(one, n, LEADING) for one in hits] if n else [],
        "alike": [one for one, other in ALIKE.items() if by_name[one] == by_name[other]],
    }


def _together(days: list[dict[str, Any]], run: ModelRun, n_unread: int) -> dict[str, Any]:
    """What days say together. Who ordered every one as another did is that other one."""
    if not days:
        return {"n_days": 0, "n_unread": n_unread}
    alike = [name for name in ALIKE if all(name in one["alike"] for one in days)]
    named = [n for n, name in enumerate(RANKERS) if name not in alike]
    high = np.array([one["ndcg"] for one in days])[:, named]
    hits = np.array([one["hits"] for one in days])[:, named]
    names = [str(RANKERS[n]) for n in named]
    figures = zip(
        names, bootstrap(hits), bootstrap(high), bootstrap(high[:, :1] - high), strict=True
    )
    return {
        "rankers": [
            {"name": name, "hits": hit, "ndcg": gain, "ahead": lead}
            for name, hit, gain, lead in figures
        ],
        "leaders": [names[n] for n in leaders(high)],
        "alike": alike,
        "n_days": len(days),
        "n_papers": sum(one["n"] for one in days),
        "n_unread": n_unread,
        "n_earlier": sum(one["run"] != run.pk for one in days),
        "first": days[-1]["day"],
        "last": days[0]["day"],
    }


def best(result: dict[str, Any]) -> str:
    """Who did best on the days of a replay, or that it cannot be told."""
    if result["n_days"] < LEAST_DAYS:
        n = LEAST_DAYS - result["n_days"]
        return ngettext(
            "Too little to tell: %(n)s more day is needed to name the best.",
            "Too little to tell: %(n)s more days are needed to name the best.",
            n,
        ) % {"n": n}
    names = ", ".join(str(NAMES[one]) for one in result["leaders"])
    if len(result["leaders"]) > 1:
        told = gettext("Too little to tell: the best are too near to one another, %(rankers)s.")
    else:
        told = gettext("Best on these days: %(rankers)s.")
    return told % {"rankers": names}


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


class Spot(NamedTuple):
    """A paper's place on the plane, each coordinate from 0 to 1."""

    mark: known.Mark
    x: float
    y: float


class Area(NamedTuple):
    """What the papers around a place have in common, in a word or two."""

    name: str
    x: float
    y: float


@dataclass(frozen=True, eq=False)
class Map:
    """A day's papers on a plane, the leading ones first, then the reader's own of other days."""

    spots: list[Spot]
    areas: list[Area]  # the largest first
    share: float  # of what tells the papers of the day apart, that the plane shows
    n_papers: int  # of the day, that are shown
    n_wanted: int  # in the reader's subjects
    n_all: int
    subjects: list[str]  # the first ones of most papers that are shown, those of most first


def day_map(reader_id: int, day: date, of: str = "") -> Map | None:
    """Of the reader's subjects, of `all`, or of one subject.

    None where no model knows the day yet, or its pack is damaged.
    """
    found = known.run_on(day)
    try:
        pack = dataset.pack(found[0].pk, day, found[1]) if found else None
    except dataset.UnreadablePack:
        return None
    if found is None or pack is None:
        return None
    marks = known.marks(reader_id, day)
    elsewhere = [mark for mark in marks if mark.is_elsewhere]
    held = set(pack.seen.ids.tolist())
    here = [mark for mark in marks if mark.paper in held and not mark.is_elsewhere]
    shown = [mark for mark in here if _is_of(mark, of)]
    rows = Vectors.empty(pack.seen.d)
    if elsewhere:
        text, shared = dataset.vectors(found[0], [mark.paper for mark in elsewhere])
        rows = shared if pack.seen is pack.shared else text
    spots, named, share = _drawn(pack, shown, elsewhere, rows)
    n_wanted = sum(mark.is_wanted for mark in here)
    return Map(spots, named, share, len(shown), n_wanted, len(here), _largest(shown))


def _largest(shown: list[known.Mark]) -> list[str]:
    first = Counter(mark.subject for mark in shown)
    by_size = sorted(first.items(), key=lambda kv: (-kv[1], kv[0]))
    return [code for code, n in by_size if code and n > 1][:SHAPES]


def _is_of(mark: known.Mark, of: str) -> bool:
    return mark.is_wanted if not of else of == "all" or of in mark.subjects


def _drawn(
    pack: dataset.Pack, shown: list[known.Mark], elsewhere: list[known.Mark], there: Vectors
) -> tuple[list[Spot], list[Area], float]:
    """The plane is laid through what is shown: a few subjects of many would be a heap on it.

    Papers of other days that lie far off all of them would be the picture, and are left out.
    """
    ids = [mark.paper for mark in shown]
    here = pack.seen.take(ids)
    laid = pack.plane if len(ids) == len(pack.seen) else plane(here)
    inner, outer = laid.place(here), laid.place(there)
    low, high = (inner.min(axis=0), inner.max(axis=0)) if ids else (np.zeros(2), np.zeros(2))
    beyond = np.maximum(low - outer, outer - high).max(axis=1) > MARGIN * (high - low).max()
    every = np.concatenate([inner, outer[~beyond]])
    least = every.min(axis=0, initial=0)
    points = (every - least) / np.maximum(every.max(axis=0, initial=0) - least, 1e-12)
    by_id = {mark.paper: mark for mark in [*shown, *elsewhere]}
    marks = [by_id[pk] for pk in [*ids, *there.ids[~beyond].tolist()]]
    spots = [Spot(mark, x, y) for mark, (x, y) in zip(marks, points.tolist(), strict=True)]
    return spots, _areas(pack, shown, points[: len(ids)]), laid.share


def _areas(pack: dataset.Pack, shown: list[known.Mark], points: np.ndarray) -> list[Area]:
    """Neighbours named by the terms that they have more of than the others; none of a few papers.

    Words are paired across a stop word: only a pair that stands in a title is told.
    """
    k = min(AREAS, len(shown) // FEWEST)
    if k < 2:
        return []
    text, parted = pack.text.take([mark.paper for mark in shown]), areas(points, k)
    named: list[Area] = []
    told: set[str] = set()
    for area in np.argsort(-np.bincount(parted, minlength=k), kind="stable"):
        rows = np.flatnonzero(parted == area)
        titles = " ".join(shown[row].title.lower().replace("-", " ") for row in rows)
        terms = [pack.term(column) for column in terms_of(text, rows, TRIED)]
        words = [one for one in terms if one and not {".", "-"} & {*one}]
        words = dataset.telling([one for one in words if " " not in one or one in titles])
        new: list[str] = []
        for one in words:
            if len(new) < 2 and not told & {*one.split()}:
                new.append(one)
                told |= {*one.split()}
        if new and len(rows) >= FEWEST // 2:
            x, y = np.median(points[rows], axis=0)
            named.append(Area(", ".join(new), float(x), float(y)))
    return named
