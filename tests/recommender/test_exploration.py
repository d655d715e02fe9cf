import numpy as np
import pytest

from recommender.exploration import ExploreConfig, explore
from recommender.ranking import rank
from tests.worlds import anything


def ranking(n=60, seed=0):
    return rank(*anything(n, 5, seed=seed))


def test_one_place_in_ten_is_for_papers_of_the_lower_half():
    before = ranking()
    after = explore(before, seed=1)
    assert np.flatnonzero(after.explored).tolist() == [5, 15, 25]
    assert set(after.ids[after.explored]) <= set(before.ids[30:])


def test_every_paper_keeps_its_score_and_its_reason():
    before, after = ranking(), explore(ranking(), seed=1)
    assert sorted(after.ids) == sorted(before.ids)
    place = {paper: n for n, paper in enumerate(before.ids.tolist())}
    rows = [place[paper] for paper in after.ids.tolist()]
    for name in ("scores", "because", "text_share", "shared_share"):
        assert np.array_equal(getattr(after, name), getattr(before, name)[rows])


def test_the_others_stay_in_order():
    before, after = ranking(), explore(ranking(), seed=1)
    drawn = after.ids[after.explored]
    assert np.array_equal(after.ids[~after.explored], before.ids[~np.isin(before.ids, drawn)])


def test_the_same_seed_gives_the_same_papers_and_another_seed_others():
    first, again, other = (explore(ranking(), seed=s) for s in (1, 1, 2))
    assert np.array_equal(first.ids, again.ids)
    assert set(first.ids[first.explored]) != set(other.ids[other.explored])


def test_a_rating_leaves_most_of_the_explored_papers_where_they_were():
    candidates, rated = anything(200, 6, seed=3)
    fewer = rated.where(np.arange(6) < 5)
    first, second = (explore(rank(candidates, r), seed=4) for r in (rated, fewer))
    kept = set(first.ids[first.explored]) & set(second.ids[second.explored])
    assert len(kept) >= first.explored.sum() / 2


@pytest.mark.parametrize("n", [1, 2, 9, 12])
def test_a_short_day_has_few_such_places_or_none(n):
    after = explore(ranking(n), seed=0, config=ExploreConfig())
    assert len(after) == n
    assert after.explored.sum() <= max(0, n // 10)
