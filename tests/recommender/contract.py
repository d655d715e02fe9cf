"""What every ranker must do, whatever it thinks of the papers."""

import numpy as np
import pytest

from recommender.features import ItemFeatures, ItemText
from recommender.ranking import Candidates, Rated
from recommender.vectors import Vectors
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
    def test_its_shares_add_up_to_the_score(self, size):
        ranking = self.ranker(*anything(*size))
        total = ranking.text_share + ranking.shared_share + ranking.fresh_share
        total += ranking.boosted + ranking.lowered
        assert total == pytest.approx(ranking.scores, rel=0, abs=1e-9)
        assert np.all(ranking.lowered <= 0)
        assert np.all(ranking.fresh_share >= 0)

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

    def test_it_ranks_for_a_reader_of_one_rating(self):
        candidates, rated = anything(20, 1, seed=3)
        for value in (1.0, -1.0):
            one = Rated(rated.text, rated.shared, np.array([value], np.float32))
            ranking = self.ranker(candidates, one)
            assert sorted(ranking.ids) == sorted(candidates.ids)
            assert np.isfinite(ranking.scores).all()

    def test_it_ranks_for_a_reader_who_only_dislikes(self):
        candidates, rated = anything(20, 6, seed=4)
        ranking = self.ranker(candidates, Rated(rated.text, rated.shared, -np.ones(6)))
        assert sorted(ranking.ids) == sorted(candidates.ids)
        assert set(ranking.because.tolist()) == {-1}

    def test_it_ranks_for_a_reader_of_2000_ratings(self):
        candidates, rated = anything(50, 2_000, seed=5)
        ranking = self.ranker(candidates, rated)
        assert sorted(ranking.ids) == sorted(candidates.ids)
        assert np.isfinite(ranking.scores).all()

    def test_it_ranks_papers_of_the_same_text(self):
        candidates, rated = anything(6, 4, seed=6)
        same = np.zeros(6, np.int64)
        twins = Candidates(
            candidates.ids,
            Vectors(candidates.ids, candidates.text.rows[same]),
            Vectors(candidates.ids, candidates.shared.rows[same]),
            candidates.days,
        )
        ranking = self.ranker(twins, rated)
        assert sorted(ranking.ids) == sorted(twins.ids)
        assert np.isfinite(ranking.scores).all()

    @pytest.mark.parametrize("odd", ["", "Dark", "Темная материя", "暗物质的模拟", "مادة مظلمة"])
    def test_it_ranks_odd_texts(self, odd):
        texts = [ItemText(odd), ItemText("Dark matter", odd), ItemText("Graph networks", "cold")]
        rows = ItemFeatures().fit(texts).transform(texts)
        rows.resize((3, 12))  # as wide as the rows of any other test here
        ids = np.arange(3)
        shared = Vectors(ids, np.zeros((3, 0)))
        candidates = Candidates(ids, Vectors(ids, rows), shared, np.zeros(3, np.int64))
        rated = Rated(Vectors(ids, rows), shared, np.array([1, -1, 1]))
        ranking = self.ranker(candidates, rated)
        assert sorted(ranking.ids) == ids.tolist()
        assert np.isfinite(ranking.scores).all()
