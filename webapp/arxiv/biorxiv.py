"""The details API of bioRxiv and medRxiv (JSON) -> preprints by DOI. Pure.

A preprint there is named by its DOI, not by an arXiv identifier, and the answer has one row for
each version; the newest one of an answer is kept.
"""

import re
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

from webapp.arxiv import calendar, identifiers
from webapp.arxiv.answers import Refused, UpstreamError, json_value, shown
from webapp.arxiv.records import HarvestedPaper, HarvestedVersion, author_names, clean

_DOI_DAY = re.compile(r"/(20\d\d)\.(\d\d)\.(\d\d)\.")
_WITHDRAWN = re.compile(r"\W*withdrawn\b|the authors have withdrawn", re.IGNORECASE)
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_NOTHING = re.compile(r"no (?:posts|articles|papers|results) found", re.IGNORECASE)


class Preprint(NamedTuple):
    doi: str
    version: int
    day: date  # of this version
    title: str
    abstract: str
    authors: tuple[str, ...]
    category: str
    server: str
    license: str
    published_doi: str  # in a journal


class Page(NamedTuple):
    preprints: tuple[Preprint, ...]
    refused: tuple[Refused, ...]
    n_rows: int
    total: int
    cursor: int

    @property
    def next_cursor(self) -> int | None:
        """Where the next page begins. The page size has changed, so what came is counted."""
        following = self.cursor + self.n_rows
        return following if self.n_rows and following < self.total else None


def harvested(preprint: Preprint, server: str) -> HarvestedPaper:
    """A preprint as a paper. Its issue day is that of posting, or the Monday after a weekend.

    Only the first version says when that was. A later one is no news: its day is worked out from
    the DOI, which begins with a date, and marked so.
    """
    is_first = preprint.version == 1
    posted = preprint.day if is_first else _day_in(preprint.doi) or preprint.day
    at = datetime.combine(preprint.day, time(12), UTC)
    is_withdrawn = any(map(_WITHDRAWN.match, (preprint.title, preprint.abstract)))
    return HarvestedPaper(
        arxiv_id=preprint.doi,
        issue_day=calendar.on_weekday(posted),
        day_is_derived=not is_first,
        content_day=preprint.day,
        title=preprint.title,
        abstract=preprint.abstract,
        authors=preprint.authors,
        subjects=(category(server, preprint.category),),
        comments="Withdrawn by its authors." if is_withdrawn else "",
        doi=preprint.published_doi,
        license=preprint.license,
        version=preprint.version,
        versions=(HarvestedVersion(preprint.version, at),),
    )


def category(server: str, name: str) -> str:
    """biorxiv.cell-biology, from a name that may end with an explanation in parentheses."""
    words = re.findall(r"[a-z0-9]+", name.partition("(")[0].lower())
    return f"{server}.{'-'.join(words)[:50]}" if words else server


def _day_in(doi: str) -> date | None:
    match = _DOI_DAY.search(doi)
    try:
        return date(*(int(part) for part in match.groups())) if match else None
    except ValueError:
        return None


def parse(body: bytes) -> Page:
    value = json_value(body)
    if not isinstance(value, dict):
        raise UpstreamError("unknown", "JSON, but not an answer of bioRxiv's.")
    messages, rows = value.get("messages"), value.get("collection", [])
    if not (isinstance(messages, list) and messages and isinstance(messages[0], dict)):
        raise UpstreamError("unknown", "JSON, but not an answer of bioRxiv's.")
    message = messages[0]
    status = str(message.get("status", ""))
    if _NOTHING.search(status) and not rows:
        return Page((), (), 0, 0, 0)
    if status.lower() != "ok" or not isinstance(rows, list):
        raise UpstreamError("error", f"bioRxiv answers with an error: {shown(status)}.")
    counts = {name: _count(message, name, len(rows)) for name in ("count", "total", "cursor")}
    if counts["count"] != len(rows):
        said = f"{counts['count']:,} rows and has {len(rows):,}"
        raise UpstreamError("truncated", f"The answer says {said}.")
    preprints, refused = _newest(rows)
    return Page(preprints, refused, len(rows), counts["total"], counts["cursor"])


def _count(message: dict[str, Any], name: str, n_rows: int) -> int:
    """A number or a string of digits; an answer about one DOI leaves it out."""
    text = str(message.get(name, 0 if name == "cursor" else n_rows)).strip()
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise UpstreamError("unknown", f"The answer's {name} is not a number: {shown(text)}.")
    return int(text)


def _newest(rows: list[Any]) -> tuple[tuple[Preprint, ...], tuple[Refused, ...]]:
    kept: dict[str, Preprint] = {}
    refused = []
    for row in rows:
        try:
            read = _preprint(row)
        except ValueError as error:
            name = row.get("doi", "") if isinstance(row, dict) else ""
            refused.append(Refused(str(name)[:200], str(error)))
            continue
        if read.doi not in kept or kept[read.doi].version <= read.version:
            kept[read.doi] = read
    return tuple(kept.values()), tuple(refused)


def _preprint(row: Any) -> Preprint:
    if not isinstance(row, dict):
        raise ValueError("a row is not an object")
    doi = clean(row.get("doi"), "doi").lower()
    if not identifiers.DOI.fullmatch(doi):
        raise ValueError(f"{shown(doi)} is not a preprint's DOI")
    version = str(row.get("version", "1"))
    if not re.fullmatch(r"[1-9]\d{0,3}", version, re.ASCII):
        raise ValueError(f"{shown(version)} is not a version")
    published = clean(row.get("published") or "", "doi")
    return Preprint(
        doi=doi,
        version=int(version),
        day=_day(clean(row.get("date"), "date")),
        title=clean(row.get("title") or "", "title") or f"doi:{doi}",
        abstract=clean(row.get("abstract") or "", "abstract"),
        authors=_authors(clean(row.get("authors") or "", "authors")),
        category=clean(row.get("category") or "", "category"),
        server=clean(row.get("server") or "", "server"),
        license=clean(row.get("license") or "", "license"),
        published_doi="" if published.upper() == "NA" else published,
    )


def _day(text: str) -> date:
    match = _DAY.fullmatch(text[:10].partition("T")[0])
    try:
        if match:
            return date(*(int(part) for part in match.groups()))
    except ValueError:
        pass
    raise ValueError(f"date is not a day: {shown(text)}")


def _authors(text: str) -> tuple[str, ...]:
    """Last, F.; Last, F. -> F. Last."""
    names = []
    for one in text.split(";"):
        last, _, first = one.strip().partition(", ")
        names.append(f"{first} {last}".strip())
    return author_names(names)
