"""What a reader pastes: BibTeX, RIS, identifiers, titles -> what papers it names. Pure."""

import logging
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from bibtexparser.entrypoint import parse_string
from bibtexparser.model import DuplicateBlockKeyBlock, Entry, ParsingFailedBlock
from django.utils.formats import number_format
from django.utils.translation import gettext

from webapp.arxiv import identifiers

LONGEST = 1_000_000  # characters; a library of 700 papers with abstracts
MOST = 10_000
WRITTEN = 120  # of a reference, as it is told back

_ENTRY = re.compile(r"@\s*[A-Za-z]+\s*[{(]")
_BESIDE_ARXIV = re.compile(
    r"arxiv\W{1,3}((?:[a-z-]{2,8}(?:\.[A-Z]{2})?/)?\d{4}[\w.]*)", re.IGNORECASE
)
_RECORD = re.compile(r"^[ \t]*TY[ \t]{1,2}-.*$", re.MULTILINE)
_RECORD_ENDS = re.compile(r"^[ \t]*ER[ \t]{1,2}-.*$", re.MULTILINE)
_TAGGED = re.compile(r"^[ \t]*([A-Z][A-Z0-9])[ \t]{1,2}-[ \t]*(.*)$", re.MULTILINE)
_NUMBER = re.compile(r"\d{3}")
_PART = re.compile(r"[^\s,;]+")
_WORD = re.compile(r"[^\W\d_]{2,}")
_OUR_PAGE = re.compile(r"https?://[^/\s]+/papers/(?!\D)")  # of any Firstlight
logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # what failed, we tell


class TooMuch(ValueError):  # noqa: N818 - it names the state
    """More than is read at once; the message is for the reader."""


class Reference(NamedTuple):
    """What one entry or line says of a paper."""

    written: str
    names: tuple[str, ...] = ()  # what it may be known by, the surest first
    title: str = ""


class References(NamedTuple):
    """What was understood, in its order, and what was not, as it was written."""

    read: list[Reference]
    unread: list[str]


def references(text: str) -> References:
    """Every paper that a text names. Raises TooMuch; broken entries spoil no others."""
    plain = text.replace("\0", " ").replace("\r\n", "\n")
    if len(plain) > LONGEST:
        told = gettext("That is %(n)s characters; at most %(most)s are read at once.")
        raise TooMuch(told % _counted(len(plain), LONGEST))
    n = sum(1 for _ in islice(_ENTRY.finditer(plain), MOST + 1))
    if n > MOST:
        told = gettext("That is more than %(most)s entries, which are as many as are read at once.")
        raise TooMuch(told % _counted(n, MOST))
    found = list(_bibtex(plain) if n else _records(plain))
    if len(found) > MOST:
        told = gettext("That names %(n)s papers; at most %(most)s are read at once.")
        raise TooMuch(told % _counted(len(found), MOST))
    understood = [one for one in found if one.names or one.title]
    return References(understood, [one.written for one in found if not (one.names or one.title)])


def _counted(n: int, most: int) -> dict[str, str]:
    """Numbers as people write them: 1,000,000 in English."""
    return {
        name: number_format(number, force_grouping=True)
        for name, number in (("n", n), ("most", most))
    }


def _bibtex(text: str) -> Iterator[Reference]:
    """Entries, and the lines between them; no @string is ever expanded."""
    library = parse_string(text, parse_stack=[])
    for block in library.blocks:
        again = isinstance(block, DuplicateBlockKeyBlock)
        entry = block.ignore_error_block if isinstance(block, DuplicateBlockKeyBlock) else block
        if isinstance(entry, Entry):
            yield _entry(entry)
        elif isinstance(block, ParsingFailedBlock) and not again:
            yield Reference(_short(block.raw or ""))
    for comment in library.comments:
        yield from _lines((comment.comment or "").split("\n"))


def _entry(entry: Entry) -> Reference:
    fields = {field.key.lower(): _bare(str(field.value)) for field in entry.fields}
    title = fields.get("title", "")
    written = _short(title or entry.raw or entry.key)
    return Reference(written, tuple(dict.fromkeys(_names(fields))), title[:300])


