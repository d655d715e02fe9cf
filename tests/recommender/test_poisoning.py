"""One account cannot move what others are shown."""

import numpy as np
import pytest
import scipy.sparse as sp

from recommender.evaluation import Items, split_by_time
from recommender.interactions import Interactions
from recommender.ranking import rank
from recommender.train import train
from recommender.vectors import Vectors
from tests.worlds import FIRST_DAY, dialects, saves

POISONER = 9_999
FIRST_OTHER = 100_000


def joined(*parts):
    columns = ("users", "items", "weights", "days")
    return Interactions(*(np.concatenate([getattr(p, n) for p in parts]) for n in columns))


def with_more_papers(features, n=6_000):
    """The papers of a world, and copies of them that nobody saved."""
    rows = features.rows[np.resize(np.arange(len(features)), n)]
    ids = np.concatenate([features.ids, np.arange(n) + FIRST_OTHER])
    return Vectors(ids, sp.vstack([features.rows, rows], format="csr"))


@pytest.mark.parametrize("n", [5_000])
def test_an_account_that_rates_5000_papers_moves_no_place_of_another_reader_by_more_than_one(n):
    world = dialects(n_users=64, n_days=40, cut=30)
    features = with_more_papers(world.features)
    split = split_by_time(world.interactions, FIRST_DAY + 30, world.item_days)
    bought = np.random.default_rng(0).permutation(features.ids)[:n]
    poison = saves([(POISONER, item, FIRST_DAY + 10) for item in bought], weight=1.5)
    honest, poisoned = (
        Items(features, space.place(features.ids, features.rows))
        for space in (train(a, features) for a in (split.past, joined(split.past, poison)))
    )
    for case in split.cases:
        before, after = (
            rank(items.candidates(split, case.day), items.rated(case), weight=1.0).ids
            for items in (honest, poisoned)
        )
        place = {paper: at for at, paper in enumerate(after.tolist())}
        assert all(abs(place[paper] - at) <= 1 for at, paper in enumerate(before[:20].tolist()))


def test_a_large_library_still_counts():
    world = dialects()
    library = saves([(POISONER, item) for item in world.features.ids[:200]])
    alone, both = (
        train(acts, world.features).place(world.features.ids, world.features.rows).rows
        for acts in (world.interactions, joined(world.interactions, library))
    )
    assert not np.array_equal(alone, both)
