import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.explanation import explain, shared_terms
from recommender.ranking import COMPARED, SERVED, Candidates, rank
from recommender.vectors import Vectors
from tests.worlds import anything, candidates, rated


@given(st.integers(1, 9), st.integers(0, 6), st.integers(0, 99))
def test_reasons_add_up_to_the_score_of_the_ranking(n, r, seed):
    day, known = anything(n, r, seed)
    wishes = np.arange(n) % 4
    day = Candidates(day.ids, day.text, day.shared, day.days, wishes)
    ranking = rank(day, known, 0.7, SERVED)
    for paper, score in zip(ranking.ids, ranking.scores, strict=True):
        reasons = explain(int(paper), day, known, 0.7, SERVED)
        total = reasons.by_text + reasons.by_readers + reasons.fresh
        total += reasons.boosted + reasons.lowered
        assert total == pytest.approx(reasons.score, rel=0, abs=1e-6)
        assert reasons.score == pytest.approx(score, rel=0, abs=1e-6)


def test_the_heaviest_reason_comes_first_and_is_the_rankings():
    day, known = anything(8, 6, seed=3)
    ranking = rank(day, known, 1)
    reasons = explain(int(ranking.ids[0]), day, known, 1)
    assert reasons.ids[0] == ranking.because[0]
    assert np.all(np.diff(reasons.text + reasons.shared) <= 0)


def test_dislikes_are_no_reasons_but_show_as_lowered():
    reasons = explain(10, candidates(np.eye(2)), rated([[1, 0], [1, 0.5]], [1, -1]))
    assert reasons.ids.tolist() == [100]
    assert reasons.lowered < 0


def test_what_is_new_is_worth_more_and_says_how_much():
    day = candidates(np.eye(2), days=np.array([739_000, 739_007]))
    old, new = (
        explain(paper, day, rated(np.eye(2), [1, 1]), config=COMPARED) for paper in (10, 11)
    )
    assert (old.fresh, new.fresh) == (0.25, 0.5)
    assert new.score - old.score == pytest.approx(0.25)


def test_a_wish_lifts_a_paper_by_what_is_shown_and_not_without_end():
    plain = candidates(np.eye(4))
    day = Candidates(plain.ids, plain.text, plain.shared, plain.days, [0, 1, 2, 9])
    ranking = rank(day, rated([[1, 0, 0, 0]], [1]))
    gained = dict(zip(ranking.ids.tolist(), ranking.boosted.tolist(), strict=True))
    assert gained == {10: 0, 11: 1, 12: 2, 13: 2}
    assert list(ranking.ids[:2]) == [10, 12]


def test_a_stranger_has_no_score_to_explain():
    with pytest.raises(KeyError, match="99 is not among the candidates"):
        explain(99, candidates(np.eye(2)), rated(np.eye(2), [1, 1]))


DAY = candidates([[3, 2, 1, 0], [0, 0, 1, 1], [1, 0, 0, 0]]).text
KNOWN = rated([[1, 1, 1, 0], [0, 0, 1, 3]], [1, 1]).text


def test_the_terms_that_carry_the_likeness_come_heaviest_first():
    terms = shared_terms(DAY, KNOWN, [100, 101, 101], k=2)
    assert terms.tolist() == [[0, 1], [3, 2], [-1, -1]]
    assert terms.dtype == np.int32


def test_terms_in_common_may_be_fewer_than_asked_for():
    assert shared_terms(DAY, KNOWN, [100, 100, 100], k=4).tolist() == [
        [0, 1, 2, -1],
        [2, -1, -1, -1],
        [0, -1, -1, -1],
    ]


def test_a_candidate_without_a_reason_has_no_terms():
    assert shared_terms(DAY, KNOWN, [-1, 100, -1], k=1).tolist() == [[-1], [2], [-1]]
    assert shared_terms(DAY, Vectors.empty(4), [-1, -1, -1]).max() == -1


def test_dense_rows_have_no_terms():
    dense = Vectors([1], [[1.0]])
    assert shared_terms(dense, dense, [1]).tolist() == [[-1, -1, -1]]


def test_reasons_must_be_rated_papers_one_for_each_candidate():
    with pytest.raises(KeyError, match="not among the rated"):
        shared_terms(DAY, KNOWN, [100, 7, 100])
    with pytest.raises(ValueError, match="3 candidates, but 1 reasons"):
        shared_terms(DAY, KNOWN, [100])
