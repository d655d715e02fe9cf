"""Several words or names in one sentence."""

import unicodedata
from collections.abc import Iterable
from functools import reduce

from django import template
from django.utils.translation import gettext

register = template.Library()


@register.filter
def listed(words: Iterable[object]) -> str:
    """Each in quotation marks."""
    return ", ".join(_quoted(word) for word in words)


@register.filter
def quoted(names: Iterable[object]) -> str:
    """Each in quotation marks, all of them named together."""
    return reduce(_both, map(_quoted, names), "")


@register.filter
def called(names: Iterable[str], wanted: str) -> list[str]:
    """Those of some people whose name has the last word of another, accents aside."""
    last = _folded(wanted).replace(",", " ").split()[-1:]
    return [name for name in names if set(last) & set(_folded(name).replace(",", " ").split())]


def _folded(name: str) -> str:
    parts = unicodedata.normalize("NFD", name)
    return "".join(part for part in parts if not unicodedata.combining(part)).lower()


def _both(some: str, last: str) -> str:
    return gettext("%(some)s and %(last)s") % {"some": some, "last": last} if some else last


def _quoted(word: object) -> str:
    # Translators: a word or a name in quotation marks.
    return gettext("“%(word)s”") % {"word": word}


@register.filter
def found_in(parts: Iterable[str]) -> str:
    """Where a search found its words, of title, abstract and authors; nothing where nowhere."""
    told = {
        ("note",): gettext("In your note or tags"),
        ("title",): gettext("In the title"),
        ("abstract",): gettext("In the abstract"),
        ("authors",): gettext("In the authors"),
        ("title", "abstract"): gettext("In the title and the abstract"),
        ("title", "authors"): gettext("In the title and the authors"),
        ("abstract", "authors"): gettext("In the abstract and the authors"),
        ("title", "abstract", "authors"): gettext("In the title and the abstract and the authors"),
    }
    return told.get(tuple(parts), "")
