"""Two rankers compared by what readers do with a list that both have drawn up in turns.

Team-draft interleaving (Radlinski, Kurup, Joachims 2008): in each round a coin decides which
ranker places its best remaining paper first, then the other one places its own. A reader cannot
tell who placed what, and each ranker has the same chance at every height of the page.
"""

from collections.abc import Iterator
from dataclasses import fields
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr

from recommender.interactions import IdMap, Ids, whole_numbers
from recommender.ranking import Ranking

FIRST, SECOND, BOTH = 0, 1, -1
"""Teams. What both have at the same places from the top on is BOTH's, and speaks for neither."""

Teams = NDArray[np.int16]


def draft(first: ArrayLike, second: ArrayLike, seed: int) -> tuple[Ids, Teams]:
    """Merge two orders of ids: the ids of both, int64[n], and who placed each, int16[n].

    Their common beginning is nobody's: acts on it would be noise, and equal orders would differ
    by the coin. What one has left when the other is through is nobody's either. The same for the
    same seed. ValueError when an id is twice in an order.
    """
    orders = [_distinct(first), _distinct(second)]
    alike = [a == b for a, b in zip(*orders, strict=False)]
    common = alike.index(False) if False in alike else len(alike)
    placed = dict.fromkeys(orders[FIRST][:common], BOTH)
    left = [iter(order[common:]) for order in orders]
    for team in _turns(np.random.default_rng(seed)):
        best = next((i for i in left[team] if i not in placed), None)
        if best is None:
            break
        placed[best] = team
    placed |= {i: BOTH for rest in left for i in rest if i not in placed}
    return np.array(list(placed), np.int64), np.array(list(placed.values()), np.int16)


def _distinct(order: ArrayLike) -> list[int]:
    ids: list[int] = whole_numbers(order, "ids").tolist()
    if len(set(ids)) != len(ids):
        raise ValueError("an id is twice in an order")
    return ids


def _turns(coin: np.random.Generator) -> Iterator[int]:
    """Give the team whose turn it is: both once in a round, who begins is the coin's."""
    while True:
        begins = int(coin.integers(2))
        yield begins
        yield 1 - begins


def interleave(first: Ranking, second: Ranking, seed: int) -> tuple[Ranking, Teams]:
    """Merge two rankings of one day; scores and reasons are the first's, whoever placed a paper.

    So they go on meaning the same all the way down, and tell nobody who placed what. Only what
    the first does not have keeps the second's.
    """
    ids, teams = draft(first.ids, second.ids, seed)
    in_first, in_second = _rows(first.ids, ids), _rows(second.ids, ids)
    rows = np.where(in_first >= 0, in_first, len(first) + in_second)
    names = [column.name for column in fields(Ranking)]
    pairs = ((getattr(first, name), getattr(second, name)) for name in names)
    columns = (np.concatenate(pair)[rows] for pair in pairs)
    return Ranking(**dict(zip(names, columns, strict=True))), teams


def _rows(order: Ids, wanted: Ids) -> Ids:
    """Place of each wanted id in an order; -1 for one that is not there."""
    places = IdMap.of(order).rows(wanted)
    return np.where(places < 0, -1, np.argsort(order)[places] if len(order) else -1)


class Result(NamedTuple):
    """How often days went to the first ranker, and what that says.

    wins, losses and ties are days with at least one act that counts. `preference` is the mean
    over units, that is readers, of their share of days won, a tie being half: above 0.5 the first
    ranker is preferred. low and high enclose it at 95 %; p is of the sign test over units.
    """

    wins: int
    losses: int
    ties: int
    units: int
    preference: float
    low: float
    high: float
    p: float


def settle(units: ArrayLike, days: ArrayLike, teams: ArrayLike) -> Result:
    """Count acts for the teams, one row an act: unit and day int64[m], the team of its paper.

    The unit is the reader, whose days are not independent; for one reader alone it is the day.
    A day is won by the team with more acts (Chapelle, Joachims, Radlinski, Yue 2012).
    """
    rows = np.column_stack([whole_numbers(units, "units"), whole_numbers(days, "days")])
    placed_by = whole_numbers(teams, "teams")
    counts = placed_by != BOTH
    keys, which = np.unique(rows[counts], axis=0, return_inverse=True)
    votes = np.where(placed_by[counts] == FIRST, 1, -1)
    leads = np.sign(np.bincount(which.ravel(), votes, minlength=len(keys)))
    _, unit = np.unique(keys[:, 0], return_inverse=True)
    shares = np.bincount(unit, (leads + 1) / 2) / np.bincount(unit)
    preference = float(shares.mean()) if len(shares) else 0.5
    wins, losses, ties = (int((leads == sign).sum()) for sign in (1, -1, 0))
    interval = wilson(preference, len(shares))
    p = sign_test(int((shares > 0.5).sum()), int((shares < 0.5).sum()))
    return Result(wins, losses, ties, len(shares), preference, *interval, p)


def wilson(share: float, n: int, z: float = 1.96) -> tuple[float, float]:
    """Enclose the mean of n shares from 0 to 1 (Wilson 1927); 0 to 1 when there are none.

    Exact for shares that are 0 or 1 it is wide for others: none vary more at the same mean.
    """
    if not n:
        return 0.0, 1.0
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)) ** 0.5
    return max(0.0, middle - half), min(1.0, middle + half)


def sign_test(wins: int, losses: int) -> float:
    """How probable so uneven a count would be for a fair coin, two-sided (Dixon, Mood 1946)."""
    return min(1.0, 2 * float(bdtr(min(wins, losses), wins + losses, 0.5)))
