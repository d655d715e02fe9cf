"""An answer of arXiv's query API (Atom) -> papers and where in the results they stand. Pure."""

from datetime import datetime
from typing import NamedTuple

from webapp.arxiv import calendar, identifiers
from webapp.arxiv.announcements import is_announcement
from webapp.arxiv.answers import (
    Element,
    Refused,
    UpstreamError,
    child,
    children,
    fields,
    shown,
    text_of,
    xml_root,
)
from webapp.arxiv.records import (
    HarvestedPaper,
    HarvestedVersion,
    author_names,
    clean,
    moment,
    subject_codes,
    title_of,
)


class Page(NamedTuple):
    papers: tuple[HarvestedPaper, ...]
    refused: tuple[Refused, ...]
    total: int | None  # results in all
    start: int | None  # of the first entry, from 0
    per_page: int | None = None

    @property
    def n_entries(self) -> int:
        return len(self.papers) + len(self.refused)

    @property
    def is_gap(self) -> bool:
        """Empty in the middle of the results, which happens: ask again, do not stop."""
        return self.n_entries == 0 and (self.total or 0) > (self.start or 0)

    @property
    def is_short(self) -> bool:
        """Fewer entries than the answer itself promises."""
        left = (self.total or 0) - (self.start or 0)
        return self.n_entries < min(left, self.n_entries if not self.per_page else self.per_page)


def parse(body: bytes) -> Page:
    """Read one answer, whatever its HTTP status was. Raises UpstreamError.

    The API's own way to say so, a feed with one entry titled "Error", is such an error.
    """
    root = xml_root(body, {"feed"})
    entries = children(root, "entry")
    for entry in entries:
        _refuse_error(entry)
    if is_announcement(root):
        raise UpstreamError("unknown", "A feed of announcements, not an answer to a query.")
    total, start = _number(root, "totalResults"), _number(root, "startIndex")
    if not entries and total is None:
        raise UpstreamError("unknown", "An empty feed that does not say how many results it has.")
    papers, refused = [], []
    for entry in entries:
        try:
            papers.append(_paper(entry))
        except ValueError as error:
            name = " ".join(text_of(child(entry, "id")).split())[:200]
            refused.append(Refused(name, str(error)))
    return Page(tuple(papers), tuple(refused), total, start, _number(root, "itemsPerPage"))


def _refuse_error(entry: Element) -> None:
    facts = fields(entry)
    identifier = facts.get("id", "")
    if "/api/errors" in identifier or (
        facts.get("title", "").strip() == "Error" and "/abs/" not in identifier
    ):
        said = facts.get("summary") or identifier
        raise UpstreamError("error", f"The query API answers with an error: {shown(said)}.")


def _number(root: Element, name: str) -> int | None:
    text = text_of(child(root, name)).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _paper(entry: Element) -> HarvestedPaper:
    facts = fields(entry)
    identifier = identifiers.parse(facts.get("id", ""))
    published, updated = moment(facts.get("published", "")), moment(facts.get("updated", ""))
    month, content_at = identifiers.month(identifier.arxiv_id), updated or published
    authors = [text_of(child(part, "name")) for part in children(entry, "author")]
    return HarvestedPaper(
        arxiv_id=identifier.arxiv_id,
        issue_day=calendar.derived_day(month, published),
        day_is_derived=True,
        content_day=content_at.date() if content_at else month,
        title=title_of(identifier.arxiv_id, facts.get("title", "")),
        abstract=clean(facts.get("summary", ""), "abstract"),
        authors=author_names(authors),
        subjects=subject_codes(_categories(entry)),
        comments=clean(facts.get("comment", ""), "comments"),
        doi=clean(facts.get("doi", ""), "doi"),
        journal_ref=clean(facts.get("journal_ref", ""), "journal-ref"),
        version=identifier.version,
        versions=_versions(identifier.version, published, updated),
    )


def _categories(entry: Element) -> list[str]:
    """The primary one first. Terms of other schemes (MSC, ACM) are no categories of arXiv."""
    primary = [part.get("term", "").strip() for part in children(entry, "primary_category")]
    others = [part.get("term", "").strip() for part in children(entry, "category")]
    return primary + [code for code in others if identifiers.CATEGORY.fullmatch(code)]


def _versions(
    number: int | None, published: datetime | None, updated: datetime | None
) -> tuple[HarvestedVersion, ...]:
    """The first version and this one; the answer is silent about those between."""
    if number is None or updated is None:
        return ()
    this = HarvestedVersion(number, updated)
    first = (HarvestedVersion(1, published),) if number > 1 and published else ()
    return (*first, this)
