"""A paper as a source states it, whatever the source. Pure."""

import re
from datetime import date, datetime
from hashlib import blake2b
from typing import NamedTuple

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

    arxiv_id: str
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
    is_summary: bool = False

    @property
    def is_withdrawn(self) -> bool:
        return bool(_WITHDRAWN.search(self.comments) or _WITHDRAWN.match(self.abstract))

    @property
    def content_hash(self) -> str:
        """Says whether a statement is new. The days are left out: they say when, not what."""
        parts = (
            self.title,
            self.abstract,
            "\x1f".join(self.authors),
            " ".join(self.subjects),
            self.comments,
            self.doi or "",
            self.journal_ref or "",
            self.license or "",
            str(self.version or ""),
            str(self.is_summary),
        )
        return blake2b("\x1e".join(parts).encode(), digest_size=16).hexdigest()
