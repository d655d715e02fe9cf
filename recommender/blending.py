"""Several interests of one reader on one page, each with its guaranteed share of the places.

Who may place next is an apportionment over time: the chairman assignment problem, solved by
Tijdeman (1980, Discrete Mathematics 32). On every beginning of the page each interest has placed
less than one paper fewer, and less than one more, than its quota of that many places. So an
interest with a tenth of the places has one in the first ten, however much the others have to show.
"""

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from recommender.interactions import Ids, whole_numbers
from recommender.ranking import Ranking


def blend(rankings: Sequence[Ranking], quotas: ArrayLike) -> Ranking:
    """Merge the rankings of one reader's interests; each paper keeps its scores and reasons.

    `quotas` are positive and in any unit, one a ranking. In the result `interest` is the number
    of the ranking that placed the paper. A paper that several hold stands once, at the place that
    it is given first. ValueError when quotas and rankings differ in number, or a quota is not
    positive. The same for the same rankings and quotas.
    """
    shares = _shares(quotas, len(rankings))
    if not rankings:
        raise ValueError("there is no interest to blend")
    placed = take_turns([ranking.ids for ranking in rankings], shares)
    starts = np.cumsum([0, *(len(ranking) for ranking in rankings[:-1])])
    rows = np.array([starts[who] + row for who, row in placed], np.int64)
    names = [column.name for column in fields(Ranking)]
    columns = (np.concatenate([getattr(one, name) for one in rankings])[rows] for name in names)
    merged = Ranking(**dict(zip(names, columns, strict=True)))
    return replace(merged, interest=np.array([who for who, _ in placed], np.int64))


def _shares(quotas: ArrayLike, n: int) -> NDArray[np.float64]:
    weights = np.asarray(quotas, np.float64)
    if weights.shape != (n,):
        raise ValueError(f"{n} rankings, but quotas of the shape {weights.shape}")
    if not (np.isfinite(weights) & (weights > 0)).all():
        raise ValueError("every quota must be positive and finite")
    return np.asarray(weights / weights.sum(), np.float64)


def take_turns(orders: Sequence[Ids], shares: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Give (who placed it, row in that order) for each place; each id once.

    `shares` float64[n] are positive and sum to 1. Who has nothing left drops out, and the rest
    share the places that are left by their quotas.
    """
    left = [list(enumerate(whole_numbers(order, "ids").tolist()))[::-1] for order in orders]
    rates, owed = shares.copy(), np.zeros(len(orders))
    seen: set[int] = set()
    placed: list[tuple[int, int]] = []
    while True:
        for who, rest in enumerate(left):
            while rest and rest[-1][1] in seen:
                rest.pop()
            if not rest and rates[who]:
                rates[who] = 0.0
                if not rates.any():
                    return placed
                rates /= rates.sum()
        owed += rates
        who = _next(owed, rates)
        owed[who] -= 1
        row, paper = left[who].pop()
        seen.add(paper)
        placed.append((who, row))


def _next(owed: NDArray[np.float64], rates: NDArray[np.float64]) -> int:
    """Of those who are owed enough, the one who would soonest be owed too much; the first of two.

    `owed` holds this turn's share already. 1e-9 is for rounding.
    """
    able = rates > 0
    least = 1 / (2 * max(int(able.sum()), 2) - 2)
    due = np.where(
        able & (owed >= least - 1e-9), (1 - least - owed) / np.where(able, rates, 1), np.inf
    )
    if np.isfinite(due).any():
        return int(np.argmin(np.round(due, 9)))
    return int(np.argmax(np.where(able, np.round(owed, 9), -np.inf)))
