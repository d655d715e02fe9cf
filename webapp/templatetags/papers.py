"""How a paper's words are shown: math as math, TeX's accents as letters, all else as text.

What comes from authors is hostile until it is escaped. Nothing of it is ever passed on as markup:
prose is escaped, and MathML is written anew, element by element, from what the converter found.
"""

import html
import json
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple
from xml.etree.ElementTree import Element

from django import template
from django.contrib.messages.storage.base import Message
from django.template.defaultfilters import stringfilter
from django.utils.dateformat import format as formatted
from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext
from latex2mathml.converter import convert_to_element

from webapp.formats.prose import named, prose, visible
from webapp.queries.papers import subject_names
from webapp.queries.searches.hits import BEGIN, END

register = template.Library()

# Limits that no honest text comes near: of 44,000 abstracts the richest holds 809 characters of
# math in 47 formulas. They bound the time for a hostile text, about 20 microseconds a character.
LONGEST_FORMULA = 400
MOST_MATH = 1_500
MOST_ELEMENTS = 700
DEEPEST = 8
WIDE = 36  # signs; a wider formula is a box that scrolls, so that on a phone the page does not
WORTH_KEEPING = 4_000


# --- finding the math ---------------------------------------------------------------


class Piece(NamedTuple):
    written: str
    formula: str = ""  # what stands between the signs; nothing in prose


_SIGNS = re.compile(
    r"\\begin\{(?P<env>(?:equation|displaymath|gather|multline|align|eqnarray|flalign)\*?)\}"
    r"|\\\(|\\\[|\\.|\$\$|\$",
    re.DOTALL,
)
_CLOSING = {"\\(": "\\)", "\\[": "\\]", "$$": "$$", "$": "$"}
_TABLES = ("align", "eqnarray", "flalign")
_BEYOND_DOUBT = re.compile(r"[\\^_={}]")


def pieces(text: str) -> Iterator[Piece]:
    """The text cut into prose and formulas; together they are the text again."""
    last = start = 0
    budget = MOST_MATH
    while found := _SIGNS.search(text, start):
        start = found.end()
        end = _end_of_formula(text, found) if budget > 0 else -1
        if end < 0:
            continue
        over = end + len(_CLOSING.get(found[0]) or f"\\end{{{found['env']}}}")
        if found.start() > last:
            yield Piece(text[last : found.start()])
        formula = text[found.end() : end]
        is_table = (found["env"] or "").startswith(_TABLES)
        whole = text[found.start() : over]
        yield Piece(whole, whole if is_table else formula.strip())
        budget -= len(formula)
        last = start = over
    if last < len(text):
        yield Piece(text[last:])


def _end_of_formula(text: str, found: re.Match[str]) -> int:
    """Where the closing sign stands, or -1 when this sign opens nothing."""
    closing, begin = _CLOSING.get(found[0]), found.end()
    if found["env"]:
        closing = f"\\end{{{found['env']}}}"
    if closing is None:
        return -1
    end = text.find(closing, begin, begin + LONGEST_FORMULA + len(closing))
    while closing == "$" and end > 0 and text[end - 1] == "\\":
        end = text.find(closing, end + 1, begin + LONGEST_FORMULA + 1)
    if end < 0 or not text[begin:end].strip():
        return -1
    if closing == "$" and not _is_formula(text[begin:end], text[end + 1 : end + 2]):
        return -1
    return end


def _is_formula(inner: str, after: str) -> bool:
    """`$5 and $10` is money: math has no blank inside its signs and no digit behind them."""
    if _BEYOND_DOUBT.search(inner):
        return True
    return not inner[0].isspace() and not inner[-1].isspace() and not after.isdigit()


# Places of formulas while the words around them are read: no paper has these signs.
_PLACE, _PLACES = 0xF0000, re.compile("([\U000f0000-\U000ffffd])")

# Dashes and links that are written as if they were math.
_NO_MATH = re.compile(r"\$(\\unicode\{x[0-9a-fA-F]{4}\}|\\href\{[^{}$]*+\}\{[^{}$]*+\})\$")


def meant(text: str) -> Iterator[Piece]:
    """As `pieces`, with the words as they are meant: a command may stand around a formula."""
    found = list(pieces(_NO_MATH.sub(r"\1", text)))
    formulas = [piece for piece in found if piece.formula]
    if not formulas:
        yield from (Piece(prose(piece.written)) for piece in found)
        return
    places = iter(range(_PLACE, _PLACE + len(formulas)))
    marked = (chr(next(places)) if p.formula else _PLACES.sub("", p.written) for p in found)
    for part in _PLACES.split(prose("".join(marked))):
        if _PLACES.fullmatch(part):
            yield formulas[ord(part) - _PLACE]
        elif part:
            yield Piece(part)


