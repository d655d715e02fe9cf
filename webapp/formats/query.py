"""The language of the search box -> what is wanted. Pure, and nothing that is typed is an error.

Words, "phrases", `ti:` `au:` `cat:` `id:` before either, a minus before any of these, `or` between
choices, `from:` and `to:` before a year, a month or a day. What means nothing is told in `notes`.
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
_PIECE = re.compile(
    r'(?P<minus>-?)(?:(?P<field>ti|au|cat|id|from|to):\s*)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))',
    re.IGNORECASE,
)
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
        self.notes: list[str] = []

    def read(self, text: str) -> Query:
        text = self._shortened(plain(text))
        if text.count('"') % 2:
            told = gettext("A quotation mark has no partner: the phrase goes on to the end.")
            self.notes.append(told)
        is_choice = False
        for n, found in enumerate(_PIECE.finditer(text)):
            if n == MOST_TERMS:
                told = ngettext(
                    "Only the first %(n)s word was read.",
                    "Only the first %(n)s words were read.",
                    MOST_TERMS,
                )
                self.notes.append(told % {"n": MOST_TERMS})
                break
            if found[0].lower() == "or":
                is_choice = bool(self.wanted)
                continue
            term = self._term(found)
            if term and found["minus"]:
                self.unwanted.append(term)
            elif term and is_choice:
                self._or(term)
            elif term:
                self.wanted.append([term])
            is_choice = False
        return self._made(text)

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
        field = (found["field"] or "").lower()
        text = " ".join((found["word"] if found["phrase"] is None else found["phrase"]).split())
        if field in ("from", "to"):
            self._date(field, text, found)
            return None
        if field == "cat":
            return self._category(text)
        if field == "id":
            return self._identifier(text)
        if not any(letter.isalnum() for letter in text):
            if field:
                told = gettext("%(field)s: has no word behind it and was left out.")
                self.notes.append(told % {"field": field})
            return None
        if field == "au" and text.count(",") == 1:
            text = " ".join(reversed([part.strip() for part in text.split(",")]))
        return Term(field, text[:200], found["phrase"] is not None)

    def _date(self, field: str, text: str, found: re.Match[str]) -> None:
        if found["minus"]:
            told = gettext("A minus before %(field)s: means nothing and was left out.")
            self.notes.append(told % {"field": field})
        elif _day(text) is None:
            told = gettext(
                "%(field)s:%(text)s is no date and was left out: say %(field)s:2024, "
                "%(field)s:2024-02 or %(field)s:2024-02-29."
            )
            self.notes.append(told % {"field": field, "text": text[:40]})
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
