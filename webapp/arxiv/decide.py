"""What a statement changes about what is known. Touches nothing, only compares."""

from datetime import date
from enum import Enum
from typing import NamedTuple

from webapp.arxiv.records import HarvestedPaper


class Known(NamedTuple):
    """What the database holds of a paper, as far as the decision needs it."""

    content_hash: str
    issue_day: date
    day_is_derived: bool
    content_day: date
    version: int
    doi: str = ""
    journal_ref: str = ""
    license: str = ""


class Kind(Enum):
    NEW = "new"
    CHANGED = "changed"  # other content, perhaps another day too
    MOVED = "moved"  # the same content, another issue day or a higher version number
    SAME = "same"


class Intent(NamedTuple):
    kind: Kind
    issue_day: date
    day_is_derived: bool


def completed(stated: HarvestedPaper, known: Known | None) -> HarvestedPaper:
    """The statement, where it is silent, with what is known: silence is no change."""
    if known is None:
        return stated
    return stated._replace(
        doi=known.doi if stated.doi is None else stated.doi,
        journal_ref=known.journal_ref if stated.journal_ref is None else stated.journal_ref,
        license=known.license if stated.license is None else stated.license,
    )


def decide(stated: HarvestedPaper, known: Known | None) -> Intent:
    """One statement against one row: the same answer in whatever order statements come."""
    if known is None:
        return Intent(Kind.NEW, stated.issue_day, stated.day_is_derived)
    day, derived = _day(stated, known)
    is_later = (stated.version or known.version, stated.content_day) >= (
        known.version,
        known.content_day,
    )
    if is_later and stated.content_hash != known.content_hash:
        return Intent(Kind.CHANGED, day, derived)
    moved = (day, derived) != (known.issue_day, known.day_is_derived)
    moved = moved or (stated.version or 0) > known.version
    return Intent(Kind.MOVED if moved else Kind.SAME, day, derived)


def _day(stated: HarvestedPaper, known: Known) -> tuple[date, bool]:
    """An announced day beats a derived one; of two announced days, a cross-list's is the later."""
    if stated.day_is_derived:
        return known.issue_day, known.day_is_derived
    if known.day_is_derived:
        return stated.issue_day, False
    return min(stated.issue_day, known.issue_day), False
