import numpy as np

from recommender.crossvalidation import FoldConfig, weight_of_others
from recommender.interactions import Interactions
from recommender.train import TrainConfig, quick
from tests.worlds import dialects, saves

QUICK = quick(TrainConfig())


def test_other_readers_count_where_they_lead_to_what_the_words_do_not():
    world = dialects(n_users=96)
    assert weight_of_others(world.interactions, world.features, QUICK) >= 1


def test_readers_at_random_earn_next_to_nothing():
    world = dialects()
    rng = np.random.default_rng(0)
    items = rng.permutation(world.interactions.items)
    noise = Interactions(
        world.interactions.users, items, world.interactions.weights, world.interactions.days
    )
    weights = [weight_of_others(noise, world.features, QUICK, seed=seed) for seed in range(5)]
    assert np.median(weights) == 0


def test_nobody_tells_nothing():
    features = dialects().features
    assert weight_of_others(Interactions.none(), features, QUICK) == 0
    alone = saves([(1, item) for item in features.ids[:30].tolist()])
    assert weight_of_others(alone, features, QUICK) == 0


def test_the_same_seed_gives_the_same_weight():
    world = dialects()
    config = FoldConfig(folds=2)
    first, second = (
        weight_of_others(world.interactions, world.features, QUICK, config, seed=1)
        for _ in range(2)
    )
    assert first == second
