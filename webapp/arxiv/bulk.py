"""JSON lines -> HarvestedPaper, in two shapes: one announced paper, or arXiv's bulk metadata.

Pure: a line in, a record or a ValueError with a sentence out.
"""

import json
import re
from datetime import date
from typing import Any

from webapp.arxiv import calendar, identifiers
from webapp.arxiv.records import (
    HarvestedPaper,
    HarvestedVersion,
    author_names,
    clean,
    moment,
    split_authors,
    subject_codes,
)

_OLDEST = date(1991, 7, 1)


def parse_line(line: bytes) -> HarvestedPaper:
    """Read one line in either shape. Raises ValueError with a reason for a person."""
    try:
        row = json.loads(line.decode())
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} at character {error.pos}") from None
    if not isinstance(row, dict):
        raise ValueError("not a JSON object")
    return _bulk(row) if "versions" in row or "update_date" in row else _announced(row)


def _announced(row: dict[str, Any]) -> HarvestedPaper:
    identifier = identifiers.parse(_text(row, "id"))
    day = _day(row, "date")
    authors = row.get("authors")
    if not isinstance(authors, list):
        raise ValueError("authors is not a list")
    return HarvestedPaper(
        arxiv_id=identifier.arxiv_id,
        issue_day=day,
        day_is_derived=False,
        content_day=day,
        title=_text(row, "title"),
        abstract=_text(row, "abstract"),
        authors=_names(authors),
        subjects=_subjects(row.get("categories")),
        comments=_optional(row, "comments") or "",
        version=identifier.version,
        is_summary=row.get("summary") is True,
    )


def _bulk(row: dict[str, Any]) -> HarvestedPaper:
    identifier = identifiers.parse(_text(row, "id"))
    versions = _versions(row.get("versions"))
    return HarvestedPaper(
        arxiv_id=identifier.arxiv_id,
        issue_day=calendar.issue_day(versions[0].submitted_at),
        day_is_derived=True,
        content_day=_day(row, "update_date"),
        title=_text(row, "title"),
        abstract=_text(row, "abstract"),
        authors=_bulk_names(row),
        subjects=_subjects(row.get("categories")),
        comments=_optional(row, "comments") or "",
        doi=_optional(row, "doi") or "",
        journal_ref=_optional(row, "journal-ref") or "",
        license=_optional(row, "license") or "",
        version=versions[-1].number,
        versions=versions,
    )


def _text(row: dict[str, Any], field: str) -> str:
    if field not in row:
        raise ValueError(f"{field} is missing")
    if text := clean(row[field], field):
        return text
    raise ValueError(f"{field} is empty")


def _optional(row: dict[str, Any], field: str) -> str | None:
    value = row.get(field)
    return None if value is None else clean(value, field)


def _day(row: dict[str, Any], field: str) -> date:
    text = _text(row, field)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{field} is not a day: {text[:40]!r}") from None
    if day < _OLDEST:
        raise ValueError(f"{field} is before arXiv began: {day}")
    return day


def _names(values: list[object]) -> tuple[str, ...]:
    if not (names := author_names(values)):
        raise ValueError("0 authors")
    return names


def _bulk_names(row: dict[str, Any]) -> tuple[str, ...]:
    """authors_parsed holds [last, first, suffix, ...]; the flat string is the second choice."""
    parsed = row.get("authors_parsed")
    if isinstance(parsed, list) and all(isinstance(p, list) and len(p) >= 2 for p in parsed):
        parts = [[p[1], p[0], *p[2:3]] for p in parsed]
        if all(isinstance(x, str) for p in parts for x in p):
            return _names([" ".join(x for x in p if x) for p in parts])
    return _names(list(split_authors(_text(row, "authors"))))


def _subjects(value: object) -> tuple[str, ...]:
    codes = value.split() if isinstance(value, str) else value
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        raise ValueError("categories is not a list of categories")
    return subject_codes(codes)


def _versions(value: object) -> tuple[HarvestedVersion, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError("versions is not a list of versions")
    return tuple(sorted(_version(entry) for entry in value))


def _version(entry: object) -> HarvestedVersion:
    try:
        if not isinstance(entry, dict) or not isinstance(entry["created"], str):
            raise TypeError
        number = re.fullmatch(r"v([1-9]\d{0,3})", entry["version"])
        submitted_at = moment(entry["created"])
        if number is None or submitted_at is None:
            raise ValueError
    except (KeyError, TypeError, ValueError):
        raise ValueError(f"a version is not readable: {str(entry)[:60]}") from None
    return HarvestedVersion(int(number[1]), submitted_at)
