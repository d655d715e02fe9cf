"""What every ranker must do, whatever it thinks of the papers."""

import numpy as np
import pytest

from recommender.ranking import Rated
from tests.worlds import anything

sizes = pytest.mark.parametrize("size", [(n, r, n + r) for n in (1, 2, 40) for r in (0, 1, 12)])


class RankerContract:
    """Inherit, and define `ranker(self, candidates, rated)`."""

    def scores_fall(self, ranking):
        """Where the place was not given to exploration. One that reorders more overrides it."""
        return np.all(np.diff(ranking.scores[~ranking.explored]) <= 0)

    @sizes
    def test_it_ranks_each_candidate_once(self, size):
        candidates, rated = anything(*size)
        ranking = self.ranker(candidates, rated)
        assert sorted(ranking.ids) == sorted(candidates.ids)
        assert len(ranking) == len(candidates)

    @sizes
    def test_it_gives_the_same_order_twice(self, size):
        first, second = (self.ranker(*anything(*size)) for _ in range(2))
        assert np.array_equal(first.ids, second.ids)
        assert np.array_equal(first.scores, second.scores)

    @sizes
    def test_its_scores_fall_and_are_finite(self, size):
        ranking = self.ranker(*anything(*size))
        assert np.isfinite(ranking.scores).all()
        assert self.scores_fall(ranking)

    @sizes
    def test_its_shares_and_what_dislikes_took_add_up_to_the_score(self, size):
        ranking = self.ranker(*anything(*size))
        total = ranking.text_share + ranking.shared_share + ranking.lowered
        assert total == pytest.approx(ranking.scores, rel=1e-5, abs=1e-5)
        assert np.all(ranking.lowered <= 1e-5)

    @sizes
    def test_its_reasons_are_saved_papers(self, size):
        candidates, rated = anything(*size)
        saved = rated.text.ids[rated.values > 0]
        ranking = self.ranker(candidates, rated)
        assert set(ranking.because.tolist()) <= {-1, *saved.tolist()}

    def test_it_ranks_for_a_reader_without_ratings(self):
        candidates, _ = anything(8, 0)
        ranking = self.ranker(candidates, Rated.none())
        assert sorted(ranking.ids) == sorted(candidates.ids)
        assert not ranking.explored.any()
