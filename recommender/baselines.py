"""Rankers that any model must beat: newest, what everybody saves, the text alone."""

import numpy as np

from recommender.interactions import Interactions
from recommender.ranking import POLICY, Candidates, RankConfig, Ranker, Ranking, Rated, rank
from recommender.vectors import Vectors

EVERYBODY = -1
"""The id of the one paper that stands for all that was saved: no reason to show a reader."""


def newest(
    candidates: Candidates,
    rated: Rated,
    weight: float = 0.0,
    config: RankConfig = POLICY,
    seed: int = 0,
) -> Ranking:
    """Order by day alone."""
    del rated
    return rank(candidates, Rated.none(), weight, config, seed)


def text_only(
    candidates: Candidates,
    rated: Rated,
    weight: float = 0.0,
    config: RankConfig = POLICY,
    seed: int = 0,
) -> Ranking:
    """Order by the reader's own papers and their words; other readers do not count."""
    del weight
    return rank(candidates, rated, 0.0, config, seed)


def popular(interactions: Interactions, features: Vectors) -> Ranker:
    """Make a ranker that orders by likeness to everything that everybody saved.

    Nobody has saved a new paper yet, so its popularity can only be foretold from its text.
    """
    places = features.locate(interactions.items)
    counts = np.bincount(places[places >= 0], minlength=len(features)).astype(np.float32)
    row = np.asarray(features.rows.T @ counts, np.float32)[None, :]
    crowd = Vectors(np.array([EVERYBODY]), row / max(float(np.linalg.norm(row)), 1e-12))

    def by_popularity(
        candidates: Candidates,
        rated: Rated,
        weight: float = 0.0,
        config: RankConfig = POLICY,
        seed: int = 0,
    ) -> Ranking:
        del rated, weight
        unread = Vectors.blank(crowd.ids, candidates.shared.d)
        everybody = Rated(crowd, unread, np.ones(1, np.float32))
        return rank(candidates, everybody, 0.0, config, seed)

    return by_popularity
