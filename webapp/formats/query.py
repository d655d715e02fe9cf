"""The language of the search box -> what is wanted. Pure, and nothing that is typed is an error.

Words, "phrases", `ti:` `abs:` `au:` `cat:` `id:` before either, a minus before any of these, `or`
between choices, `from:` and `to:` before a year, a month or a day, `year:` before one or both ends.
Other names of these and NOT, AND, OR are understood, too. What means nothing is told in `notes`.
"""

import re
from calendar import monthrange
from collections.abc import Collection, Mapping
from datetime import date
from typing import NamedTuple

from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext

from webapp.arxiv import identifiers

LONGEST = 2_000  # characters
MOST_TERMS = 200
MOST_CHOICES = 20
_MARKS = str.maketrans(dict.fromkeys("“”„«»″", '"') | {"\u2212": "-", "\0": " "})
_NAMES = {
    "ti": ("title", "intitle"),
    "abs": ("abstract",),
    "au": ("author", "authors"),
    "cat": ("category", "subject"),
    "id": ("arxiv", "doi"),
    "from": ("since",),
    "to": ("until",),
    "year": (),
    "": ("all",),
}
_FIELDS = {name: field for field, others in _NAMES.items() for name in (field, *others)}
_FIELD = "|".join(filter(None, _FIELDS))
_PIECE = re.compile(
    rf"\(*(?P<minus>-?)\(*(?:(?P<field>{_FIELD}):(?:(?=\S)|\s+(?!(?:{_FIELD}):)))?"
    r'(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))',
    re.IGNORECASE,
)
_SIGNS = {"AND", "NOT", "ANDNOT"}  # in capitals only: small ones are words of a title
_RANGE = re.compile(r"(\d{4}[\d-]*)\.\.(\d{4}[\d-]*)", re.ASCII)
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?", re.ASCII)


class Term(NamedTuple):
    """One thing to look for. Of `cat` the codes, of `id` the identifier; else words."""

    field: str  # nothing: anywhere
    text: str
    is_phrase: bool = False
    codes: tuple[str, ...] = ()

    def __str__(self) -> str:
        text = f'"{self.text}"' if self.is_phrase else self.text
        return f"{self.field}:{text}" if self.field else text


Choice = tuple[Term, ...]  # any of these


