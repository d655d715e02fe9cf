"""Alternating least squares: item vectors from nothing but who saved what.

The second teacher of the item space, beside LightFM. It is deterministic, needs one thread, and
sees every pair that was not saved as weak evidence against it.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from recommender.interactions import Floats


@dataclass(frozen=True)
class AlsConfig:
    """A save counts `confidence` times as much as its absence.

    Three steps of conjugate gradients a round come close enough to the exact solution, since the
    next round begins where they end.
    """

    confidence: float = 40.0
    regularisation: float = 10.0
    rounds: int = 12
    steps: int = 3


def factorise(
    saves: sp.csr_matrix, d: int, config: AlsConfig = AlsConfig(), seed: int = 0
) -> Floats:
    """Item vectors float32 (n_items, d) of weighted saves, csr float32 (n_users, n_items).

    Weighted least squares over all pairs (Hu, Koren and Volinsky 2008), each side solved by
    conjugate gradients (Takacs, Pilaszy and Tikk 2011).
    """
    random = np.random.default_rng(seed)
    users, items = (
        np.asarray(random.standard_normal((n, d)) * 0.01, np.float32) for n in saves.shape
    )
    by_item = saves.T.tocsr()
    for _ in range(config.rounds):
        _improve(users, items, saves, config)
        _improve(items, users, by_item, config)
    return items


def _improve(own: Floats, other: Floats, saves: sp.csr_matrix, config: AlsConfig) -> None:
    """Move each row of `own` (n, d), in place, towards its least squares, `other` (m, d) fixed."""
    gram = other.T @ other
    gram[np.diag_indices_from(gram)] += np.float32(config.regularisation)
    extra = np.maximum(config.confidence * saves.data - 1, 0).astype(np.float32)
    row = np.repeat(np.arange(saves.shape[0]), np.diff(saves.indptr))

    def times(x: Floats) -> Floats:
        """Product of each user's own normal matrix with her row of x."""
        weights = extra * _paired(x, other, row, saves.indices)
        at_saves = sp.csr_matrix((weights, saves.indices, saves.indptr), saves.shape)
        return np.asarray(x @ gram + at_saves @ other, np.float32)

    residual: Floats = np.asarray(saves @ other * np.float32(config.confidence) - times(own))
    direction: Floats = residual.copy()
    norm = _squares(residual)
    for _ in range(config.steps):
        product = times(direction)
        curvature = np.einsum("ij,ij->i", direction, product)
        length = norm / np.maximum(curvature, np.float32(1e-20))
        own += length[:, None] * direction
        residual -= length[:, None] * product
        left = _squares(residual)
        turn = left / np.maximum(norm, np.float32(1e-20))
        direction = np.asarray(residual + turn[:, None] * direction, np.float32)
        norm = left


def _squares(rows: Floats) -> Floats:
    return np.asarray(np.einsum("ij,ij->i", rows, rows), np.float32)


def _paired(left: Floats, right: Floats, i: np.ndarray, j: np.ndarray) -> Floats:
    """Dot products left[i] . right[j], float32 (n,), in blocks that fit the cache."""
    products = np.empty(len(i), np.float32)
    for start in range(0, len(i), 16_384):
        part = slice(start, start + 16_384)
        np.einsum("ij,ij->i", left[i[part]], right[j[part]], out=products[part])
    return products
