"""The few places that the model does not choose."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.exploration import ExplorationConfig, explore, outside_habit
from recommender.ranking import POLICY, SERVED, Candidates, Rated, rank
from recommender.vectors import Vectors
from tests.recommender.contract import RankerContract
from tests.worlds import anything, candidates, rated, unit

EARLY = replace(POLICY, exploration=ExplorationConfig(share=0.25, first=3, depth=12))


class TestExploring(RankerContract):
    def ranker(self, candidates, rated):
        return rank(candidates, rated, 0.7, EARLY, seed=9)


def habit(n=200, r=6, seed=0):
    """A day whose first half is of the reader's topic, and what the reader saved."""
    rng = np.random.default_rng(seed)
    words = (rng.random((n + r, 40)) < 0.3) * rng.random((n + r, 40))
    words[: n // 2, 20:], words[n // 2 : n, :20], words[n:, 20:] = 0, 0, 0
    words[n // 2 : n, :2] = 0.05  # a word or two in common
    return candidates(words[:n]), rated(words[n:], np.ones(r))


def served(day, known, seed=1, **fields):
    exploration = replace(SERVED.exploration, **fields)
    return rank(day, known, 0, replace(POLICY, exploration=exploration), seed)


def test_one_place_in_ten_goes_to_a_paper_from_outside_the_habit():
    day, known = habit()
    ranking = served(day, known)
    assert ranking.explored[:50].sum() == 4
    assert not ranking.explored[50:].any()
    assert np.all(ranking.ids[ranking.explored] >= day.ids[100])


@pytest.mark.parametrize("seed", range(20))
def test_the_leading_places_and_the_order_of_all_others_stay(seed):
    day, known = habit()
    plain, ranking = served(day, known, share=0), served(day, known, seed)
    assert np.array_equal(ranking.ids[:4], plain.ids[:4])
    assert not ranking.explored[:4].any()
    explored = ranking.ids[ranking.explored]
    others = plain.ids[~np.isin(plain.ids, explored)]
    assert np.array_equal(ranking.ids[~ranking.explored], others)


def test_the_same_reader_and_day_explore_the_same_and_others_do_not():
    day, known = habit()
    assert np.array_equal(served(day, known, 7).ids, served(day, known, 7).ids)
    seen = {tuple(np.flatnonzero(served(day, known, seed).explored)) for seed in range(30)}
    assert len(seen) > 10


def test_a_late_paper_and_a_new_rating_do_not_shuffle_what_is_explored():
    day, known = habit()
    before = served(day, known)
    fewer = Candidates(
        day.ids[1:], day.text.take(day.ids[1:]), day.shared.take(day.ids[1:]), day.days[1:]
    )
    less = known.where(known.text.ids != known.text.ids[0])
    for after in (served(fewer, known), served(day, less)):
        assert np.array_equal(np.flatnonzero(after.explored), np.flatnonzero(before.explored))
        kept = np.isin(after.ids[after.explored], before.ids[before.explored])
        assert kept.mean() >= 0.5


def test_nothing_is_explored_without_a_positive_act():
    day, known = habit()
    only_dislikes = Rated(known.text, known.shared, -np.ones(len(known.text)))
    for nobody in (Rated.none(), only_dislikes):
        assert not served(day, nobody).explored.any()


def test_a_share_of_nothing_explores_nothing():
    assert not served(*habit(), share=0.0).explored.any()


@pytest.mark.parametrize(("share", "n"), [(0.05, 2), (0.1, 4), (0.2, 9), (0.5, 23)])
def test_the_share_is_kept(share, n):
    assert served(*habit(), share=share).explored.sum() == n


def test_a_day_that_is_seen_whole_anyhow_explores_nothing():
    assert not served(*habit(n=50)).explored.any()


def test_neither_rated_papers_nor_what_resembles_a_disliked_one_is_explored():
    day, known = habit()
    refused = day.ids[96:199]  # most of the day, so that being lowered is no exception
    values = np.append(known.values, -np.ones(103))
    more = Rated(
        Vectors.concatenate([known.text, day.text.take(refused)]),
        Vectors.concatenate([known.shared, day.shared.take(refused)]),
        values,
    )
    for seed in range(20):
        ranking = served(day, more, seed)
        assert not np.isin(ranking.ids[ranking.explored], refused).any()
    twin = candidates(np.tile(day.text.rows[150].toarray(), (3, 1)), ids=[901, 902, 903])
    disliked = Rated(
        Vectors.concatenate([known.text, twin.text.take([901])]),
        Vectors.concatenate([known.shared, twin.shared.take([901])]),
        np.append(known.values, -1),
    )
    for seed in range(20):
        ranking = served(day, disliked, seed)
        assert day.ids[150] not in ranking.ids[ranking.explored]


def test_a_paper_without_words_is_not_called_strange():
    day, known = habit()
    rows = day.text.rows.toarray()
    rows[150:] = 0
    for seed in range(20):
        ranking = served(candidates(rows), known, seed)
        assert np.all(ranking.ids[ranking.explored] < 160)


@given(st.integers(1, 80), st.integers(0, 8), st.integers(0, 2**62))
def test_each_candidate_stays_exactly_once(n, r, seed):
    day, known = anything(n, r, seed % 50)
    ranking = rank(day, known, 0.5, EARLY, seed)
    assert sorted(ranking.ids) == sorted(day.ids)
    assert np.all(np.flatnonzero(ranking.explored) >= 2)


def test_all_papers_equally_near_are_no_habit_to_leave():
    near = np.ones(5, np.float32)
    nothing = np.zeros(5, np.float32)
    rows = unit(np.eye(5))
    assert not outside_habit(near, nothing, np.zeros(5, bool), rows).any()
    assert not outside_habit(nothing, nothing, np.zeros(5, bool), rows).any()


def test_fewer_strangers_than_places_leave_the_rest_to_the_model():
    order, outside = np.arange(40), np.zeros(40, bool)
    outside[30] = True
    config = ExplorationConfig(share=0.25, first=3, depth=12)
    new, explored = explore(order, order + 100, outside, config, 1)
    assert new[explored].tolist() == [30]
    assert sorted(new) == order.tolist()


@pytest.mark.parametrize("fields", [{"share": 0.6}, {"share": -0.1}, {"first": 1}, {"depth": 3}])
def test_settings_that_make_no_sense_are_refused(fields):
    with pytest.raises(ValueError, match=r"share must be|exploration begins"):
        ExplorationConfig(**fields)
