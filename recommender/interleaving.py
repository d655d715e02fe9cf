"""Two rankers on one page: which of them do readers follow?

Team-draft interleaving (Radlinski, Kurup and Joachims 2008): like two captains the rankers choose
in turn, lots decide who begins each round, and a paper that is followed counts for its captain.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from recommender.evaluation import per_reader, standard_error
from recommender.interactions import Ids, whole_numbers

FIRST, SECOND = 1, -1


class Interleaved(NamedTuple):
    """One order from two: ids int64[n], and the ranker each place is owed to, 1 or -1, int8[n]."""

    ids: Ids
    team: NDArray[np.int8]


class Preference(NamedTuple):
    """Wins of the first ranker less those of the second, in -1..1, per reader and over all.

    `half` is the half width of the 95 % interval of the mean over readers; 0 below two readers.
    """

    users: Ids
    lead: NDArray[np.float64]
    mean: float
    half: float


def interleave(first: ArrayLike, second: ArrayLike, n: int, seed: int) -> Interleaved:
    """Draw n places in turn from two orders of the same papers; the same seed, the same page."""
    orders = {FIRST: whole_numbers(first, "ids"), SECOND: whole_numbers(second, "ids")}
    if not np.array_equal(np.sort(orders[FIRST]), np.sort(orders[SECOND])):
        raise ValueError("both rankers must order the same papers")
    waiting = {team: iter(order.tolist()) for team, order in orders.items()}
    random, taken, teams = np.random.default_rng(seed), dict[int, None](), []
    n = min(n, len(orders[FIRST]))
    while len(taken) < n:
        begins = int(random.choice([FIRST, SECOND]))
        for team in (begins, -begins)[: n - len(taken)]:
            taken[next(paper for paper in waiting[team] if paper not in taken)] = None
            teams.append(team)
    return Interleaved(np.array(list(taken), np.int64), np.array(teams, np.int8))


def lead(shown: Interleaved, followed: ArrayLike) -> float:
    """Tell who won a page: 1 the first, -1 the second, 0 neither; `followed` are ids."""
    credit = shown.team[np.isin(shown.ids, whole_numbers(followed, "ids"))].sum()
    return float(np.sign(credit))


def prefer(users: ArrayLike, leads: ArrayLike) -> Preference:
    """Sum up pages: the reader of each, int64[n], and its lead, float64[n]."""
    readers, values = whole_numbers(users, "users"), np.asarray(leads, np.float64)
    if readers.shape != values.shape:
        raise ValueError(f"{len(readers)} readers, but {values.size} leads")
    ids, means = per_reader(readers.tolist(), values.tolist(), 1)
    by_reader = means[:, 0]
    mean = float(by_reader.mean()) if len(ids) else 0.0
    return Preference(ids, by_reader, mean, 1.96 * standard_error(by_reader))
