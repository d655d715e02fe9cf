"""A day's candidates in order, each with the saved paper that speaks for it.

This is policy, so it reads as prose: relevance from the text, relevance from other readers as far
as they have earned it, freshness, what the reader boosts, dislikes taken off; among equals the
newest first. Each of these is a share, and a score is nothing but the sum of its shares.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recommender.diversity import NO_DIVERSITY, DiversityConfig, spread_twins
from recommender.ensemble import scales
from recommender.exploration import NO_EXPLORATION, ExplorationConfig, explore, outside_habit
from recommender.fold_in import SHARED, TEXT, FoldInConfig, fold_in
from recommender.freshness import NO_FRESHNESS, FreshnessConfig, fresh
from recommender.interactions import Days, Floats, Ids, Shares, whole_numbers
from recommender.negatives import NegativeConfig, taken_off
from recommender.vectors import Vectors


@dataclass(frozen=True, eq=False)
class Candidates:
    """Papers that could be shown, newest first.

    ids int64[n]; their text rows and their item vectors, over the same ids; issue days int32[n];
    boosts float32[n], how many of the reader's wishes for more each meets, or nothing.
    """

    ids: Ids
    text: Vectors
    shared: Vectors
    days: Days
    boosts: Floats = field(default_factory=lambda: np.empty(0, np.float32))

    def __post_init__(self) -> None:
        object.__setattr__(self, "ids", whole_numbers(self.ids, "ids"))
        object.__setattr__(self, "days", whole_numbers(self.days, "days").astype(np.int32))
        same_ids = np.array_equal(self.ids, self.text.ids) and np.array_equal(
            self.ids, self.shared.ids
        )
        if not same_ids or len(self.days) != len(self.ids):
            raise ValueError("candidates need a text row, a shared row and a day for each id")
        boosts = self.boosts if len(self.boosts) else np.zeros(len(self.ids))
        object.__setattr__(self, "boosts", np.asarray(boosts, np.float32))
        if len(self.boosts) != len(self.ids) or not (self.boosts >= 0).all():
            raise ValueError("every candidate needs a number of boosts that is not negative")

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, eq=False)
class Rated:
    """What a reader rated: text rows and item vectors over the same ids, values float32[n].

    A value above 0 is a save or a like, below 0 a dislike, 0 counts for nothing.
    """

    text: Vectors
    shared: Vectors
    values: Floats

    def __post_init__(self) -> None:
        values = np.asarray(self.values, np.float32)
        object.__setattr__(self, "values", values)
        if not np.array_equal(self.text.ids, self.shared.ids):
            raise ValueError("text and shared rows must be of the same rated papers")
        if values.shape != self.text.ids.shape or not np.isfinite(values).all():
            raise ValueError("every rated paper needs one finite value")

    @classmethod
    def none(cls) -> Self:
        """No ratings yet."""
        return cls(Vectors.empty(), Vectors.empty(), np.empty(0, np.float32))

    def where(self, mask: NDArray[np.bool_]) -> "Rated":
        """Keep the papers where `mask`, bool[n], holds, in the order of their ids.

        The order is fixed because sums of floats depend on it, and the page must not.
        """
        ids = np.sort(self.text.ids[mask])
        places = self.text.locate(ids)
        return Rated(self.text.take(ids), self.shared.take(ids), self.values[places])


@dataclass(frozen=True)
class RankConfig:
    """How tastes are formed in either space, how far a dislike reaches, what is reordered.

    A boost is worth `boost` spreads of the day's scores, and several at most `most_boosts` times
    that: a wish lifts a paper, but not over everything.
    """

    text: FoldInConfig = TEXT
    shared: FoldInConfig = SHARED
    negatives: NegativeConfig = field(default_factory=NegativeConfig)
    freshness: FreshnessConfig = NO_FRESHNESS
    boost: float = 1.0
    most_boosts: float = 2.0
    diversity: DiversityConfig = NO_DIVERSITY
    exploration: ExplorationConfig = NO_EXPLORATION


POLICY = RankConfig()
"""The settings of every ranker unless it is told otherwise: by score alone, as it is judged."""

COMPARED = RankConfig(diversity=DiversityConfig(), freshness=FreshnessConfig())
"""What two rankers are compared with by readers: nothing explored, which is nobody's merit."""

SERVED = replace(COMPARED, exploration=ExplorationConfig())
"""What a reader is shown."""


