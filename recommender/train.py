"""Interactions and features to an ItemSpace. The only file that imports lightfm.

Teachers, not lodgers: LightFM (Kula 2015) and alternating least squares learn from who saved what,
LightFM alone from who wrote what. What stays is a map from text to vectors, so a paper that
nobody has read yet has a place, and no reader is part of the result.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import scipy.sparse as sp
from lightfm import LightFM
from sklearn.preprocessing import normalize

from recommender.als import AlsConfig, factorise
from recommender.bridge import Bridge, BridgeConfig, build, unit
from recommender.contrast import ContrastConfig, tune
from recommender.fold_in import fade
from recommender.interactions import Floats, IdMap, Ids, Interactions
from recommender.portfolios import Fields
from recommender.space import ItemSpace, Train
from recommender.vectors import Vectors

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class LightfmConfig:
    """What LightFM is told. Chosen on public cold-item splits; see benchmarks."""

    components: int
    epochs: int
    alpha: float
    learning_rate: float = 0.05
    largest: float = 1e3


@dataclass(frozen=True)
class TrainConfig:
    """How large the space is, and who teaches it.

    With n readers least squares get n / 2 dimensions, but no fewer than `least_components` and no
    more than `components`; a coarse second one gets a quarter of them. LightFM and the coarse one
    count `beside` as much. Below `least_users` or `least_interactions` readers teach nothing.
    Of `many_papers` or more, authors teach only words that at least `least_papers` have.
    What authors teach is learned `author_runs` times, side by side: chance cancels out. The whole
    is then tuned to tell papers of one field apart, unless `contrast` is None.
    A teacher is left out by setting `lightfm` or `als` to None. The most saved `most_items` carry
    the bridge from text. Acts fade as they do for their own reader, to no less than `least_weight`.
    """

    components: int = 256
    least_components: int = 8
    als: AlsConfig | None = field(default_factory=AlsConfig)
    lightfm: LightfmConfig | None = LightfmConfig(components=128, epochs=15, alpha=1e-4)
    authors: LightfmConfig | None = LightfmConfig(components=64, epochs=10, alpha=1e-5)
    author_runs: int = 2
    contrast: ContrastConfig | None = field(default_factory=ContrastConfig)
    beside: float = 0.75
    bridge: BridgeConfig = field(default_factory=BridgeConfig)
    most_per_user: int = 1_000
    too_many: int = 2_000
    most_items: int = 20_000
    least_users: int = 2
    least_interactions: int = 10
    many_users: int = 2_000
    least_papers: int = 5
    many_papers: int = 1_000
    readers_for_half: float = 50.0
    least_weight: float = 0.1


def train(
    interactions: Interactions,
    features: Vectors,
    config: TrainConfig = TrainConfig(),
    seed: int = 0,
    progress: Progress | None = None,
    portfolios: Interactions | None = None,
    words: Ids | None = None,
    fields: Fields | None = None,
) -> ItemSpace:
    """Learn where a text stands among what users share.

    `features` are the items' sparse rows at L2 norm 1: larger rows train to noise in silence.
    Items without a row are left out. Author portfolios teach a map of their own, of the columns
    `words` if they are given, to tell the papers of each of `fields` apart; it counts less the
    more readers there are. Too little of both
    gives ItemSpace.text_only. The same seed gives the same space. ValueError when the training
    diverged.
    """
    bridge = _from_readers(interactions, features, config, seed, progress)
    matrix, centre = np.empty((features.d, 0), np.float32), None
    if portfolios is not None and config.authors is not None:
        matrix, centre = _from_authors(portfolios, features, words, fields, config, seed, progress)
    n_readers = len(np.unique(newest(interactions, config).users)) if bridge is not None else 0
    share = (config.readers_for_half / (config.readers_for_half + n_readers)) ** 0.5
    return ItemSpace(matrix, bridge, share, centre)


def _from_readers(
    interactions: Interactions,
    features: Vectors,
    config: TrainConfig,
    seed: int,
    progress: Progress | None,
) -> Bridge | None:
    """Factorise the saves, and learn to carry a text to where it would stand."""
    known = _within(interactions, features, config)
    matrix, items = _matrix(known)
    if matrix.shape[0] < config.least_users or matrix.nnz < config.least_interactions:
        return None
    vectors = _taught(matrix, config, seed, progress)
    texts = features.take(items.ids)
    return build(sp.csr_matrix(texts.rows), vectors, config.bridge, texts.encoded)


def _taught(
    matrix: sp.csr_matrix, config: TrainConfig, seed: int, progress: Progress | None
) -> Floats:
    """Unit vectors of the items, float32 (n_items, d): what each teacher says, side by side."""
    d = min(config.components, max(config.least_components, matrix.shape[0] // 2))
    parts = []
    if config.als is not None:
        parts += [unit(factorise(matrix, d, config.als, seed))]
        parts += [config.beside * unit(factorise(matrix, -(-d // 4), config.als, seed))]
    if config.lightfm is not None:
        learned = _fit(
            matrix, None, config.lightfm, min(d, config.lightfm.components), seed, progress
        )
        parts += [config.beside * unit(learned)]
    return unit(np.hstack(parts, dtype=np.float32))


def _from_authors(
    portfolios: Interactions,
    features: Vectors,
    words: Ids | None,
    fields: Fields | None,
    config: TrainConfig,
    seed: int,
    progress: Progress | None,
) -> tuple[Floats, Floats]:
    """Map of the terms, float32 (n_features, d): an item is the sum of its terms; and its centre.

    The centre float32 (d,) is the mean of the items' unit vectors.
    """
    known = portfolios.where(features.locate(portfolios.items) >= 0)
    matrix, items = _matrix(known)
    assert config.authors is not None
    if matrix.shape[0] < config.least_users or matrix.nnz < config.least_interactions:
        return np.empty((features.d, 0), np.float32), np.empty(0, np.float32)
    rows = sp.csr_matrix(features.take(items.ids).rows)
    least = config.least_papers if rows.shape[0] >= config.many_papers else 1
    used = np.flatnonzero(np.bincount(rows.indices, minlength=features.d) >= least)
    if words is not None:
        used = np.intersect1d(used, words)
    d = min(config.authors.components, max(config.least_components, matrix.shape[0] // 2))
    texts = normalize(rows[:, used])
    runs = range(seed, seed + config.author_runs)
    learned = np.hstack([_fit(matrix, texts, config.authors, d, s, progress) for s in runs])
    if config.contrast is not None:
        own = np.zeros(len(items), np.int64) if fields is None else fields.of(items.ids)
        learned = tune(learned, texts, matrix, own, config.contrast, seed)
    # A term that no trained item has keeps LightFM's random start, which is noise: leave it zero.
    space = np.zeros((features.d, learned.shape[1]), np.float32)
    space[used] = learned
    return space, np.asarray(unit(np.asarray(rows @ space)).mean(axis=0), np.float32)


def _within(interactions: Interactions, features: Vectors, config: TrainConfig) -> Interactions:
    """Keep what has a text, each user's newest, and the items saved most."""
    known = newest(interactions.where(features.locate(interactions.items) >= 0), config)
    items, counts = np.unique(known.items, return_counts=True)
    most = items[np.argsort(-counts, kind="stable")[: config.most_items]]
    known = known.where(np.isin(known.items, most))
    faded = fade(known.weights, known.days)
    return replace(known, weights=np.maximum(faded, np.float32(config.least_weight)))


