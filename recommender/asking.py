"""Which papers to ask a reader about: those whose answers tell the most about all the others.

Transductive experimental design (Yu, Bi, Tresp 2006), in its sequential form: for a regression in
the text space, take in turn the paper that lowers the summed variance of all candidates' scores
most. Such a paper is itself uncertain, speaks for many others, and resembles none that was asked
about before. No answer changes the choice, so that a round can be drawn up at once.
"""

import numpy as np

from recommender.interactions import Ids
from recommender.vectors import Vectors

NOISE = 0.1
"""Variance of an answer, where that of an unknown score is 1: little, so that none asks twice."""


def informative(pool: Vectors, rated: Vectors, n: int, noise: float = NOISE) -> Ids:
    """Choose n ids of `pool` (m rows) or all, the most telling first; among equals the first.

    `rated` are rows of the same space of what the reader has answered already. Rows of zeros
    tell nothing and come last. ValueError unless the noise is positive.
    """
    if not noise > 0:
        raise ValueError(f"the noise must be positive, not {noise}")
    left = pool.similarity(pool).astype(np.float64)  # covariance of what is not known yet
    if len(rated) and len(pool):
        shared = pool.similarity(rated).astype(np.float64)
        told = rated.similarity(rated) + noise * np.eye(len(rated))
        left -= shared @ np.linalg.solve(told, shared.T)
    chosen: list[int] = []
    for _ in range(min(n, len(pool))):
        lowers = (left**2).sum(axis=0) / (np.diag(left) + noise)
        lowers[chosen] = -np.inf
        best = int(lowers.argmax())
        chosen.append(best)
        left -= np.outer(left[best], left[best]) / (left[best, best] + noise)
    return pool.ids[chosen]
