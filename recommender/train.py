"""Interactions and features to an ItemSpace. The only file that imports lightfm.

LightFM (Kula 2015) is a teacher, not a lodger: what stays is a linear map from text features to
vectors, so a paper that nobody has read yet has a place, and no reader is part of the result.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from lightfm import LightFM

from recommender.interactions import Floats, IdMap, Interactions
from recommender.space import ItemSpace
from recommender.vectors import Vectors

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class TrainConfig:
    """What LightFM is told. Chosen on public cold-item splits; see benchmarks.

    With n users the space has n / 2 dimensions, but no fewer than `least_components` and no more
    than `components`. Below `least_users` or `least_interactions` nothing is trained.
    """

    components: int = 64
    least_components: int = 8
    epochs: int = 20
    learning_rate: float = 0.05
    item_alpha: float = 1e-4
    user_alpha: float = 1e-4
    most_per_user: int = 1_000
    least_users: int = 2
    least_interactions: int = 10
    largest: float = 1e3


def train(
    interactions: Interactions,
    features: Vectors,
    config: TrainConfig = TrainConfig(),
    seed: int = 0,
    progress: Progress | None = None,
) -> ItemSpace:
    """Learn where the terms of an item place it among what users share.

    `features` are the items' sparse rows at L2 norm 1: larger rows train to noise in silence.
    Items without a row are left out. Too few interactions give ItemSpace.text_only. The same
    seed gives the same map. ValueError when the training diverged.
    """
    known = newest(interactions.where(features.locate(interactions.items) >= 0), config)
    users, items = IdMap.of(known.users), IdMap.of(known.items)
    matrix = known.matrix(users, items)
    if len(users) < config.least_users or matrix.nnz < config.least_interactions:
        return ItemSpace.text_only(features.d)
    rows = sp.csr_matrix(features.take(items.ids).rows)
    used = np.unique(rows.indices)
    learned = _fit(matrix, rows[:, used], config, seed, progress)
    # A term that no trained item has keeps LightFM's random start, which is noise: leave it zero.
    space = np.zeros((features.d, learned.shape[1]), np.float32)
    space[used] = learned
    return ItemSpace(space)


def newest(interactions: Interactions, config: TrainConfig) -> Interactions:
    """Keep each user's newest `most_per_user`, so that nobody outvotes everybody."""
    order = np.lexsort((-interactions.days.astype(np.int64), interactions.users))
    users = interactions.users[order]
    place = np.arange(len(order)) - np.searchsorted(users, users)
    kept = np.zeros(len(order), np.bool_)
    kept[order[place < config.most_per_user]] = True
    return interactions.where(kept)


def _fit(
    matrix: sp.csr_matrix,
    rows: sp.csr_matrix,
    config: TrainConfig,
    seed: int,
    progress: Progress | None,
) -> Floats:
    """Give each feature its embedding, float32 (n_features, d)."""
    components = min(config.components, max(config.least_components, matrix.shape[0] // 2))
    model = LightFM(
        loss="warp",
        no_components=components,
        learning_rate=config.learning_rate,
        item_alpha=config.item_alpha,
        user_alpha=config.user_alpha,
        random_state=seed,
    )
    weights = matrix.tocoo()
    positive = sp.coo_matrix((np.ones_like(weights.data), (weights.row, weights.col)), matrix.shape)
    for epoch in range(config.epochs):
        # One thread: two give another result for the same seed, and OpenMP hangs after a fork.
        model.fit_partial(positive, item_features=rows, sample_weight=weights, num_threads=1)
        if progress is not None:
            progress(epoch + 1, config.epochs)
    learned: Floats = model.item_embeddings
    if not np.abs(learned).max(initial=0) <= config.largest:
        raise ValueError("the training diverged: an embedding is beyond all measure")
    return learned
