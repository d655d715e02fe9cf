import numpy as np
import pytest
import scipy.sparse as sp

from recommender.bridge import Bridge, BridgeConfig, build, unit

ROWS = sp.csr_matrix(unit(np.float32([[1, 1, 0, 0], [1, 0, 1, 0], [0, 0, 1, 1], [0, 0, 0, 1]])))
VECTORS = unit(np.float32([[1, 0], [1, 0.2], [0, 1], [0, 1]]))


def test_a_new_text_stands_where_the_texts_like_it_stand():
    bridge = build(ROWS, VECTORS)
    first, second = bridge.place(sp.csr_matrix(np.float32([[0, 1, 0, 0], [0, 0, 0, 1]])))
    assert first @ VECTORS[0] > 0.9
    assert second @ VECTORS[3] > 0.9


def test_a_trained_text_stands_where_its_item_stands():
    bridge = build(ROWS, VECTORS)
    assert np.array_equal(bridge.place(ROWS), bridge.placed)


def test_a_text_of_unknown_words_stands_nowhere():
    assert not build(ROWS, VECTORS).place(sp.csr_matrix((1, 4), dtype=np.float32)).any()


def test_the_duals_solve_the_kernel_ridge_regression():
    config = BridgeConfig(steps=50, tolerance=1e-7)
    cosines = (ROWS @ ROWS.T).toarray()
    kernel = cosines + np.where(cosines > config.stranger, cosines, 0) ** 2
    exact = np.linalg.solve(kernel + config.ridge * np.eye(4), VECTORS)
    assert build(ROWS, VECTORS, config).duals == pytest.approx(exact, abs=1e-4)


def test_it_places_many_texts_block_by_block_alike():
    rng = np.random.default_rng(0)
    texts = sp.csr_matrix(unit(rng.random((2_500, 4)).astype(np.float32)))
    bridge = build(ROWS, VECTORS)
    apart = np.vstack([bridge.place(texts[i : i + 700]) for i in range(0, 2_500, 700)])
    assert bridge.place(texts) == pytest.approx(apart, abs=1e-6)


def test_it_refuses_parts_of_different_items_and_what_is_no_number():
    with pytest.raises(ValueError, match="same items"):
        Bridge(ROWS, VECTORS, VECTORS[:2])
    with pytest.raises(ValueError, match="finite"):
        Bridge(ROWS, VECTORS, VECTORS * np.nan)
