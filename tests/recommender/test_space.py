import numpy as np
import pytest
import scipy.sparse as sp

from recommender.space import ItemSpace

FEATURES = sp.csr_matrix(np.float32([[1, 0], [0.6, 0.8], [0, 0]]))


def test_it_places_items_at_unit_length_and_those_without_text_at_zero():
    rows = ItemSpace([[3.0, 0.0], [0.0, 3.0]]).place([7, 8, 9], FEATURES).rows
    assert rows == pytest.approx(np.array([[1, 0], [0.6, 0.8], [0, 0]]))


def test_text_only_has_no_dimensions():
    space = ItemSpace.text_only(2)
    assert space.d == 0
    assert space.place([7, 8, 9], FEATURES).rows.shape == (3, 0)


def test_it_refuses_features_of_another_vocabulary():
    with pytest.raises(ValueError, match="expects 3 features, not 2"):
        ItemSpace(np.ones((3, 2))).place([7, 8, 9], FEATURES)


@pytest.mark.parametrize("matrix", [[[np.nan]], [1.0]])
def test_it_refuses_a_map_that_is_none(matrix):
    with pytest.raises(ValueError, match="the map"):
        ItemSpace(matrix)
