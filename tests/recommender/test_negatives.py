import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.ensemble import spread
from recommender.negatives import NegativeConfig, push_down
from recommender.vectors import Vectors
from tests.worlds import unit

NEW = Vectors([1, 2, 3], unit([[1, 0.1], [1, 1], [0, 1]]))
DISLIKED = Vectors([9], [[1.0, 0.0]])


def test_it_lowers_what_resembles_a_dislike_the_more_the_more_it_does():
    taken = 1 - push_down(np.ones(3, np.float32), NEW, DISLIKED)
    assert taken[0] > taken[1] > taken[2] == 0


@given(st.lists(st.floats(-9, 9, width=32), min_size=3, max_size=3))
def test_it_raises_nothing_and_takes_no_more_than_its_bound(values):
    scores, config = np.array(values, np.float32), NegativeConfig(strength=2)
    taken = scores - push_down(scores, NEW, DISLIKED, config)
    assert np.all(taken >= 0)
    assert np.all(taken <= 2 * spread(scores) + 1e-4)


def test_a_disliked_paper_goes_below_all_the_others():
    scores = push_down(np.float32([5, 1, 9]), NEW, NEW.take([3]))
    assert scores.argmin() == 2


def test_disliked_papers_alone_are_still_ranked():
    assert np.isfinite(push_down(np.float32([5, 1, 9]), NEW, NEW)).all()


def test_without_dislikes_nothing_changes():
    scores = np.float32([5, 1, 9])
    assert push_down(scores, NEW, Vectors.empty()).tolist() == [5, 1, 9]
    assert len(push_down(np.empty(0, np.float32), Vectors.empty(), DISLIKED)) == 0


def test_strangers_are_left_alone():
    slightly = Vectors([1], unit([[0.09, 1]]))
    assert push_down(np.float32([4]), slightly, DISLIKED).tolist() == [4]


def test_it_refuses_scores_of_other_candidates():
    with pytest.raises(ValueError, match="3 candidates, but 2 scores"):
        push_down(np.ones(2, np.float32), NEW, DISLIKED)
