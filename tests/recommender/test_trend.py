"""The trend's formula against a table that was worked out by hand."""

import numpy as np
import pytest

from recommender.trend import TrendConfig, divisors, fading, hour_weights, trend

CONFIG = TrendConfig()  # half-life 48 h, public weight 0.5, even size 10, priors 10, power 1/2


def scores(upvotes, n=1, public=None, public_age=None, divided_by=None):
    """`upvotes` are (paper, age in hours, weight of the hour)."""
    rows = np.array(upvotes, float).reshape(-1, 3)
    return trend(
        rows[:, 0].astype(int),
        rows[:, 1],
        rows[:, 2],
        np.zeros(n) if public is None else np.array(public, float),
        np.zeros(n) if public_age is None else np.array(public_age, float),
        np.ones(n) if divided_by is None else np.array(divided_by, float),
        CONFIG,
    )


@pytest.mark.parametrize(
    ("upvotes", "public", "public_age", "n_a_day", "score"),
    [
        ([], 0, 0, 10, 0.0),
        ([(0, 0, 1)], 0, 0, 10, 1.0),
        ([(0, 48, 1)], 0, 0, 10, 0.5),
        ([(0, 96, 1)], 0, 0, 10, 0.25),
        ([(0, 0, 1), (0, 48, 1)], 0, 0, 10, 1.5),
        ([(0, 0, 2)], 0, 0, 10, 2.0),  # of a quiet hour
        ([(0, 0, 1)], 0, 0, 70, 0.5),  # (70 + 10) / 20 = 4, its root is 2
        ([(0, 0, 1)], 0, 0, 0, 2**0.5),  # (0 + 10) / 20 = 1/2
        ([], 7, 0, 10, 1.5),  # 0.5 log2(8)
        ([], 127, 48, 10, 1.75),  # 0.5 log2(128) 2^-1
        ([(0, 48, 2), (0, 0, 0.5)], 7, 96, 70, 0.9375),  # (1 + 0.5 + 0.375) / 2
    ],
)
def test_the_worked_table(upvotes, public, public_age, n_a_day, score):
    divided_by = divisors(np.array([n_a_day], float), CONFIG)
    found = scores(upvotes, 1, [public], [public_age], divided_by)
    assert found == pytest.approx([score])


def test_each_upvote_goes_to_its_paper():
    assert scores([(1, 0, 1), (1, 48, 1), (2, 0, 1)], n=3) == pytest.approx([0, 1.5, 1])


def test_waiting_changes_scores_and_never_the_order():
    now = scores([(0, 1, 1), (1, 30, 1), (1, 40, 1)], n=2)
    later = scores([(0, 25, 1), (1, 54, 1), (1, 64, 1)], n=2)
    assert later == pytest.approx(now * 2**-0.5)


def test_an_upvote_from_the_future_counts_as_one_of_now():
    assert fading(np.array([-5.0]), CONFIG) == 1


def test_an_upvote_at_a_busy_hour_counts_less():
    n = np.full(24, 10.0)
    n[8] = 250.0  # the mean is 20
    weights = hour_weights(n, CONFIG)
    assert weights[3] == pytest.approx(30 / 20)
    assert weights[8] == pytest.approx(1 / 2)  # 30 / 260, but no less than half


def test_a_dead_hour_is_no_trick():
    n = np.full(24, 1000.0)
    n[3] = 0.0
    assert hour_weights(n, CONFIG)[3] == 2


def test_before_there_are_upvotes_all_hours_are_the_same():
    assert hour_weights(np.zeros(24), CONFIG) == pytest.approx(np.ones(24))


def test_a_day_has_24_hours():
    with pytest.raises(ValueError, match="24 hours"):
        hour_weights(np.zeros(23), CONFIG)


def test_a_paper_of_a_small_category_needs_fewer_upvotes():
    large, small = divisors(np.array([190.0, 10.0]), CONFIG)
    assert large / small == pytest.approx(10**0.5)
