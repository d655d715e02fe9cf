"""Synthetic worlds whose right answer is known, so that no test needs a metric once seen."""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from recommender.evaluation import IssueDays
from recommender.interactions import Interactions
from recommender.ranking import Candidates, Rated
from recommender.vectors import Vectors

FIRST_DAY = 739_000
FIRST_ITEM = 500


class World(NamedTuple):
    """Items with a text and an issue day, users with a taste, and who saved what.

    topics[i] is the topic of the i-th item, tastes[u] that of user u.
    """

    features: Vectors
    interactions: Interactions
    item_days: IssueDays
    topics: np.ndarray
    tastes: np.ndarray


def unit(rows) -> np.ndarray:
    """Rows at L2 norm 1; rows of zeros stay."""
    rows = np.asarray(rows, np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1)


def saves(pairs, day=FIRST_DAY, weight=1.0) -> Interactions:
    """Interactions from (user, item) or (user, item, day) tuples."""
    rows = [(pair[0], pair[1], pair[2] if len(pair) > 2 else day) for pair in pairs]
    users, items, days = np.array(rows, np.int64).reshape(-1, 3).T
    return Interactions(users, items, np.full(len(rows), weight, np.float32), days)


def checkerboard(n=20) -> World:
    """Even users save even items, odd users odd ones, and nobody saves on the diagonal.

    Each item has one word of its own, so texts say nothing. User u must be given item u.
    """
    pairs = [(u, i) for u in range(n) for i in range(n) if u % 2 == i % 2 and u != i]
    features = Vectors(np.arange(n), sp.identity(n, np.float32, "csr"))
    days = IssueDays(np.arange(n), np.full(n, FIRST_DAY, np.int32))
    return World(features, saves(pairs), days, np.arange(n) % 2, np.arange(n) % 2)


def dialects(n_users=32, n_days=24, n_topics=4, cut=18, seed=0) -> World:
    """Each topic is written about in two languages that have no word in common.

    Users of an even number save papers of their topic in both languages. The others save the
    first language before day `cut` and the second from then on: their own words never lead to
    what they want, other readers do. Every day has two papers per topic and language.
    """
    rng = np.random.default_rng(seed)
    n_items = n_days * n_topics * 4
    item = np.arange(n_items)
    topics, languages, days = item % n_topics, item // n_topics % 2, item // (n_topics * 4)
    rows = np.zeros((n_items, n_topics * 2 * 12), np.float32)
    for i in item:
        words = rng.choice(12, 5, replace=False)
        rows[i, (topics[i] * 2 + languages[i]) * 12 + words] = 1
    tastes = np.arange(n_users) % n_topics
    users, items = np.nonzero(tastes[:, None] == topics[None, :])
    settled = users // n_topics % 2 == 0
    kept = settled | (languages[items] == (days[items] >= cut))
    kept &= rng.random(len(users)) < 0.6
    days = days + FIRST_DAY
    pairs = np.column_stack([users, items + FIRST_ITEM, days[items]])[kept]
    return World(
        Vectors(item + FIRST_ITEM, sp.csr_matrix(unit(rows))),
        saves(pairs),
        IssueDays(item + FIRST_ITEM, days.astype(np.int32)),
        topics,
        tastes,
    )


def candidates(text, shared=None, ids=None, days=None) -> Candidates:
    """Candidates from plain rows; no shared vectors and one day unless given."""
    text = unit(text)
    ids = np.arange(len(text)) + 10 if ids is None else np.asarray(ids)
    shared = np.zeros((len(ids), 0)) if shared is None else unit(shared)
    days = np.full(len(ids), FIRST_DAY) if days is None else np.asarray(days)
    return Candidates(ids, Vectors(ids, sp.csr_matrix(text)), Vectors(ids, shared), days)


def rated(text, values, shared=None, ids=None) -> Rated:
    """Rated papers from plain rows, with ids from 100."""
    text = unit(text)
    ids = np.arange(len(text)) + 100 if ids is None else np.asarray(ids)
    shared = np.zeros((len(ids), 0)) if shared is None else unit(shared)
    values = np.asarray(values, np.float32)
    return Rated(Vectors(ids, sp.csr_matrix(text)), Vectors(ids, shared), values)


def anything(n, r, seed=0, d=6) -> tuple[Candidates, Rated]:
    """Candidates and ratings without a meaning, likes and dislikes mixed."""
    rng = np.random.default_rng(seed)
    values = rng.choice([-1.0, 0.0, 0.5, 1.0], r)
    rows = [rng.random((m, 12)) * (rng.random((m, 12)) < 0.4) for m in (n, r)]
    shared = [rng.normal(size=(m, d)) for m in (n, r)]
    days = FIRST_DAY + rng.integers(0, 3, n)
    return candidates(rows[0], shared[0], days=days), rated(rows[1], values, shared[1])


class Letters:
    """A sentence encoder for tests: how often each of 26 letters occurs, and a bias."""

    def encode(self, texts):
        """Rows (n, 27)."""
        alphabet = "abcdefghijklmnopqrstuvwxyz"
        return np.array([[1.0, *(text.lower().count(x) for x in alphabet)] for text in texts])


class Vowels(Letters):
    """Another one, of another width."""

    def encode(self, texts):
        """Rows (n, 6)."""
        return super().encode(texts)[:, [0, 1, 5, 9, 15, 21]]
