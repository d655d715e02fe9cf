import numpy as np

from recommender.baselines import most_upvoted, newest, popular, text_only
from recommender.ranking import rank
from tests.recommender.contract import RankerContract
from tests.worlds import FIRST_DAY, anything, candidates, rated, saves

CROWD, _ = anything(6, 0, seed=1)
SAVES = saves([(1, 10), (2, 10), (3, 12)])


class TestNewest(RankerContract):
    def ranker(self, candidates, rated):
        return newest(candidates, rated)


class TestTextOnly(RankerContract):
    def ranker(self, candidates, rated):
        return text_only(candidates, rated, weight=3.0)


class TestPopular(RankerContract):
    def ranker(self, candidates, rated):
        return popular(SAVES, CROWD.text)(candidates, rated)


def test_newest_goes_by_the_day_alone():
    days = FIRST_DAY + np.array([1, 3, 2])
    ranking = newest(candidates(np.eye(3), days=days), rated(np.eye(3), [1, 1, 1]))
    assert ranking.ids.tolist() == [11, 12, 10]


def test_text_only_ignores_other_readers():
    day, known = anything(9, 5)
    assert np.array_equal(text_only(day, known, 5.0).ids, rank(day, known, 0.0).ids)


def test_popular_goes_by_what_everybody_saved_whoever_asks():
    shelf = candidates(np.eye(3)).text
    everybody = popular(saves([(1, 11), (2, 11), (3, 12), (4, 777)]), shelf)
    ranking = everybody(candidates(np.eye(3)), rated(np.eye(3)[[0]], [1]))
    assert ranking.ids.tolist() == [11, 12, 10]
    assert set(ranking.because) == {-1}


def test_popular_among_nobody_is_newest_first():
    day, known = anything(5, 3)
    ranking = popular(saves([]), CROWD.text)(day, known)
    assert np.array_equal(ranking.ids, newest(day, known).ids)


def test_most_upvoted_goes_by_votes_then_by_the_day_and_scores_no_wish():
    days = FIRST_DAY + np.array([1, 3, 2, 1])
    day = candidates(np.eye(4), days=days)
    ranking = most_upvoted({13: 2, 10: 1, 99: 7})(day, rated(np.eye(4), [1, 1, 1, 1]))
    assert ranking.ids.tolist() == [13, 10, 11, 12]
    assert not ranking.boosted.any()
    assert ranking.scores.tolist() == newest(day, rated(np.eye(4), [1] * 4)).scores.tolist()
