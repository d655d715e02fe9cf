"""arXiv's metadata formats inside OAI-PMH: arXiv, arXivRaw and oai_dc. Pure."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from webapp.arxiv import calendar, identifiers
from webapp.arxiv.answers import Element, child, children, fields, text_of
from webapp.arxiv.records import (
    HarvestedPaper,
    HarvestedVersion,
    author_names,
    clean,
    moment,
    split_authors,
    subject_codes,
    title_of,
)

_NOON = time(12, 0)
_SOON = timedelta(days=4)  # a submission of Thursday afternoon is announced on Sunday


class Header(NamedTuple):
    identifier: str
    stamped: date | None  # of the last change, not of the announcement
    sets: tuple[str, ...]


Reader = Callable[[Element, str, Header, Mapping[str, str]], HarvestedPaper]


def day_of(text: str) -> date | None:
    """The day at the head of a date or a moment.

    An unreadable one is no reason to lose a paper: what is derived from it has a second choice.
    """
    at = moment(f"{text.strip()[:10]}T12:00:00Z")
    return at.date() if at else None


def _arxiv(element: Element, _: str, header: Header, __: Mapping[str, str]) -> HarvestedPaper:
    facts = fields(element)
    arxiv_id = identifiers.parse(facts.get("id", header.identifier)).arxiv_id
    created, updated = day_of(facts.get("created", "")), day_of(facts.get("updated", ""))
    authors = child(element, "authors")
    return HarvestedPaper(
        arxiv_id=arxiv_id,
        issue_day=_issue_day(arxiv_id, created, updated, header),
        day_is_derived=True,
        content_day=_content_day(arxiv_id, header, updated, created),
        title=title_of(arxiv_id, facts.get("title", "")),
        abstract=clean(facts.get("abstract", ""), "abstract"),
        authors=author_names([] if authors is None else [_name(a) for a in authors]),
        subjects=subject_codes(facts.get("categories", "").split()),
        comments=clean(facts.get("comments", ""), "comments"),
        doi=clean(facts.get("doi", ""), "doi"),  # left out means that there is none
        journal_ref=clean(facts.get("journal-ref", ""), "journal-ref"),
        license=clean(facts.get("license", ""), "license"),
        revised_on=updated,
    )


def _raw(element: Element, _: str, header: Header, __: Mapping[str, str]) -> HarvestedPaper:
    """The only format with all versions; its authors are one string."""
    facts = fields(element)
    arxiv_id = identifiers.parse(facts.get("id", header.identifier)).arxiv_id
    versions = tuple(sorted(_version(part) for part in children(element, "version")))
    first = versions[0].submitted_at if versions else None
    return HarvestedPaper(
        arxiv_id=arxiv_id,
        issue_day=calendar.derived_day(identifiers.month(arxiv_id), first),
        day_is_derived=True,
        content_day=_content_day(
            arxiv_id, header, versions[-1].submitted_at.date() if versions else None
        ),
        title=title_of(arxiv_id, facts.get("title", "")),
        abstract=clean(facts.get("abstract", ""), "abstract"),
        authors=split_authors(facts.get("authors", "")),
        subjects=subject_codes(facts.get("categories", "").split()),
        comments=clean(facts.get("comments", ""), "comments"),
        doi=clean(facts.get("doi", ""), "doi"),  # left out means that there is none
        journal_ref=clean(facts.get("journal-ref", ""), "journal-ref"),
        license=clean(facts.get("license", ""), "license"),
        version=versions[-1].number if versions else None,
        versions=versions,
    )


def _dublin_core(
    element: Element, arxiv_id: str, header: Header, names: Mapping[str, str]
) -> HarvestedPaper:
    """The least of the three: subjects are spelled out, what is a comment must be guessed."""
    days = [day_of(text) for text in _texts(element, "date")]
    created, updated, *_ = (*days, None, None)
    descriptions = _texts(element, "description")
    comments = [text for text in descriptions if text.startswith("Comment:")]
    others = [text for text in _texts(element, "identifier") if not text.startswith("http")]
    dois = [text.removeprefix("doi:") for text in others if text.startswith("doi:")]
    journals = [text for text in others if not text.startswith("doi:")]
    abstract = next((text for text in descriptions if text not in comments), "")
    return HarvestedPaper(
        arxiv_id=arxiv_id,
        issue_day=_issue_day(arxiv_id, created, updated, header),
        day_is_derived=True,
        content_day=_content_day(arxiv_id, header, updated, created),
        title=title_of(arxiv_id, next(iter(_texts(element, "title")), "")),
        abstract=clean(abstract, "abstract"),
        authors=author_names([_turned(text) for text in _texts(element, "creator")]),
        subjects=_subjects(_texts(element, "subject"), header, names),
        comments=clean(" ".join(comments).removeprefix("Comment:"), "comments"),
        doi=clean(next(iter(dois), ""), "doi"),
        journal_ref=clean(next(iter(journals), ""), "journal-ref"),
        revised_on=updated,
    )


FORMATS: dict[str, Reader] = {"arXiv": _arxiv, "arXivRaw": _raw, "dc": _dublin_core}


def _name(author: Element) -> str:
    facts = fields(author)
    parts = (facts.get(part, "") for part in ("forenames", "keyname", "suffix"))
    return " ".join(part for part in parts if part)


def _turned(creator: str) -> str:
    """Last, First, Suffix -> First Last Suffix."""
    last, *rest = creator.split(", ")
    return " ".join([*rest[:1], last, *rest[1:]])


def _version(element: Element) -> HarvestedVersion:
    number = re.fullmatch(r"v([1-9]\d{0,3})", element.get("version", ""))
    at = moment(text_of(child(element, "date")))
    if number is None or at is None:
        raise ValueError(f"a version is not readable: {element.get('version', '')[:20]!r}")
    return HarvestedVersion(int(number[1]), at)


def _texts(element: Element, name: str) -> list[str]:
    return [" ".join(text_of(part).split()) for part in children(element, name)]


def _subjects(spelled: list[str], header: Header, names: Mapping[str, str]) -> tuple[str, ...]:
    """Categories from the spelled-out subjects; the sets, unordered, where those are not known."""
    known = [names[text] for text in spelled if text in names]
    return subject_codes(known or [code for one in header.sets if (code := _category(one))])


def _category(set_spec: str) -> str:
    """group:archive:CATEGORY -> its code. Older sets stop at the archive, which is often none."""
    parts = set_spec.split(":")
    if len(parts) == 3:
        return ".".join(parts[1:])
    return parts[1] if len(parts) == 2 and identifiers.CATEGORY.fullmatch(parts[1]) else ""


def _issue_day(
    arxiv_id: str, created: date | None, updated: date | None, header: Header
) -> date:  # fmt: skip
    """The datestamp of a paper just created is its announcement; otherwise the schedule says."""
    month = identifiers.month(arxiv_id)
    if created is None:
        return calendar.derived_day(month, None)
    stamped = header.stamped
    if stamped and updated is None and created < stamped <= created + _SOON:
        return calendar.within(month, stamped)
    return calendar.derived_day(month, datetime.combine(created, _NOON, calendar.EASTERN))


def _content_day(arxiv_id: str, header: Header, *others: date | None) -> date:
    return next((day for day in (header.stamped, *others) if day), identifiers.month(arxiv_id))
