"""What a dislike does: it lowers what resembles it, within bounds, and raises nothing."""

from dataclasses import dataclass

import numpy as np

from recommender.ensemble import spread
from recommender.interactions import Floats, Shares
from recommender.vectors import Vectors


@dataclass(frozen=True)
class NegativeConfig:
    """At most `strength` spreads of the day's scores are taken away.

    Below the cosine `stranger` nothing is: any two abstracts share a few words.
    """

    strength: float = 3.0
    stranger: float = 0.1


def push_down(
    scores: Floats,
    candidates: Vectors,
    disliked: Vectors,
    config: NegativeConfig = NegativeConfig(),
) -> Floats:
    """Lower scores float32[n] of candidates like a disliked paper; returns a new float32[n].

    A disliked paper that is itself a candidate goes below all the others.
    """
    if len(scores) != len(candidates):
        raise ValueError(f"{len(candidates)} candidates, but {len(scores)} scores")
    if not len(disliked) or not len(candidates):
        return scores.copy()
    unit = spread(scores)
    alike = candidates.similarity(disliked).max(axis=1)
    resemblance = np.clip((alike - config.stranger) / (1 - config.stranger), 0, 1)
    lowered = np.asarray(scores - unit * config.strength * resemblance, np.float32)
    themselves = np.isin(candidates.ids, disliked.ids)
    floor = lowered[~themselves].min(initial=0) - unit
    lowered[themselves] = np.minimum(lowered[themselves], floor)
    return lowered


def taken_off(
    scores: Shares,
    candidates: Vectors,
    disliked: Vectors,
    config: NegativeConfig = NegativeConfig(),
) -> Shares:
    """Give what dislikes take of scores float64[n] as a share of its own, float64[n], at most 0."""
    liked = np.asarray(scores, np.float32)
    pushed = push_down(liked, candidates, disliked, config).astype(np.float64)
    return np.asarray(np.minimum(pushed - liked, 0.0), np.float64)
