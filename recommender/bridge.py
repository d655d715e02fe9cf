"""From the text of an item to where its readers would have put it.

Trained items have a text and a vector. Kernel ridge regression carries a new text to a vector,
and the trained items nearest to that place pull it towards where they really are.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommender.interactions import Floats

AT_ONCE = 1_000
Kernel = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class BridgeConfig:
    """The kernel of two texts is cos + cos^2, the square only above the cosine `stranger`.

    The square hears two words that occur together, which no sum over words does. The `nearest`
    trained items pull with the 4th power of their cosine, together as strong as `pull`.
    Where a sentence encoder has rows of both texts, `sentences` times max(0, cos)^2 of them is
    added. Leaving out the cosines of strangers there, too, cost half of what it gives.
    """

    ridge: float = 1.0
    stranger: float = 0.15
    nearest: int = 20
    pull: float = 0.5
    steps: int = 14
    tolerance: float = 0.01
    sentences: float = 2.0


@dataclass(frozen=True, eq=False)
class Bridge:
    """Trained items: text rows csr (n, n_features) and, float32 (n, d), vectors and duals.

    `encoded` float32 (n, e) are a sentence encoder's rows of the same items, None without one.
    """

    rows: sp.csr_matrix
    vectors: Floats
    duals: Floats
    config: BridgeConfig = BridgeConfig()
    encoded: Floats | None = None

    def __post_init__(self) -> None:
        values = [self.rows.data, self.vectors, self.duals]
        values += [self.encoded] if self.encoded is not None else []
        lengths = {self.rows.shape[0], *(len(array) for array in values[1:])}
        if self.vectors.shape != self.duals.shape or len(lengths) > 1:
            raise ValueError("the rows, vectors and duals of a bridge must be of the same items")
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

    def place(self, rows: sp.csr_matrix, encoded: Floats | None = None) -> Floats:
        """Unit vectors float32 (m, d) of texts csr (m, n_features); no features, zeros.

        A text of a trained item stands where that item stands. Without the encoder's rows of the
        texts, float32 (m, e), or where they are zeros, the words alone say where.
        """
        parts = [
            self._place(rows[part], None if encoded is None else encoded[part])
            for part in _slices(rows.shape[0])
        ]
        return np.concatenate(parts) if parts else np.empty((0, self.d), np.float32)

    def _place(self, rows: sp.csr_matrix, encoded: Floats | None) -> Floats:
        trained = np.array([self._trained.get(key, -1) for key in _keys(rows)], np.int64)
        placed = np.asarray(self.placed[trained], np.float32)
        new = np.flatnonzero(trained < 0)
        if len(new):
            words = _pruned_squares((rows[new] @ self._columns).toarray(), self.config.stranger)
            told = None
            if encoded is not None and self.encoded is not None:
                told = _sentences(encoded[new], self.encoded, self.config)
            product = _times(words, told, self.duals)
            placed[new] = self._pulled(unit(rows[new] @ self._linear + product))
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


def build(
    rows: sp.csr_matrix,
    vectors: Floats,
    config: BridgeConfig = BridgeConfig(),
    encoded: Floats | None = None,
) -> Bridge:
    """Learn to carry text rows csr (n, n_features) to unit vectors float32 (n, d).

    `encoded` float32 (n, e) are a sentence encoder's rows of the same texts, None without one.
    Kernel ridge regression in its dual form, all dimensions at once by conjugate gradients
    (Hestenes and Stiefel 1952): the kernel of words is never written out.
    """
    columns = rows.T.tocsr()
    kernels = _kernels(rows, columns, encoded, config)
    duals = np.zeros_like(vectors)
    residual = vectors.copy()
    direction = residual.copy()
    norm = first = np.einsum("ij,ij->j", residual, residual)
    for _ in range(config.steps):
        product = rows @ (columns @ direction)
        product += np.concatenate([_times(*parts, direction) for parts in kernels])
        product += np.float32(config.ridge) * direction
        length = norm / np.maximum(np.einsum("ij,ij->j", direction, product), 1e-20)
        duals += length * direction
        residual -= length * product
        previous, norm = norm, np.einsum("ij,ij->j", residual, residual)
        if np.all(norm <= config.tolerance**2 * first):
            break
        direction = residual + (norm / np.maximum(previous, 1e-20)) * direction
    return Bridge(rows, vectors, duals, config, encoded)


def _slices(n: int) -> list[slice]:
    return [slice(start, start + AT_ONCE) for start in range(0, n, AT_ONCE)]


def _kernels(
    rows: sp.csr_matrix, columns: sp.csr_matrix, encoded: Floats | None, config: BridgeConfig
) -> list[tuple[sp.csr_matrix, Kernel | None]]:
    """What is no sum over terms in the kernel of all items, in blocks of rows.

    Squares of words, csr float32, and squares of sentences, float16: half the memory.
    """
    found = []
    for part in _slices(rows.shape[0]):
        words = _pruned_squares((rows[part] @ columns).toarray(), config.stranger)
        told = None if encoded is None else _sentences(encoded[part], encoded, config)
        found.append((words, None if told is None else told.astype(np.float16)))
    return found


def _sentences(encoded: Floats, trained: Floats, config: BridgeConfig) -> Floats:
    alike = np.maximum(encoded @ trained.T, 0)
    return np.asarray(np.float32(config.sentences) * np.square(alike), np.float32)


def _times(words: sp.csr_matrix, told: Kernel | None, duals: Floats) -> Floats:
    product = words @ duals
    if told is not None:
        product += told.astype(np.float32) @ duals
    return np.asarray(product, np.float32)


def _pruned_squares(alike: NDArray[np.float32], stranger: float) -> sp.csr_matrix:
    found = np.nonzero(alike > stranger)
    return sp.csr_matrix((alike[found] ** 2, found), shape=alike.shape)
