"""The text of an item as a sparse row of unit length, with a readable name for every column.

A row is made of blocks, each an analyser that turns a text into terms: words (one and two in a
row) and subjects. Character n-grams would be one more line in BLOCKS; a sentence encoder gives
dense rows and is a space of its own beside this one.

Authors are no feature. Author portfolios train the shared space as pseudo-users, and a feature
that names the user would hand the answer to the training.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer
from sklearn.preprocessing import normalize

from recommender.interactions import Floats


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
    of fewer than `small` texts, where rare words are all there is. The vocabulary is learned from
    `max_fit_texts` texts at even distances: more of them cost memory and teach little.
    """

    max_terms: int = 200_000
    min_df: int = 2
    small: int = 1_000
    title_times: int = 2
    subject_weight: float = 0.2
    max_fit_texts: int = 60_000


WORD = re.compile(r"[^\W_]{2,40}")
ACCENT_WITH_LETTER = re.compile(r"\\[cvuHkrdbt]\{(\w)\}")  # Ho\v{r}ava
COMMAND = re.compile(r"\\[A-Za-z]+\*?")  # \emph, \mathcal
ACCENT = re.compile(r"\\[^A-Za-z\s]|[{}]")  # Schr{\"o}dinger


def plain(text: str) -> str:
    """Take TeX and accents away: commands go, what they enclose stays."""
    if "\\" in text or "{" in text:
        text = ACCENT_WITH_LETTER.sub(r"\1", text)
        text = ACCENT.sub("", COMMAND.sub(" ", text))
    if not text.isascii():
        text = "".join(
            c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)
        )
    return text.lower()


def word_terms(text: str) -> list[str]:
    """List the words of a text and its pairs of neighbours, stop words and numbers left out."""
    words = [
        word
        for word in WORD.findall(plain(text))
        if word not in ENGLISH_STOP_WORDS and not word.isdigit()
    ]
    return [*words, *map(" ".join, pairwise(words))]


def _words(item: ItemText, config: FeatureConfig) -> list[str]:
    return config.title_times * word_terms(item.title) + word_terms(item.abstract)


def _subjects(item: ItemText, _config: FeatureConfig) -> list[str]:
    return list(item.subjects)


Analyser = Callable[[ItemText, FeatureConfig], list[str]]
BLOCKS: Mapping[str, Analyser] = {"words": _words, "subjects": _subjects}


def _as_they_are(document: list[str]) -> list[str]:
    """The analyser that scikit-learn calls: ours have made the terms already."""
    return document


@dataclass(frozen=True, eq=False)
class Block:
    """The terms of one analyser and their inverse document frequencies, float32[n_terms]."""

    terms: list[str]
    idf: Floats

    @classmethod
    def learn(cls, documents: Iterable[list[str]], min_df: int, max_terms: int) -> Self:
        """Keep the terms of at least `min_df` documents, the most frequent `max_terms` of them."""
        vectoriser = TfidfVectorizer(
            analyzer=_as_they_are, min_df=min_df, max_features=max_terms, sublinear_tf=True
        )
        try:
            vectoriser.fit(documents)
        except ValueError:  # no document has a term
            return cls([], np.empty(0, np.float32))
        terms = vectoriser.get_feature_names_out().tolist()
        return cls(terms, np.asarray(vectoriser.idf_, np.float32))

    @cached_property
    def _vectoriser(self) -> TfidfVectorizer:
        vectoriser = TfidfVectorizer(
            analyzer=_as_they_are, vocabulary=self.terms, sublinear_tf=True, dtype=np.float32
        )
        vectoriser.idf_ = self.idf
        return vectoriser

    def rows(self, documents: Iterable[list[str]]) -> sp.csr_matrix:
        """Turn documents into tf-idf rows of unit length, csr float32 (n, n_terms).

        A term found f times counts 1 + log f (Salton and Buckley 1988).
        """
        if not self.terms:
            return sp.csr_matrix((sum(1 for _ in documents), 0), dtype=np.float32)
        return sp.csr_matrix(self._vectoriser.transform(documents))


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
        min_df = config.min_df if len(chosen) >= config.small else 1
        self.blocks_ = {
            name: Block.learn((analyse(t, config) for t in chosen), min_df, config.max_terms)
            for name, analyse in BLOCKS.items()
        }
        return self

    def transform(self, texts: Sequence[ItemText]) -> sp.csr_matrix:
        """Give each text its row: csr float32 (n, n_features), L2 norm 1; no text, no entries."""
        if not self.blocks_:
            raise ValueError("call fit before transform")
        weights = {"words": 1.0, "subjects": self.config.subject_weight}
        parts = [
            block.rows(BLOCKS[name](text, self.config) for text in texts) * weights[name]
            for name, block in self.blocks_.items()
        ]
        rows = sp.hstack(parts, format="csr", dtype=np.float32)
        return sp.csr_matrix(normalize(rows, copy=False)) if rows.shape[1] else rows

    @property
    def terms_(self) -> list[str]:
        """One readable name per column."""
        return [term for block in self.blocks_.values() for term in block.terms]

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
            features = cls(FeatureConfig(**json.loads(arrays["config"].tobytes())))
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
