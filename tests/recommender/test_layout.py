"""The plane of a day is that of the principal components, and the same every time."""

import numpy as np
import pytest
import scipy.sparse as sp

from recommender.layout import areas, plane, terms_of
from recommender.vectors import Vectors


def rows(n=200, d=30, seed=0):
    """Rows that differ most along two known directions, then a little along all."""
    rng = np.random.default_rng(seed)
    strengths = np.array([9.0, 4.0, *np.full(d - 2, 0.3)])
    return (rng.normal(size=(n, d)) * strengths + rng.normal(size=d)).astype(np.float32)


@pytest.mark.parametrize("form", [np.asarray, sp.csr_matrix])
def test_it_is_the_plane_of_the_principal_components(form):
    given = rows()
    found = plane(Vectors(np.arange(len(given)), form(given)))
    centred = given.astype(np.float64) - given.mean(axis=0, dtype=np.float64)
    _, sizes, axes = np.linalg.svd(centred, full_matrices=False)
    assert np.abs(np.sum(found.axes * axes[:2], axis=1)) == pytest.approx([1, 1], abs=1e-4)
    assert found.share == pytest.approx((sizes[:2] ** 2).sum() / (sizes**2).sum(), abs=1e-4)
    placed = found.place(Vectors(np.arange(len(given)), form(given)))
    assert np.abs(placed) == pytest.approx(np.abs(centred @ axes[:2].T), abs=1e-2)


def test_the_same_rows_give_the_same_picture_and_it_is_not_mirrored():
    given = Vectors(np.arange(50), rows(50))
    once, again = plane(given).place(given), plane(given).place(given)
    assert np.array_equal(once, again)
    farthest = np.abs(once).argmax(axis=0)
    assert (once[farthest, [0, 1]] > 0).all()


def test_other_rows_find_their_place_on_it():
    given = Vectors(np.arange(50), rows(50))
    found = plane(given)
    other = Vectors(np.array([7]), given.rows[7:8])
    assert found.place(other)[0] == pytest.approx(found.place(given)[7], abs=1e-5)
    assert found.place(Vectors.empty(30)).shape == (0, 2)


@pytest.mark.parametrize(
    "given",
    [
        np.zeros((0, 5)),
        np.ones((1, 5)),
        np.ones((9, 5)),
        np.zeros((9, 5)),
        np.zeros((9, 0)),
        np.eye(2, 5),
        np.outer(np.arange(6), np.ones(5)),
    ],
)
def test_where_little_differs_it_is_still_finite(given):
    vectors = Vectors(np.arange(len(given)), given.astype(np.float32))
    found = plane(vectors)
    assert np.isfinite(found.place(vectors)).all()
    assert 0 <= found.share <= 1


def test_areas_are_the_heaps_that_are_there_whatever_their_order():
    rng = np.random.default_rng(1)
    heaps = np.repeat([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]], 20, axis=0)
    points = heaps + rng.normal(size=heaps.shape)
    found = areas(points, 3)
    assert [len(set(found[n : n + 20])) for n in (0, 20, 40)] == [1, 1, 1]
    assert len(set(found)) == 3
    assert np.array_equal(found, areas(points, 3))


def test_areas_of_points_that_are_all_one_are_no_error():
    assert set(areas(np.zeros((5, 2)), 3)) == {0}


@pytest.mark.parametrize("form", [np.asarray, sp.csr_matrix])
def test_an_area_is_told_by_what_it_has_more_of_than_the_others(form):
    given = np.array([[1, 1, 0, 0], [1, 2, 0, 0], [1, 0, 3, 0]], np.float32)
    texts = Vectors(np.arange(3), form(given))
    assert terms_of(texts, np.array([0, 1]), 3).tolist() == [1]  # all have the first alike
    assert terms_of(texts, np.array([2]), 3).tolist() == [2]
