"""The few places that a reader's ranking does not choose: papers from outside the habit.

A model that shows only what it knows learns only from what it has shown. So one place in ten goes
to a paper that a reader of the first pages would not have met. Places and papers are drawn by
seed and id alone: what stands beside a paper does not matter to its draw, so that a new rating or
a late paper does not shuffle the others.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.interactions import Floats, Ids, Shares

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class ExplorationConfig:
    """`share` of the leading `depth` places, none before the rank `first`; a share of 0 is off.

    Explored papers come from beyond `depth`: on a day as short as that, everything is seen anyhow.
    """

    share: float = 0.1
    first: int = 5
    depth: int = 50

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 0.5:
            raise ValueError(f"the share must be from 0 to 0.5, not {self.share}")
        if not 2 <= self.first <= self.depth:
            raise ValueError("exploration begins below the first place and above the depth")


NO_EXPLORATION = ExplorationConfig(share=0.0)


def outside_habit(nearness: Floats, lowered: Shares, rated: Mask, rows: Any) -> Mask:
    """Tell which candidates lie outside what the reader turns to, bool[n].

    nearness float32[n] is the most that any one saved paper gives a candidate, lowered float64[n]
    what dislikes took, `rated` those that the reader has rated, `rows` their text (n, d). Outside
    is the less near half; not the half that dislikes lowered most, nor a paper without words, of
    which nothing can be said. None where no saved paper is near anything: there is no habit.
    """
    if not nearness.any():
        return np.zeros(len(nearness), np.bool_)
    has_words = np.asarray(abs(rows).sum(axis=1)).ravel() > 0
    far = (nearness <= np.median(nearness)) & (nearness < nearness.max())
    spared = lowered >= np.median(lowered)
    return np.asarray(far & spared & has_words & ~rated)


def explore(
    order: Ids, ids: Ids, outside: Mask, config: ExplorationConfig, seed: int
) -> tuple[Ids, Mask]:
    """Put a few candidates from `outside` and beyond the depth among the leading places.

    order int64[n] holds candidates' numbers, best first; ids int64[n] and outside bool[n] are
    over the candidates. Returns the new order, in which the others keep theirs, and bool[n]: the
    explored places. The same for the same (ids, outside, seed).
    """
    explored = np.zeros(len(order), np.bool_)
    places = _places(config, seed)
    beyond = order[config.depth :]
    pool = beyond[outside[beyond]]
    chosen = pool[np.argsort(_drawn(ids[pool], seed), kind="stable")][: len(places)]
    explored[places[: len(chosen)]] = True
    new = np.empty_like(order)
    new[explored] = chosen
    new[~explored] = order[~np.isin(order, chosen)]
    return new, explored


def _places(config: ExplorationConfig, seed: int) -> Ids:
    """One place in each stretch of 1 / share, as array places: rank less one."""
    if not config.share:
        return np.empty(0, np.int64)
    edges = np.arange(config.first - 1, config.depth + 1e-9, 1 / config.share).astype(np.int64)
    starts, widths = edges[:-1], np.diff(edges)
    return starts + (_drawn(starts, seed) % widths.astype(np.uint64)).astype(np.int64)


def _drawn(numbers: Ids, seed: int) -> NDArray[np.uint64]:
    """A draw from 0 to 2^64 for each number, by itself: SplitMix64 (Steele, Lea, Flood 2014)."""
    z = numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z += np.random.SeedSequence(seed).generate_state(1, np.uint64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        z = (z ^ (z >> np.uint64(shift))) * np.uint64(factor)
    return np.asarray(z ^ (z >> np.uint64(31)))
