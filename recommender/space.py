"""The trained map from item features to item vectors."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from recommender.interactions import Floats, whole_numbers
from recommender.vectors import Vectors


@dataclass(frozen=True, eq=False)
class ItemSpace:
    """A linear map, float32 (n_features, d), all finite. d = 0 means text only: nothing learned.

    A paper that nobody has rated has a vector as soon as it has a text.
    """

    matrix: Floats

    def __post_init__(self) -> None:
        matrix = np.ascontiguousarray(self.matrix, np.float32)
        object.__setattr__(self, "matrix", matrix)
        if matrix.ndim != 2:
            raise ValueError(f"the map must be two-dimensional, not {matrix.shape}")
        if not np.isfinite(matrix).all():
            raise ValueError("the map holds a value that is not a finite number")

    @classmethod
    def text_only(cls, n_features: int) -> "ItemSpace":
        """Map to no dimensions at all: every shared score is 0."""
        return cls(np.empty((n_features, 0), np.float32))

    @property
    def d(self) -> int:
        return int(self.matrix.shape[1])

    def place(self, ids: ArrayLike, features: Any) -> Vectors:
        """Give each feature row, csr (n, n_features), its unit vector float32 (n, d).

        An item without features keeps a row of zeros. ValueError when the widths differ.
        """
        if features.shape[1] != len(self.matrix):
            expected = len(self.matrix)
            raise ValueError(f"the map expects {expected} features, not {features.shape[1]}")
        rows = np.asarray(features @ self.matrix, np.float32)
        lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows, dtype=np.float64))
        lengths[lengths < 1e-12] = 1
        return Vectors(whole_numbers(ids, "ids"), rows / lengths[:, None].astype(np.float32))