def _matrix(interactions: Interactions) -> tuple[sp.csr_matrix, IdMap]:
    users, items = IdMap.of(interactions.users), IdMap.of(interactions.items)
    return interactions.matrix(users, items), items


def newest(interactions: Interactions, config: TrainConfig) -> Interactions:
    """Keep each user's newest `most_per_user`, so that nobody outvotes everybody.

    Who has more than `too_many` has no taste that others could share, but a library or a purpose:
    he teaches nothing. Scaled down he would still shift every vector a little.
    """
    users, counts = np.unique(interactions.users, return_counts=True)
    interactions = interactions.where(np.isin(interactions.users, users[counts <= config.too_many]))
    order = np.lexsort((-interactions.days.astype(np.int64), interactions.users))
    users = interactions.users[order]
    place = np.arange(len(order)) - np.searchsorted(users, users)
    kept = np.zeros(len(order), np.bool_)
    kept[order[place < config.most_per_user]] = True
    return interactions.where(kept)


def _fit(
    matrix: sp.csr_matrix,
    rows: sp.csr_matrix | None,
    config: LightfmConfig,
    components: int,
    seed: int,
    progress: Progress | None,
) -> Floats:
    """Embedding of each feature, or of each item if there are no feature rows, float32 (n, d)."""
    model = LightFM(
        loss="warp",
        no_components=components,
        learning_rate=config.learning_rate,
        item_alpha=config.alpha,
        user_alpha=config.alpha,
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


def with_authors(
    portfolios: Interactions, words: Ids, fields: Fields, config: TrainConfig = TrainConfig()
) -> Train:
    """Make a training that knows what authors wrote until the last day that it knows of readers."""

    def train_on(interactions: Interactions, features: Vectors, seed: int) -> ItemSpace:
        wrote = portfolios.before(int(interactions.days.max(initial=0)) + 1)
        return train(interactions, features, config, seed, None, wrote, words, fields)

    return train_on


def authors_only(words: Ids, fields: Fields, config: TrainConfig = TrainConfig()) -> Train:
    """Make a training whose interactions are portfolios, for an instance with few readers."""
    none = Interactions.none()
    return lambda portfolios, features, seed: train(
        none, features, config, seed, None, portfolios, words, fields
    )


def quick(config: TrainConfig) -> Train:
    """Make a training cheap enough to be repeated: half of the dimensions, fewer steps.

    Not less: a space much worse than the one that serves would earn too small a weight. With
    `many_users` or more, LightFM is left out beside least squares: there it changed no weight,
    and takes a third of the time; with 1,000 the weight came out too small without it.
    """
    lightfm, als = config.lightfm, config.als
    small = replace(
        config,
        components=max(config.components // 2, config.least_components),
        als=als and replace(als, rounds=als.rounds * 2 // 3),
        lightfm=lightfm and replace(lightfm, components=lightfm.components // 2),
        bridge=replace(config.bridge, steps=config.bridge.steps * 2 // 3),
    )

    def train_on(interactions: Interactions, features: Vectors, seed: int) -> ItemSpace:
        is_large = len(np.unique(interactions.users)) >= config.many_users
        chosen = replace(small, lightfm=None) if als and is_large else small
        return train(interactions, features, chosen, seed)

    return train_on