@dataclass(frozen=True, eq=False)
class Ranking:
    """The candidates in order, best first; all arrays have one entry per candidate.

    `because` is the id of the saved paper that gave the candidate most, or -1. A score is exactly
    text_share + shared_share + fresh_share + boosted + lowered, float64; `lowered`, at most 0, is
    what dislikes took. Scores fall, except where twins were spread or `explored` says that the
    place was not earned. `interest` is the number of the interest that placed the paper: 0 unless
    several were blended, and then scores fall within each.
    """

    ids: Ids
    scores: Shares
    because: Ids
    text_share: Shares
    shared_share: Shares
    fresh_share: Shares
    boosted: Shares
    lowered: Shares
    explored: NDArray[np.bool_]
    interest: Ids

    def __len__(self) -> int:
        return len(self.ids)


Ranker = Callable[[Candidates, Rated], Ranking]


def shares(
    candidates: Candidates, saved: Rated, weight: float, config: RankConfig
) -> tuple[Floats, Floats]:
    """Compute what each saved paper gives each candidate: text and shared, float32 (n, r).

    Both are on one scale, `weight` included: all of them add up to the score before dislikes.
    """
    text = fold_in(saved.text, saved.values, config.text).shares(candidates.text)
    shared = fold_in(saved.shared, saved.values, config.shared).shares(candidates.shared)
    by_text, by_shared = scales(text.sum(axis=1), shared.sum(axis=1), weight)
    text *= np.float32(by_text)
    shared *= np.float32(by_shared)
    return text, shared


def strongest(given: Floats, saved_ids: Ids) -> Ids:
    """Id of the saved paper with the largest share per row of `given` (n, r); -1 if none gave."""
    if not len(saved_ids):
        return np.full(len(given), -1, np.int64)
    best = given.argmax(axis=1)
    return np.where(given[np.arange(len(given)), best] > 0, saved_ids[best], -1)


def rank(
    candidates: Candidates,
    rated: Rated,
    weight: float = 0.0,
    config: RankConfig = POLICY,
    seed: int = 0,
) -> Ranking:
    """Order the candidates for one reader; the same ratings and seed always give the same order.

    `weight` is how much other readers count beside the text, as the run learned it. `seed` draws
    what is explored: one for each reader and day.
    """
    saved, disliked = rated.where(rated.values > 0), rated.where(rated.values < 0)
    text, shared = shares(candidates, saved, weight, config)
    given = text + shared
    by_text, by_readers = (part.sum(axis=1, dtype=np.float64) for part in (text, shared))
    newness = fresh(candidates.days, config.freshness)
    wished = boosted(candidates.boosts, config)
    liked = by_text + by_readers + newness + wished
    lowered = taken_off(liked, candidates.text, disliked.text, config.negatives)
    scores = liked + lowered
    nearness = given.max(axis=1, initial=0)
    # Among equals the newest comes first, then the order in which the candidates were given.
    order = np.lexsort((-candidates.days, -scores))
    # Being new is no merit beside a twin of the same day.
    order = spread_twins(order, scores - newness, candidates.text, config.diversity)
    order, explored = give_places(order, candidates, rated, nearness, lowered, config, seed)
    return Ranking(
        candidates.ids[order],
        scores[order],
        strongest(given, saved.text.ids)[order],
        by_text[order],
        by_readers[order],
        newness[order],
        wished[order],
        lowered[order],
        explored,
        np.zeros(len(order), np.int64),
    )


def boosted(boosts: Floats, config: RankConfig) -> Shares:
    """Give what the reader's wishes for more add to each candidate, float64[n]."""
    return config.boost * np.minimum(boosts, config.most_boosts).astype(np.float64)


def give_places(
    order: Ids,
    candidates: Candidates,
    rated: Rated,
    nearness: Floats,
    lowered: Shares,
    config: RankConfig,
    seed: int,
) -> tuple[Ids, NDArray[np.bool_]]:
    """Put explored papers into an order of candidates' numbers, and tell which they are.

    `nearness` is the most that one saved paper gives each, `lowered` what dislikes took of it.
    """
    if not config.exploration.share:
        return order, np.zeros(len(order), np.bool_)
    is_rated = np.isin(candidates.ids, rated.text.ids[rated.values != 0])
    outside = outside_habit(nearness, lowered, is_rated, candidates.text.rows)
    return explore(order, candidates.ids, outside, config.exploration, seed)
