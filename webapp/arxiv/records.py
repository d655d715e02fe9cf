"""A paper as a source states it, whatever the source; how its text is cleaned. Pure."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from hashlib import blake2b
from typing import NamedTuple

from webapp.arxiv import identifiers

LONGEST = {
    "title": 3_000,
    "abstract": 30_000,
    "comments": 5_000,
    "name": 400,
    "authors": 400_000,
}
MOST_AUTHORS = 10_000
_OTHER_SCHEME = re.compile(r"[0-9]{2}[A-Z0-9-][0-9X]{0,2}[A-Zx]{0,2}|[A-K]\.[0-9m](\.[0-9m])?")
MOST_SUBJECTS = 60
_YEARS = range(1986, 2100)
# Besides control characters those that turn the direction of writing: a title must not
# rearrange the page around it.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_PARENTHESES = re.compile(r"\([^()]*\)")
_COMMA = re.compile(r",\s+")
_COMMA_OR_AND = re.compile(r",\s*(?:and\s+)?|\s+and\s+|;\s+|:\s+")
_SUFFIX = re.compile(r"(?:[JS]r\.?|I{2,3}|IV)")
_WITHDRAWN = re.compile(
    r"\b(?:this|the) (?:paper|article|submission|manuscript|preprint|work|note)\b[^.]{0,40}"
    r"\b(?:has been|is|was|being) (?:temporarily )?withdrawn|^\W*withdrawn\b",
    re.IGNORECASE,
)


class HarvestedVersion(NamedTuple):
    number: int
    submitted_at: datetime


class HarvestedPaper(NamedTuple):
    """One statement about one paper. None means that the source does not say."""

    arxiv_id: str  # without version; elsewhere, the DOI
    issue_day: date
    day_is_derived: bool  # from the submission time, where no announcement is stated
    content_day: date  # of this statement: the later one wins
    title: str
    abstract: str
    authors: tuple[str, ...]
    subjects: tuple[str, ...]
    comments: str = ""
    doi: str | None = None
    journal_ref: str | None = None
    license: str | None = None
    version: int | None = None
    versions: tuple[HarvestedVersion, ...] = ()
    revised_on: date | None = None  # a newer version's day, by a source that does not number it
    is_summary: bool = False

    @property
    def is_withdrawn(self) -> bool:
        return bool(_WITHDRAWN.search(self.comments) or _WITHDRAWN.match(self.abstract))

    @property
    def content_hash(self) -> str:
        """Says whether a statement is new. Days and version are left out: they say when, not what,
        and of two sources that say the same one may not know the version.
        """
        parts = (
            self.title,
            self.abstract,
            "\x1f".join(self.authors),
            " ".join(self.subjects),
            self.comments,
            self.doi or "",
            self.journal_ref or "",
            self.license or "",
            str(self.is_summary),
        )
        return blake2b("\x1e".join(parts).encode(), digest_size=16).hexdigest()


def once(papers: Iterable[HarvestedPaper]) -> list[HarvestedPaper]:
    """No identifier twice, as `store` wants it: the statement that `decide` would keep last."""
    kept: dict[str, HarvestedPaper] = {}
    for paper in papers:
        other = kept.get(paper.arxiv_id)
        if other is None or _rank(paper) >= _rank(other):
            kept[paper.arxiv_id] = paper
    return list(kept.values())


def _rank(paper: HarvestedPaper) -> tuple[int, date]:
    return paper.version or 0, paper.content_day


def clean(value: object, field: str) -> str:
    """Plain text on one line. ValueError says what is wrong with it."""
    if not isinstance(value, str):
        raise ValueError(f"{field} is not text")
    limit = LONGEST.get(field, 1_000)
    if len(value) > limit:
        raise ValueError(f"{field} is longer than {limit:,} characters")
    return " ".join(_CONTROL.sub(" ", value).split())


def moment(text: str) -> datetime | None:
    """A time with its zone, as mail or as ISO 8601 writes it, within arXiv's years.

    None where it is not readable: what is derived from a time has a second choice, and is marked.
    """
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            at = read(text.strip())
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
        return at if at.tzinfo and at.year in _YEARS else None
    return None


def title_of(arxiv_id: str, title: str) -> str:
    """A paper without a title is shown by its identifier instead of being lost."""
    return clean(title, "title") or f"arXiv:{arxiv_id}"


def author_names(values: Sequence[object]) -> tuple[str, ...]:
    """Clean names. Entries without a letter, such as the colon after a collaboration, go."""
    if len(values) > MOST_AUTHORS:
        raise ValueError(f"{len(values)} authors")
    names = (clean(value, "name") for value in values)
    return tuple(name for name in names if name[:1].isalnum() or any(map(str.isalnum, name)))


def split_authors(text: str, *, at_commas_only: bool = False) -> tuple[str, ...]:
    """One string of names -> names, without affiliations in parentheses.

    Second best wherever a source has the names apart: a comma inside a name parts it.
    """
    text = clean(text, "authors")
    for _ in range(8):  # affiliations stand in parentheses inside parentheses
        text = _PARENTHESES.sub(" ", text)
    names: list[str] = []
    for part in (_COMMA if at_commas_only else _COMMA_OR_AND).split(text):
        name = part.strip(" ,;")
        if names and _SUFFIX.fullmatch(name):
            names[-1] += f" {name}"
        elif name:
            names.append(name)
    return author_names(names)


def subject_codes(codes: Sequence[str]) -> tuple[str, ...]:
    """Categories in arXiv's order, the primary one first, aliases told by their proper name.

    Codes of other schemes stand among them now and then, 05C15 of mathematics or I.2.7 of computer
    science. They are left out; ValueError names what is neither.
    """
    if len(codes) > MOST_SUBJECTS:
        raise ValueError(f"{len(codes)} categories")
    bare = [code.rstrip(",;") for code in codes]
    known = [code for n, code in enumerate(bare) if n == 0 or not _OTHER_SCHEME.fullmatch(code)]
    return tuple(dict.fromkeys(map(identifiers.canonical_category, known)))
