"""A day's papers on a plane: the two directions in which they differ most, and areas of it.

Principal components (Pearson 1901), found by powers of the rows on a few drawn vectors (Halko,
Martinsson, Tropp 2011, algorithm 4.4): sparse rows are never made dense, and the draw is fixed, so
that the same rows always give the same picture.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.interactions import Ids
from recommender.vectors import Vectors

DRAWN, ROUNDS = 10, 8
STEPS = 20
Reals = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Plane:
    """A centre float64[d], two axes float64 (2, d) of unit length or zero, and their share.

    `share`, 0 to 1, is how much of what tells the rows apart the two axes show.
    """

    centre: Reals
    axes: Reals
    share: float

    def place(self, vectors: Vectors) -> Reals:
        """Coordinates of rows of the same space, float64 (n, 2)."""
        if not len(vectors):
            return np.zeros((0, 2))
        return np.asarray(vectors.rows @ self.axes.T - self.axes @ self.centre, np.float64)


def plane(vectors: Vectors) -> Plane:
    """Lay a plane through rows (n, d), dense or sparse; axes of zeros where nothing differs.

    An axis points where its largest coordinate is, so that a picture is not mirrored by chance.
    """
    n, d = len(vectors), vectors.d
    if n < 2 or not d:
        return Plane(np.zeros(d), np.zeros((2, d)), 0.0)
    rows = vectors.rows
    centre = np.asarray(rows.mean(axis=0), np.float64).ravel()
    squares = rows.multiply(rows) if vectors.is_sparse else rows * rows
    spread = float(squares.sum(dtype=np.float64) - n * centre @ centre)
    if not spread > 1e-9 * n:
        return Plane(centre, np.zeros((2, d)), 0.0)
    basis = _range(rows, centre, min(DRAWN, n))
    across = _back(rows, centre, basis)
    left, sizes, axes = np.linalg.svd(across, full_matrices=False)
    found = np.zeros((2, d))
    found[: len(axes[:2])] = axes[:2] * (sizes[:2, None] > 1e-6 * sizes[0])
    seen = basis @ left[:, :2]
    for axis in range(min(2, seen.shape[1])):
        if seen[np.abs(seen[:, axis]).argmax(), axis] < 0:
            found[axis] *= -1
    return Plane(centre, found, min(1.0, float((sizes[:2] ** 2).sum()) / spread))


def _range(rows: Any, centre: Reals, k: int) -> Reals:
    """An orthonormal basis (n, k) of where the centred rows reach farthest."""
    n = rows.shape[0]
    basis = np.linalg.qr(np.random.default_rng(0).normal(size=(n, k)))[0]
    for _ in range(ROUNDS):
        basis = np.linalg.qr(_forth(rows, centre, _back(rows, centre, basis)))[0]
    return basis


def _back(rows: Any, centre: Reals, basis: Reals) -> Reals:
    """Multiply: basis' (rows - centre), float64 (k, d)."""
    return np.asarray((rows.T @ basis).T - np.outer(basis.sum(axis=0), centre), np.float64)


def _forth(rows: Any, centre: Reals, across: Reals) -> Reals:
    """Multiply: (rows - centre) across', float64 (n, k)."""
    return np.asarray(rows @ across.T - across @ centre, np.float64)


def areas(points: Reals, k: int) -> Ids:
    """Part points (n, 2) into k areas by the nearest of k centres, int64[n] (Lloyd 1982).

    Centres begin far from one another (Arthur, Vassilvitskii 2007), by a fixed draw. An area may
    stay empty.
    """
    rng = np.random.default_rng(0)
    centres = points[rng.integers(len(points), size=1)]
    while len(centres) < k:
        apart = _squares(points, centres).min(axis=1)
        chances = apart / apart.sum() if apart.any() else None
        centres = np.vstack([centres, points[rng.choice(len(points), p=chances)]])
    for _ in range(STEPS):
        nearest = _squares(points, centres).argmin(axis=1)
        for area in np.unique(nearest):
            centres[area] = points[nearest == area].mean(axis=0)
    return np.asarray(_squares(points, centres).argmin(axis=1), np.int64)


def _squares(points: Reals, centres: Reals) -> Reals:
    """Squared distance of each point from each centre, float64 (n, k)."""
    return np.asarray(((points[:, None] - centres) ** 2).sum(axis=2), np.float64)


def terms_of(texts: Vectors, area: Ids, most: int) -> Ids:
    """Columns in which the texts (n, d) of an area are heavier than all are, heaviest first.

    `area` are the numbers of its rows. int64, at most `most`.
    """
    rows = texts.rows
    heavier = np.asarray(rows[area].mean(axis=0) - rows.mean(axis=0)).ravel()
    first = np.argsort(-heavier, kind="stable")[:most]
    return np.asarray(first[heavier[first] > 0], np.int64)
