"""How much other readers may count, learned from the instance's own saves.

Readers are held out, and with them papers: what a new reader would have got of new papers.
"""

from dataclasses import dataclass

import numpy as np

from recommender.ensemble import GRID, learn_weight
from recommender.evaluation import Case, Items, Split, quality_by_weight
from recommender.interactions import Ids, Interactions
from recommender.portfolios import Fields
from recommender.space import ItemSpace, Train
from recommender.vectors import Vectors


@dataclass(frozen=True)
class FoldConfig:
    """A fifth of the papers is held out, and each of `folds` groups of readers in turn.

    Beyond `enough` readers one group of so many tells as much. Each shows `shown` saves, and
    finds the others among `day` held-out papers. The smallest weight within one standard error
    of the best is taken while at most `cautious` readers tell; of n readers, within cautious / n
    errors. A whole one would cost a large instance what it spares a small one.
    """

    papers: float = 0.2
    folds: int = 3
    enough: int = 500
    shown: int = 5
    day: int = 300
    grid: tuple[float, ...] = GRID
    cautious: int = 50


AUTHORS = FoldConfig(grid=(0.0, 0.1, 0.25, 0.5, 1.0, 1.5), enough=4_000, shown=2, day=130)
"""Where the readers are authors: a fresh instance's readers have saved a paper or two, and a day
of arXiv has some 130 in a field. They prove that their space helps, not that it may lead."""


def weight_of_others(
    interactions: Interactions,
    features: Vectors,
    train: Train,
    config: FoldConfig = FoldConfig(),
    seed: int = 0,
    fields: Fields | None = None,
) -> float:
    """Weight of the shared space for a new reader, one of the grid; 0 where nobody can tell.

    With `fields` a day's papers are of one field or of neighbours, as a reader's are.
    """
    random = np.random.default_rng(seed)
    interactions = interactions.where(features.locate(interactions.items) >= 0)
    papers = random.permutation(np.unique(interactions.items))
    new = papers[: int(config.papers * len(papers))]
    if fields is not None:
        new = new[np.argsort(fields.of(new), kind="stable")]
    is_new = np.isin(interactions.items, new)
    users = random.permutation(np.unique(interactions.users))
    groups = [users[: config.enough]]
    if len(users) <= 2 * config.enough:
        groups = np.array_split(users, min(config.folds, max(len(users), 1)))
    qualities = []
    for group in groups:
        held_out = np.isin(interactions.users, group)
        space = train(interactions.where(~held_out & ~is_new), features, seed)
        split = _split(interactions, group, is_new, new, config, random)
        needed = features.take(np.union1d(new, interactions.items[held_out]))
        items = Items(needed, space.place(needed.ids, needed.rows, needed.encoded))
        qualities.append(quality_by_weight(split, items, config.grid)[1])
    quality = np.concatenate(qualities)
    errors = min(1.0, config.cautious / max(len(quality), 1))
    return learn_weight(quality, config.grid, errors)


def learn_from_authors(
    portfolios: Interactions, features: Vectors, train: Train, fields: Fields, seed: int = 0
) -> tuple[ItemSpace, float]:
    """The space that authors teach where there are no readers, and how much it may count.

    Where a sentence encoder takes part, that is learned from papers that it has read.
    """
    space = train(portfolios, features, seed)
    if features.encoded is not None:
        read = features.ids[features.encoded.any(axis=1)]
        portfolios = portfolios.where(np.isin(portfolios.items, read))
    weight = 0.0
    if space.d:
        weight = weight_of_others(portfolios, features, train, AUTHORS, seed, fields)
    return space, weight


def _split(
    interactions: Interactions,
    users: Ids,
    is_new: np.ndarray,
    new: Ids,
    config: FoldConfig,
    random: np.random.Generator,
) -> Split:
    """Each user's first `shown` old saves in random order, and a day of new papers for each."""
    days = np.array_split(new, -(-len(new) // config.day) or 1)
    cases = []
    for user in users.tolist():
        own = interactions.users == user
        known = random.permutation(np.unique(interactions.items[own & ~is_new]))[: config.shown]
        wanted = np.unique(interactions.items[own & is_new])
        found = [(day, wanted[np.isin(wanted, ids)]) for day, ids in enumerate(days)]
        values = np.ones(len(known), np.float32)
        cases += [
            Case(user, known, values, day, there)
            for day, there in found
            if len(there) and len(known)
        ]
    return Split(interactions, 0, tuple(cases), dict(enumerate(days)))
