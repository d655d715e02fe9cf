"""A round of questions asks about each kind of paper once before it asks again."""

import numpy as np
import pytest

from recommender.asking import informative
from recommender.vectors import Vectors
from tests.worlds import unit


def crowd(sizes, d=40, seed=0):
    """So many papers of each kind, near one another; ids from 0; and the kind of each."""
    rng = np.random.default_rng(seed)
    kinds = np.repeat(np.arange(len(sizes)), sizes)
    rows = np.abs(rng.normal(size=(len(kinds), d))) * 0.05
    rows[np.arange(len(kinds)), kinds] += 1
    return Vectors(np.arange(len(kinds)), unit(rows)), kinds


def test_each_kind_is_asked_about_once_the_largest_first():
    pool, kinds = crowd([30, 20, 10, 5])
    asked = informative(pool, Vectors.empty(40), 4)
    assert kinds[asked].tolist() == [0, 1, 2, 3]


def test_what_is_rated_already_is_not_asked_about():
    pool, kinds = crowd([30, 20, 10])
    rated = Vectors(np.array([900]), pool.rows[:1])
    assert kinds[informative(pool, rated, 2)].tolist() == [1, 2]


def test_an_outlier_waits_for_what_speaks_for_many():
    pool, kinds = crowd([1, 12])
    assert kinds[informative(pool, Vectors.empty(40), 2)].tolist() == [1, 0]


def test_the_summed_variance_falls_faster_than_by_chance():
    pool, _ = crowd([25, 15, 8, 4, 2])

    def left(ids):
        asked = pool.take(ids)
        told = asked.similarity(asked) + 0.5 * np.eye(len(ids))
        shared = pool.similarity(asked)
        return len(pool) - np.trace(shared @ np.linalg.solve(told, shared.T))

    rng = np.random.default_rng(1)
    by_chance = np.mean([left(rng.choice(len(pool), 5, replace=False)) for _ in range(50)])
    assert left(informative(pool, Vectors.empty(40), 5)) < 0.9 * by_chance


def test_no_paper_is_asked_about_twice_and_papers_without_words_come_last():
    rows = np.zeros((4, 3))
    rows[2:] = [[1, 0, 0], [1, 0, 0]]
    asked = informative(Vectors(np.array([7, 8, 9, 10]), rows), Vectors.empty(3), 9)
    assert asked.tolist()[0] == 9
    assert sorted(asked) == [7, 8, 9, 10]


def test_an_empty_pool_gives_no_questions():
    assert len(informative(Vectors.empty(3), Vectors.empty(3), 5)) == 0


def test_without_noise_nothing_can_be_said():
    with pytest.raises(ValueError, match="positive"):
        informative(Vectors.empty(3), Vectors.empty(3), 5, noise=0)
