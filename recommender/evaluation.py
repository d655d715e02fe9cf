"""Would the past have predicted what was saved later? And may a new run replace the old one?

The split is by time, and a paper competes with the other papers of its issue day: nobody had
saved it yet, as on the morning when it counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from recommender.baselines import newest, popular, text_only
from recommender.ensemble import GRID, combine, learn_weight
from recommender.fold_in import fade, fold_in
from recommender.interactions import Days, Floats, IdMap, Ids, Interactions, whole_numbers
from recommender.measures import ndcg
from recommender.ranking import POLICY, Candidates, RankConfig, Ranker, Rated, rank
from recommender.space import ItemSpace, Train
from recommender.vectors import Vectors

Values = NDArray[np.float64]


class IssueDays(NamedTuple):
    """When each paper was announced: ids int64[n], unique; days int32[n], ordinals."""

    ids: Ids
    days: Days


class Case(NamedTuple):
    """One reader on one issue day: what was rated before the cut, what was saved of that day."""

    user: int
    known: Ids
    values: Floats
    day: int
    wanted: Ids


@dataclass(frozen=True, eq=False)
class Split:
    """The past, and what readers of the past saved of the days since `cut_day`.

    `issues` holds for each day all papers announced then that nobody had saved before the cut.
    """

    past: Interactions
    cut_day: int
    cases: tuple[Case, ...]
    issues: Mapping[int, Ids]

    @property
    def users(self) -> Ids:
        return np.unique(np.array([case.user for case in self.cases], np.int64))

    def only(self, users: ArrayLike) -> "Split":
        """Keep the cases of these users."""
        kept = set(whole_numbers(users, "users").tolist())
        return replace(self, cases=tuple(case for case in self.cases if case.user in kept))


def split_by_time(
    interactions: Interactions,
    cut_day: int,
    item_days: IssueDays,
    dislikes: Interactions | None = None,
) -> Split:
    """Cut at `cut_day`: train on what lies before, test on later saves of papers issued since.

    A reader is tested who saved something before and something after. `dislikes` from before the
    cut, weights positive, are known with negative values.
    """
    past, future = interactions.before(cut_day), interactions.since(cut_day)
    fresh = (item_days.days >= cut_day) & ~np.isin(item_days.ids, past.items)
    ids, days = whole_numbers(item_days.ids, "items")[fresh], item_days.days[fresh]
    issues = {int(day): ids[days == day] for day in np.unique(days)}
    disliked = (dislikes or Interactions.none()).before(cut_day)
    future = future.where(np.isin(future.items, ids) & np.isin(future.users, past.users))
    tested = past.where(np.isin(past.users, future.users))
    past_of, disliked_of = _shelves(tested), _shelves(disliked)
    issued_on, id_map = days[np.argsort(ids)], IdMap.of(ids)
    cases: list[Case] = []
    for user, later in _shelves(future).items():
        known, values = _known(past_of[user], disliked_of.get(user))
        wanted = np.unique(later.items)
        on = issued_on[id_map.rows(wanted)]
        cases += [Case(user, known, values, int(day), wanted[on == day]) for day in np.unique(on)]
    return Split(past, cut_day, tuple(cases), issues)


def _shelves(interactions: Interactions) -> dict[int, Interactions]:
    """Give each user's own interactions, users in the order of their ids."""
    order = np.argsort(interactions.users, kind="stable")
    users, starts = np.unique(interactions.users[order], return_index=True)
    ends = np.append(starts, len(order))[1:]
    rows = zip(users.tolist(), starts, ends, strict=True)
    return {user: interactions.where(order[start:end]) for user, start, end in rows}


def _known(saved: Interactions, disliked: Interactions | None) -> tuple[Ids, Floats]:
    """List what a user had rated, each paper once, faded; a dislike counts over a save."""
    acts = [(saved, 1.0)] + ([(disliked, -1.0)] if disliked is not None else [])
    items = np.concatenate([act.items for act, _ in acts])
    weights = np.concatenate([sign * act.weights for act, sign in acts])
    days = np.concatenate([act.days for act, _ in acts])
    values = dict(zip(items.tolist(), fade(weights, days).tolist(), strict=True))
    return np.array(list(values), np.int64), np.array(list(values.values()), np.float32)


@dataclass(frozen=True, eq=False)
class Items:
    """Every item's text row and item vector, by which a split becomes arrays to rank.

    Papers of a split without a vector do not take part.
    """

    text: Vectors
    shared: Vectors

    def candidates(self, split: Split, day: int) -> Candidates:
        """All papers of one issue day."""
        ids = split.issues[day]
        ids = ids[self.text.locate(ids) >= 0]
        days = np.full(len(ids), day, np.int32)
        return Candidates(ids, self.text.take(ids), self.shared.take(ids), days)

    def rated(self, case: Case) -> Rated:
        """Look up what the reader of a case had rated."""
        here = self.text.locate(case.known) >= 0
        ids = case.known[here]
        return Rated(self.text.take(ids), self.shared.take(ids), case.values[here])