def _names(fields: dict[str, str]) -> Iterator[str]:
    """Identifiers of an entry, where arXiv, Zotero and journals write them."""
    archive = fields.get("archiveprefix", fields.get("eprinttype", "arxiv"))
    if archive.lower() == "arxiv":
        yield from _named(fields.get("eprint", ""))
    for name in ("doi", "url", "ee"):
        yield from _named(fields.get(name, ""))
    for name in ("journal", "journaltitle", "note", "howpublished", "number", "volume"):
        if beside := _BESIDE_ARXIV.search(fields.get(name, "")[:300]):
            yield from _named(beside[1])


def _named(text: str) -> Iterator[str]:
    """The one paper that a text is the identifier or address of; none of a wrong one."""
    try:
        yield identifiers.named(_OUR_PAGE.sub("", text[:300], count=1))
    except ValueError:
        if doi := identifiers.bare_doi(text):
            yield doi


def _bare(value: str) -> str:
    """A field's value without what encloses it and without the braces that keep capitals."""
    words = value.strip()
    if len(words) > 1 and words[0] + words[-1] in ('""', "{}"):
        words = words[1:-1]
    return " ".join(words.replace("{", "").replace("}", "").replace("\\&", "&").split())


def _records(text: str) -> Iterator[Reference]:
    """RIS, and the lines around its records; without any, all of it is lines."""
    before, *records = _RECORD.split(text)
    yield from _lines(before.split("\n"))
    for record in records:
        inside, *after = _RECORD_ENDS.split(record)
        yield _record(_TAGGED.findall(inside))
        yield from _lines("\n".join(after).split("\n"))


def _record(tagged: list[tuple[str, str]]) -> Reference:
    title = next((_bare(value) for tag, value in tagged if tag in ("TI", "T1")), "")
    names = [name for tag, value in tagged for name in _names_tagged(tag, value)]
    written = _short(title or next((value for tag, value in tagged if tag == "UR"), "TY"))
    return Reference(written, tuple(dict.fromkeys(names)), title[:300])


def _names_tagged(tag: str, value: str) -> Iterator[str]:
    """Identifiers where arXiv, Zotero and journals put them."""
    if tag in ("AN", "DO", "UR", "L1", "L2", "LK"):
        yield from _named(value.strip())
    elif tag in ("JO", "JF", "T2", "M1", "N1") and (beside := _BESIDE_ARXIV.search(value[:300])):
        yield from _named(beside[1])


def _lines(lines: Iterable[str]) -> Iterator[Reference]:
    """One paper a line, or several identifiers on it; a line of words may be a title."""
    for line in lines:
        if not (line := line.strip().strip("-*• \t").strip()):
            continue
        if whole := tuple(_named(line)):
            yield Reference(_short(line), whole)
        else:
            yield from _parts(line)


def _parts(line: str) -> Iterator[Reference]:
    parts = _PART.findall(line)
    read = [Reference(_short(part), tuple(_part(part))) for part in parts]
    if any(one.names for one in read):
        # The words around are no papers; what looks like a number of one, and is none, is told.
        yield from (one for one in read if one.names or re.match(r"\d{4}\.\d", one.written))
    elif len(parts) > 2 and len(_WORD.findall(line[:300])) > 2:
        yield Reference(_short(line), title=line[:300].strip("\"'“”. "))
    else:
        # Numbers that are none of a paper are told one by one, words together.
        are_numbers = len(parts) < 4 and all(_NUMBER.search(part) for part in parts)
        yield from (Reference(_short(part)) for part in (parts if are_numbers else [line]))


def _part(part: str) -> Iterator[str]:
    """Every name of a paper holds a number, which spares a page of prose most of the time."""
    if _NUMBER.search(part):
        yield from _named(part.strip("()<>[]\"'."))


def _short(text: str) -> str:
    one_line = " ".join(text[: 4 * WRITTEN].split())
    return one_line if len(one_line) <= WRITTEN else one_line[: WRITTEN - 2] + " …"
