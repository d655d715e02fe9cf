"""From a map that knows what belongs together to one that tells it from what stands beside it.

WARP asks that a paper rank above one drawn from everywhere, which is nearly always of another
field. A reader chooses among the papers of his own. So the learned map is tuned: of a list of
papers of one field, find the one that somebody wrote who also wrote this one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from recommender.bridge import unit
from recommender.interactions import Floats, Ids


@dataclass(frozen=True)
class ContrastConfig:
    """Softmax over the cosines to `size` papers of a field, divided by `temperature`.

    `lists_at_once` make one step. Each paper asks `asked` times an epoch. Half of the terms of a
    text are hidden each time (`hidden`), so that no single one can tell papers apart by heart.
    """

    epochs: int = 3
    size: int = 128
    lists_at_once: int = 6
    asked: int = 2
    temperature: float = 0.15
    hidden: float = 0.5
    learning_rate: float = 0.01


def tune(
    learned: Floats,
    rows: sp.csr_matrix,
    wrote: sp.csr_matrix,
    fields: Ids,
    config: ContrastConfig = ContrastConfig(),
    seed: int = 0,
) -> Floats:
    """Tune a map of terms, float32 (n_terms, d), on texts csr (n_items, n_terms) of unit length.

    `wrote` csr (users, items) says what belongs together, `fields` int64[n_items] what stands
    side by side. The loss is the one of van den Oord et al. 2018 (InfoNCE), the steps are
    Adagrad's (Duchi et al. 2011). Returns a new map; the same seed gives the same one.
    """
    random = np.random.default_rng(seed)
    lengths = np.linalg.norm(rows @ learned, axis=1)
    learned = np.array(learned / max(float(lengths.mean()), 1e-12), np.float32)
    squares = np.full(learned.shape, 1e-8, np.float32)
    wrote_by = wrote.T.tocsr()
    for _ in range(config.epochs):
        for lists in _batches(fields, config, random):
            asking = [_asked(listed, wrote, wrote_by, config.asked, random) for listed in lists]
            terms, gradient = _gradient(learned, rows, lists, asking, config, random)
            squares[terms] += gradient**2
            learned[terms] -= np.float32(config.learning_rate) * gradient / np.sqrt(squares[terms])
    return learned


def _batches(
    fields: Ids, config: ContrastConfig, random: np.random.Generator
) -> Iterator[list[Ids]]:
    """Cut all items into lists of neighbours by field, in random order."""
    order = np.lexsort((random.random(len(fields)), fields))
    lists = [order[i : i + config.size] for i in range(0, len(order), config.size)]
    mixed = random.permutation(len(lists))
    for i in range(0, len(mixed), config.lists_at_once):
        yield [lists[n] for n in mixed[i : i + config.lists_at_once]]


def _asked(
    listed: Ids,
    wrote: sp.csr_matrix,
    wrote_by: sp.csr_matrix,
    times: int,
    random: np.random.Generator,
) -> tuple[Ids, Ids]:
    """Draw for each listed item others of the same users: the others, and whose place they seek."""
    places = np.repeat(np.arange(len(listed)), times)
    others = _drawn(wrote, _drawn(wrote_by, listed[places], random), random)
    other = others != listed[places]
    return others[other], places[other]


def _drawn(matrix: sp.csr_matrix, rows: Ids, random: np.random.Generator) -> Ids:
    """Draw one column of each row; every row has some."""
    starts, ends = matrix.indptr[rows], matrix.indptr[rows + 1]
    return np.asarray(matrix.indices[random.integers(starts, ends)], np.int64)


def _gradient(
    learned: Floats,
    rows: sp.csr_matrix,
    lists: list[Ids],
    asking: list[tuple[Ids, Ids]],
    config: ContrastConfig,
    random: np.random.Generator,
) -> tuple[Ids, Floats]:
    """Terms of this batch and the loss's derivative by their vectors, float32 (len(terms), d)."""
    items = np.unique(np.concatenate([*lists, *(others for others, _ in asking)]))
    texts = rows[items]
    texts.data = texts.data * (random.random(len(texts.data)) > config.hidden)
    placed = texts @ learned
    lengths = np.maximum(np.linalg.norm(placed, axis=1, keepdims=True), 1e-8)
    placed = unit(placed)
    wanted = np.zeros_like(placed)
    for listed, (others, places) in zip(lists, asking, strict=True):
        where, who = np.searchsorted(items, listed), np.searchsorted(items, others)
        alike = placed[who] @ placed[where].T / np.float32(config.temperature)
        alike[who[:, None] == where] = -np.inf
        chances = np.exp(alike - alike.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        chances[np.arange(len(places)), places] -= 1
        chances /= np.float32(config.temperature)
        np.add.at(wanted, who, chances @ placed[where])
        wanted[where] += chances.T @ placed[who]
    along = np.einsum("ij,ij->i", wanted, placed)[:, None]
    by_term = texts.T.tocsr()
    terms = np.flatnonzero(np.diff(by_term.indptr))
    return terms, np.asarray(by_term[terms] @ ((wanted - placed * along) / lengths), np.float32)