# --- writing it as MathML -----------------------------------------------------------

# Commands that carry addresses, files, definitions or styles have no place in a formula.
_REFUSED = re.compile(
    r"\\(?:href|url|html\w*|include\w*|input|def|let|gdef|edef|xdef|newcommand|renewcommand|csname"
    r"|catcode|write|read|openout|openin|style|class|cssId|data|unicode|require|special|rule)"
    r"(?![a-z])"
)
_UNDERSTOOD = [  # what the converter does not know, as what it knows
    (re.compile(r"\\(math(?:bb|cal|frak|bf|rm|sf|tt|it|scr))\s+([A-Za-z0-9])"), r"\\\1{\2}"),
    (re.compile(r"\\\\\s*\[-?[\d.]{1,5}\s?[a-z]{2}\]"), r"\\\\"),
    (re.compile(r"\\(?:label|tag)\{[^{}]*\}|\\(?:nonumber|notag|displaystyle)(?![A-Za-z])"), ""),
    (re.compile(r"\\(begin|end)\{(?:aligned|split|flalign\*?|eqnarray\*?)\}"), r"\\\1{align*}"),
]
_TAGS = {
    *("mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "msup", "msub", "msubsup", "mfrac"),
    *("msqrt", "mroot", "mover", "munder", "munderover", "mtable", "mtr", "mtd", "mmultiscripts"),
    *("mprescripts", "mphantom"),
}
_ATTRIBUTES = {
    ("mi", "mathvariant", "normal"),
    ("mo", "stretchy", "false"),
    ("mo", "stretchy", "true"),
    ("mover", "accent", "true"),
    ("mfrac", "linethickness", "0"),
}
_WIDTH = re.compile(r"[0-2]?\.?\d{1,3}em")
_ROWS = {"math", "mrow", "mtd", "msqrt", "mphantom"}
_BETTER = {"\u2015": "\u203e"}  # a bar that grows over what it covers


@lru_cache(maxsize=4_096)
def mathml(formula: str) -> str:
    """TeX -> MathML; nothing where it can't be understood or might do something."""
    if len(formula) > LONGEST_FORMULA or _REFUSED.search(formula) or not _is_balanced(formula):
        return ""
    for written, understood in _UNDERSTOOD:
        formula = written.sub(understood, formula)
    try:
        found = convert_to_element(formula)
    except Exception:  # noqa: BLE001 - the converter raises whatever it stumbles over
        return ""
    if sum(1 for _ in found.iter()) > MOST_ELEMENTS:
        return ""
    shown = f"<math>{_row(found[0])}</math>"
    n_signs = len(html.unescape("".join(found.itertext())))
    return shown if n_signs <= WIDE else f'<span class="math" tabindex="0">{shown}</span>'


def _is_balanced(formula: str) -> bool:
    """Every brace has its partner, and they don't nest deeper than people write."""
    depth = 0
    for brace in re.sub(r"\\.|[^{}]", "", formula, flags=re.DOTALL):
        depth += 1 if brace == "{" else -1
        if not 0 <= depth <= DEEPEST:
            return False
    return depth == 0


def _element(found: Element) -> str:
    """One element, written by us: a known tag, known attributes, escaped text."""
    tag = found.tag if found.tag in _TAGS else "mrow"
    if tag == "mrow" and len(found) == 1 and not found.text:
        return _element(found[0])
    words = html.unescape(found.text or "")
    if tag == "mi" and words == "~":
        return "<mo>\u223c</mo>"  # \sim
    if tag != "mtext" and words[:1] == "\\" and words[1:].isalpha():
        words = named(words[1:])
    children = _row(found) if tag in _ROWS else "".join(map(_element, found))
    text = escape(visible(_BETTER.get(words, words)))
    return f"<{tag}{_attributes(found)}>{text}{children}</{tag}>"


def _row(found: Element) -> str:
    """The children side by side, with the blank that TeX leaves behind `log` and its like."""
    written = []
    for child, following in zip_longest(found, found[1:]):
        written.append(_element(child))
        is_name = child.tag == "mi" and len(child.text or "") > 1 and (child.text or "").isalpha()
        if is_name and following is not None and following.tag in {"mi", "mn", "msub", "msup"}:
            written.append('<mspace width="0.17em"></mspace>')
    return "".join(written)


def _attributes(found: Element) -> str:
    kept = [
        f' {name}="{value}"'
        for name, value in found.attrib.items()
        if (found.tag, name, value) in _ATTRIBUTES
        or (found.tag == "mspace" and name == "width" and _WIDTH.fullmatch(value))
    ]
    return "".join(kept)


# --- filters ------------------------------------------------------------------------


@register.filter
@stringfilter
def tex(text: str) -> SafeString:
    """Plain text with TeX in it -> HTML in which only MathML stands as markup."""
    return mark_safe(remembered(_whole, text))  # noqa: S308 - escaped or written by us


def remembered(write: Callable[..., str], text: str, *size: int) -> str:
    """The same papers are shown all day; giants are not worth the memory."""
    return _remembered(write, text, *size) if len(text) <= WORTH_KEEPING else write(text, *size)


@lru_cache(maxsize=2_048)
def _remembered(write: Callable[..., str], text: str, *size: int) -> str:
    return write(text, *size)


def _whole(text: str) -> str:
    return "".join(map(_html, meant(text)))


def _html(piece: Piece) -> str:
    markup = mathml(piece.formula) if piece.formula else ""
    return markup or str(escape(visible(piece.written)))


@register.filter
@stringfilter
def opening(text: str, size: int) -> SafeString:
    """The first `size` characters as `tex` shows them, cut between words and never inside math.

    The markup is at most half as long again, so that a page full of formulas stays light.
    """
    return mark_safe(remembered(_beginning, text, size))  # noqa: S308 - as in tex


def _beginning(text: str, size: int) -> str:
    shown, length, weight, heaviest = [], 0, 0, size * 3 // 2
    for piece in meant(text):
        length, markup = length + len(piece.written), _html(piece)
        weight += len(markup)
        if length > size or weight > heaviest:
            if not piece.formula:
                keep = len(piece.written) - max(length - size, weight - heaviest)
                shown.append(str(escape(_whole_words(piece.written, keep))))
            return "".join(shown).rstrip(" ,;:") + " …"
        shown.append(markup)
    return "".join(shown)


def _whole_words(text: str, length: int) -> str:
    return text[: max(text.rfind(" ", 0, max(length, 0)), 0)]


_MARKED = re.compile(f"{BEGIN}([^{BEGIN}{END}]*){END}")
_UNMARKED = str.maketrans("", "", BEGIN + END)


@register.filter
@stringfilter
def marked(text: str) -> SafeString:
    """As `tex`, with what a search found marked; formulas stay whole."""
    return mark_safe("".join(map(_with_marks, meant(text))))  # noqa: S308 - as in tex


def _with_marks(piece: Piece) -> str:
    if piece.formula:
        return _html(Piece(*(part.translate(_UNMARKED) for part in piece)))
    return _MARKED.sub(r"<mark>\1</mark>", _html(piece)).translate(_UNMARKED)


@register.filter
@stringfilter
def plain(text: str) -> str:
    """For a window's title: words as meant, math as written."""
    return "".join(visible(piece.written) for piece in meant(text))


@register.filter
def authors(names: list[str], shown: int = 6) -> str:
    """The first names, and how many more there are."""
    more = len(names) - shown
    if more == 1:  # "and 1 more" is no shorter than the name
        return ", ".join(names)
    if more <= 0:
        return ", ".join(names)
    told = ngettext("%(names)s and %(n)s more", "%(names)s and %(n)s more", more)
    return told % {"names": ", ".join(names[:shown]), "n": more}


@register.filter
def subjects(codes: list[str]) -> SafeString:
    """Codes, each with its name behind it: where space is short."""
    names = subject_names()
    return format_html_join(
        " ", '<abbr title="{}">{}</abbr>', ((names.get(code, code), code) for code in codes)
    )


@register.filter
def subject(code: str) -> str:
    """The name alone, nothing where it is not known."""
    return subject_names().get(code, "")


@register.filter
def percent(share: float) -> int:
    """Of a share from 0 to 1."""
    return round(100 * share)


@register.filter
def undo(message: Message) -> list[str] | None:
    """Where to send what under which name to take back what a message tells of; or nothing.

    A fourth word says that it tells of a paper.
    """
    try:
        found = json.loads(message.extra_tags or "")
    except ValueError:
        return None
    return found if isinstance(found, list) and len(found) in {3, 4} else None


@register.filter
def gap(earlier: date, later: date) -> str:
    """The days between two, that were skipped: "on 25-26 April", or nothing."""
    first, last = earlier + timedelta(1), later - timedelta(1)
    if first > last:
        return ""
    if first == last:
        return gettext("on %(day)s") % {"day": formatted(first, "j F")}
    if (first.year, first.month) == (last.year, last.month):
        # Translators: such as "on 25 to 26 April".
        told = gettext("on %(first)s–%(last)s %(month)s")  # noqa: RUF001 - no escape is gathered
        return told % {"first": first.day, "last": last.day, "month": formatted(last, "F")}
    told = gettext("from %(first)s to %(last)s")
    return told % {"first": formatted(first, "j F"), "last": formatted(last, "j F")}
