import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.ensemble import GRID, combine, learn_weight, spread

scores = st.lists(st.floats(-5, 5, width=32), min_size=1, max_size=9).map(
    lambda values: np.array(values, np.float32).round(4)  # the smallest floats round away
)


@given(scores)
def test_without_weight_the_text_alone_decides(text):
    mixed = combine(text, text[::-1].copy(), 0.0)
    assert np.array_equal(np.argsort(mixed, kind="stable"), np.argsort(text, kind="stable"))


@given(scores, st.floats(0, 8))
def test_scores_that_are_all_alike_decide_nothing(text, weight):
    mixed = combine(text, np.full_like(text, 3), weight)
    scaled = text / spread(text)
    rounding = 1e-4 + 1e-6 * float(np.abs(scaled).max(initial=0))
    assert np.ptp(mixed) == pytest.approx(np.ptp(scaled), abs=rounding)


def test_both_scores_count_equally_at_weight_one_whatever_their_units():
    text, shared = np.float32([0, 1, 0]), np.float32([0, 0, 1000])
    mixed = combine(text, shared, 1.0)
    assert mixed[1] == pytest.approx(mixed[2])


def test_the_spread_of_nothing_is_one():
    assert spread(np.empty(0, np.float32)) == spread(np.float32([2, 2])) == 1


@pytest.mark.parametrize("weight", [-1, np.nan, np.inf])
def test_it_refuses_an_absurd_weight(weight):
    with pytest.raises(ValueError, match="weight must be finite"):
        combine(np.ones(2, np.float32), np.ones(2, np.float32), weight)


def test_it_refuses_scores_of_other_candidates():
    with pytest.raises(ValueError, match="text scores"):
        combine(np.ones(2, np.float32), np.ones(3, np.float32), 1)


def quality(n, *means):
    """Ranks of n readers who differ, with these means at each weight."""
    noise = np.random.default_rng(0).normal(0, 0.2, (n, len(means)))
    return np.array(means) + noise - noise.mean(axis=0)


def test_many_readers_earn_the_smallest_weight_that_is_as_good_as_the_best():
    assert learn_weight(quality(10_000, 0.2, 0.3, 0.4, 0.4001), (0, 1, 2, 3)) == 2


def test_few_readers_earn_nothing():
    assert learn_weight(quality(4, 0.40, 0.42, 0.45), (0, 1, 2)) == 0


@pytest.mark.parametrize("n", [0, 1])
def test_one_reader_or_none_leaves_the_text_alone(n):
    assert learn_weight(np.ones((n, len(GRID)))) == GRID[0] == 0


def test_it_refuses_quality_of_another_grid():
    with pytest.raises(ValueError, match="2 weights"):
        learn_weight(np.ones((3, 3)), (0, 1))


def test_a_smaller_share_of_the_error_asks_for_a_larger_weight():
    noise = np.random.default_rng(0).normal(0, 0.1, (80, 3))
    quality = noise + np.array([0.30, 0.31, 0.33])
    cautious, bold = (learn_weight(quality, (0.0, 1.0, 2.0), errors) for errors in (9.0, 0.0))
    assert cautious < bold
