"""Texts into counted terms: words, pairs of neighbouring words, and pieces of words.

Reading is the slow part of everything that is done to a text, so that words become numbers at
once, and pairs are made of numbers, for all texts together.
"""

import re
import unicodedata
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from recommender.interactions import Floats, Ids

WORD = re.compile(r"[^\W_]{2,40}")
ACCENT_WITH_LETTER = re.compile(r"\\[cvuHkrdbt]\{(\w)\}")  # Ho\v{r}ava
COMMAND = re.compile(r"\\[A-Za-z]+\*?")  # \emph, \mathcal
ACCENT = re.compile(r"\\[^A-Za-z\s]|[{}]")  # Schr{\"o}dinger


class Counted(NamedTuple):
    """How often each text has each term: csr float32 (n_texts, n_terms); terms are unique.

    `names` spells the terms of the given columns.
    """

    counts: sp.csr_matrix
    names: Callable[[Ids], list[str]]


class Words(NamedTuple):
    """Texts as numbers of words: spelling of each number, and per word found its number and text.

    Stop words and numbers are left out.
    """

    spelled: list[str]
    found: NDArray[np.int32]
    text: NDArray[np.int64]


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


def read(texts: Iterable[str]) -> Words:
    """Find the words of all texts."""
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    found, lengths = array("i"), array("i")
    for text in texts:
        words = WORD.findall(plain(text))
        found.extend(map(numbers.__getitem__, words))
        lengths.append(len(words))
    spelled = list(numbers)
    telling = np.array([_tells(word) for word in spelled], np.bool_)
    flat = np.frombuffer(found, np.int32)
    kept = telling[flat]
    return Words(spelled, flat[kept], np.repeat(np.arange(len(lengths)), lengths)[kept])


def _tells(word: str) -> bool:
    return word not in ENGLISH_STOP_WORDS and not word.isdigit()


def words_and_pairs(titles: Sequence[str], abstracts: Sequence[str], title_times: int) -> Counted:
    """Count words and pairs of neighbours; the title counts so many times.

    No pair reaches from the title to the abstract. Stop words are gone before words are paired.
    """
    words = read(chain(titles, abstracts))
    n, n_words = len(titles), len(words.spelled)
    weights = np.where(words.text < n, title_times, 1).astype(np.float32)
    beside = words.text[1:] == words.text[:-1]
    firsts, seconds = words.found[:-1][beside].astype(np.int64), words.found[1:][beside]
    pairs, which = np.unique(firsts * n_words + seconds, return_inverse=True)
    columns = np.concatenate([words.found, n_words + which])
    rows = np.concatenate([words.text, words.text[:-1][beside]]) % max(n, 1)
    values = np.concatenate([weights, weights[:-1][beside]])
    counts = sp.csr_matrix((values, (rows, columns)), shape=(n, n_words + len(pairs)))

    def names(terms: Ids) -> list[str]:
        single = terms < n_words
        first, second = np.divmod(pairs[terms[~single] - n_words], max(n_words, 1))
        spelled = words.spelled
        both = iter([f"{spelled[a]} {spelled[b]}" for a, b in zip(first, second, strict=True)])
        alone = zip(terms.tolist(), single.tolist(), strict=True)
        return [spelled[term] if is_single else next(both) for term, is_single in alone]

    return Counted(counts, names)


def pieces(texts: Sequence[str], sizes: Sequence[int]) -> Counted:
    """Count the runs of so many letters in each word, the space before and after it included.

    What `tokenise`, `tokeniser` and `tokenisation` have in common, before anybody has read them.
    """
    words = read(texts)
    spelled = [_pieces(f" {word} ", sizes) for word in words.spelled]
    by_word = of_lists(spelled)
    shape = (len(texts), len(spelled))
    ones = np.ones(len(words.found), np.float32)
    found = sp.csr_matrix((ones, (words.text, words.found)), shape=shape)
    return Counted(sp.csr_matrix(found @ by_word.counts), by_word.names)


def _pieces(word: str, sizes: Sequence[int]) -> list[str]:
    return [word[i : i + size] for size in sizes for i in range(len(word) - size + 1)]


def of_lists(documents: Sequence[Sequence[str]]) -> Counted:
    """Count terms that are spelled already."""
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    indices = np.array([numbers[t] for t in chain.from_iterable(documents)], np.int64)
    indptr = np.concatenate([[0], np.cumsum([len(d) for d in documents], dtype=np.int64)])
    values: Floats = np.ones(len(indices), np.float32)
    counts = sp.csr_matrix((values, indices, indptr), shape=(len(documents), len(numbers)))
    counts.sum_duplicates()
    spelled = list(numbers)
    return Counted(counts, lambda terms: [spelled[term] for term in terms])
