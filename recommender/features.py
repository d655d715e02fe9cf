"""The text of an item as a sparse row of unit length, with a readable name for every column.

A row is made of blocks: words and pairs of words, subjects, and, of a title without an abstract,
pieces of words too: six words alone share too little with other titles, while beside an abstract
pieces only blur it. A sentence encoder gives dense rows and is a space of its own beside this one.

Authors are no feature. Author portfolios train the shared space as pseudo-users, and a feature
that names the user would hand the answer to the training.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, NamedTuple, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.preprocessing import normalize

from recommender.interactions import Floats
from recommender.terms import Counted, of_lists, pieces, words_and_pairs


class ItemText(NamedTuple):
    """What is known of an item before anybody has read it."""

    title: str
    abstract: str = ""
    subjects: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()


@dataclass(frozen=True)
class FeatureConfig:
    """What becomes a term, and how much it counts.

    A word of the title counts `title_times`. A term needs `min_df` texts, except in a collection
    of fewer than `small` texts, where rare words are all there is; a piece always needs two texts
    of more than that many. The vocabulary is learned from `max_fit_texts` texts at even
    distances: more of them cost memory and teach little.
    """

    max_terms: int = 200_000
    min_df: int = 2
    small: int = 20_000
    title_times: int = 2
    subject_weight: float = 0.2
    piece_weight: float = 1.4
    piece_sizes: tuple[int, ...] = (4,)
    max_pieces: int = 60_000
    max_fit_texts: int = 60_000


def _words(texts: Sequence[ItemText], config: FeatureConfig) -> Counted:
    titles, abstracts = [t.title for t in texts], [t.abstract for t in texts]
    return words_and_pairs(titles, abstracts, config.title_times)


def _subjects(texts: Sequence[ItemText], _config: FeatureConfig) -> Counted:
    return of_lists([text.subjects for text in texts])


def _pieces(texts: Sequence[ItemText], config: FeatureConfig) -> Counted:
    return pieces(["" if text.abstract else text.title for text in texts], config.piece_sizes)


Analyser = Callable[[Sequence[ItemText], FeatureConfig], Counted]
BLOCKS: Mapping[str, Analyser] = {"words": _words, "subjects": _subjects, "pieces": _pieces}


@dataclass(frozen=True, eq=False)
class Block:
    """The terms of one analyser and their inverse document frequencies, float32[n_terms]."""

    terms: list[str]
    idf: Floats

    @classmethod
    def learn(cls, found: Counted, min_df: int, max_terms: int) -> Self:
        """Keep the terms of at least `min_df` texts, the most frequent `max_terms` of them."""
        n, n_terms = found.counts.shape
        frequencies = np.bincount(found.counts.indices, minlength=n_terms)
        chosen = np.argsort(-frequencies, kind="stable")[:max_terms]
        chosen = chosen[frequencies[chosen] >= min_df]
        names = found.names(chosen)
        order = sorted(range(len(names)), key=names.__getitem__)
        idf = np.log((1 + n) / (1 + frequencies[chosen[order]])) + 1
        return cls([names[place] for place in order], np.asarray(idf, np.float32))

    @cached_property
    def _columns(self) -> dict[str, int]:
        return {term: column for column, term in enumerate(self.terms)}

    def rows(self, found: Counted) -> sp.csr_matrix:
        """Weigh counted terms by tf-idf, csr float32 (n, n_terms), rows of unit length.

        A term found f times counts 1 + log f (Salton and Buckley 1988).
        """
        n, n_found = found.counts.shape
        names = found.names(np.arange(n_found))
        columns = np.array([self._columns.get(name, -1) for name in names], np.int64)
        counts = found.counts.tocoo()
        where = columns[counts.col]
        known = where >= 0
        values = (1 + np.log(counts.data[known])) * self.idf[where[known]]
        places = (counts.row[known], where[known])
        rows = sp.csr_matrix((values, places), (n, len(self.terms)), dtype=np.float32)
        return sp.csr_matrix(normalize(rows, copy=False)) if rows.nnz else rows


class ItemFeatures:
    """Texts to sparse rows, in scikit-learn's manners: `fit` learns, learned names end in _."""

    def __init__(self, config: FeatureConfig = FeatureConfig()) -> None:
        self.config = config
        self.blocks_: dict[str, Block] = {}

    def fit(self, texts: Sequence[ItemText]) -> Self:
        """Learn the terms and their weights from these texts."""
        config = self.config
        step = -(-len(texts) // config.max_fit_texts) or 1
        chosen = texts[::step]
        least = config.min_df if len(chosen) >= config.small else 1
        limits = {"words": (least, config.max_terms), "subjects": (1, config.max_terms)}
        limits["pieces"] = (min(2, len(chosen)), config.max_pieces)
        self.blocks_ = {
            name: Block.learn(analyse(chosen, config), *limits[name])
            for name, analyse in BLOCKS.items()
        }
        return self

    def transform(self, texts: Sequence[ItemText]) -> sp.csr_matrix:
        """Give each text its row: csr float32 (n, n_features), L2 norm 1; no text, no entries."""
        if not self.blocks_:
            raise ValueError("call fit before transform")
        config = self.config
        weights = {"words": 1.0, "subjects": config.subject_weight, "pieces": config.piece_weight}
        parts = [
            block.rows(BLOCKS[name](texts, config)) * np.float32(weights[name])
            for name, block in self.blocks_.items()
        ]
        rows = sp.hstack(parts, format="csr", dtype=np.float32)
        return sp.csr_matrix(normalize(rows, copy=False)) if rows.shape[1] else rows

    @property
    def terms_(self) -> list[str]:
        """One name per column; empty for pieces of words, which say nothing to people."""
        named = [term for block in self.blocks_.values() for term in block.terms][: self.n_named]
        return named + [""] * len(self.blocks_["pieces"].terms) if self.blocks_ else named

    @property
    def n_named(self) -> int:
        """So many columns, the first ones, have a name for people: words, pairs and subjects."""
        return sum(len(block.terms) for name, block in self.blocks_.items() if name != "pieces")

    @property
    def words_(self) -> NDArray[np.int64]:
        """Columns of the single words."""
        words = self.blocks_["words"].terms
        return np.flatnonzero(np.array([" " not in word for word in words], np.bool_))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Everything learned, as arrays without objects."""
        arrays: dict[str, NDArray[Any]] = {"config": _encoded(json.dumps(asdict(self.config)))}
        for name, block in self.blocks_.items():
            arrays[f"{name}_terms"] = _encoded(json.dumps(block.terms, ensure_ascii=False))
            arrays[f"{name}_idf"] = block.idf
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Restore `to_arrays`: the same texts give the same rows. ValueError if it cannot."""
        try:
            config = json.loads(arrays["config"].tobytes())
            config["piece_sizes"] = tuple(config["piece_sizes"])
            features = cls(FeatureConfig(**config))
            for name in BLOCKS:
                terms = json.loads(arrays[f"{name}_terms"].tobytes())
                features.blocks_[name] = Block(terms, np.asarray(arrays[f"{name}_idf"], np.float32))
        except (KeyError, TypeError) as error:
            raise ValueError(f"these arrays hold no features: {error}") from error
        for name, block in features.blocks_.items():
            if block.idf.shape != (len(block.terms),) or not np.isfinite(block.idf).all():
                raise ValueError(f"the {name} of these features do not fit their weights")
        return features


def _encoded(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode(), np.uint8)
