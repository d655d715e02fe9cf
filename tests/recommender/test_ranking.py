import subprocess
import sys

import numpy as np
import pytest

from recommender.ranking import Candidates, Rated, rank
from recommender.vectors import Vectors
from tests.recommender.contract import RankerContract
from tests.worlds import FIRST_DAY, anything, candidates, rated

TOPICS = np.eye(3)


class TestRank(RankerContract):
    def ranker(self, candidates, rated):
        return rank(candidates, rated, weight=0.7)


class TestRankByTextAlone(RankerContract):
    def ranker(self, candidates, rated):
        return rank(candidates, rated)


def test_it_puts_what_resembles_a_saved_paper_first():
    ranking = rank(candidates(TOPICS), rated(TOPICS[[2]], [1]))
    assert ranking.ids[0] == 12
    assert ranking.because.tolist() == [100, -1, -1]


def test_it_puts_newest_first_without_ratings_and_scores_nothing():
    days = FIRST_DAY + np.array([1, 3, 3])
    ranking = rank(candidates(TOPICS, days=days), Rated.none(), weight=1)
    assert ranking.ids.tolist() == [11, 12, 10]
    assert not ranking.scores.any()
    assert ranking.because.tolist() == [-1, -1, -1]


def test_it_puts_a_fresh_paper_above_an_equal_old_one():
    days = FIRST_DAY + np.array([1, 2, 3])
    ranking = rank(candidates(TOPICS[[0, 0, 1]], days=days), rated(TOPICS[[0]], [1]))
    assert ranking.ids.tolist() == [11, 10, 12]


def test_equals_of_one_day_keep_their_order():
    ranking = rank(candidates(np.ones((4, 3)), ids=[9, 2, 7, 4]), rated(TOPICS, [1, 1, 1]))
    assert ranking.ids.tolist() == [9, 2, 7, 4]


def test_it_works_without_any_run():
    day = candidates(TOPICS)
    blank = Candidates(day.ids, Vectors.blank(day.ids), Vectors.blank(day.ids), day.days)
    known = Rated(Vectors.blank([5]), Vectors.blank([5]), np.ones(1))
    assert rank(blank, known, weight=1).ids.tolist() == day.ids.tolist()


def test_it_ranks_no_candidates():
    nothing = Candidates([], Vectors.empty(3), Vectors.empty(), [])
    assert len(rank(nothing, rated(TOPICS, [1, 1, -1]), weight=1)) == 0


def test_a_readers_own_paper_comes_first_and_a_disliked_one_last():
    day, _ = anything(9, 0)
    own = Rated(day.text.take([14, 16]), day.shared.take([14, 16]), [1, -1])
    ranking = rank(day, own, weight=1)
    assert ranking.ids[0] == 14
    assert ranking.because[0] == 14
    assert ranking.ids[-1] == 16


def test_other_readers_count_as_much_as_the_run_has_learned():
    day = candidates(TOPICS, shared=[[0, 1], [1, 0], [0, 1]])
    saved = rated(TOPICS[[0]], [1], shared=[[1, 0]])
    assert rank(day, saved, weight=0).ids[0] == 10
    assert rank(day, saved, weight=0).shared_share.tolist() == [0, 0, 0]
    assert rank(day, saved, weight=4).ids[0] == 11


def test_the_stronger_save_is_the_reason():
    ranking = rank(candidates([[1, 1, 0]]), rated(TOPICS[[0, 1]], [0.5, 1]))
    assert ranking.because.tolist() == [101]


def test_a_rating_that_is_taken_back_leaves_no_trace():
    day, some = anything(12, 5)
    before = rank(day, some, 0.5)
    more = Rated(
        Vectors.concatenate([some.text, day.text.take([15])]),
        Vectors.concatenate([some.shared, day.shared.take([15])]),
        np.append(some.values, 1),
    )
    assert not np.array_equal(rank(day, more, 0.5).scores, before.scores)
    after = rank(day, more.where(more.text.ids != 15), 0.5)
    assert np.array_equal(after.ids, before.ids)
    assert np.array_equal(after.scores, before.scores)


def test_the_order_in_which_ratings_were_read_does_not_matter():
    day, some = anything(12, 6)
    ids = some.text.ids[::-1]
    turned = Rated(some.text.take(ids), some.shared.take(ids), some.values[::-1])
    assert np.array_equal(rank(day, turned, 1).scores, rank(day, some, 1).scores)


def test_a_value_of_zero_counts_for_nothing():
    day, _ = anything(5, 0)
    unrated = Rated(day.text, day.shared, np.zeros(5))
    assert not rank(day, unrated, 1).scores.any()


def test_candidates_and_ratings_must_be_about_the_same_papers():
    day = candidates(TOPICS)
    with pytest.raises(ValueError, match="for each id"):
        Candidates(day.ids, day.text, Vectors.blank([1, 2, 3]), day.days)
    with pytest.raises(ValueError, match="same rated papers"):
        Rated(day.text, Vectors.blank([1, 2, 3]), np.ones(3))


@pytest.mark.parametrize("values", [[1, 1], [1, 1, np.nan]])
def test_every_rated_paper_has_one_finite_value(values):
    day = candidates(TOPICS)
    with pytest.raises(ValueError, match="one finite value"):
        Rated(day.text, day.shared, values)


def test_a_process_that_ranks_never_loads_what_trains():
    code = (
        "import sys, recommender.explanation, recommender.negatives\n"
        "assert not {'sklearn', 'lightfm', 'django'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
