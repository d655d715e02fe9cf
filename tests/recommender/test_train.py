from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from recommender.baselines import newest as newest_first
from recommender.baselines import popular, text_only
from recommender.evaluation import Items, evaluate, split_by_time
from recommender.fold_in import SHARED, fold_in
from recommender.interactions import Interactions
from recommender.ranking import rank
from recommender.train import LightfmConfig, TrainConfig, newest, train
from recommender.vectors import Vectors
from tests.worlds import FIRST_DAY, checkerboard, dialects, saves


def test_each_user_of_a_checkerboard_is_given_the_item_on_the_diagonal():
    world = checkerboard(20)
    space = train(world.interactions, world.features)
    placed = space.place(world.features.ids, world.features.rows)
    for user in range(20):
        saved = world.interactions.items[world.interactions.users == user]
        unseen = np.setdiff1d(placed.ids, saved)
        scores = fold_in(placed.take(saved), np.ones(len(saved)), SHARED).scores(
            placed.take(unseen)
        )
        assert unseen[scores.argmax()] == user


@pytest.fixture(scope="module")
def taught():
    """Teach the first 18 days of the dialects; give the days that follow too."""
    world = dialects()
    split = split_by_time(world.interactions, FIRST_DAY + 18, world.item_days)
    space = train(split.past, world.features)
    return world, split, Items(world.features, space.place(world.features.ids, world.features.rows))


def learned(candidates, rated):
    return rank(candidates, rated, weight=8.0)


def test_other_readers_lead_across_the_language_border(taught):
    world, split, items = taught
    for case in split.cases:
        first = learned(items.candidates(split, case.day), items.rated(case)).ids[:4]
        topics = world.topics[world.features.locate(first)]
        assert set(topics) == {world.tastes[case.user]}


def test_a_fit_beats_popularity_newest_and_text_on_papers_nobody_has_saved(taught):
    world, split, items = taught
    best, _ = evaluate(learned, split, items).interval()
    for baseline in (popular(split.past, world.features), newest_first, text_only):
        assert best > sum(evaluate(baseline, split, items).interval())


def placed(space, world):
    return space.place(world.features.ids, world.features.rows).rows


def test_the_same_seed_gives_the_same_space_and_another_seed_another():
    world = checkerboard(8)
    first, again, other = (
        placed(train(world.interactions, world.features, seed=s), world) for s in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def wrote(world):
    """The same acts as author portfolios, and no reader at all."""
    return train(Interactions.none(), world.features, QUICK, portfolios=world.interactions)


QUICK = TrainConfig(authors=LightfmConfig(components=16, epochs=10, alpha=1e-5))


def test_authors_teach_a_space_before_there_are_readers():
    world = dialects()
    space = wrote(world)
    rows = placed(space, world)
    same = world.topics[:, None] == world.topics[None, :]
    assert space.bridge is None
    assert (rows @ rows.T)[same].mean() > 0.3 + (rows @ rows.T)[~same].mean()


def test_authors_count_less_the_more_readers_there_are():
    shares = [
        train(c.interactions, c.features, QUICK, portfolios=c.interactions).portfolio
        for c in (checkerboard(8), checkerboard(30))
    ]
    assert 1 > shares[0] > shares[1] > 0


def test_authors_teach_only_the_words_that_are_named():
    world = checkerboard(8)
    words = np.arange(4)
    space = train(
        Interactions.none(), world.features, QUICK, portfolios=world.interactions, words=words
    )
    assert space.matrix[:4].any(axis=1).all()
    assert not space.matrix[4:].any()


@pytest.mark.parametrize("left_out", ["lightfm", "als"])
def test_a_space_can_do_without_one_teacher(left_out):
    world = checkerboard(8)
    whole = train(world.interactions, world.features).d
    assert (
        0
        < train(world.interactions, world.features, replace(TrainConfig(), **{left_out: None})).d
        < whole
    )


@pytest.mark.parametrize(
    "few", [saves([]), saves([(1, i) for i in range(20)]), saves([(u, u) for u in range(9)])]
)
def test_too_few_users_or_interactions_leave_text_only(few):
    space = train(few, checkerboard(20).features)
    assert space.d == 0


def test_items_without_a_text_are_left_out():
    world = checkerboard(8)
    more = saves([(u, 999) for u in range(8)])
    both = Interactions(
        *(
            np.append(getattr(world.interactions, n), getattr(more, n))
            for n in ("users", "items", "weights", "days")
        )
    )
    with_strangers = train(both, world.features)
    without = train(world.interactions, world.features)
    assert np.array_equal(placed(with_strangers, world), placed(without, world))


def test_a_term_that_no_authored_item_has_means_nothing():
    world = checkerboard(8)
    wider = sp.hstack([world.features.rows, sp.csr_matrix((8, 1), dtype=np.float32)])
    features = Vectors(world.features.ids, wider)
    space = train(Interactions.none(), features, QUICK, portfolios=world.interactions)
    assert not space.matrix[-1].any()
    assert np.abs(space.matrix[:-1]).max(axis=1).all()


def test_few_users_get_a_small_space():
    config = TrainConfig(components=6, least_components=3, lightfm=None)
    widths = [train(c.interactions, c.features, config).d for c in map(checkerboard, (6, 10, 30))]
    assert widths == [3 + 1, 5 + 2, 6 + 2]


def test_only_the_newest_saves_of_a_busy_user_count():
    rows = saves([(1, 10, 5), (1, 11, 9), (1, 12, 7), (2, 13, 1)])
    assert newest(rows, TrainConfig(most_per_user=2)).items.tolist() == [11, 12, 13]


def test_it_tells_how_far_it_is():
    world, told = checkerboard(8), []
    config = TrainConfig(lightfm=LightfmConfig(components=8, epochs=2, alpha=1e-4))
    train(world.interactions, world.features, config, progress=lambda *step: told.append(step))
    assert told == [(1, 2), (2, 2)]


def test_a_training_that_diverged_raises():
    world = checkerboard(8)
    wild = LightfmConfig(components=8, epochs=1, alpha=1e-4, largest=1e-9)
    with pytest.raises(ValueError, match="diverged"):
        train(world.interactions, world.features, TrainConfig(lightfm=wild))


def test_what_was_saved_together_long_ago_counts_less_than_what_is_now():
    texts = Vectors(np.arange(12), sp.identity(12, np.float32, format="csr"))
    rest = [(u, 3 + (u * 7 + i) % 9) for u in range(40) for i in range(3)]
    then = saves([(u, item) for u in range(20) for item in (0, 1)], day=FIRST_DAY)
    now = saves([(u, item) for u in range(20, 40) for item in (0, 2)] + rest, day=FIRST_DAY + 400)
    both = (np.concatenate(c) for c in zip(_columns(then), _columns(now), strict=True))
    space = train(Interactions(*both), texts)
    asked, old, new = space.place(texts.ids, texts.rows).rows[:3]
    assert asked @ new > asked @ old + 0.1


def _columns(acts):
    return acts.users, acts.items, acts.weights, acts.days
