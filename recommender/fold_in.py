"""A user's taste from a handful of saved papers; the item side stays frozen.

A taste is the list of what was saved. A score is a sum with one term, its share, per saved paper:
nothing is trained for a user, so a new save acts at once and taking it back leaves no trace.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from recommender.ensemble import spread
from recommender.interactions import Floats
from recommender.vectors import Vectors


@dataclass(frozen=True)
class FoldInConfig:
    """`power` 1 adds up cosines, which is Rocchio's sum over what was saved (Rocchio 1971).

    `power` 2 adds up max(0, cos)^2, a kernel that listens to the nearest saved papers. It was the
    strongest form in a learned space, where cosines of strangers are far from zero. `ridge` adds
    a second opinion, ridge regression with that penalty: of many saves that say the same it
    hears one, so that a large interest does not drown a small one. None leaves it out.

    Where a sentence encoder knows all that is compared, what it says is a score of its own, formed
    as `sentences` says; the words count `words` as much beside it. None leaves it out.
    """

    power: int = 1
    ridge: float | None = None
    sentences: "FoldInConfig | None" = None
    words: float = 0.2


HALF_LIFE_DAYS = 70.0
"""Decay of 0.01 a day, the value found best for readers' likes by the Scholar Inbox group."""

SHARED = SENTENCES = FoldInConfig(power=2, ridge=0.5)
TEXT = FoldInConfig(power=1, sentences=SENTENCES)


def fade(values: ArrayLike, days: ArrayLike, half_life: float = HALF_LIFE_DAYS) -> Floats:
    """Let older acts count less: half as much after `half_life` days.

    values float32[n] and the acts' days int[n], ordinals. Days count from the newest act and not
    from today, so that the same acts give the same order on any morning.
    """
    weights, ordinals = np.asarray(values, np.float32), np.asarray(days, np.float64)
    if weights.shape != ordinals.shape:
        raise ValueError(f"values of the shape {weights.shape}, but days of {ordinals.shape}")
    ages = ordinals.max(initial=0) - ordinals
    return np.asarray(weights * 0.5 ** (ages / half_life), np.float32)


@dataclass(frozen=True, eq=False)
class Taste:
    """What was saved (r rows), how much each counts, float32[r], not negative, and its dual.

    `duals` float32[r] are the weights of the saved papers in the ridge regression, empty without.
    `sentences` is what an encoder's rows of the saved papers say, None without an encoder.
    """

    saved: Vectors
    values: Floats
    config: FoldInConfig
    duals: Floats
    sentences: "Taste | None" = None

    def shares(self, candidates: Vectors) -> Floats:
        """Part of each candidate's score that each saved paper gives, float32 (n, r).

        Kernel sum and ridge regression count alike, each divided by its spread over the
        candidates; so do the words and what an encoder says, as far as the words may.
        """
        own = self._shares(candidates)
        if self.sentences is None or candidates.sentences is None:
            return own
        told = self.sentences.shares(candidates.sentences)
        own *= np.float32(self.config.words) / _spread_of_sums(own)
        told /= _spread_of_sums(told)
        return np.asarray(own + told, np.float32)

    def _shares(self, candidates: Vectors) -> Floats:
        alike = candidates.similarity(self.saved)
        fitted = alike * self.duals if self.config.ridge is not None else None
        if self.config.power == 2:
            np.maximum(alike, 0, out=alike)
            np.square(alike, out=alike)
        alike *= self.values
        if fitted is None:
            return alike
        return alike / _spread_of_sums(alike) + fitted / _spread_of_sums(fitted)

    def scores(self, candidates: Vectors) -> Floats:
        """Score of each candidate, float32[n]: the sum of its shares."""
        return np.asarray(self.shares(candidates).sum(axis=1), np.float32)


def _spread_of_sums(shares: Floats) -> np.float32:
    return np.float32(spread(shares.sum(axis=1)))


def fold_in(rated: Vectors, values: ArrayLike, config: FoldInConfig = TEXT) -> Taste:
    """Turn saved papers and what each save is worth into a taste; returns, never stores.

    ValueError unless there is one finite, non-negative value per row and the power is 1 or 2.
    """
    weights = np.asarray(values, np.float32)
    if weights.shape != (len(rated),):
        raise ValueError(f"{len(rated)} rated papers, but values of the shape {weights.shape}")
    if not np.all(np.isfinite(weights) & (weights >= 0)):
        raise ValueError("values must be finite and not negative: dislikes act in negatives.py")
    if config.power not in (1, 2):
        raise ValueError(f"the power must be 1 or 2, not {config.power}")
    told = None
    if config.sentences is not None and rated.sentences is not None:
        told = fold_in(rated.sentences, weights, config.sentences)
    return Taste(rated, weights, config, _duals(rated, weights, config.ridge), told)


def _duals(saved: Vectors, values: Floats, ridge: float | None) -> Floats:
    """Weights of the saved papers in a ridge regression that wants 1 of each, float32[r].

    Each save counts in the squared error as much as its value. The dual form is r x r; for more
    saves than dimensions the primal one, d x d, gives the same at a bounded cost.
    """
    if ridge is None or not len(saved) or not saved.d:
        return np.zeros(len(saved), np.float32)
    roots = np.sqrt(values)
    if saved.is_sparse or len(saved) <= saved.d:
        kernel = saved.similarity(saved) * np.outer(roots, roots)
        kernel[np.diag_indices_from(kernel)] += np.float32(ridge)
        return np.asarray(roots * np.linalg.solve(kernel, roots), np.float32)
    rows = saved.rows * roots[:, None]
    normal = rows.T @ rows + np.float32(ridge) * np.eye(saved.d, dtype=np.float32)
    direction = np.linalg.solve(normal, rows.T @ roots)
    return np.asarray(roots * (roots - rows @ direction) / ridge, np.float32)
