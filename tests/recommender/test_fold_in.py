import numpy as np
import pytest

from recommender.fold_in import SHARED, TEXT, FoldInConfig, fade, fold_in
from recommender.vectors import Vectors

SAVED = Vectors([1, 2], [[1.0, 0.0], [0.6, 0.8]])
NEW = Vectors([5, 6], [[1.0, 0.0], [0.0, -1.0]])


def test_the_text_form_adds_up_cosines():
    assert fold_in(SAVED, [1, 2], TEXT).shares(NEW) == pytest.approx(
        np.array([[1, 1.2], [0, -1.6]])
    )


def test_the_shared_form_adds_up_squares_and_ignores_opposites():
    shares = fold_in(SAVED, [1, 2], FoldInConfig(power=2)).shares(NEW)
    assert shares == pytest.approx(np.array([[1, 0.72], [0, 0]]))


THREE_ALIKE = Vectors([1, 2, 3, 4], [[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])


def test_the_ridge_hears_one_of_many_saves_that_say_the_same():
    config = FoldInConfig(ridge=0.5)
    duals = fold_in(THREE_ALIKE, np.ones(4), config).duals
    assert duals[:3].sum() < 1.5 * duals[3]


@pytest.mark.parametrize("ridge", [0.5, 3.0])
def test_the_ridge_is_the_same_in_its_dual_and_in_its_primal_form(ridge):
    rng = np.random.default_rng(0)
    rows, values = rng.normal(size=(7, 3)).astype(np.float32), rng.random(7).astype(np.float32)
    wide = np.hstack([rows, np.zeros((7, 9), np.float32)])
    primal, dual = (
        fold_in(Vectors(np.arange(7), r), values, FoldInConfig(ridge=ridge)).duals
        for r in (rows, wide)
    )
    assert primal == pytest.approx(dual, abs=1e-4)


@pytest.mark.parametrize("config", [TEXT, SHARED])
def test_a_score_is_the_sum_of_its_shares(config):
    taste = fold_in(SAVED, [1, 0.5], config)
    assert taste.scores(NEW) == pytest.approx(taste.shares(NEW).sum(axis=1))


def test_nothing_saved_scores_nothing():
    assert fold_in(Vectors.empty(), []).scores(NEW).tolist() == [0, 0]


def test_a_paper_resembles_itself_most():
    scores = fold_in(SAVED.take([2]), [1], SHARED).scores(SAVED)
    assert scores.argmax() == 1


@pytest.mark.parametrize("values", [[1], [1, -1], [1, np.nan], [[1, 1]]])
def test_it_refuses_values_that_do_not_fit(values):
    with pytest.raises(ValueError, match="values"):
        fold_in(SAVED, values)


def test_it_refuses_a_power_without_a_form():
    with pytest.raises(ValueError, match="power must be 1 or 2"):
        fold_in(SAVED, [1, 1], FoldInConfig(power=3))


def test_an_older_act_counts_less():
    faded = fade([1.0, 1.0, -1.0], [730_070, 730_000, 730_070])
    assert faded.tolist() == [1.0, 0.5, -1.0]


def test_the_same_acts_fade_alike_on_any_day():
    days = np.array([10, 40, 80])
    assert fade(np.ones(3), days).tolist() == fade(np.ones(3), days + 365).tolist()


def test_nothing_fades_to_nothing():
    assert fade([], []).shape == (0,)


def test_every_act_needs_a_day():
    with pytest.raises(ValueError, match="days"):
        fade([1.0, 2.0], [1])
