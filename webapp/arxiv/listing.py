"""arXiv's page of new listings, /list/CATEGORY/new -> what was announced, and how much. Pure.

Its heading is the only dependable date of a batch, and its counts are what coverage is measured
by, so a page whose rows are not the number it prints is refused. The catch-up page of a day has
the same sections under another heading and is read as well.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import Literal, NamedTuple, cast

from webapp.arxiv import identifiers
from webapp.arxiv.answers import Element, UpstreamError, html_root, shown

Kind = Literal["new", "cross", "replace"]
_HEADINGS = {"h1", "h2", "h3", "h4"}
_KINDS = {"new": "new", "cross": "cross", "replacement": "replace"}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DATE = r"([A-Z][a-z]{2,8}), (\d{1,2}) ([A-Z][a-z]{2,8}) (\d{4}|\d{2})\b"
_DAY = re.compile(
    rf"(?:new listings for|catchup results for .{{1,200}} on|submissions for) {_DATE}",
    re.IGNORECASE,
)
_SECTION = re.compile(
    r"(new|cross|replacement)(?:[- ]lists?)? submissions?\b.*"
    r"\((?P<more>continued, )?showing (?:first |last )?([\d,]+) of ([\d,]+) entries ?\)",
    re.IGNORECASE,
)
_TOTAL = re.compile(r"\btotal of ([\d,]+) entries", re.IGNORECASE)
_NOTHING = re.compile(r"\bno (?:further )?updates (?:today|for)\b", re.IGNORECASE)


class Section(NamedTuple):
    kind: Kind
    ids: tuple[str, ...]
    total: int  # in the whole listing, of which this page may show a part


class Listing(NamedTuple):
    """One page. Without sections it says that the category has nothing on this day."""

    day: date
    sections: tuple[Section, ...]
    total: int | None  # over all sections, where the page prints it

    @property
    def expected(self) -> dict[Kind, int]:
        counts: dict[Kind, int] = {"new": 0, "cross": 0, "replace": 0}
        return counts | {section.kind: section.total for section in self.sections}

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(arxiv_id for section in self.sections for arxiv_id in section.ids)

    @property
    def is_whole(self) -> bool:
        """Whether this page shows everything, so that its ids are all that was announced."""
        totals = sum(section.total for section in self.sections)
        return len(self.ids) == totals and self.total in {None, totals}


def joined(pages: Sequence[Listing]) -> Listing:
    """One list from its pages, in their order; they are of one day."""
    ids: dict[Kind, list[str]] = {}
    totals: dict[Kind, int] = {}
    for section in (section for page in pages for section in page.sections):
        ids.setdefault(section.kind, []).extend(section.ids)
        totals[section.kind] = section.total
    sections = (Section(kind, tuple(dict.fromkeys(ids[kind])), totals[kind]) for kind in ids)
    return Listing(pages[0].day, tuple(sections), pages[0].total)


def parse(body: bytes) -> Listing:
    """Read a page. Raises UpstreamError where a date, a count or a row is not as printed."""
    root = html_root(body)
    days = {day for el in root.iter(*_HEADINGS) if (day := _day(_heading(el)))}
    if not days:
        raise UpstreamError("html", f"A web page, but no listing: {shown(_title(root))}.")
    if len(days) > 1:
        raise UpstreamError("unknown", "The listing names more than one day.")
    sections = _sections(root)
    text = _flat(_without_papers(root))
    if not sections and not _NOTHING.search(text):
        raise UpstreamError("unknown", "The listing has no sections and does not say why.")
    total = _total(text)
    if total is not None and total < sum(section.total for section in sections):
        raise UpstreamError("unknown", f"The listing says {total:,} entries, its sections more.")
    return Listing(days.pop(), sections, total)


def _sections(root: Element) -> tuple[Section, ...]:
    """Each row belongs to the heading before it, wherever the two stand in the tree."""
    found: dict[str, tuple[int, int, list[str]]] = {}
    current: list[str] | None = None
    for element in root.iter(*_HEADINGS, "dt"):
        if element.tag == "dt":
            if current is None:
                raise UpstreamError("unknown", "The listing has a row before any section.")
            current.append(_row(element))
        elif match := _SECTION.search(_heading(element)):
            kind = _KINDS[match[1].lower()]
            if kind in found:
                raise UpstreamError("unknown", f"The listing has two sections of kind {kind}.")
            current = []
            found[kind] = (_count(match[3]), _count(match[4]), current)
    return tuple(_checked(kind, *section) for kind, section in found.items())


def _checked(kind: str, showing: int, total: int, ids: list[str]) -> Section:
    if len(ids) != showing or showing > total or len(set(ids)) != len(ids):
        seen = f"{len(ids):,} rows, {len(set(ids)):,} of them different"
        said = f"showing {showing:,} of {total:,} {kind} entries"
        raise UpstreamError("unknown", f"The listing says {said} and has {seen}.")
    return Section(cast("Kind", kind), tuple(ids), total)


def _row(row: Element) -> str:
    links = [a for a in row.iter("a") if (a.get("title") or "").strip().lower() == "abstract"]
    if len(links) != 1:
        raise UpstreamError("unknown", f"A row has {len(links)} links to an abstract, not one.")
    spelled = (links[0].get("href") or "").rpartition("/abs/")[2] or links[0].get("id") or ""
    try:
        return identifiers.parse(spelled).arxiv_id
    except ValueError as error:
        raise UpstreamError("unknown", f"A row of the listing: {error}.") from None


def _day(text: str) -> date | None:
    match = _DAY.search(text)
    if match is None:
        return None
    weekday, day, month, year = match.groups()
    number = int(year) + (2000 if len(year) == 2 else 0)
    try:
        found = date(number, _MONTHS.index(month[:3].lower()) + 1, int(day))
        if _WEEKDAYS.index(weekday[:3].lower()) == found.weekday():
            return found
    except ValueError:
        pass
    raise UpstreamError("unknown", f"The listing's date does not exist: {shown(match[0])}.")


def _total(text: str) -> int | None:
    match = _TOTAL.search(text)
    return _count(match[1]) if match else None


def _count(text: str) -> int:
    digits = text.replace(",", "")
    if not 1 <= len(digits) <= 6:
        raise UpstreamError("unknown", f"The listing has an impossible count: {shown(text)}.")
    return int(digits)


def _without_papers(root: Element) -> Element:
    """An abstract may speak of "a total of 300 entries" too."""
    for about in root.findall(".//dd"):
        about.clear(keep_tail=True)
    return root


def _title(root: Element) -> str:
    return next((_flat(el) for el in root.iter("title", *_HEADINGS)), "one without a title")


def _heading(element: Element) -> str:
    return _flat(element)[:500]  # the patterns look back and forth


def _flat(element: Element) -> str:
    return " ".join(" ".join(element.itertext()).split())
