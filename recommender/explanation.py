"""Why a paper stands where it stands: which saved papers, and which terms."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from recommender.interactions import Ids, Shares, whole_numbers
from recommender.ranking import POLICY, Candidates, RankConfig, Rated, rank, shares
from recommender.vectors import Vectors


class Reasons(NamedTuple):
    """A score taken apart: text.sum() + shared.sum() + fresh + boosted + lowered == score.

    ids int64[r] are the saved papers, heaviest share first; text and shared float64[r] are what
    each of them gave through its words and through other readers. fresh is what being new is
    worth, boosted what the reader wished more of, lowered, at most 0, what dislikes took; that is
    what lowered_by did, the disliked paper that it resembles most, or -1.
    """

    ids: Ids
    text: Shares
    shared: Shares
    fresh: float
    boosted: float
    lowered: float
    score: float
    lowered_by: int

    @property
    def by_text(self) -> float:
        return float(self.text.sum())

    @property
    def by_readers(self) -> float:
        return float(self.shared.sum())


def explain(
    paper: int,
    candidates: Candidates,
    rated: Rated,
    weight: float = 0.0,
    config: RankConfig = POLICY,
) -> Reasons:
    """Take apart the score that `rank` gives the candidate with the id `paper`.

    All the day's candidates are needed, because scores are scaled by their spread over the day.
    KeyError when it is not among them.
    """
    place = int(candidates.text.locate([paper])[0])
    if place < 0:
        raise KeyError(f"{paper} is not among the candidates")
    saved = rated.where(rated.values > 0)
    parts = shares(candidates, saved, weight, config)
    text, shared = (part[place].astype(np.float64) for part in parts)
    heaviest = np.argsort(-(text + shared), kind="stable")
    ranking = rank(candidates, rated, weight, config)
    row = int(np.flatnonzero(ranking.ids == paper)[0])
    return Reasons(
        saved.text.ids[heaviest],
        text[heaviest],
        shared[heaviest],
        float(ranking.fresh_share[row]),
        float(ranking.boosted[row]),
        float(ranking.lowered[row]),
        float(ranking.scores[row]),
        _most_alike(candidates, place, rated) if ranking.lowered[row] < 0 else -1,
    )


def _most_alike(candidates: Candidates, place: int, rated: Rated) -> int:
    disliked = rated.where(rated.values < 0).text
    alike = candidates.text.take(candidates.ids[[place]]).similarity(disliked)
    return int(disliked.ids[alike[0].argmax()])


def shared_terms(
    candidates: Vectors, rated: Vectors, because: ArrayLike, k: int = 3
) -> NDArray[np.int32]:
    """Find the terms that carry most of the likeness of each candidate and its saved paper.

    Both are sparse text rows; `because` int64[n] names a rated id for each candidate, or -1.
    Returns column numbers int32 (n, k), heaviest first, -1 where there is none. KeyError when
    `because` names a paper that is not in `rated`.
    """
    reasons = whole_numbers(because, "because")
    if reasons.shape != candidates.ids.shape:
        raise ValueError(f"{len(candidates)} candidates, but {len(reasons)} reasons")
    terms = np.full((len(candidates), k), -1, np.int32)
    explained = np.flatnonzero(reasons >= 0)
    places = rated.locate(reasons[explained])
    if (places < 0).any():
        raise KeyError("a candidate's reason is not among the rated papers")
    if not len(explained) or not candidates.is_sparse:
        return terms
    products = candidates.rows[explained].multiply(rated.rows[places]).tocoo()
    order = np.lexsort((products.col, -products.data, products.row))
    rows, columns = products.row[order], products.col[order]
    nth = np.arange(len(rows)) - np.searchsorted(rows, rows)
    top = (nth < k) & (products.data[order] > 0)
    terms[explained[rows[top]], nth[top]] = columns[top]
    return terms
