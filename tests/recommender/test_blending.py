"""Several interests on one page: each has its share on every beginning of it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recommender.blending import blend, take_turns
from recommender.interleaving import interleave
from recommender.ranking import POLICY, SERVED, rank
from tests.recommender.contract import RankerContract
from tests.worlds import anything, candidates, rated


def interests(n_interests, n, seed=0):
    """The same day in so many different orders."""
    day, _ = anything(n, 0, seed)
    return [rank(day, anything(n, 4, seed + 1 + k)[1]) for k in range(n_interests)]


class TestBlendOfTwo(RankerContract):
    def ranker(self, candidates, rated):
        return blend([rank(candidates, rated, 0.7), rank(candidates, rated, 0.0)], [70, 30])

    def scores_fall(self, ranking):
        each = [ranking.scores[ranking.interest == k] for k in range(2)]
        return all(np.all(np.diff(scores) <= 0) for scores in each)


quotas = st.lists(st.integers(1, 100), min_size=1, max_size=7)


def turns(orders, quotas):
    """Who placed each paper, and the papers."""
    shares = np.array(quotas) / sum(quotas)
    placed = take_turns(orders, shares)
    return np.array([who for who, _ in placed]), [int(orders[who][row]) for who, row in placed]


@given(quotas)
@example([55, 3, 49, 5, 49, 68, 3])  # giving the place to whoever is owed most fails one of these
def test_on_every_beginning_of_the_page_each_interest_has_its_share(quotas):
    # Each has enough to show of its own: nobody is through before the others.
    placed, _ = turns([np.arange(80) + 100 * k for k in range(len(quotas))], quotas)
    for k, quota in enumerate(quotas):
        so_far = np.cumsum(placed[:80] == k)
        wanted = quota / sum(quotas) * np.arange(1, 81)
        assert np.all(so_far >= np.floor(wanted - 1e-9)), (k, quotas)
        assert np.all(so_far <= np.ceil(wanted + 1e-9)), (k, quotas)


@given(quotas, st.integers(1, 40), st.integers(0, 50))
def test_each_paper_stands_once_and_in_the_order_of_who_placed_it(quotas, n, seed):
    random = np.random.default_rng(seed)
    orders = [random.permutation(n) for _ in quotas]
    placed, papers = turns(orders, quotas)
    assert sorted(papers) == list(range(n))
    for k, order in enumerate(orders):
        mine = [paper for paper, who in zip(papers, placed, strict=True) if who == k]
        assert mine == [paper for paper in order.tolist() if paper in set(mine)]


def test_sixty_thirty_ten():
    ranking = blend(interests(3, 40), [60, 30, 10])
    assert np.bincount(ranking.interest[:10]).tolist() == [6, 3, 1]
    assert np.bincount(ranking.interest[:30]).tolist() == [18, 9, 3]


def test_a_small_interest_is_not_drowned_by_a_busy_day():
    """300 papers of the large interest, each of them scored far above the three of the small."""
    rows = np.zeros((303, 2))
    rows[:300, 0], rows[300:, 1] = 1, 0.1
    day = candidates(rows)
    large, small = (rank(day, rated([taste], [1])) for taste in ([1, 0], [0, 1]))
    first = blend([large, small], [90, 10])
    assert set(day.ids[300:]) <= set(first.ids[:30])


def test_a_paper_keeps_the_score_and_the_reason_of_who_placed_it():
    rankings = interests(2, 12)
    blended = blend(rankings, [1, 1])
    for place, (paper, who) in enumerate(zip(blended.ids, blended.interest, strict=True)):
        row = rankings[who].ids.tolist().index(paper)
        assert blended.scores[place] == rankings[who].scores[row]
        assert blended.because[place] == rankings[who].because[row]


def test_who_has_nothing_left_leaves_the_places_to_the_others():
    many, few = interests(2, 30)
    short = blend([few], [1])
    short = replace(
        short, **{name: getattr(short, name)[:3] for name in short.__dataclass_fields__}
    )
    blended = blend([many, short], [50, 50])
    assert np.bincount(blended.interest[:6]).tolist() == [3, 3]
    assert len(blended) == 30


def test_one_interest_is_itself():
    (alone,) = interests(1, 20)
    assert blend([alone], [100]).ids.tolist() == alone.ids.tolist()


def test_quotas_are_in_any_unit():
    rankings = interests(3, 30)
    assert np.array_equal(blend(rankings, [60, 30, 10]).ids, blend(rankings, [6, 3, 1]).ids)


def test_an_explored_paper_stays_one():
    day, known = anything(300, 5)
    config = replace(POLICY, exploration=SERVED.exploration)
    blended = blend([rank(day, known, 0, config, seed) for seed in (1, 2)], [1, 1])
    assert blended.explored[:100].sum() >= 4


def test_what_two_rankers_draw_up_in_turns_names_the_interest_still():
    ours, theirs = (blend(interests(2, 12, seed), [3, 1]) for seed in (0, 7))
    merged, _ = interleave(ours, theirs, 5)
    assert set(merged.interest.tolist()) == {0, 1}


@pytest.mark.parametrize("wrong", [[1], [1, 0], [1, -1], [1, np.nan], [1, np.inf]])
def test_quotas_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError, match="quota"):
        blend(interests(2, 5), wrong)


def test_nothing_cannot_be_blended():
    with pytest.raises(ValueError, match="no interest"):
        blend([], [])
