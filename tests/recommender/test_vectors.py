import io
import zipfile

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from recommender.rowbytes import row_to_bytes, rows_from_bytes
from recommender.vectors import Vectors, from_npz, to_npz

numbers = st.floats(-1, 1, width=32).map(lambda x: 0 if abs(x) < 0.5 else x)
tables = st.tuples(st.integers(0, 6), st.integers(1, 5)).flatmap(
    lambda shape: arrays(np.float32, shape, elements=numbers)
)


def vectors(table, sparse, first=3):
    return Vectors(np.arange(len(table)) + first, sp.csr_matrix(table) if sparse else table)


def dense(some):
    return some.rows.toarray() if some.is_sparse else some.rows


@given(tables, st.booleans())
def test_bytes_lead_there_and_back(table, sparse):
    before = vectors(table, sparse)
    after = Vectors.from_bytes(before.to_bytes())
    assert after.is_sparse == sparse
    assert np.array_equal(after.ids, before.ids)
    assert np.array_equal(dense(after), table)


@given(tables, st.booleans())
def test_single_rows_lead_to_bytes_and_back(table, sparse):
    before = vectors(table, sparse)
    encoded = [memoryview(row_to_bytes(before.rows[i])) for i in range(len(before))]
    after = rows_from_bytes(encoded, before.ids, before.d)
    assert np.array_equal(after.ids, before.ids)
    assert np.array_equal(dense(after), table)


@given(tables, st.booleans(), st.booleans())
def test_similarity_is_the_dot_product_whatever_the_kinds(table, left, right):
    found = vectors(table, left).similarity(vectors(table[::-1], right))
    assert found == pytest.approx(table @ table[::-1].T, abs=1e-5)
    assert found.dtype == np.float32


def test_nothing_resembles_nothing():
    some = vectors(np.eye(3), sparse=True)
    assert some.similarity(Vectors.empty()).shape == (3, 0)
    assert Vectors.empty().similarity(some).shape == (0, 3)
    assert not Vectors.blank([1, 2]).similarity(Vectors.blank([7])).any()


def test_vectors_of_different_widths_cannot_be_compared():
    with pytest.raises(ValueError, match="rows of 3 with rows of 2"):
        vectors(np.eye(3), sparse=False).similarity(vectors(np.eye(2), sparse=False))


def test_nearest_finds_the_most_alike_first():
    some = vectors(np.array([[1, 0], [0.6, 0.8], [0, 1]]), sparse=False)
    ids, scores = some.nearest(Vectors([1], [[0.0, 1.0]]), k=2)
    assert ids.tolist() == [[5, 4]]
    assert scores[0] == pytest.approx([1, 0.8])


def test_nearest_gives_no_more_than_there_are():
    ids, scores = vectors(np.eye(2), sparse=True).nearest(vectors(np.eye(2), sparse=True), k=9)
    assert ids.shape == scores.shape == (2, 2)


@pytest.mark.parametrize("sparse", [True, False])
def test_take_follows_the_order_it_is_given(sparse):
    some = Vectors([9, 4, 7], vectors(np.eye(3), sparse).rows).take([7, 9])
    assert some.ids.tolist() == [7, 9]
    assert dense(some).tolist() == [[0, 0, 1], [1, 0, 0]]


def test_take_names_the_first_stranger():
    with pytest.raises(KeyError, match="2 ids have no vector, the first is 8"):
        Vectors.blank([4, 7]).take([4, 8, 9])


def test_an_unknown_id_has_no_place():
    assert Vectors.blank([9, 4]).locate([4, 5, 9]).tolist() == [1, -1, 0]
    assert Vectors.empty().locate([4]).tolist() == [-1]


@pytest.mark.parametrize("sparse", [True, False])
def test_parts_are_stacked_in_order_and_empty_ones_skipped(sparse):
    parts = [vectors(np.eye(2), sparse), Vectors.empty(), vectors(np.eye(2), sparse, first=8)]
    whole = Vectors.concatenate(parts)
    assert whole.ids.tolist() == [3, 4, 8, 9]
    assert whole.is_sparse == sparse


def test_no_parts_make_empty_vectors():
    assert len(Vectors.concatenate([])) == 0
    assert Vectors.concatenate([Vectors.empty(5)]).d == 5