METRICS = ("ndcg", "recall", "mrr")


@dataclass(frozen=True, eq=False)
class Report:
    """How well later saves were ranked: one value per reader, averaged over the reader's days.

    users int64[n]; ndcg at k, recall at 2 k, mrr float64[n]. `weight` is what the run serves with.
    """

    users: Ids
    ndcg: Values
    recall: Values
    mrr: Values
    k: int = 10
    weight: float = 0.0
    finite: bool = True

    def __len__(self) -> int:
        return len(self.users)

    def interval(self, metric: str = "ndcg") -> tuple[float, float]:
        """Mean of a metric and the half width of its 95 % interval; both 0 without readers."""
        values: Values = getattr(self, metric)
        if not len(values):
            return 0.0, 0.0
        return float(values.mean()), 1.96 * standard_error(values)

    def summary(self) -> dict[str, Any]:
        """Figures for a model card, ready for JSON, without a trace of single readers."""
        figures: dict[str, Any] = {"readers": len(self), "k": self.k, "weight": self.weight}
        for metric in METRICS:
            mean, half = self.interval(metric)
            figures[metric] = {"mean": round(mean, 4), "interval": round(half, 4)}
        return figures

    @classmethod
    def join(cls, parts: Sequence["Report"]) -> "Report":
        """Put reports on different readers together."""
        columns = [
            np.concatenate([getattr(p, name) for p in parts]) for name in ("users", *METRICS)
        ]
        order = np.argsort(columns[0], kind="stable")
        users, ndcg, recall, mrr = (column[order] for column in columns)
        finite = all(part.finite for part in parts)
        return cls(users, ndcg, recall, mrr, k=parts[0].k, finite=finite)


def standard_error(values: Values) -> float:
    """Give the standard error of a mean; 0 for fewer than two values."""
    return float(values.std(ddof=1)) / len(values) ** 0.5 if len(values) > 1 else 0.0


def per_reader(users: Sequence[int], rows: Sequence[Any], width: int) -> tuple[Ids, Values]:
    """Average rows of `width` figures over the cases of each user: ids (n,), means (n, width)."""
    ids, which = np.unique(np.asarray(users, np.int64), return_inverse=True)
    table = np.zeros((len(ids), width))
    np.add.at(table, which, np.asarray(rows, np.float64).reshape(-1, width))
    return ids, table / np.bincount(which, minlength=len(ids))[:, None]


def evaluate(ranker: Ranker, split: Split, items: Items, k: int = 10) -> Report:
    """Let a ranker order each case's day and see where the reader's own saves came."""
    days = {case.day: items.candidates(split, case.day) for case in split.cases}
    users, rows, finite = [], [], True
    for case in split.cases:
        ranking = ranker(days[case.day], items.rated(case))
        finite &= bool(np.isfinite(ranking.scores).all())
        hits = np.isin(ranking.ids, case.wanted)
        if not hits.any():
            continue  # none of the wanted papers has a vector
        n = int(hits.sum())
        users.append(case.user)
        rows.append((ndcg(hits, n, k), hits[: 2 * k].sum() / n, 1 / (1 + hits.argmax())))
    ids, table = per_reader(users, rows, len(METRICS))
    return Report(ids, table[:, 0], table[:, 1], table[:, 2], k=k, finite=finite)


def quality_by_weight(
    split: Split,
    items: Items,
    grid: tuple[float, ...] = GRID,
    config: RankConfig = POLICY,
    k: int = 10,
) -> tuple[Ids, Values]:
    """How well each reader's later saves rank at each weight: users (n,), ndcg (n, len(grid))."""
    days = {case.day: items.candidates(split, case.day) for case in split.cases}
    users, rows = [], []
    for case in split.cases:
        day, rated = days[case.day], items.rated(case)
        wanted = np.isin(day.ids, case.wanted)
        saved = rated.where(rated.values > 0)
        if not wanted.any():
            continue
        text = fold_in(saved.text, saved.values, config.text).scores(day.text)
        shared = fold_in(saved.shared, saved.values, config.shared).scores(day.shared)
        orders = (np.argsort(-combine(text, shared, w), kind="stable") for w in grid)
        users.append(case.user)
        rows.append([ndcg(wanted[order], int(wanted.sum()), k) for order in orders])
    return per_reader(users, rows, len(grid))


@dataclass(frozen=True)
class JudgeConfig:
    """The last `test_days` with interactions are the test; so many readers at most take part."""

    test_days: int = 28
    least_readers: int = 20
    most_readers: int = 1_000
    k: int = 10
    grid: tuple[float, ...] = GRID
    rank: RankConfig = POLICY


