"""Near-duplicates apart: the second paper that says the same is worth less than the first."""

from dataclasses import dataclass

import numpy as np

from recommender.ensemble import spread
from recommender.interactions import Floats, Ids
from recommender.vectors import Vectors


@dataclass(frozen=True)
class DiversityConfig:
    """Of the first `within` places, a paper as like an earlier one as can be loses `strength`.

    It counts in spreads of the day's scores, and less down to the cosine `stranger`: two papers
    on one subject are not duplicates.
    """

    strength: float = 1.0
    stranger: float = 0.9
    within: int = 100


def spread_out(
    scores: Floats, order: Ids, candidates: Vectors, config: DiversityConfig = DiversityConfig()
) -> Floats:
    """Lower the scores float32[n] of what resembles an earlier paper of `order`, row numbers.

    Returns a new float32[n]; what is the first of its kind keeps its score.
    """
    leading = order[: config.within]
    lowered = scores.copy()
    if len(leading) < 2:
        return lowered
    first = Vectors(candidates.ids[leading], candidates.rows[leading])
    alike = np.tril(first.similarity(first), k=-1).max(axis=1)
    twins = np.clip((alike - config.stranger) / (1 - config.stranger), 0, 1)
    lowered[leading] -= np.asarray(spread(scores) * config.strength * twins, np.float32)
    return lowered
