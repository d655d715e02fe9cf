"""Twins do not stand side by side on the first page."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recommender.diversity import NO_DIVERSITY, DiversityConfig, spread_twins
from recommender.explanation import explain
from recommender.ranking import POLICY, rank
from recommender.vectors import Vectors
from tests.recommender.contract import RankerContract
from tests.worlds import anything, unit

SPREAD = replace(POLICY, diversity=DiversityConfig(twins=0.5))
ALIKE = DiversityConfig(twins=0.9)


class TestSpreading(RankerContract):
    def ranker(self, candidates, rated):
        return rank(candidates, rated, 0.7, SPREAD)

    def scores_fall(self, ranking):
        return True  # a twin waits behind papers of a lower score


def spread(kinds, config=ALIKE, scores=None):
    """The order of papers that are given as letters, best first: the same letter, a twin."""
    letters = sorted(set(kinds))
    rows = np.eye(len(letters))[[letters.index(kind) for kind in kinds]]
    scores = np.full(len(kinds), 2.0, np.float32) if scores is None else np.asarray(scores)
    text = Vectors(np.arange(len(kinds)), unit(rows))
    order = spread_twins(np.arange(len(kinds)), scores, text, config)
    assert sorted(order) == list(range(len(kinds)))
    return order


def letters(kinds, *rest, **named):
    return "".join(kinds[i] for i in spread(kinds, *rest, **named))


def test_the_weaker_twin_waits():
    assert letters("aabcd") == "abacd"
    assert spread("aabcd").tolist() == [0, 2, 1, 3, 4]


def test_many_twins_are_spread_one_by_one():
    assert letters("aaabcdef") == "abacadef"


def test_nobody_waits_for_more_than_a_few_places():
    order = spread("a" * 30 + "bcdefghijk", replace(ALIKE, depth=40))
    moved_down = np.argsort(order) - np.arange(len(order))
    assert moved_down.max() <= ALIKE.most_places


def test_without_twins_the_order_stays():
    assert letters("abcdef") == "abcdef"
    assert letters("aabb", NO_DIVERSITY) == "aabb"


def test_twins_that_are_not_neighbours_stay():
    assert letters("abacad") == "abacad"


def test_when_all_are_twins_they_stay():
    assert spread("aaaa").tolist() == [0, 1, 2, 3]


def test_only_the_first_page_is_looked_at():
    assert letters("bcdaaefg", replace(ALIKE, depth=3)) == "bcdaaefg"


def test_a_paper_that_is_worth_little_does_not_pass_a_twin():
    assert letters("aab", scores=[4, 4, 1]) == "aab"
    assert letters("aab", scores=[4, 4, 3]) == "aba"


def test_where_nothing_is_worth_anything_the_newest_stay_first():
    assert letters("aab", scores=[0, 0, 0]) == "aab"
    assert letters("aab", scores=[-1, -1, -1]) == "aab"


@given(st.text("abc", min_size=1, max_size=50))
def test_no_paper_is_lost_and_none_waits_too_long(kinds):
    order = spread(kinds)
    assert (np.argsort(order) - np.arange(len(order))).max() <= ALIKE.most_places


def test_scores_and_reasons_stay_with_their_papers():
    day, known = anything(40, 8)
    plain, ranking = rank(day, known, 0.5), rank(day, known, 0.5, SPREAD)
    assert not np.array_equal(plain.ids, ranking.ids)
    by_id = dict(zip(plain.ids, zip(plain.scores, plain.because, strict=True), strict=True))
    for paper, score, because in zip(ranking.ids, ranking.scores, ranking.because, strict=True):
        assert by_id[paper] == (score, because)
    first = int(ranking.ids[1])
    assert explain(first, day, known, 0.5, SPREAD).score == ranking.scores[1]
