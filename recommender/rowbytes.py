"""One paper's row as bytes, and back: how a database keeps a place in a space.

A kind byte comes first. 1: float32. 2: uint32 columns, then their float32 values. 3: uint16, the
length of a sentence encoder's row; that row in float16; then as 2.
"""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike

from recommender.interactions import Floats, whole_numbers
from recommender.vectors import STORED, Rows, Vectors

DENSE, SPARSE, ENCODED = b"\x01", b"\x02", b"\x03"


def row_to_bytes(row: Rows, encoded: Floats | None = None) -> bytes:
    """Encode one row, dense or sparse; `encoded` float32[e] stands beside a sparse one alone."""
    if not sp.issparse(row):
        return DENSE + np.asarray(row, "<f4").ravel().tobytes()
    row = sp.csr_matrix(row)
    row.sum_duplicates()
    columns, values = row.indices.astype("<u4"), row.data.astype("<f4")
    pairs = bytes(columns.tobytes()) + bytes(values.tobytes())
    if encoded is None or not encoded.any():
        return SPARSE + pairs
    return ENCODED + np.array([len(encoded)], "<u2").tobytes() + _half(encoded) + pairs


def _half(encoded: Floats) -> bytes:
    return bytes(np.asarray(encoded, STORED).tobytes())


def rows_from_bytes(encoded: Sequence[bytes | memoryview], ids: ArrayLike, d: int) -> Vectors:
    """Decode rows of `row_to_bytes`, all dense or all sparse, into Vectors of d columns.

    ValueError when a row is of another kind or length, or names a column beyond d.
    """
    blobs = [bytes(blob) for blob in encoded]
    kinds = {blob[:1] for blob in blobs}
    if not blobs:
        return Vectors.empty(d)
    if kinds == {DENSE}:
        return Vectors(whole_numbers(ids, "ids"), _dense_rows(blobs, d))
    if kinds <= {SPARSE, ENCODED}:
        heads, rests = zip(*map(_beheaded, blobs), strict=True)
        return Vectors(whole_numbers(ids, "ids"), _sparse_rows(rests, d), _stacked(heads))
    raise ValueError("the rows must all be dense or all be sparse")


def _beheaded(blob: bytes) -> tuple[Floats, bytes]:
    """Split a sparse row: what the encoder said, nothing if it is of kind 2; and the rest."""
    if blob[:1] == SPARSE:
        return np.empty(0, np.float32), blob[1:]
    end = 3 + 2 * int.from_bytes(blob[1:3], "little")
    if len(blob) < max(end, 3):
        raise ValueError("an encoded row is cut")
    return np.frombuffer(blob[3:end], STORED).astype(np.float32), blob[end:]


def _stacked(heads: Sequence[Floats]) -> Floats | None:
    widths = {len(head) for head in heads} - {0}
    if not widths:
        return None
    if len(widths) > 1:
        raise ValueError("the rows come from encoders of different widths")
    blank = np.zeros(max(widths), np.float32)
    return np.array([head if len(head) else blank for head in heads])


def _dense_rows(blobs: Sequence[bytes], d: int) -> Floats:
    if any(len(blob) != 1 + 4 * d for blob in blobs):
        raise ValueError(f"a dense row of {d} columns must have {1 + 4 * d} bytes")
    return np.frombuffer(b"".join(blob[1:] for blob in blobs), "<f4").reshape(len(blobs), d)


def _sparse_rows(blobs: Sequence[bytes], d: int) -> sp.csr_matrix:
    counts, rests = np.divmod([len(blob) for blob in blobs], 8)
    if rests.any():
        raise ValueError("a sparse row is cut: columns and values differ in number")
    ends = [4 * int(count) for count in counts]
    pairs = list(zip(blobs, ends, strict=True))
    columns = np.frombuffer(b"".join(blob[:end] for blob, end in pairs), "<u4").astype(np.int64)
    values = np.frombuffer(b"".join(blob[end:] for blob, end in pairs), "<f4")
    indptr = np.concatenate([[0], np.cumsum(counts)])
    if columns.size and columns.max() >= d:
        raise ValueError(f"a sparse row names column {columns.max()} of {d}")
    rising = np.diff(columns) > 0
    rising[indptr[1:-1][(indptr[1:-1] > 0) & (indptr[1:-1] < len(columns))] - 1] = True
    if not rising.all():
        raise ValueError("the columns of a sparse row must rise")
    return sp.csr_matrix((values, columns.astype(np.int32), indptr), shape=(len(blobs), d))
