import numpy as np
import pytest

from recommender.diversity import DiversityConfig, spread_out
from recommender.ranking import rank
from tests.worlds import candidates, rated, unit

TEXTS = unit([[1, 0, 0], [1, 0.01, 0], [0.7, 0.7, 0], [0, 0, 1]])
SCORES = np.float32([3, 2.9, 2, 1])


def lowered(scores=SCORES, **config):
    order = np.argsort(-scores)
    return scores - spread_out(scores, order, candidates(TEXTS).text, DiversityConfig(**config))


def test_the_second_of_two_that_say_the_same_loses_and_the_first_does_not():
    loss = lowered()
    assert loss[1] == pytest.approx(SCORES.std(), rel=0.01)
    assert loss[[0, 2, 3]] == pytest.approx(0)


def test_papers_on_one_subject_are_no_duplicates():
    assert lowered()[2] == 0
    assert lowered(stranger=0.5)[2] > 0


def test_only_the_leading_places_are_looked_at():
    assert not lowered(within=1).any()


def test_a_ranking_puts_another_paper_between_near_duplicates():
    ranking = rank(candidates(TEXTS), rated([[1, 0.3, 0]], [1]))
    places = ranking.ids.tolist()
    assert abs(places.index(10) - places.index(11)) > 1
    assert np.all(np.diff(ranking.scores) <= 0)
    assert np.all(ranking.lowered <= 1e-6)