def test_parts_of_different_widths_are_refused():
    with pytest.raises(ValueError, match="number of columns"):
        Vectors.concatenate([Vectors.blank([1], 2), Vectors.blank([2], 3)])


@pytest.mark.parametrize(
    ("ids", "rows", "sentence"),
    [
        ([1, 1], np.eye(2), "twice"),
        ([1], np.eye(2), "1 ids, but 2 rows"),
        ([1], [1.0], "two-dimensional"),
        ([1], [[np.nan]], "not a finite number"),
        ([1], sp.csr_matrix([[np.inf]]), "not a finite number"),
    ],
)
def test_vectors_refuse_what_does_not_fit(ids, rows, sentence):
    with pytest.raises(ValueError, match=sentence):
        Vectors(ids, rows)


def test_vectors_say_what_they_are():
    assert repr(vectors(np.eye(2), sparse=True)) == "<Vectors: 2 sparse rows of 2>"
    assert repr(Vectors.empty(4)) == "<Vectors: 0 dense rows of 4>"


@given(st.integers(0, 400))
def test_cut_bytes_are_refused(length):
    data = vectors(np.eye(3), sparse=True).to_bytes()
    with pytest.raises(ValueError, match=r"."):
        Vectors.from_bytes(data[:length])


def test_a_column_outside_the_matrix_is_refused():
    parts = {"ids": np.array([1]), "d": np.array([2]), "data": np.ones(1, np.float32)}
    parts |= {"indices": np.array([7]), "indptr": np.array([0, 1])}
    with pytest.raises(ValueError, match="indices"):
        Vectors.from_bytes(to_npz(parts))


def test_an_npz_of_other_arrays_holds_no_vectors():
    with pytest.raises(ValueError, match="hold no vectors"):
        Vectors.from_bytes(to_npz({"ids": np.array([1])}))


def npz_with(content, compression=zipfile.ZIP_STORED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        archive.writestr("rows.npy", content)
    return buffer.getvalue()


def npy(array, version=None):
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, version)
    return buffer.getvalue()


def test_objects_are_refused_before_anything_is_unpickled():
    with pytest.raises(ValueError, match="holds Python objects"):
        from_npz(npz_with(npy(np.array([print], object))))


def test_a_header_that_promises_gigabytes_is_refused_before_memory_is_asked_for():
    header = io.BytesIO()
    promise = {"descr": "<f4", "fortran_order": False, "shape": (10**6, 10**6)}
    np.lib.format.write_array_header_1_0(header, promise)
    with pytest.raises(ValueError, match="not as long as its header says"):
        from_npz(npz_with(header.getvalue()))


def test_compressed_and_newer_arrays_are_refused():
    with pytest.raises(ValueError, match="compressed"):
        from_npz(npz_with(npy(np.ones(9)), zipfile.ZIP_DEFLATED))
    with pytest.raises(ValueError, match="npy version"):
        from_npz(npz_with(npy(np.ones(9), (2, 0))))


def test_an_array_in_fortran_order_is_read_as_it_was():
    array = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    assert np.array_equal(from_npz(to_npz({"a": array}))["a"], array)


def test_no_encoded_rows_make_empty_vectors():
    assert rows_from_bytes([], [], 4).d == 4


@pytest.mark.parametrize(
    ("blobs", "sentence"),
    [
        ([b"\x01" + bytes(7)], "must have 9 bytes"),
        ([b"\x02" + bytes(7)], "is cut"),
        ([b"\x02" + np.array([5], "<u4").tobytes() + bytes(4)], "column 5 of 2"),
        ([b"\x02" + np.array([1, 0], "<u4").tobytes() + bytes(8)], "must rise"),
        ([b"\x02", b"\x01" + bytes(8)], "all be sparse"),
        ([b"\x07"], "all be sparse"),
        ([b""], "all be sparse"),
    ],
)
def test_a_damaged_row_is_refused(blobs, sentence):
    with pytest.raises(ValueError, match=sentence):
        rows_from_bytes(blobs, range(len(blobs)), 2)


def test_empty_sparse_rows_may_stand_anywhere():
    rows = sp.csr_matrix(np.array([[0, 0], [1, 0], [0, 0], [1, 0], [0, 0]], np.float32))
    encoded = [row_to_bytes(rows[i]) for i in range(5)]
    assert np.array_equal(rows_from_bytes(encoded, np.arange(5), 2).rows.toarray(), rows.toarray())
