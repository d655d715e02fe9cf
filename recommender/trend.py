"""What is trending: public upvotes, faded by age, corrected for the hour and the category.

Our own formula. Two corrections make papers comparable: at a busy hour everything gets upvotes,
and in a large category too.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class TrendConfig:
    days: int = 7  # how far back upvotes are counted
    half_life_hours: float = 48.0  # after so long an upvote counts half
    public_weight: float = 0.5  # of upvotes elsewhere, which grow by doublings
    hour_prior: float = 10.0  # upvotes an hour has before any was seen: few change little
    hour_most: float = 2.0  # times that an hour's upvotes count at most; at least its inverse
    size_even: float = 10.0  # papers a day of a category that is corrected neither way
    size_prior: float = 10.0  # papers a day that a category has before any was seen
    size_power: float = 0.5


def hour_weights(n_by_hour: Floats, config: TrendConfig) -> Floats:
    """How much an upvote of each hour of the day counts: more where upvotes are rare.

    `n_by_hour` has 24 counts of a past period. Returns 24 weights around 1.
    """
    if n_by_hour.shape != (24,):
        raise ValueError(f"a day has 24 hours, not {n_by_hour.shape}")
    usual = n_by_hour.mean() + config.hour_prior
    weights: Floats = usual / (n_by_hour + config.hour_prior)
    return weights.clip(1 / config.hour_most, config.hour_most)


def divisors(n_a_day: Floats, config: TrendConfig) -> Floats:
    """By how much papers are divided whose categories have so many papers a day."""
    usual = config.size_even + config.size_prior
    return np.power((n_a_day + config.size_prior) / usual, config.size_power)


def fading(age_hours: Floats, config: TrendConfig) -> Floats:
    """What is left of something so old; nothing is younger than now."""
    return np.exp2(-np.maximum(age_hours, 0.0) / config.half_life_hours)


def trend(
    papers: Ints,
    age_hours: Floats,
    weights: Floats,
    public: Floats,
    public_age_hours: Floats,
    divided_by: Floats,
    config: TrendConfig,
) -> Floats:
    """The score of each of n papers.

    The first three arrays have an element for each upvote: its paper (0 to n-1), its age and the
    weight of its hour. The next three have one for each paper: upvotes elsewhere, their age, and
    the divisor of its category.
    """
    n_papers = len(divided_by)
    ours = np.bincount(papers, weights * fading(age_hours, config), minlength=n_papers)
    theirs = config.public_weight * np.log2(1 + public) * fading(public_age_hours, config)
    return (ours + theirs) / divided_by
