r"""arXiv's announcement as text: the daily mail, and its listings of a week or a month. Pure.

Records stand between lines of `\\`. A daily mail has three parts, new, cross-listed and replaced,
each closed by its own line of signs, so a mail that is cut is recognised. The files of a week or
a month have no closing line: only a cut inside a record can be seen.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Literal, NamedTuple

from webapp.arxiv import calendar, identifiers
from webapp.arxiv.answers import Refused, UpstreamError, plain_text, shown
from webapp.arxiv.records import (
    HarvestedPaper,
    clean,
    moment,
    split_authors,
    subject_codes,
    title_of,
)

Kind = Literal["new", "cross", "replace"]
_END = "%%%---" * 13  # after the replaced, which come last
_RECORD = re.compile(r"^\\\\\s*\n(?:arXiv:|/\* )", re.MULTILINE)
_FIRST = re.compile(r"arXiv:(\S+)(?:\s+(\(\*cross-listing\*\)))?\s*")
_FIELD = re.compile(r"([A-Z][A-Za-z-]*)(?: \(revised v(\d+)\))?: ?(.*)")
_ADDRESS = re.compile(r"\\\\ \( \S+ .*\)\s*")  # closes a record that has an abstract
_DAY = re.compile(r"/\* \w{3}, +(\d{1,2} \w{3} \d{4}) \*/")


class Listed(NamedTuple):
    paper: HarvestedPaper
    kind: Kind


class Mail(NamedTuple):
    day: date | None  # of a daily mail
    items: tuple[Listed, ...]
    refused: tuple[Refused, ...]

    def count(self, kind: Kind) -> int:
        return sum(item.kind == kind for item in self.items)


class _Block(NamedTuple):
    lines: list[str]
    abstract: str
    day: date | None  # of the part of a weekly listing it stands in


def parse(body: bytes) -> Mail:
    text = plain_text(body)
    lines = text.strip("\n").split("\n")
    if not (_RECORD.search(text) or text.startswith("Date:")):
        raise UpstreamError("unknown", f"Not an announcement; it begins: {shown(text.strip())}.")
    day = _mail_day(lines)
    _refuse_cut(lines, is_mail=day is not None)
    items, refused = [], []
    for block in _blocks(lines, day):
        try:
            items.append(_listed(block))
        except ValueError as error:
            refused.append(Refused(block.lines[0][:200], str(error)))
    return Mail(day, tuple(items), tuple(refused))


def _refuse_cut(lines: list[str], *, is_mail: bool) -> None:
    """A rule stands before a record, so a text that ends with one lacks the record."""
    if is_mail and not any(line.rstrip() == _END for line in lines):
        raise UpstreamError("truncated", "The mail breaks off before its closing line.")
    last = lines[-1].rstrip()
    ends_well = last == "\\\\" or _ADDRESS.fullmatch(last)
    if not is_mail and (not ends_well or _DAY.fullmatch(lines[-2].strip())):
        raise UpstreamError("truncated", "The announcement breaks off between two records.")


def _mail_day(lines: list[str]) -> date | None:
    if not lines[0].startswith("Date:"):
        return None
    if (sent_at := moment(lines[0][5:])) is None:
        raise UpstreamError("unknown", f"The mail has no date: {shown(lines[0])}.")
    return calendar.day_of_evening(sent_at)


def _blocks(lines: list[str], day: date | None) -> Iterator[_Block]:
    r"""A record is: rule, `\\`, fields, `\\`, and perhaps an abstract up to `\\ ( address`."""
    place = 0
    while place < len(lines):
        if lines[place].strip() != "\\\\":
            place += 1
            continue
        end = _closing(lines, place + 1)
        inside = lines[place + 1 : end]
        place = end + 1
        if inside and (stated := _DAY.fullmatch(inside[0].strip())):
            day = datetime.strptime(stated[1], "%d %b %Y").date()  # noqa: DTZ007 - a day alone
        elif not lines[end].startswith("\\\\ ("):
            place, abstract = _abstract(lines, end)
            yield _Block(inside, abstract, day)
        else:
            yield _Block(inside, "", day)


def _closing(lines: list[str], place: int) -> int:
    """The line that closes the record, or its fields. An abstract may hold LaTeX's line breaks."""
    while place < len(lines):
        if lines[place].strip() == "\\\\" or _ADDRESS.fullmatch(lines[place]):
            return place
        place += 1
    raise UpstreamError("truncated", "The announcement breaks off inside a record.")


def _abstract(lines: list[str], end: int) -> tuple[int, str]:
    """The text after the fields, if one follows; where reading goes on."""
    if end + 1 >= len(lines) or not lines[end + 1].startswith(" "):
        return end + 1, ""
    last = _closing(lines, end + 1)
    if not _ADDRESS.fullmatch(lines[last]):
        raise UpstreamError("truncated", "The announcement breaks off inside a record.")
    return last + 1, " ".join(lines[end + 1 : last])


def _listed(block: _Block) -> Listed:
    first = _FIRST.fullmatch(block.lines[0]) if block.lines else None
    if first is None:
        raise ValueError("the record does not begin with an identifier")
    facts, revised = _facts(block.lines[1:])
    identifier = identifiers.parse(first[1])
    kind: Kind = "cross" if first[2] else "new"
    if any(line.startswith("replaced ") for line in block.lines[1:3]):
        kind = "replace"  # of a cross-listed paper too, as on the page of new listings
    month = identifiers.month(identifier.arxiv_id)
    stated = block.day if kind != "replace" else None
    derived = calendar.derived_day(month, moment(facts.get("Date", "").partition("(")[0]))
    return Listed(
        HarvestedPaper(
            arxiv_id=identifier.arxiv_id,
            issue_day=stated or derived,
            day_is_derived=stated is None,
            content_day=block.day or derived,
            title=title_of(identifier.arxiv_id, facts.get("Title", "")),
            abstract=clean(block.abstract, "abstract"),
            authors=split_authors(facts.get("Authors", "")),
            subjects=subject_codes(facts.get("Categories", "").split()),
            comments=clean(facts.get("Comments", ""), "comments"),
            doi=clean(facts.get("DOI", ""), "doi"),
            journal_ref=clean(facts.get("Journal-ref", ""), "journal-ref"),
            license=clean(facts["License"], "license") if "License" in facts else None,
            version=revised or identifier.version or (1 if kind == "new" else None),
        ),
        kind,
    )


def _facts(lines: list[str]) -> tuple[dict[str, str], int | None]:
    """The fields of a record, folded lines joined; the highest revision among its dates."""
    facts: dict[str, str] = {}
    name, revised = "", None
    for line in lines:
        match = _FIELD.match(line)
        if match and match[2]:
            revised = max(revised or 0, int(match[2][:4]))
        elif match:
            name = match[1]
            facts.setdefault(name, match[3])
        elif line.startswith(" ") and name:
            facts[name] += f" {line.strip()}"
    return facts, revised
