"""From the text of an item to where its readers would have put it.

Trained items have a text and a vector. Kernel ridge regression carries a new text to a vector,
and the trained items nearest to that place pull it towards where they really are.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommender.interactions import Floats

AT_ONCE = 1_000


@dataclass(frozen=True)
class BridgeConfig:
    """The kernel of two texts is cos + cos^2, the square only above the cosine `stranger`.

    The square hears two words that occur together, which no sum over words does. The `nearest`
    trained items pull with the 4th power of their cosine, together as strong as `pull`.
    """

    ridge: float = 1.0
    stranger: float = 0.15
    nearest: int = 20
    pull: float = 0.5
    steps: int = 14
    tolerance: float = 0.01


@dataclass(frozen=True, eq=False)
class Bridge:
    """Trained items: text rows csr (n, n_features) and, float32 (n, d), vectors and duals."""

    rows: sp.csr_matrix
    vectors: Floats
    duals: Floats
    config: BridgeConfig = BridgeConfig()

    def __post_init__(self) -> None:
        shapes = {self.vectors.shape, self.duals.shape}
        if len(shapes) > 1 or self.rows.shape[0] != len(self.vectors):
            raise ValueError("the rows, vectors and duals of a bridge must be of the same items")
        values = (self.rows.data, self.vectors, self.duals)
        if not all(np.isfinite(array).all() for array in values):
            raise ValueError("the bridge holds a value that is not a finite number")

    @property
    def d(self) -> int:
        return int(self.vectors.shape[1])

    @cached_property
    def _columns(self) -> sp.csr_matrix:
        return self.rows.T.tocsr()

    @cached_property
    def _trained(self) -> dict[bytes, int]:
        """Which item has this very text. The first of several; a text without terms is nobody's."""
        found: dict[bytes, int] = {}
        for place, key in enumerate(_keys(self.rows)):
            if key:
                found.setdefault(key, place)
        return found

    @cached_property
    def _linear(self) -> Floats:
        """Map (n_features, d), the part of the prediction that is a sum over terms."""
        return np.asarray(self._columns @ self.duals, np.float32)

    @cached_property
    def placed(self) -> Floats:
        """Where the trained items stand, float32 (n, d): between readers and text.

        Ridge regression leaves ridge * duals of the vectors unexplained, so that what it predicts
        for its own items needs no kernel.
        """
        predicted = unit(self.vectors - np.float32(self.config.ridge) * self.duals)
        return unit(self.vectors + predicted)

    def place(self, rows: sp.csr_matrix) -> Floats:
        """Unit vectors float32 (m, d) of texts csr (m, n_features); no features, zeros.

        A text of a trained item stands where that item stands.
        """
        parts = [self._place(rows[i : i + AT_ONCE]) for i in range(0, rows.shape[0], AT_ONCE)]
        return np.concatenate(parts) if parts else np.empty((0, self.d), np.float32)

    def _place(self, rows: sp.csr_matrix) -> Floats:
        trained = np.array([self._trained.get(key, -1) for key in _keys(rows)], np.int64)
        placed = np.asarray(self.placed[trained], np.float32)
        new = np.flatnonzero(trained < 0)
        if len(new):
            alike = (rows[new] @ self._columns).toarray()
            squares = _pruned_squares(alike, self.config.stranger)
            placed[new] = self._pulled(unit(rows[new] @ self._linear + squares @ self.duals))
        return placed

    def _pulled(self, predicted: Floats) -> Floats:
        """Move predicted places towards the vectors of the nearest trained items."""
        near = predicted @ self.placed.T
        n = min(self.config.nearest, near.shape[1])
        chosen = np.argpartition(-near, n - 1, axis=1)[:, :n]
        pull = np.maximum(np.take_along_axis(near, chosen, axis=1), 0) ** 4
        indptr = np.arange(len(near) + 1) * n
        weights = sp.csr_matrix((pull.ravel(), chosen.ravel(), indptr), near.shape)
        mean = unit(np.asarray(weights @ self.vectors, np.float32))
        return unit(predicted + np.float32(self.config.pull) * mean)


def _keys(rows: sp.csr_matrix) -> list[bytes]:
    """Spell each row, so that equal rows are spelled alike."""
    ends = rows.indptr
    indices, data = rows.indices.astype(np.int32, copy=False), rows.data
    spans = [slice(*ends[n : n + 2]) for n in range(rows.shape[0])]
    return [indices[span].tobytes() + data[span].tobytes() for span in spans]


def unit(rows: Floats) -> Floats:
    """Scale rows float32 (n, d) to unit length; rows of nothing stay zeros."""
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows, dtype=np.float64))
    lengths[lengths < 1e-12] = 1
    return np.asarray(rows / lengths[:, None], np.float32)


def build(rows: sp.csr_matrix, vectors: Floats, config: BridgeConfig = BridgeConfig()) -> Bridge:
    """Learn to carry text rows csr (n, n_features) to unit vectors float32 (n, d).

    Kernel ridge regression in its dual form, all dimensions at once by conjugate gradients
    (Hestenes and Stiefel 1952): the kernel is never written out.
    """
    columns = rows.T.tocsr()
    squares = sp.vstack(
        [
            _pruned_squares((rows[i : i + AT_ONCE] @ columns).toarray(), config.stranger)
            for i in range(0, rows.shape[0], AT_ONCE)
        ],
        format="csr",
    )
    duals = np.zeros_like(vectors)
    residual = vectors.copy()
    direction = residual.copy()
    norm = first = np.einsum("ij,ij->j", residual, residual)
    for _ in range(config.steps):
        product = rows @ (columns @ direction) + squares @ direction
        product += np.float32(config.ridge) * direction
        length = norm / np.maximum(np.einsum("ij,ij->j", direction, product), 1e-20)
        duals += length * direction
        residual -= length * product
        previous, norm = norm, np.einsum("ij,ij->j", residual, residual)
        if np.all(norm <= config.tolerance**2 * first):
            break
        direction = residual + (norm / np.maximum(previous, 1e-20)) * direction
    return Bridge(rows, vectors, duals, config)


def _pruned_squares(alike: NDArray[np.float32], stranger: float) -> sp.csr_matrix:
    found = np.nonzero(alike > stranger)
    return sp.csr_matrix((alike[found] ** 2, found), shape=alike.shape)
