"""Two scores into one: what the text says, and what other readers taught."""

import numpy as np
from numpy.typing import NDArray

from recommender.interactions import Floats

GRID = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Weights that `learn_weight` tries. It begins at 0, text only."""


def spread(scores: Floats) -> float:
    """Give the standard deviation over the candidates; 1 when all are alike, up to rounding.

    Dividing by it makes two kinds of score comparable. Nothing is centred: a score must stay the
    sum of its shares, and a constant would not change the order anyhow.
    """
    if not len(scores):
        return 1.0
    deviation = float(np.std(scores, dtype=np.float64))
    largest = float(np.abs(scores).max())
    return deviation if deviation > max(1e-6 * largest, 1e-20) else 1.0


def scales(text: Floats, shared: Floats, weight: float) -> tuple[float, float]:
    """Factors that bring both scores of the day's candidates to one scale, `weight` included."""
    if not (np.isfinite(weight) and weight >= 0):
        raise ValueError(f"the weight must be finite and not negative, not {weight}")
    return 1.0 / spread(text), weight / spread(shared)


def combine(text: Floats, shared: Floats, weight: float) -> Floats:
    """Mix two scores float32[n] of one day's candidates: text + weight * shared, each scaled."""
    if text.shape != shared.shape:
        raise ValueError(f"{text.shape} text scores, but {shared.shape} shared scores")
    by_text, by_shared = scales(text, shared, weight)
    return np.asarray(by_text * text + by_shared * shared, np.float32)


def learn_weight(
    quality: NDArray[np.float64], grid: tuple[float, ...] = GRID, errors: float = 1.0
) -> float:
    """Choose the smallest weight within so many standard errors of the best.

    `quality` is (readers, len(grid)): how well each held-out reader's later saves were ranked at
    each weight. The error is that of the readers' own differences to the best weight: few
    readers make it wide, hence a small weight; fewer than two give the grid's first. The rule is
    Breiman's (Classification and Regression Trees, 1984, 3.4.3), here over pairs.
    """
    if quality.ndim != 2 or quality.shape[1] != len(grid):
        raise ValueError(f"{len(grid)} weights, but quality of the shape {quality.shape}")
    if len(quality) < 2:
        return grid[0]
    best = int(quality.mean(axis=0).argmax())
    behind = quality[:, [best]] - quality
    error = behind.std(axis=0, ddof=1) / len(quality) ** 0.5
    return grid[int(np.argmax(behind.mean(axis=0) <= errors * error))]
