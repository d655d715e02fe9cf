"""What evaluation programs call: `fit`, `score`, `fold_in`, `prepare`, `score_new`, `fit_corpus`.

Thin over the public functions of `recommender`; nothing is decided here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import scipy.sparse as sp

from recommender.crossvalidation import learn_from_authors, weight_of_others
from recommender.encoder import Encoder, Encoding, encode, load
from recommender.ensemble import combine
from recommender.features import ItemFeatures, ItemText
from recommender.fold_in import SHARED, TEXT, Taste, fold_in
from recommender.interactions import Floats, Ids, Interactions
from recommender.portfolios import fields, portfolios
from recommender.space import ItemSpace
from recommender.train import TrainConfig, authors_only, quick, train
from recommender.vectors import Vectors


@dataclass(frozen=True)
class Prepared:
    """Texts in both spaces; p[rows] is the same for these rows only."""

    text: Vectors
    shared: Vectors

    def __getitem__(self, rows: Any) -> "Prepared":
        ids = np.asarray(rows)
        return Prepared(_picked(self.text, ids), _picked(self.shared, ids))

    def __len__(self) -> int:
        return len(self.text)


class Adapter:
    """The default stack; `encoder` names a sentence encoder, which the default does without.

    An object with `encode(texts)` does as well as a name.
    """

    def __init__(self, encoder: str | Encoder | None = None, **config: Any) -> None:
        self.encoder = load(encoder) if isinstance(encoder, str) else encoder
        self.config = replace(TrainConfig(), **config)
        self.features = ItemFeatures()
        self.of_text = _title

    def fit(self, saves: sp.csr_matrix, texts: Sequence[str]) -> "Adapter":
        """Learn from saves, csr (users, items), and the items' titles."""
        self.saves = sp.csr_matrix(saves)
        pairs = self.saves.tocoo()
        ones, days = np.ones(pairs.nnz, np.float32), np.ones(pairs.nnz, np.int32)
        interactions = Interactions(pairs.row, pairs.col, ones, days)
        rows = self._learn(texts)
        self.space = self._train(interactions, rows, 0)
        self.weight = weight_of_others(interactions, rows, quick(self.config))
        self.known = Prepared(rows, self.space.place(rows.ids, rows.rows, rows.encoded))
        return self

    def fit_corpus(self, papers: Sequence[Mapping[str, Any]]) -> "Adapter":
        """Learn from papers with authors and dates alone: an instance without readers."""
        self.of_text = _title_and_abstract
        days = np.array([date.fromisoformat(str(p["date"])[:10]).toordinal() for p in papers])
        texts = [
            ItemText(p["title"], p["abstract"] or "", tuple(p["categories"]), tuple(p["authors"]))
            for p in papers
        ]
        rows = self._learn(texts)
        wrote, beside = portfolios(texts, rows.ids, days), fields(texts, rows.ids)
        learn = authors_only(self.features.words_, beside, self.config)
        self.space, self.weight = learn_from_authors(wrote, rows, learn, beside)
        return self

    def _learn(self, texts: Sequence[Any]) -> Vectors:
        items = [self.of_text(text) for text in texts]
        self.features.fit(items)
        encoded = None
        if self.encoder is not None:
            encoded = encode(self.encoder, items)
            self.encoding = Encoding.learn("", encoded)
            encoded = self.encoding.centred(encoded)
        return Vectors(np.arange(len(items)), self.features.transform(items), encoded)

    def _train(self, interactions: Interactions, rows: Vectors, seed: int) -> ItemSpace:
        return train(interactions, rows, self.config, seed)

    def prepare(self, texts: Sequence[Any]) -> Prepared:
        """Place texts that nobody has saved."""
        items = [self.of_text(text) for text in texts]
        rows, ids, encoded = self.features.transform(items), np.arange(len(items)), None
        if self.encoder is not None:
            encoded = self.encoding.centred(encode(self.encoder, items))
        return Prepared(Vectors(ids, rows, encoded), self.space.place(ids, rows, encoded))

    def fold_in(self, history: Any) -> tuple[Taste, Taste]:
        """Tastes of a reader who saved these: numbers of fitted items, or texts."""
        by_number = np.asarray(history).dtype.kind in "iu"
        return self.tastes(self.known[history] if by_number else self.prepare(history))

    @staticmethod
    def tastes(saved: Prepared) -> tuple[Taste, Taste]:
        """Form the tastes, text and shared, of a reader who saved these."""
        ones = np.ones(len(saved), np.float32)
        return fold_in(saved.text, ones, TEXT), fold_in(saved.shared, ones, SHARED)

    def score_new(self, profile: tuple[Taste, Taste], prepared: Prepared) -> Floats:
        """Score prepared texts for a reader, float32 (n,)."""
        text, shared = profile
        return combine(text.scores(prepared.text), shared.scores(prepared.shared), self.weight)

    def score(self, users: Sequence[int], texts: Sequence[str]) -> Floats:
        """Score unseen texts for fitted users, float32 (len(users), len(texts))."""
        prepared = self.prepare(texts)
        histories = (self.saves.indices[slice(*self.saves.indptr[u : u + 2])] for u in users)
        return np.vstack([self.score_new(self.fold_in(saved), prepared) for saved in histories])


def _picked(vectors: Vectors, places: Ids) -> Vectors:
    """Pick rows, some of them perhaps twice."""
    encoded = None if vectors.encoded is None else vectors.encoded[places]
    return Vectors(np.arange(len(places)), vectors.rows[places], encoded)


def _title(text: ItemText | str) -> ItemText:
    return text if isinstance(text, ItemText) else ItemText(str(text))


def _title_and_abstract(text: ItemText | str) -> ItemText:
    """Read the first line as the title; a text of one line counts as an abstract."""
    if isinstance(text, ItemText):
        return text
    first, line_break, rest = str(text).partition("\n")
    return ItemText(first, rest) if line_break else ItemText("", first)
