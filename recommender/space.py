"""Where items stand among what users share: one place for each text, seen before or not."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from recommender.bridge import Bridge, BridgeConfig, unit
from recommender.interactions import Floats, Interactions, whole_numbers
from recommender.vectors import Vectors


@dataclass(frozen=True, eq=False)
class ItemSpace:
    """Two maps from text to vectors, side by side; d = 0 means text only: nothing learned.

    `bridge` was learned from what readers saved, None if they are too few. `matrix`, float32
    (n_features, m), was learned from author portfolios, m = 0 without them; its unit vectors less
    the mean of all, `centre` float32 (m,), count `portfolio` times as much. A paper that nobody
    has rated has a vector as soon as it has a text.
    """

    matrix: Floats
    bridge: Bridge | None = None
    portfolio: float = 1.0
    centre: Floats | None = None

    def __post_init__(self) -> None:
        matrix = np.ascontiguousarray(self.matrix, np.float32)
        object.__setattr__(self, "matrix", matrix)
        if matrix.ndim != 2:
            raise ValueError(f"the map must be two-dimensional, not {matrix.shape}")
        centre = np.zeros(matrix.shape[1]) if self.centre is None else self.centre
        object.__setattr__(self, "centre", np.asarray(centre, np.float32))
        if centre.shape != matrix.shape[1:]:
            raise ValueError("the map and its centre differ in their number of dimensions")
        if not (np.isfinite(matrix).all() and np.isfinite(centre).all()):
            raise ValueError("the map holds a value that is not a finite number")
        if self.bridge is not None and self.bridge.rows.shape[1] != len(matrix):
            raise ValueError("the map and the bridge expect different features")
        if not (np.isfinite(self.portfolio) and self.portfolio >= 0):
            raise ValueError("the share of portfolios must be finite and not negative")

    @classmethod
    def text_only(cls, n_features: int) -> "ItemSpace":
        """Map to no dimensions at all: every shared score is 0."""
        return cls(np.empty((n_features, 0), np.float32))

    @property
    def d(self) -> int:
        return int(self.matrix.shape[1]) + (self.bridge.d if self.bridge else 0)

    def place(self, ids: ArrayLike, features: Any, encoded: Floats | None = None) -> Vectors:
        """Give each feature row, csr (n, n_features), its unit vector float32 (n, d).

        `encoded` float32 (n, e) is what the training's sentence encoder says of the same texts.
        An item without features keeps a row of zeros. ValueError when the widths differ.
        """
        if features.shape[1] != len(self.matrix):
            expected = len(self.matrix)
            raise ValueError(f"the map expects {expected} features, not {features.shape[1]}")
        parts = [self.bridge.place(features, encoded)] if self.bridge else []
        written = unit(np.asarray(features @ self.matrix))
        known = written.any(axis=1, keepdims=True)
        parts.append(np.float32(self.portfolio) * unit(written - known * np.asarray(self.centre)))
        return Vectors(whole_numbers(ids, "ids"), unit(np.hstack(parts)))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Everything learned, as arrays without objects."""
        used = np.flatnonzero(self.matrix.any(axis=1))
        arrays: dict[str, NDArray[Any]] = {"used": used, "matrix": self.matrix[used]}
        arrays["shape"], arrays["centre"] = np.array(self.matrix.shape), np.asarray(self.centre)
        arrays["portfolio"] = np.array([self.portfolio])
        if self.bridge is None:
            return arrays
        rows, config = self.bridge.rows, json.dumps(asdict(self.bridge.config)).encode()
        parts = {"data": rows.data, "indices": rows.indices, "indptr": rows.indptr}
        learned = {"vectors": self.bridge.vectors, "duals": self.bridge.duals}
        if self.bridge.encoded is not None:
            learned["encoded"] = self.bridge.encoded
        return arrays | parts | learned | {"config": np.frombuffer(config, np.uint8)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Restore `to_arrays`; KeyError, TypeError or ValueError if it cannot."""
        bridge = None
        matrix = np.zeros(tuple(arrays["shape"].tolist()), np.float32)
        matrix[arrays["used"]] = arrays["matrix"]
        if "vectors" in arrays:
            parts = (arrays["data"], arrays["indices"], arrays["indptr"])
            shape = (len(arrays["vectors"]), len(matrix))
            rows = sp.csr_matrix(parts, shape=shape)
            rows.check_format(full_check=True)
            config = BridgeConfig(**json.loads(arrays["config"].tobytes()))
            learned = arrays["vectors"], arrays["duals"]
            bridge = Bridge(rows, *learned, config, arrays.get("encoded"))
        return cls(matrix, bridge, float(arrays["portfolio"][0]), arrays["centre"])


Train = Callable[[Interactions, Vectors, int], ItemSpace]
"""A training: (interactions, item features, seed) -> ItemSpace. See train.train."""
