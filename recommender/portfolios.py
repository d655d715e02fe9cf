"""What an author wrote, as the interactions of a pseudo-reader.

An author's papers are a taste that is known before anybody has read anything.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from recommender.features import ItemText
from recommender.interactions import IdMap, Ids, Interactions, whole_numbers


@dataclass(frozen=True)
class PortfolioConfig:
    """Papers of more than `most_authors` say little of each; names of more than `most_papers` are
    those of several people. One paper alone teaches nothing.
    """

    most_authors: int = 50
    least_papers: int = 2
    most_papers: int = 60


def portfolios(
    texts: Sequence[ItemText],
    items: ArrayLike,
    days: ArrayLike,
    config: PortfolioConfig = PortfolioConfig(),
) -> Interactions:
    """Interactions of pseudo-readers 0, 1, ... with the papers that they wrote.

    A name is not a person: its papers count as one portfolio only as far as a co-author or the
    first subject links them.
    """
    ids, ordinals = whole_numbers(items, "items"), whole_numbers(days, "days").astype(np.int32)
    by_name: defaultdict[str, list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        if len(text.authors) <= config.most_authors:
            for name in dict.fromkeys(text.authors):
                by_name[name].append(place)
    found = [
        part
        for name, places in by_name.items()
        if config.least_papers <= len(places) <= config.most_papers
        for part in _people(name, places, texts)
        if len(part) >= config.least_papers
    ]
    if not found:
        return Interactions.none()
    users = np.repeat(np.arange(len(found)), [len(part) for part in found])
    places = np.concatenate(found)
    weights = np.ones(len(users), np.float32)
    return Interactions(users, ids[places], weights, ordinals[places])


def _people(name: str, places: list[int], texts: Sequence[ItemText]) -> list[list[int]]:
    """Part the papers of one name into those that hang together."""
    parts: list[tuple[list[int], set[Hashable]]] = []
    for place in places:
        links = set(_links(texts[place], name))
        linked = [part for part in parts if part[1] & links]
        parts = [part for part in parts if not part[1] & links]
        papers = [paper for part in linked for paper in part[0]] + [place]
        parts.append((papers, links.union(*(part[1] for part in linked))))
    return [papers for papers, _ in parts]


def _links(text: ItemText, name: str) -> Iterable[Hashable]:
    yield from (("author", other) for other in text.authors if other != name)
    yield from (("subject", subject) for subject in text.subjects[:1])


@dataclass(frozen=True, eq=False)
class Fields:
    """The field of each item, int64[n] beside the n ids: papers of one field stand side by side."""

    items: IdMap
    numbers: Ids

    def of(self, ids: ArrayLike) -> Ids:
        """Field of each item, int64[n]; -1 for an item without one."""
        rows = self.items.rows(ids)
        return np.where(rows < 0, -1, self.numbers[rows]) if len(self.items) else rows


def fields(texts: Sequence[ItemText], items: ArrayLike) -> Fields:
    """Number the first subjects in alphabetical order, so that neighbours are of one archive."""
    ids = IdMap.of(items)
    first = np.array([text.subjects[0] if text.subjects else "" for text in texts], np.str_)
    numbers = np.empty(len(ids), np.int64)
    numbers[ids.rows(items)] = np.unique(first, return_inverse=True)[1]
    return Fields(ids, numbers)
