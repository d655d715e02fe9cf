"""The places that the model does not choose: what lies outside a reader's habit.

A ranker that shows only what it believes in never learns that it is wrong.
"""

from dataclasses import dataclass, replace

import numpy as np

from recommender.interactions import Ids
from recommender.ranking import Ranking


@dataclass(frozen=True)
class ExploreConfig:
    """Every `every`-th place of the first `within`, the first `spared` left alone."""

    every: int = 10
    spared: int = 5
    within: int = 60


def explore(ranking: Ranking, seed: int, config: ExploreConfig = ExploreConfig()) -> Ranking:
    """Give few places to papers of the lower half of the order, and mark them as explored.

    Which papers depends on the seed and on their ids, hardly on the order: a rating later in the
    day does not reshuffle them. Each keeps its own score and reason.
    """
    n = len(ranking)
    places = np.arange(config.spared, min(config.within, n // 2), config.every)
    lower = np.arange(n // 2, n)
    drawn = lower[np.argsort(_lots(ranking.ids[lower], seed), kind="stable")][: len(places)]
    places = places[: len(drawn)]
    order = np.delete(np.arange(n), drawn)
    for place, paper in zip(places, drawn, strict=True):
        order = np.insert(order, place, paper)
    marked = np.isin(np.arange(n), drawn)[order]
    columns = ("ids", "scores", "because", "text_share", "shared_share")
    return replace(
        ranking, **{name: getattr(ranking, name)[order] for name in columns}, explored=marked
    )


def _lots(ids: Ids, seed: int) -> np.ndarray:
    """Draw a lot per paper, uint64[n], that does not depend on the other papers.

    The finaliser of SplitMix64 (Steele, Lea and Flood 2014) on id and seed.
    """
    golden = 0x9E3779B97F4A7C15
    lots = ids.astype(np.uint64) + np.uint64((seed * golden + golden) % 2**64)
    lots = (lots ^ (lots >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    lots = (lots ^ (lots >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return lots ^ (lots >> np.uint64(31))
