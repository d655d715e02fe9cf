"""What every format of a citation needs of a paper. Pure: it knows no rows and no pages."""

import re
from datetime import date
from typing import NamedTuple

_UNSEEN = re.compile("[\0-\x20\x7f-\xa0\u2028\u2029]+")
_SUFFIXES = {"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"}
_GROUPS = re.compile(
    r"\b(collaborations?|consortium|team|group|network|project|initiative)\b", re.IGNORECASE
)


class Words(NamedTuple):
    """A piece of a text: prose as it is meant, or a formula as TeX without its signs."""

    text: str
    is_formula: bool = False


class Name(NamedTuple):
    """An author. A group, or somebody of one name, has a family name only."""

    family: str
    given: str = ""
    suffix: str = ""

    def __str__(self) -> str:
        return ", ".join(part for part in (self.family, self.given, self.suffix) if part)


class Citation(NamedTuple):
    """A paper's facts. Empty text where one is not known."""

    paper_id: str  # arXiv's number, or the DOI of a preprint that is known by it
    is_arxiv: bool
    title: tuple[Words, ...]
    authors: tuple[Name, ...]
    day: date  # of the first version
    url: str
    pdf_url: str = ""
    subjects: tuple[str, ...] = ()  # the primary one first
    doi: str = ""
    journal: str = ""
    abstract: tuple[Words, ...] = ()
    is_summary: bool = False  # then the abstract is not the authors'


def unbroken(text: str) -> str:
    """Without line breaks and control characters, so that no text can begin a field."""
    return _UNSEEN.sub(" ", text)


def one_line(text: str) -> str:
    return unbroken(text).strip()


def flat(words: tuple[Words, ...]) -> str:
    """On one line, formulas between dollar signs."""
    return one_line("".join(f"${w.text}$" if w.is_formula else w.text for w in words))


def name(written: str) -> Name:
    """`Ludwig van Beethoven` -> family `van Beethoven`: particles are written small."""
    family, _, given = one_line(written).partition(", ")
    parts = one_line(written).replace(",", " ").split()
    if len(parts) < 2 or _GROUPS.search(written):
        return Name(one_line(written))
    suffix = parts.pop() if len(parts) > 2 and parts[-1].lower() in _SUFFIXES else ""
    if given and not suffix:
        return Name(family, given.replace(",", " "))
    first = len(parts) - 1
    while first > 1 and parts[first - 1].islower():
        first -= 1
    return Name(" ".join(parts[first:]), " ".join(parts[:first]), suffix)


def file_name(citation: Citation) -> str:
    """The identifier as the stem of a file's name, and as a key: it never changes."""
    source = "arxiv" if citation.is_arxiv else "doi"
    return f"{source}-{re.sub(r'[^A-Za-z0-9._-]', '-', citation.paper_id)}"
