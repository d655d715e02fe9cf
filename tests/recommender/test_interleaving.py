"""Lists drawn up in turns, and what readers' acts on them say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.baselines import newest
from recommender.diversity import DiversityConfig
from recommender.interleaving import (
    BOTH,
    FIRST,
    SECOND,
    draft,
    interleave,
    settle,
    sign_test,
    wilson,
)
from recommender.ranking import RankConfig, rank
from tests.recommender.contract import RankerContract
from tests.worlds import anything

orders = st.permutations(range(12))


class TestInterleaved(RankerContract):
    def ranker(self, candidates, rated):
        return interleave(rank(candidates, rated, 0.7), newest(candidates, rated), seed=5)[0]

    def scores_fall(self, ranking):
        return True  # what the second placed stands in between


@given(orders, orders, st.integers(0, 2**40))
def test_each_id_is_placed_once_and_each_team_in_its_own_order(first, second, seed):
    ids, teams = draft(first, second, seed)
    assert sorted(ids) == sorted(first)
    for team, order in ((FIRST, first), (SECOND, second)):
        mine = [order.index(i) for i in ids[teams == team]]
        assert mine == sorted(mine)
    turns = teams[teams != BOTH]
    assert all({*pair} == {FIRST, SECOND} for pair in zip(turns[::2], turns[1::2], strict=False))


def test_the_same_seed_gives_the_same_draft_and_another_another():
    first, second = np.arange(40), np.arange(40)[::-1]
    assert np.array_equal(draft(first, second, 7)[0], draft(first, second, 7)[0])
    assert not np.array_equal(draft(first, second, 7)[0], draft(first, second, 8)[0])


def test_the_coin_is_fair_over_seeds():
    begun_by_first = sum(draft([1, 2], [2, 1], seed)[1][0] == FIRST for seed in range(2_000))
    assert 900 < begun_by_first < 1_100


def test_each_team_has_the_same_chance_at_every_height():
    first, second = np.arange(60), np.roll(np.arange(60), 30)
    share = np.mean([draft(first, second, seed)[1][:20] == FIRST for seed in range(500)], axis=0)
    assert np.all(np.abs(share - 0.5) < 0.1)


def test_a_common_beginning_is_nobodys():
    ids, teams = draft([1, 2, 3, 4], [1, 2, 4, 3], 0)
    assert ids[:2].tolist() == [1, 2]
    assert teams[:2].tolist() == [BOTH, BOTH]
    assert set(teams[2:].tolist()) == {FIRST, SECOND}


def test_equal_orders_give_no_preference():
    _, teams = draft(range(30), range(30), 3)
    assert set(teams.tolist()) == {BOTH}
    result = settle(np.arange(30), np.ones(30, int), teams)
    assert (result.wins, result.losses, result.ties, result.p) == (0, 0, 0, 1.0)
    assert (result.preference, result.low, result.high) == (0.5, 0.0, 1.0)


def test_what_only_one_has_left_is_nobodys():
    ids, teams = draft([1, 2, 3, 4], [4], 0)
    assert sorted(ids) == [1, 2, 3, 4]
    assert teams[ids == 3].tolist() == [BOTH]


def test_orders_without_ids_are_merged_too():
    assert [part.tolist() for part in draft([], [], 0)] == [[], []]
    assert draft([], [5], 0)[0].tolist() == [5]


def test_an_id_that_is_twice_in_an_order_is_refused():
    with pytest.raises(ValueError, match="twice"):
        draft([1, 1], [1, 2], 0)


def test_scores_and_reasons_are_the_first_s_whoever_placed_a_paper():
    day, known = anything(30, 8)
    rankings = (
        rank(day, known, 1.0),
        newest(day, known, config=RankConfig(diversity=DiversityConfig())),
    )
    merged, teams = interleave(*rankings, seed=4)
    assert {FIRST, SECOND} <= {*teams.tolist()}
    for place, paper in enumerate(merged.ids):
        row = rankings[0].ids.tolist().index(paper)
        assert merged.scores[place] == rankings[0].scores[row]
        assert merged.because[place] == rankings[0].because[row]


def acts(n_readers, n_days, chance, seed=0):
    """Readers with one act a day; it falls on the first ranker's paper by `chance`."""
    rng = np.random.default_rng(seed)
    readers, days = np.divmod(np.arange(n_readers * n_days), n_days)
    return readers, days, np.where(rng.random(len(readers)) < chance, FIRST, SECOND)


def test_a_clearly_better_ranker_wins():
    result = settle(*acts(30, 5, 0.8))
    assert result.low > 0.5
    assert result.p < 0.001
    other_way = settle(*acts(30, 5, 0.2))
    assert other_way.high < 0.5


def test_equally_good_rankers_are_not_told_apart():
    apart = [settle(*acts(30, 5, 0.5, seed)) for seed in range(100)]
    assert sum(not result.low <= 0.5 <= result.high for result in apart) <= 8
    assert sum(result.p < 0.05 for result in apart) <= 8


def test_intervals_shrink_with_readers_and_not_with_their_days():
    widths = [(r.high - r.low) for r in (settle(*acts(n, 4, 0.5)) for n in (5, 50, 500))]
    assert widths == sorted(widths, reverse=True)
    assert settle(*acts(5, 400, 0.5)).units == 5


def test_a_ranker_that_readers_really_prefer_is_found_through_the_draft():
    """Readers save what they like wherever it stands among the first ten places."""
    rows = []
    for reader in range(40):
        liked = set(range(reader, reader + 10))
        good = [*liked, *(i for i in range(100) if i not in liked)]
        ids, teams = draft(good, np.random.default_rng(reader).permutation(100), seed=reader)
        rows += [(reader, 1, t) for i, t in zip(ids[:10], teams[:10], strict=True) if i in liked]
    result = settle(*np.array(rows).T)
    assert result.low > 0.5


def test_a_day_goes_to_the_team_with_more_acts_and_even_days_are_ties():
    rows = [(1, 1, 0), (1, 1, 0), (1, 1, 1), (1, 2, 0), (1, 2, 1), (2, 1, 1), (2, 2, -1)]
    result = settle(*np.array(rows).T)
    assert (result.wins, result.losses, result.ties, result.units) == (1, 1, 1, 2)
    assert result.preference == pytest.approx((0.75 + 0) / 2)


def test_no_acts_say_nothing():
    assert settle([], [], []) == (0, 0, 0, 0, 0.5, 0.0, 1.0, 1.0)


def test_wilsons_interval_is_the_published_one():
    assert wilson(0.5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert wilson(0.0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)


def test_the_sign_test_is_exact():
    assert sign_test(0, 5) == pytest.approx(2 / 32)
    assert sign_test(3, 3) == 1.0
    assert sign_test(0, 0) == 1.0
