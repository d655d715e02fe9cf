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
    for "nothing is known". ValueError when shapes differ, an id repeats or a value is not finite.
    """

    ids: Ids
    rows: Rows

    def __post_init__(self) -> None:
        object.__setattr__(self, "ids", whole_numbers(self.ids, "ids"))
        object.__setattr__(self, "rows", _checked_rows(self.rows))
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
        return cls(np.concatenate([part.ids for part in full]), stacked)

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
        return Vectors(self.ids[places], self.rows[places])

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

    def to_bytes(self) -> bytes:
        """Encode as npz."""
        if not self.is_sparse:
            return to_npz({"ids": self.ids, "rows": self.rows})
        rows = self.rows
        parts = {"data": rows.data, "indices": rows.indices, "indptr": rows.indptr}
        return to_npz({"ids": self.ids, "d": np.array([self.d]), **parts})

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Decode `to_bytes`; ValueError for anything else, and nothing in it is ever run."""
        arrays = from_npz(data)
        try:
            if "rows" in arrays:
                return cls(arrays["ids"], arrays["rows"])
            parts = (arrays["data"], arrays["indices"], arrays["indptr"])
            shape = (len(arrays["ids"]), int(arrays["d"][0]))
            rows = sp.csr_matrix(parts, shape=shape)
            rows.check_format(full_check=True)
            return cls(arrays["ids"], rows)
        except (KeyError, IndexError, TypeError) as error:
            raise ValueError(f"these bytes hold no vectors: {error}") from error


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


DENSE, SPARSE = b"\x01", b"\x02"


def row_to_bytes(row: Rows) -> bytes:
    """Encode one row: a kind byte, then float32, or uint32 columns followed by float32 values."""
    if not sp.issparse(row):
        return DENSE + np.asarray(row, "<f4").ravel().tobytes()
    row = sp.csr_matrix(row)
    row.sum_duplicates()
    columns, values = row.indices.astype("<u4"), row.data.astype("<f4")
    return SPARSE + bytes(columns.tobytes()) + bytes(values.tobytes())


def rows_from_bytes(encoded: Sequence[bytes | memoryview], ids: ArrayLike, d: int) -> Vectors:
    """Decode rows of `row_to_bytes`, all of one kind, into Vectors of d columns.

    ValueError when a row is of another kind or length, or names a column beyond d.
    """
    blobs = [bytes(blob) for blob in encoded]
    kinds = {blob[:1] for blob in blobs}
    if not blobs:
        return Vectors.empty(d)
    if kinds == {DENSE}:
        return Vectors(whole_numbers(ids, "ids"), _dense_rows(blobs, d))
    if kinds == {SPARSE}:
        return Vectors(whole_numbers(ids, "ids"), _sparse_rows(blobs, d))
    raise ValueError("the rows must all be dense or all be sparse")


def _dense_rows(blobs: Sequence[bytes], d: int) -> Floats:
    if any(len(blob) != 1 + 4 * d for blob in blobs):
        raise ValueError(f"a dense row of {d} columns must have {1 + 4 * d} bytes")
    return np.frombuffer(b"".join(blob[1:] for blob in blobs), "<f4").reshape(len(blobs), d)


def _sparse_rows(blobs: Sequence[bytes], d: int) -> sp.csr_matrix:
    counts, rests = np.divmod([len(blob) - 1 for blob in blobs], 8)
    if rests.any():
        raise ValueError("a sparse row is cut: columns and values differ in number")
    ends = [1 + 4 * int(count) for count in counts]
    pairs = list(zip(blobs, ends, strict=True))
    columns = np.frombuffer(b"".join(blob[1:end] for blob, end in pairs), "<u4").astype(np.int64)
    values = np.frombuffer(b"".join(blob[end:] for blob, end in pairs), "<f4")
    indptr = np.concatenate([[0], np.cumsum(counts)])
    if columns.size and columns.max() >= d:
        raise ValueError(f"a sparse row names column {columns.max()} of {d}")
    rising = np.diff(columns) > 0
    rising[indptr[1:-1][(indptr[1:-1] > 0) & (indptr[1:-1] < len(columns))] - 1] = True
    if not rising.all():
        raise ValueError("the columns of a sparse row must rise")
    return sp.csr_matrix((values, columns.astype(np.int32), indptr), shape=(len(blobs), d))
