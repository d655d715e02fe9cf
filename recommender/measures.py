"""How well an order was, for what was wanted of it; and what means over days are worth.

Days are what is drawn again: a reader's papers of one day are not independent of one another.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

DRAWS = 2_000
Values = NDArray[np.float64]


def ndcg(hits: NDArray[np.bool_], n_wanted: int, k: int) -> float:
    """Normalised discounted cumulative gain of the first k places (Jarvelin, Kekalainen 2002)."""
    gains = 1 / np.log2(np.arange(2, k + 2))
    ideal = gains[:n_wanted].sum()
    return float(gains[: len(hits)][hits[:k]].sum() / ideal) if n_wanted else 0.0


def hit_rate(hits: NDArray[np.bool_], n_wanted: int, k: int) -> float:
    """Of the wanted, as many as k places can hold, the share that stands there."""
    return float(hits[:k].sum()) / min(n_wanted, k) if n_wanted else 0.0


class Estimate(NamedTuple):
    """A mean, and what encloses it at 95 %."""

    mean: float
    low: float
    high: float


def bootstrap(values: ArrayLike, seed: int = 0) -> list[Estimate]:
    """Give the mean of each column of values (n, m), rows drawn again (Efron 1979).

    The draw is fixed by the seed, so that the same days always say the same. ValueError when
    there is no row.
    """
    table = np.asarray(values, np.float64)
    if table.ndim != 2 or not len(table):
        raise ValueError(f"means of at least one row are wanted, but the shape is {table.shape}")
    rows = np.random.default_rng(seed).integers(len(table), size=(DRAWS, len(table)))
    low, high = np.quantile(table[rows].mean(axis=1), [0.025, 0.975], axis=0)
    return [
        Estimate(*each)
        for each in zip(table.mean(axis=0).tolist(), low.tolist(), high.tolist(), strict=True)
    ]


def leaders(values: Values, seed: int = 0) -> Sequence[int]:
    """Columns of values (n, m) that may be the best: that on average, and those near it.

    Near is whose lag, row by row, may be nothing: its interval holds zero.
    """
    best = int(values.mean(axis=0).argmax())
    lags = bootstrap(values[:, [best]] - values, seed)
    return [n for n, lag in enumerate(lags) if n == best or lag.low <= 0]
