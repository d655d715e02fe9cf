"""Who saved what and when, as arrays; and our ids as row numbers."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

Ids = NDArray[np.int64]
Days = NDArray[np.int32]
Floats = NDArray[np.float32]
Shares = NDArray[np.float64]

WEIGHT_CAP = 10.0
"""The heaviest single interaction. Training accepts -1e30 without a word, so we do not."""


def whole_numbers(values: ArrayLike, name: str) -> Ids:
    """Ids as int64[n]; ValueError when they are not a flat list of whole numbers."""
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional, but have the shape {array.shape}")
    if array.size and array.dtype.kind not in "iu":
        raise ValueError(f"{name} must be whole numbers, but are {array.dtype}")
    return array.astype(np.int64, copy=False)


@dataclass(frozen=True, eq=False)
class IdMap:
    """Our ids, which may be any whole numbers, as rows 0..n-1, in the order of the ids."""

    ids: Ids

    @classmethod
    def of(cls, ids: ArrayLike) -> Self:
        """Map every distinct id of `ids`, repeated or not."""
        return cls(np.unique(whole_numbers(ids, "ids")))

    def __len__(self) -> int:
        return len(self.ids)

    def rows(self, ids: ArrayLike) -> Ids:
        """Row of each id, int64[n]; -1 for an id that is not in the map."""
        wanted = whole_numbers(ids, "ids")
        if not len(self):
            return np.full(len(wanted), -1, np.int64)
        places = np.searchsorted(self.ids, wanted).clip(max=len(self) - 1)
        return np.where(self.ids[places] == wanted, places, -1)

    def to_ids(self, rows: ArrayLike) -> Ids:
        """Give the id of each row; IndexError for a row outside 0..n-1."""
        wanted = whole_numbers(rows, "rows")
        if wanted.size and not 0 <= wanted.min() <= wanted.max() < len(self):
            raise IndexError(f"rows must lie in 0..{len(self) - 1}")
        return self.ids[wanted]


@dataclass(frozen=True, eq=False)
class Interactions:
    """Positive acts, one a row: users and items int64[n], weights float32[n], days int32[n].

    0 < weight <= WEIGHT_CAP; a day is a proleptic ordinal. ValueError when a row breaks this.
    """

    users: Ids
    items: Ids
    weights: Floats
    days: Days

    def __post_init__(self) -> None:
        weights = np.asarray(self.weights, np.float32)
        object.__setattr__(self, "users", whole_numbers(self.users, "users"))
        object.__setattr__(self, "items", whole_numbers(self.items, "items"))
        object.__setattr__(self, "days", whole_numbers(self.days, "days").astype(np.int32))
        object.__setattr__(self, "weights", weights)
        lengths = {len(self.users), len(self.items), len(self.days), weights.size}
        if len(lengths) > 1 or weights.ndim != 1:
            raise ValueError("users, items, weights and days must be flat and equally long")
        if not np.all((weights > 0) & (weights <= WEIGHT_CAP)):
            raise ValueError(f"every weight must be above 0 and at most {WEIGHT_CAP:g}")

    @classmethod
    def none(cls) -> Self:
        """No interaction at all: a fresh instance."""
        nothing = np.empty(0, np.int64)
        return cls(nothing, nothing, np.empty(0, np.float32), np.empty(0, np.int32))

    def __len__(self) -> int:
        return len(self.users)

    def __repr__(self) -> str:
        users, items = len(np.unique(self.users)), len(np.unique(self.items))
        return f"<Interactions: {len(self)} by {users} users on {items} items>"

    def where(self, rows: NDArray[np.bool_] | Ids) -> "Interactions":
        """Keep these rows: a mask bool[n], or row numbers."""
        return Interactions(self.users[rows], self.items[rows], self.weights[rows], self.days[rows])

    def before(self, day: int) -> "Interactions":
        """Keep what happened before `day`."""
        return self.where(self.days < day)

    def since(self, day: int) -> "Interactions":
        """Keep what happened on `day` or later."""
        return self.where(self.days >= day)

    def matrix(self, user_map: IdMap, item_map: IdMap) -> sp.csr_matrix:
        """Lay the weights out as csr float32 (users, items).

        Repeated pairs count once, at their largest weight; ids outside the maps are left out.
        """
        rows, columns = user_map.rows(self.users), item_map.rows(self.items)
        keys = np.where((rows < 0) | (columns < 0), -1, rows * len(item_map) + columns)
        order = np.lexsort((self.weights, keys))
        keys, weights = keys[order], self.weights[order]
        last = np.append(keys[1:] != keys[:-1], True)[: len(keys)] & (keys >= 0)
        where = np.divmod(keys[last], max(len(item_map), 1))
        shape = (len(user_map), len(item_map))
        return sp.csr_matrix((weights[last], where), shape=shape, dtype=np.float32)
