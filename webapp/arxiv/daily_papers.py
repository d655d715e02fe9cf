"""Hugging Face's daily papers (JSON) -> public upvotes by arXiv id. Pure.

The list is of items on two levels: what concerns the paper inside, what concerns the daily page
outside. A single paper's answer has the inner level alone; both are read.
"""

from datetime import date
from typing import Any, NamedTuple

from webapp.arxiv import identifiers
from webapp.arxiv.answers import Refused, UpstreamError, json_value, shown
from webapp.arxiv.records import clean

_MOST_UPVOTES = 10_000_000


class DailyPaper(NamedTuple):
    arxiv_id: str
    upvotes: int
    day: date | None  # of the daily page
    title: str


class DailyPapers(NamedTuple):
    papers: tuple[DailyPaper, ...]
    refused: tuple[Refused, ...]


def parse(body: bytes) -> DailyPapers:
    value = json_value(body)
    if isinstance(value, dict) and "error" in value:
        raise UpstreamError("error", f"The server reports an error: {shown(str(value['error']))}.")
    if isinstance(value, dict) and ("paper" in value or "id" in value):
        value = [value]
    if not isinstance(value, list):
        raise UpstreamError("unknown", "JSON, but no list of daily papers.")
    if value and not any(
        isinstance(row, dict) and ("paper" in row or "id" in row) for row in value
    ):
        raise UpstreamError("unknown", "A JSON list, but not one of daily papers.")
    papers, refused = [], []
    for row in value:
        try:
            papers.append(_paper(row))
        except ValueError as error:
            refused.append(Refused(_name(row), str(error)))
    return DailyPapers(tuple(papers), tuple(refused))


def _paper(row: Any) -> DailyPaper:
    if not isinstance(row, dict):
        raise ValueError("an item is not an object")
    inner = row.get("paper", row)
    if not isinstance(inner, dict):
        raise ValueError("paper is not an object")
    identifier = identifiers.parse(clean(inner.get("id"), "id"))
    upvotes = inner.get("upvotes", row.get("upvotes", 0))
    if type(upvotes) is not int or not 0 <= upvotes <= _MOST_UPVOTES:
        raise ValueError(f"upvotes is not a count: {shown(str(upvotes))}")
    title = row.get("title") or inner.get("title") or ""
    return DailyPaper(identifier.arxiv_id, upvotes, _day(row, inner), clean(title, "title"))


def _day(row: dict[str, Any], inner: dict[str, Any]) -> date | None:
    """The outer publication is that of the daily page; the inner one is the paper's own."""
    outer = row.get("publishedAt") if "paper" in row else None
    for value in (inner.get("submittedOnDailyAt"), row.get("submittedOnDailyAt"), outer):
        if isinstance(value, str):
            try:
                return date.fromisoformat(value[:10])
            except ValueError:
                continue
    return None


def _name(row: Any) -> str:
    inner = row.get("paper", row) if isinstance(row, dict) else None
    return str(inner.get("id", ""))[:200] if isinstance(inner, dict) else ""
