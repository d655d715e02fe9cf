"""Which identifiers are missing. Pure.

Two ways to know. Where a listing was read, what it names and we do not have is missing: exact,
see `missing`. Where none was, arXiv's numbers run without gaps within a month, so a long run of
unknown numbers is suspicious: see `holes`. An instance that follows some categories only does not
have most numbers, and short runs mean nothing to it; how long a run must be follows from the share
of numbers it has.
"""

import math
from collections.abc import Collection, Iterable, Iterator
from itertools import islice, pairwise
from typing import NamedTuple

_RARE = 0.0001  # expected number of runs by chance; categories come in clusters, so be strict
_NEARLY_ALL = 0.99  # of the neighbours of known numbers: then every gap counts
FEWEST = 50  # known numbers of a month, below which its gaps say nothing


class Hole(NamedTuple):
    """Consecutive identifiers of which none is known."""

    first: str
    last: str
    n: int

    def ids(self) -> Iterator[str]:
        month, dot, number = self.first.partition(".")
        for n in range(self.n):
            yield f"{month}{dot}{int(number) + n:0{len(number)}d}"


def missing(expected: Iterable[str], known: Collection[str]) -> list[str]:
    """What listings named and nothing has brought, in order and once."""
    have = set(known)
    return sorted({arxiv_id for arxiv_id in expected if arxiv_id not in have})


def holes(
    known: Iterable[str],
    highest: str,
    *,
    lowest: str | None = None,
    at_least: int | None = None,
) -> list[Hole]:
    """Runs of unknown numbers in the month of `highest`, the highest number announced.

    `lowest` is where this instance began; without it the month is looked at from its smallest
    known number on, so that a start in mid-month is no hole. `at_least` overrides the length from
    which a run counts; 1 finds single gaps, and is what follows by itself where nearly every
    number is known.
    """
    month, _, digits = highest.partition(".")
    numbers = sorted({int(n) for n in _numbers(known, month) if int(n) <= int(digits)})
    if not numbers and lowest is None:
        return []
    start = int(lowest.partition(".")[2]) if lowest and lowest.startswith(month) else None
    start = numbers[0] if start is None else start
    span = int(digits) - start + 1
    numbers = [n for n in numbers if n >= start]
    least = at_least or _least(numbers, span)
    edges = [start - 1, *numbers, int(digits) + 1]
    runs = ((a + 1, b - 1) for a, b in pairwise(edges) if b - a > least)
    width = len(digits)
    return [
        Hole(f"{month}.{first:0{width}d}", f"{month}.{last:0{width}d}", last - first + 1)
        for first, last in runs
    ]


def ids(found: Iterable[Hole], limit: int) -> list[str]:
    """The first identifiers to ask for; what lies beyond the limit is found again next time."""
    return list(islice((arxiv_id for hole in found for arxiv_id in hole.ids()), limit))


def _numbers(known: Iterable[str], month: str) -> Iterator[str]:
    return (n for head, _, n in (one.partition(".") for one in known) if head == month)


def _least(numbers: list[int], span: int) -> int:
    """The length that a run of unknown numbers hardly ever reaches by chance.

    The share of numbers known is lowered by the holes themselves; how often the next number is
    known as well hardly is.
    """
    if len(numbers) < FEWEST:
        return span + 1
    neighbours = sum(b - a == 1 for a, b in pairwise(numbers)) / (len(numbers) - 1)
    if neighbours > _NEARLY_ALL:
        return 1
    share = max(len(numbers) / span, neighbours if neighbours > 0.9 else 0)
    return math.ceil(math.log(_RARE / span) / math.log(1 - share))
