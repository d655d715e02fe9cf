"""Ids and their rows, dense or sparse; how alike they are; to and from bytes."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from recommender.interactions import Floats, IdMap, Ids, whole_numbers

STORED = "<f2"  # of encoded rows at rest: half the bytes, and cosines right to three digits
Rows = Any  # float32 (n, d): a dense ndarray or a scipy csr_matrix


def _checked_rows(rows: Rows) -> Rows:
    if sp.issparse(rows):
        rows = sp.csr_matrix(rows, dtype=np.float32)
        values = rows.data
    else:
        rows = values = np.ascontiguousarray(rows, np.float32)
    if rows.ndim != 2:
        raise ValueError(f"rows must be two-dimensional, but have the shape {rows.shape}")
    if not np.isfinite(values).all():
        raise ValueError("rows hold a value that is not a finite number")
    return rows


@dataclass(frozen=True, eq=False)
class Vectors:
    """Unique ids int64[n] and their rows float32 (n, d), dense ndarray or scipy csr.

    Rows are expected at unit length, so that dot products are cosines; a row of zeros stands
    for "nothing is known". `encoded`, float32 (n, e), are a sentence encoder's rows of the same
    texts, zeros where it has none; None without an encoder. `rows` alone make a similarity.
    ValueError when shapes differ, an id repeats or a value is not finite.
    """

    ids: Ids
    rows: Rows
    encoded: Floats | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "ids", whole_numbers(self.ids, "ids"))
        object.__setattr__(self, "rows", _checked_rows(self.rows))
        if self.encoded is not None:
            object.__setattr__(self, "encoded", _checked_rows(self.encoded))
            if len(self.encoded) != len(self.ids):
                raise ValueError(f"{len(self.ids)} ids, but {len(self.encoded)} encoded rows")
        if self.rows.shape[0] != len(self.ids):
            raise ValueError(f"{len(self.ids)} ids, but {self.rows.shape[0]} rows")
        if len(np.unique(self.ids)) != len(self.ids):
            raise ValueError("an id is there twice")

    @classmethod
    def empty(cls, d: int = 0) -> Self:
        """No ids, d columns."""
        return cls(np.empty(0, np.int64), np.empty((0, d), np.float32))

    @classmethod
    def blank(cls, ids: ArrayLike, d: int = 0) -> Self:
        """Ids of which nothing is known: rows of d zeros. What an instance without a run has."""
        wanted = whole_numbers(ids, "ids")
        return cls(wanted, np.zeros((len(wanted), d), np.float32))

    @classmethod
    def concatenate(cls, parts: Sequence["Vectors"]) -> "Vectors":
        """Stack parts of one width; sparse if one is. Parts without ids are skipped."""
        full = [part for part in parts if len(part)]
        if not full:
            return parts[0] if parts else cls.empty()
        if len({part.d for part in full}) > 1:
            raise ValueError("the parts differ in their number of columns")
        rows = [part.rows for part in full]
        sparse = any(part.is_sparse for part in full)
        stacked = sp.vstack(rows, format="csr") if sparse else np.concatenate(rows)
        return cls(np.concatenate([part.ids for part in full]), stacked, _encoded_of(full))

    def __len__(self) -> int:
        return len(self.ids)

    def __repr__(self) -> str:
        return f"<Vectors: {len(self)} {'sparse' if self.is_sparse else 'dense'} rows of {self.d}>"

    @property
    def d(self) -> int:
        return int(self.rows.shape[1])

    @property
    def is_sparse(self) -> bool:
        return bool(sp.issparse(self.rows))

    @cached_property
    def _order(self) -> tuple[IdMap, Ids]:
        return IdMap.of(self.ids), np.argsort(self.ids)

    @cached_property
    def _columns(self) -> sp.csr_matrix:
        """Transpose a sparse `rows`: a day's candidates are transposed once, not per rating."""
        return self.rows.T.tocsr()

    def locate(self, ids: ArrayLike) -> Ids:
        """Row of each id, int64[n]; -1 for an unknown one."""
        id_map, order = self._order
        places = id_map.rows(ids)
        return np.where(places < 0, -1, order[places] if len(order) else -1)

    def take(self, ids: ArrayLike) -> "Vectors":
        """Pick these ids, in this order; KeyError with a sentence when one is unknown."""
        places = self.locate(ids)
        if (places < 0).any():
            unknown = np.asarray(ids)[places < 0]
            raise KeyError(f"{len(unknown)} ids have no vector, the first is {unknown[0]}")
        encoded = None if self.encoded is None else self.encoded[places]
        return Vectors(self.ids[places], self.rows[places], encoded)

    @cached_property
    def sentences(self) -> "Vectors | None":
        """What the encoder says of the same ids; None if it does not know every one of them.

        A paper that it does not know would rank last for that alone.
        """
        if self.encoded is None or not self.encoded.any(axis=1).all():
            return None
        return Vectors(self.ids, self.encoded)

    def similarity(self, other: "Vectors") -> Floats:
        """Dot products, float32 (len(self), len(other)); zeros where either side is empty."""
        if not len(self) or not len(other):
            return np.zeros((len(self), len(other)), np.float32)
        if self.d != other.d:
            raise ValueError(f"cannot compare rows of {self.d} with rows of {other.d} columns")
        if self.is_sparse and other.is_sparse:
            return np.ascontiguousarray((other.rows @ self._columns).toarray().T)
        return np.ascontiguousarray(self.rows @ other.rows.T, np.float32)

    def nearest(self, query: "Vectors", k: int) -> tuple[Ids, Floats]:
        """Find the k rows most like each row of `query`, best first.

        Returns ids int64 and scores float32, both (len(query), min(k, len(self))).
        """
        scores = query.similarity(self)
        best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        return self.ids[best], np.take_along_axis(scores, best, axis=1)

    def centre(self, ids: ArrayLike, weights: Sequence[float] | None = None) -> Floats:
        """Add up the rows of these ids, float32[d] at unit length; all alike without weights.

        KeyError as in `take`.
        """
        each = np.ones(len(np.asarray(ids))) if weights is None else np.asarray(weights)
        total = np.asarray(self.take(ids).rows.T @ each, np.float32)
        length = float(np.linalg.norm(total))
        return total / length if length else total

    def towards(self, direction: Floats) -> Floats:
        """Project every row on a direction float32[d]: with unit lengths a cosine, float32[n]."""
        return np.asarray(self.rows @ direction, np.float32)

    def to_bytes(self) -> bytes:
        """Encode as npz."""
        arrays = {"ids": self.ids}
        if self.encoded is not None:
            arrays["encoded"] = self.encoded.astype(STORED)
        if not self.is_sparse:
            return to_npz(arrays | {"rows": self.rows})
        rows = self.rows
        parts = {"data": rows.data, "indices": rows.indices, "indptr": rows.indptr}
        return to_npz(arrays | {"d": np.array([self.d]), **parts})

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Decode `to_bytes`; ValueError for anything else, and nothing in it is ever run."""
        arrays = from_npz(data)
        try:
            encoded = arrays.get("encoded")
            if "rows" in arrays:
                return cls(arrays["ids"], arrays["rows"], encoded)
            parts = (arrays["data"], arrays["indices"], arrays["indptr"])
            shape = (len(arrays["ids"]), int(arrays["d"][0]))
            rows = sp.csr_matrix(parts, shape=shape)
            rows.check_format(full_check=True)
            return cls(arrays["ids"], rows, encoded)
        except (KeyError, IndexError, TypeError) as error:
            raise ValueError(f"these bytes hold no vectors: {error}") from error


def _encoded_of(parts: Sequence[Vectors]) -> Floats | None:
    """The encoded rows of all parts; zeros for those that have none."""
    widths = {part.encoded.shape[1] for part in parts if part.encoded is not None}
    if not widths:
        return None
    if len(widths) > 1:
        raise ValueError("the parts come from encoders of different widths")
    return np.concatenate(
        [
            np.zeros((len(part), *widths), np.float32) if part.encoded is None else part.encoded
            for part in parts
        ]
    )


def to_npz(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Encode named arrays, uncompressed; the same arrays always give the same bytes."""
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **dict(arrays))
    return buffer.getvalue()


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> NDArray[Any]:
    """Read one array whose header promises exactly the bytes that follow it."""
    if info.compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{info.filename} is compressed")
    file = io.BytesIO(archive.read(info))
    version = np.lib.format.read_magic(file)
    if version != (1, 0):
        raise ValueError(f"{info.filename} has the npy version {version}")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(file)
    content = file.read()
    if dtype.hasobject:
        raise ValueError(f"{info.filename} holds Python objects")
    count = 1
    for length in shape:
        count *= length
    if min(shape, default=0) < 0 or count * dtype.itemsize != len(content):
        raise ValueError(f"{info.filename} is not as long as its header says")
    array = np.frombuffer(content, dtype)
    return array.reshape(shape[::-1]).T if fortran else array.reshape(shape)


def from_npz(data: bytes) -> dict[str, NDArray[Any]]:
    """Decode `to_npz`; ValueError for truncated, compressed, pickled or boastful bytes."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            return {info.filename.removesuffix(".npy"): _member(archive, info) for info in members}
    except (zipfile.BadZipFile, EOFError, KeyError, NotImplementedError, RuntimeError) as error:
        raise ValueError(f"these bytes are no npz: {error}") from error
