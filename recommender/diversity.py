"""Papers that say nearly the same do not stand side by side on the first page."""

from dataclasses import dataclass

import numpy as np

from recommender.interactions import Ids, Shares
from recommender.vectors import Vectors


@dataclass(frozen=True)
class DiversityConfig:
    """Above the cosine `twins` of their text rows two papers say nearly the same.

    The leading `depth` places are looked at. Nobody moves down by more than `most_places`, and
    only for a paper that is worth at least the share `worth` of the one that waits. Of 4,015
    papers of six days one in 500 has a twin among those of its day.
    """

    twins: float = 0.4
    depth: int = 30
    most_places: int = 5
    worth: float = 0.5


NO_DIVERSITY = DiversityConfig(depth=0)


def spread_twins(order: Ids, scores: Shares, text: Vectors, config: DiversityConfig) -> Ids:
    """Let the weaker of two twins that would stand side by side wait; returns a new order.

    order int64[n] holds candidates' numbers, best first; scores float64[n] and the rows of `text`
    are over the candidates. A place goes to the first who is no twin of the neighbour above,
    unless somebody has waited long enough or is worth nothing. All others keep their order, and
    scores stay.
    """
    if not config.depth:
        return order
    leading = order[: config.depth + config.most_places]
    rows = Vectors(leading, text.rows[leading])
    twins = rows.similarity(rows) > config.twins
    np.fill_diagonal(twins, val=False)
    if not twins.any():
        return order
    placed: list[int] = []
    waiting = list(range(len(leading)))
    while waiting and len(placed) < config.depth:
        chosen = head = waiting[0]
        enough = config.worth * scores[leading[head]]
        if placed and enough > 0 and len(placed) - head < config.most_places:
            chosen = next(
                (k for k in waiting if not twins[placed[-1], k] and scores[leading[k]] >= enough),
                head,
            )
        waiting.remove(chosen)
        placed.append(chosen)
    return np.concatenate([leading[placed + waiting], order[len(leading) :]])
