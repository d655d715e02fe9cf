"""Rankers that any model must beat: newest, most upvoted, what everybody saves, the text alone."""

from collections.abc import Mapping
from dataclasses import replace

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


def most_upvoted(votes: Mapping[int, int], config: RankConfig = POLICY) -> Ranker:
    """Make a ranker that orders by votes, given by id; without any, the newest first.

    A score is that of `newest`: what others wish for is no share of a reader's score.
    """

    def by_votes(candidates: Candidates, rated: Rated) -> Ranking:
        del rated
        counts = np.array([votes.get(pk, 0) for pk in candidates.ids.tolist()], np.float32)
        wished = replace(candidates, boosts=counts)
        by_votes_alone = replace(config, boost=1.0, most_boosts=float("inf"))
        found = rank(wished, Rated.none(), 0.0, by_votes_alone)
        return replace(
            found, scores=found.scores - found.boosted, boosted=np.zeros_like(found.boosted)
        )

    return by_votes


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
