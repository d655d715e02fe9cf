import numpy as np
import scipy.sparse as sp

from recommender.als import AlsConfig, factorise
from tests.worlds import checkerboard


def saves(n=12):
    world = checkerboard(n)
    matrix = np.zeros((n, n), np.float32)
    matrix[world.interactions.users, world.interactions.items] = 1
    return sp.csr_matrix(matrix)


def test_items_that_the_same_users_saved_come_together():
    items = factorise(saves(), 4)
    items /= np.linalg.norm(items, axis=1, keepdims=True)
    alike = items @ items.T
    even = np.arange(12) % 2 == 0
    assert alike[np.ix_(even, even)].min() > 0.8
    assert alike[np.ix_(even, ~even)].max() < 0.5


def test_it_comes_to_rest_where_the_exact_solution_is():
    """Users in closed form from its items, then items from these users: nothing moves."""
    config, matrix = AlsConfig(rounds=60, steps=8), saves(8).toarray()
    items = factorise(sp.csr_matrix(matrix), 3, config).astype(float)
    users = exact(items, matrix, config)
    assert np.abs(exact(users, matrix.T, config) - items).max() < 0.02 * np.abs(items).max()


def exact(other, matrix, config):
    rows = []
    for saved in matrix:
        weights = np.where(saved > 0, config.confidence, 1)
        normal = (other * weights[:, None]).T @ other + config.regularisation * np.eye(
            other.shape[1]
        )
        rows.append(np.linalg.solve(normal, (other * weights[:, None]).T @ saved))
    return np.array(rows)


def test_a_weightier_save_pulls_harder():
    matrix = sp.csr_matrix(np.float32([[1.5, 0.05], [1, 1]]))
    light = factorise(matrix, 2)
    assert np.linalg.norm(light[0]) > np.linalg.norm(light[1])


def test_the_same_seed_gives_the_same_items():
    assert np.array_equal(factorise(saves(), 4, seed=3), factorise(saves(), 4, seed=3))
