import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.preprocessing import normalize

from recommender.bridge import unit
from recommender.contrast import ContrastConfig, tune

CONFIG = ContrastConfig(epochs=20, size=60)
FIELDS, PEOPLE, PAPERS = 2, 6, 8  # people in each field, papers of each person


def world(seed=0):
    """Papers of a loud field and a faint person: each text has 6 words of both and 6 of anybody."""
    random = np.random.default_rng(seed)
    n_people, n_papers = FIELDS * PEOPLE, FIELDS * PEOPLE * PAPERS
    who = np.repeat(np.arange(n_people), PAPERS)
    fields = who // PEOPLE
    counts = np.zeros((n_papers, FIELDS * 20 + n_people * 12 + 60), np.float32)
    for paper in range(n_papers):
        counts[paper, fields[paper] * 20 + random.integers(20, size=6)] = 2
        counts[paper, FIELDS * 20 + who[paper] * 12 + random.integers(12, size=3)] = 1
        counts[paper, FIELDS * 20 + n_people * 12 + random.integers(60, size=6)] = 1
    rows = sp.csr_matrix(normalize(counts))
    wrote = sp.csr_matrix((np.ones(n_papers, np.float32), (who, np.arange(n_papers))))
    start = random.standard_normal((counts.shape[1], 24)).astype(np.float32)
    return rows, wrote, who, fields, start


def own_beside_others(rows, learned, who, fields):
    """How often a paper stands nearer to one of the same person than to another of the field."""
    placed = unit(np.asarray(rows @ learned))
    near = placed @ placed.T
    np.fill_diagonal(near, -2)
    near[fields[:, None] != fields[None, :]] = -2
    return float(np.mean(who[near.argmax(axis=1)] == who))


def test_tuned_vectors_tell_papers_of_one_field_apart():
    rows, wrote, who, fields, start = world()
    tuned = tune(start, rows, wrote, fields, CONFIG)
    before, after = (own_beside_others(rows, m, who, fields) for m in (start, tuned))
    assert after > before + 0.2


def test_the_same_seed_gives_the_same_map_and_the_start_stays_as_it_was():
    rows, wrote, _, fields, start = world()
    kept = start.copy()
    first, again, other = (tune(start, rows, wrote, fields, CONFIG, seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert np.array_equal(start, kept)


def test_a_term_that_no_paper_has_keeps_its_direction():
    rows, wrote, _, fields, start = world()
    rows = sp.hstack([rows, sp.csr_matrix((rows.shape[0], 1))], format="csr", dtype=np.float32)
    start = np.vstack([start, np.full((1, start.shape[1]), 0.5, np.float32)])
    tuned = tune(start, rows, wrote, fields, CONFIG)
    assert np.allclose(unit(tuned[-1:]), unit(start[-1:]))


@pytest.mark.parametrize("n", [1, 2])
def test_next_to_no_papers_give_finite_numbers(n):
    rows, wrote = sp.csr_matrix(np.eye(n, 4, dtype=np.float32)), sp.csr_matrix(np.ones((1, n)))
    start = np.ones((4, 3), np.float32)
    assert np.isfinite(tune(start, rows, wrote, np.zeros(n, np.int64), CONFIG)).all()


def test_texts_without_terms_give_finite_numbers():
    rows, wrote, _, fields, start = world()
    rows = sp.csr_matrix(rows.shape, dtype=np.float32)
    assert np.isfinite(tune(start, rows, wrote, fields, CONFIG)).all()
