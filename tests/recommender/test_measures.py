"""Orders measured by what was wanted of them, and what means over days are worth."""

import numpy as np
import pytest

from recommender.measures import bootstrap, hit_rate, leaders, ndcg


def test_ndcg_is_one_when_the_wanted_come_first_and_falls_with_the_place():
    hits = np.array([True, True, False, False])
    places = [ndcg(np.roll(hits, by), 2, 10) for by in range(3)]
    assert places[0] == 1
    assert places[0] > places[1] > places[2] > 0
    assert ndcg(hits, 0, 10) == ndcg(hits[::-1], 2, 2) == 0


def test_the_hit_rate_is_of_the_wanted_that_the_places_can_hold():
    hits = np.array([True, False, True, False, True])
    assert hit_rate(hits, 3, 2) == 0.5
    assert hit_rate(hits, 3, 5) == 1
    assert hit_rate(hits, 4, 5) == 0.75
    assert hit_rate(hits[:0], 0, 5) == 0


def test_an_interval_encloses_the_mean_and_is_the_same_again():
    values = np.random.default_rng(3).random((20, 2))
    found = bootstrap(values)
    assert found == bootstrap(values)
    for column, (mean, low, high) in enumerate(found):
        assert mean == pytest.approx(values[:, column].mean())
        assert low < mean < high
        assert high - low == pytest.approx(4 * values[:, column].std() / 20**0.5, rel=0.25)


def test_days_that_agree_leave_no_doubt_and_none_are_refused():
    assert bootstrap([[0.5], [0.5]]) == [(0.5, 0.5, 0.5)]
    with pytest.raises(ValueError, match="at least one row"):
        bootstrap(np.empty((0, 2)))


def test_who_is_always_ahead_leads_alone():
    worse = np.random.default_rng(0).random(12)
    assert leaders(np.column_stack([worse, worse + 0.1])) == [1]


def test_who_may_be_as_good_leads_too():
    days = np.random.default_rng(0).random(12)
    shuffled = np.roll(days, 1)
    assert leaders(np.column_stack([days, shuffled, days - 0.3])) == [0, 1]


def test_days_are_compared_one_by_one():
    """A small lead on every day shows, though days differ by much more."""
    days = np.linspace(0, 1, 12)
    assert leaders(np.column_stack([days + 0.01, days])) == [0]