class Query(NamedTuple):
    """All of `wanted`, none of `unwanted`, announced from `first` to `last`."""

    wanted: tuple[Choice, ...] = ()
    unwanted: tuple[Term, ...] = ()
    first: date | None = None
    last: date | None = None
    notes: tuple[str, ...] = ()
    text: str = ""  # as it was understood

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look for; what is only left out names no paper."""
        return not (self.wanted or self.first or self.last)


def plain(text: str) -> str:
    """What was typed with one space between words, and quotation marks of one kind."""
    return " ".join(text.translate(_MARKS).split())


def parse(text: str, subjects: Collection[str] = ()) -> Query:
    """Read what somebody typed. `subjects` are the codes there are; an archive is its parts."""
    return _Reading(subjects).read(text)


class _Reading:
    """One pass over the pieces, from left to right."""

    def __init__(self, subjects: Collection[str]) -> None:
        self.subjects = subjects
        self.wanted: list[list[Term]] = []
        self.unwanted: list[Term] = []
        self.days: dict[str, str] = {}  # as they were typed
        self.is_choice = self.is_unwanted = False  # what was said of the next piece
        self.notes: list[str] = []

    def read(self, text: str) -> Query:
        text = self._shortened(plain(text))
        if text.count('"') % 2:
            told = gettext("A quotation mark has no partner: the phrase goes on to the end.")
            self.notes.append(told)
        if "(" in text and re.search(r"\b(AND|OR|NOT)\b", text):
            told = gettext(
                "Parentheses group nothing here: “or” joins what stands on its two sides."
            )
            self.notes.append(told)
        for n, found in enumerate(_PIECE.finditer(text)):
            if n == MOST_TERMS:
                told = ngettext(
                    "Only the first %(n)s word was read.",
                    "Only the first %(n)s words were read.",
                    MOST_TERMS,
                )
                self.notes.append(told % {"n": MOST_TERMS})
                break
            self._take(found)
        return self._made(text)

    def _take(self, found: re.Match[str]) -> None:
        if found[0].lower() == "or":
            self.is_choice = bool(self.wanted)
        elif found[0] in _SIGNS:
            self.is_unwanted |= found[0] != "AND"
        else:
            term = self._term(found)
            if term and (found["minus"] or self.is_unwanted):
                self.unwanted.append(term)
            elif term and self.is_choice:
                self._or(term)
            elif term:
                self.wanted.append([term])
            self.is_choice = self.is_unwanted = False

    def _or(self, term: Term) -> None:
        """Of so many choices each more costs all readers time, and tells nothing."""
        told = ngettext(
            "Only the first %(n)s choice of an “or” was read.",
            "Only the first %(n)s choices of an “or” were read.",
            MOST_CHOICES,
        ) % {"n": MOST_CHOICES}
        if len(self.wanted[-1]) < MOST_CHOICES:
            self.wanted[-1].append(term)
        elif told not in self.notes:
            self.notes.append(told)

    def _shortened(self, text: str) -> str:
        if len(text) <= LONGEST:
            return text
        told = ngettext(
            "Only the first %(n)s character was read.",
            "Only the first %(n)s characters were read.",
            LONGEST,
        )
        self.notes.append(told % {"n": number_format(LONGEST, force_grouping=True)})
        return text[:LONGEST].rpartition(" ")[0] or text[:LONGEST]

    def _term(self, found: re.Match[str]) -> Term | None:
        field, text = _FIELDS.get((found["field"] or "").lower(), ""), _text(found)
        if field in ("from", "to", "year") or (not field and _RANGE.fullmatch(text)):
            self._date(field or "year", text, found)
            return None
        if field == "cat":
            return self._category(text)
        if field == "id":
            return self._identifier(text)
        is_alone = text.endswith(":") and text[:-1].lower() in _FIELDS
        if is_alone or not any(letter.isalnum() for letter in text):
            if field or is_alone:
                told = gettext("%(field)s: has no word behind it and was left out.")
                self.notes.append(told % {"field": text[:-1] if is_alone else field})
            return None
        if field == "au" and text.count(",") == 1:
            text = " ".join(reversed([part.strip() for part in text.split(",")]))
        return Term(field, text[:200], found["phrase"] is not None)

    def _date(self, field: str, text: str, found: re.Match[str]) -> None:
        first, last = _ends(text) if field == "year" else (text, text)
        if found["minus"] or self.is_unwanted:
            told = gettext("A minus before %(field)s: means nothing and was left out.")
            self.notes.append(told % {"field": field})
        elif _day(first) is None or _day(last) is None:
            told = gettext(
                "%(field)s:%(text)s is no date and was left out: say %(field)s:2024, "
                "%(field)s:2024-02 or %(field)s:2024-02-29."
            )
            self.notes.append(told % {"field": field, "text": text[:40]})
        elif field == "year":
            self.days |= {"from": first, "to": last}
        else:
            self.days[field] = text

    def _category(self, text: str) -> Term | None:
        asked = text.lower()
        codes = [code for code in self.subjects if code.lower() == asked]
        codes += [code for code in self.subjects if code.lower().startswith(f"{asked}.")]
        if alias := identifiers.ALIASES.get(text):
            codes.append(alias)
        if not codes:
            told = gettext("cat:%(text)s is no category here and was left out.")
            self.notes.append(told % {"text": text[:40]})
            return None
        return Term("cat", text, codes=tuple(codes))

    def _identifier(self, text: str) -> Term | None:
        try:
            return Term("id", text, codes=(identifiers.named(text),))
        except ValueError:
            told = gettext("id:%(text)s is no identifier and was left out.")
            self.notes.append(told % {"text": text[:40]})
            return None

    def _made(self, text: str) -> Query:
        since, until = self.days.get("from", ""), self.days.get("to", "")
        first, last = _day(since), _day(until, is_end=True)
        if first and last and first > last:
            told = gettext("The dates were the wrong way round and are taken the other way.")
            self.notes.append(told)
            first, last = _day(until), _day(since, is_end=True)
        if self.unwanted and not (self.wanted or first or last):
            told = gettext("Say also what to look for: words to leave out find nothing alone.")
            self.notes.append(told)
        wanted = tuple(tuple(choice) for choice in self.wanted)
        return Query(wanted, tuple(self.unwanted), first, last, tuple(self.notes), text)


def _text(found: re.Match[str]) -> str:
    """What stands behind the field, without what closes a parenthesis around it."""
    text = " ".join((found["word"] if found["phrase"] is None else found["phrase"]).split())
    return text if "(" in text else text.rstrip(")")


def _ends(text: str) -> tuple[str, str]:
    """2023..2024 -> its two ends; else both are the same."""
    found = _RANGE.fullmatch(text)
    return (found[1], found[2]) if found else (text, text)


def _day(text: str, *, is_end: bool = False) -> date | None:
    """2024, 2024-02 or 2024-02-29 -> its first day, or its last one; None: no such."""
    if not (found := _DATE.fullmatch(text)):
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    assert year is not None
    try:
        if month is None:
            return date(year, 12, 31) if is_end else date(year, 1, 1)
        if day is None:
            day = monthrange(year, month)[1] if is_end else 1
        return date(year, month, day)
    except ValueError:
        return None


def is_bare(choice: Choice) -> bool:
    """A word that may stand anywhere, and is missed where it stands nowhere."""
    return not any(term.field or term.is_phrase for term in choice)


def subjects_named(query: Query, names: Mapping[str, str]) -> tuple[str, ...]:
    """The categories that all bare words of a query name: `number theory`, `cosmology`.

    A name of two halves, such as "Cosmology and Nongalactic Astrophysics", may be named by either.
    """
    bare = [choice[0].text for choice in query.wanted if is_bare(choice)]
    asked = _singular(" ".join(bare))
    return tuple(code for code, name in names.items() if asked and asked in _names(name))


_PARTED = re.compile(r"\b(?:and|of|for|in)\b|[,;/()]| - ")


def _names(name: str) -> set[str]:
    return {_singular(part) for part in (name, *_PARTED.split(name))}


def _singular(text: str) -> str:
    return " ".join(word.removesuffix("s") for word in re.findall(r"\w+", text.lower()))