@dataclass(frozen=True, eq=False)
class Judgement:
    """What a training on the past was worth: the weight it earned, its report, the baselines'.

    `space` was trained on the past alone: kept, it can be compared on a later split. `judged`
    tells whether there were readers enough to say anything of the weight.
    """

    weight: float
    report: Report
    baselines: dict[str, Report]
    split: Split
    space: ItemSpace
    judged: bool = True


def judge(
    features: Vectors,
    interactions: Interactions,
    item_days: IssueDays,
    train: Train,
    config: JudgeConfig = JudgeConfig(),
    *,
    seed: int = 0,
    dislikes: Interactions | None = None,
) -> Judgement:
    """Train on the past, learn the weight from later saves, and measure what that is worth.

    The run serves with the weight that all test readers choose; the report measures each reader
    with a weight that others chose, so that nobody marks his own work. Unless there are enough
    readers to tell, and that beats the text alone beyond noise, it serves with the text alone.
    The test days are counted back from the newest issue day that anybody has said anything of.
    """
    issued = item_days.days[np.isin(item_days.ids, interactions.items)]
    cut_day = int(issued.max(initial=0)) - config.test_days + 1
    split = split_by_time(interactions, cut_day, item_days, dislikes)
    readers = np.random.default_rng(seed).permutation(split.users)[: config.most_readers]
    split = split.only(readers)
    # Too few to tell: what a training would be worth is not asked, and it takes long.
    tells = len(readers) >= config.least_readers
    space = train(split.past, features, seed) if tells else ItemSpace.text_only(features.d)
    items = Items(features, space.place(features.ids, features.rows, features.encoded))
    rankers = {"text only": text_only, "popular": popular(split.past, features), "newest": newest}
    baselines = {name: evaluate(r, split, items, config.k) for name, r in rankers.items()}
    weight, report = _weigh(split, items, readers, config)
    text = baselines["text only"]
    enough = len(report) >= config.least_readers
    if not enough or behind(text, report) <= 0:
        weight, report = 0.0, text
    return Judgement(weight, report, baselines, split, space, enough)


def _weigh(split: Split, items: Items, readers: Ids, config: JudgeConfig) -> tuple[float, Report]:
    """Learn the weight; and report on each half of the readers with the other half's weight."""
    users, quality = quality_by_weight(split, items, config.grid, config.rank, config.k)
    reports = []
    for half in (readers[::2], readers[1::2]):
        others = learn_weight(quality[~np.isin(users, half)], config.grid)
        ranker = partial(rank, weight=others, config=config.rank)
        reports.append(evaluate(ranker, split.only(half), items, config.k))
    weight = learn_weight(quality, config.grid)
    return weight, replace(Report.join(reports), weight=weight)


class Verdict(NamedTuple):
    """May the run serve? And the sentence for the health page."""

    accepted: bool
    sentence: str


@dataclass(frozen=True)
class GateConfig:
    """Below `least_readers` nothing can be judged; `tolerance` is what the active run may lead."""

    least_readers: int = 5
    tolerance: float = 0.03


def behind(new: Report, other: Report) -> float:
    """How far `new` is behind beyond noise: mean lead of `other` less one standard error.

    Paired over the readers whom both know, in nDCG; not above 0 means not behind.
    """
    _, here, there = np.intersect1d(new.users, other.users, return_indices=True)
    leads = other.ndcg[there] - new.ndcg[here]
    return float(leads.mean()) - standard_error(leads) if len(leads) else 0.0


def promote(
    new: Report,
    current: Report | None,
    baselines: Mapping[str, Report],
    config: GateConfig = GateConfig(),
) -> Verdict:
    """Decide whether a new run may serve, and say why.

    It is refused when a score is not finite, when a baseline leads beyond noise, or when the
    active run, measured on the same split, leads by more than the tolerance.
    """
    if not new.finite:
        return Verdict(False, "Refused: a score is not a finite number.")
    if len(new) < config.least_readers:
        few = f"only {len(new)} readers saved papers of the test days"
        if new.weight == 0:
            return Verdict(True, f"Accepted as text only: {few}, too few to judge more.")
        return Verdict(False, f"Refused: {few}, too few to judge a weight of {new.weight:g}.")
    mean, half = new.interval()
    for name, baseline in baselines.items():
        if behind(new, baseline) > 1e-9:
            than = f"{mean:.3f} against {baseline.interval()[0]:.3f}"
            return Verdict(False, f"Refused: below {name} beyond noise, nDCG {than}.")
    if current is not None:
        allowed = config.tolerance * current.interval()[0]
        if behind(new, current) > allowed:
            than = f"{mean:.3f} against {current.interval()[0]:.3f}"
            return Verdict(False, f"Refused: below the active run, nDCG {than}.")
    figures = f"nDCG {mean:.3f} +- {half:.3f} on {len(new)} readers, weight {new.weight:g}"
    return Verdict(True, f"Accepted: {figures}.")
