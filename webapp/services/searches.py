"""The search: full text and meaning in one order.

What a query means is taken from what it finds: the centre of the places of its best hits that have
one (pseudo-relevance feedback: Rocchio 1971, with nobody's judgement). No words are read by a
model, so a request needs none. What lies near that centre and has not the words is found by
meaning; what has them and lies far from it falls behind. The two orders are fused by their ranks
(Cormack, Clarke and Buettcher, SIGIR 2009), which need no common scale.
"""

import re
from typing import NamedTuple

import numpy as np

from recommender.ensemble import combine
from webapp import dataset
from webapp.formats.query import Query, Term
from webapp.models import Paper
from webapp.queries import papers, runs
from webapp.queries.searches import hits
from webapp.queries.searches.asked import Asked, read
from webapp.queries.searches.hits import Hit

BEST = 5  # hits whose centre is what the query means
FOCUS = 4  # the power of a hit's score that it counts with: one a fifth worse counts two fifths
NEAR = 100  # papers that lie nearest
LEAST_ALIKE = 0.05  # a cosine; below it texts share little but common words
SMOOTHING = 60  # of the ranks, as its authors chose it


PARTLY = 0.25  # of its rank by words, for what lacks some: it is placed by its meaning


class Place(NamedTuple):
    """Where a paper stands in the order of a search."""

    paper_id: int
    score: float  # above 1 with all the words
    by_meaning: bool  # only, and not by words

    @property
    def has_all(self) -> bool:
        return self.score > 1


def ranked(asked: Asked) -> list[Place]:
    """The best papers of all, the best first."""
    found = hits.by_words(asked)
    near, known = _near(asked.run, found) if asked.words else ([], set())
    by_words = {hit.paper_id for hit in found}
    strangers = [pk for pk in near[:NEAR] if pk not in by_words]
    fitting = hits.that_fit(asked, strangers)
    ranks = dict.fromkeys(known, len(near)) | {pk: rank for rank, pk in enumerate(near)}
    return fuse(found, ranks, [pk for pk in strangers if pk in fitting])


def fuse(found: list[Hit], near: dict[int, int], others: list[int]) -> list[Place]:
    """Hits in their order, the rank of every paper by meaning, and what only the meaning finds.

    All the words come before some of them. A paper without a place is taken to mean what its words
    do: it counts twice by its words.
    """
    scored = []
    for n, hit in enumerate(found):
        words, meaning = _share(n), _share(near.get(hit.paper_id, n))
        score = 1 + words + meaning if hit.has_all else PARTLY * words + meaning
        scored.append(Place(hit.paper_id, score, by_meaning=False))
    scored += [Place(pk, _share(near[pk]), by_meaning=True) for pk in others]
    return sorted(scored, key=lambda place: (-place.score, -place.paper_id))


def _share(rank: int) -> float:
    return 1 / (SMOOTHING + 1 + rank)


def _near(run: runs.Placed | None, found: list[Hit]) -> tuple[list[int], set[int]]:
    """What is like the best hits, the most alike first; and every paper that has a place."""
    if run is None:
        return [], set()
    where = dataset.places(run)
    known = set(where.text.ids.tolist())
    best = [hit for hit in found if hit.paper_id in known][:BEST]
    if not best:
        return [], known
    weights = [(hit.score / (best[0].score or 1)) ** FOCUS for hit in best]
    return nearest(where, [hit.paper_id for hit in best], run.weight, weights), known


def nearest(
    where: dataset.Places, paper_ids: list[int], weight: float, counts: list[float] | None = None
) -> list[int]:
    """All papers that are anything like these, the nearest to their centre first.

    `weight` is that of the item vectors beside the text, `counts` that of each paper.
    """
    text = where.text.towards(where.text.centre(paper_ids, counts))
    scores = text
    if weight and where.shared.d:
        shared = where.shared.towards(where.shared.centre(paper_ids, counts))
        scores = combine(text, shared, weight)
    order = np.argsort(-scores, kind="stable")
    near: list[int] = where.text.ids[order[text[order] >= LEAST_ALIKE]].tolist()
    return near


def _of_title(paper: Paper) -> Query:
    return Query(tuple((Term("", word),) for word in re.findall(r"\w[\w-]+", paper.title)[:60]))


def similar(paper: Paper, k: int) -> list[Paper]:
    """At most k other papers, those most like it first.

    By its place in the active run among all papers that have one; a paper that has none is looked
    for by the words of its title.
    """
    run = runs.placed()
    where = dataset.places(run) if run else dataset.Places()
    if run and paper.pk in set(where.text.ids.tolist()):
        ids = nearest(where, [paper.pk], run.weight)
    else:
        ids = [hit.paper_id for hit in hits.by_words(read(_of_title(paper), None))]
    near = [pk for pk in ids[: 3 * k + 1] if pk != paper.pk]
    found = papers.by_ids(near)
    return [found[pk] for pk in near if pk in found and not found[pk].withdrawn_at][:k]
