r"""The TeX of ordinary words: `Erd\H{o}s` as Erdős, `\textbf{L}atent` as Latent. Pure.

Titles and abstracts are written for TeX and read without it. What is known is shown as it is meant;
of what is unknown the words stay and the backslash goes. Nothing here becomes an address.
"""

import re
import unicodedata
from collections.abc import Callable

from latex2mathml.symbols_parser import convert_symbol

DEEPEST = 8  # commands inside commands; of 44,000 abstracts none has more than four
_UNSEEN = re.compile("[\0-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_MARKS = {
    "'": "\u0301",
    "`": "\u0300",
    '"': "\u0308",
    "^": "\u0302",
    "~": "\u0303",
    "=": "\u0304",
    ".": "\u0307",
    "H": "\u030b",
    "c": "\u0327",
    "v": "\u030c",
    "u": "\u0306",
    "k": "\u0328",
    "r": "\u030a",
    "d": "\u0323",
    "b": "\u0331",
}
_ACCENT = re.compile(
    r"""\\(?:(?P<sign>['`"^~=.])|(?P<name>[Hcvukrdb])(?=[\s{\\]))\s?"""
    r"""(?:\{\s?\\?(?P<braced>[A-Za-z])\s?\}|\\(?P<dotless>[ij])(?![A-Za-z])\s?|(?P<bare>[A-Za-z]))"""
)
_NAMES = ("ss", "o", "O", "l", "L", "ae", "AE", "oe", "OE", "aa", "AA", "i", "j", "dh", "th", "dj")
_LETTERS = dict(zip(_NAMES, "ßøØłŁæÆœŒåÅ\u0131ȷðþđ", strict=True))
_LETTER = re.compile(
    r"\\(" + "|".join(sorted(_LETTERS, key=len, reverse=True)) + r")(?![A-Za-z])(?:\{\}| (?=\w))?"
)
_WRITTEN_OTHERWISE = re.compile(r"[\\~`]|--")  # most text is meant as it is written

# --- commands, from the innermost outward -------------------------------------------

# An escaped brace is no partner of another one.
_OPEN, _SHUT = "\ue010", "\ue011"
_ESCAPED = {"{": _OPEN, "}": _SHUT}
_ESCAPE = re.compile(r"\\([&%$#_{}])")
_BREAK = re.compile(r"\\\\(?:\s?\[[\d.]{1,5}[a-z]{2}\])?")
_TWO = re.compile(r"\\(href|textcolor|colorbox|frac)\s*+\{([^{}]*+)\}\s*+\{([^{}]*+)\}")
_CITED = re.compile(r"[\s~]?\\(?:no)?[cC]ite[A-Za-z]*+\*?(?:\[[^][{}]{0,80}\]){0,2}+\s?\{[^{}]*+\}")
_ONE = re.compile(r"\\([A-Za-z]++)\*?(?:\[[^][{}]{0,40}\])?+\s?+\{([^{}]*+)\}")
_DECLARED = re.compile(
    r"\{\s?(?:\\(?:em|it|bf|tt|sc|rm|sl|sf|bfseries|itshape|ttfamily|scshape|sffamily|small|large"
    r"|color\{[^{}]*\})(?![A-Za-z])\s?){1,3}+([^{}]*+)\}"
)
_LONE = re.compile(r"\{(\\[A-Za-z]++)\}")
_BARE = re.compile(r"\\([A-Za-z]+)")
_NEEDS_TWO = {"href", "textcolor", "colorbox", "frac"}
_SAID = {
    "eg": "e.g.", "ie": "i.e.", "etal": "et al.", "textregistered": "®",
    "texttrademark": "™", "textdegree": "°", "ldots": "…", "dots": "…", "quad": " ",
    "textbackslash": "\\", "arcsec": "″", "and": "and",
    **dict.fromkeys(("left", "right", "item", "noindent", "xspace", "newline", "centering"), ""),
    **dict.fromkeys(("em", "it", "bf", "tt", "sc", "rm", "sl", "sf", "par", "small", "large"), ""),
}  # fmt: skip
_CODE = re.compile("x[0-9a-fA-F]{4}")
_RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")

_AROUND_LETTER = re.compile(r"\{([^\W\d_])\}|(?<=[øØłŁßæÆœŒåÅ])\{\}")
_PLACES = "\U000f0000-\U000ffffd"  # of formulas
_SPELLINGS = [
    (re.compile(r"\\[,;:! ]"), " "),
    (re.compile(f"(?:(?<=[\\w.,)\\]{_PLACES}])|\\A)~(?=[\\w(\\[\\\\{_PLACES}]|\\Z)"), "\u00a0"),
    (re.compile(r"(?<=\w) ?--- ?(?=\w)"), " — "),
    (re.compile(r"(?<![\s-])--(?![\s-])"), "\u2013"),
    (re.compile("``([^`']*)''"), r"“\1”"),
    (re.compile(r"(?<![\w`])`([^`'\s][^`'\n]{0,80})'(?!\w)"), "\u2018\\1\u2019"),
]


def prose(text: str) -> str:
    r"""Ordinary words as they are meant: `Erd\H{o}s` as Erdős, `Fig.~3` with its blank."""
    text = visible(text)
    if not _WRITTEN_OTHERWISE.search(text):
        return text
    if "\\" in text:
        text = _without_commands(text)
    for written, meant in _SPELLINGS:
        text = written.sub(meant, text)
    return text


def visible(text: str) -> str:
    """Without what controls a terminal or turns the direction of the words around it."""
    return _UNSEEN.sub("", text)


def _without_commands(text: str) -> str:
    text = _LETTER.sub(lambda found: _LETTERS[found[1]], _ACCENT.sub(_accented, text))
    text = _CITED.sub("", _BREAK.sub(" ", text))
    text = _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), text)
    for _ in range(DEEPEST):
        before = text
        text = _TWO.sub(_of_two, _DECLARED.sub(r"\1", text))
        text = _LONE.sub(r"\1", _ONE.sub(_of_one, text))
        if text == before:
            break
    text = _BARE.sub(lambda found: named(found[1]), text)
    text = _AROUND_LETTER.sub(r"\1", text)
    return text.replace(_OPEN, "{").replace(_SHUT, "}")


def _accented(found: re.Match[str]) -> str:
    letter = found["braced"] or found["dotless"] or found["bare"]
    mark = _MARKS[found["sign"] or found["name"]]
    return unicodedata.normalize("NFC", letter + mark)


def _of_two(found: re.Match[str]) -> str:
    """Of a link and of what is coloured the words; never the address."""
    return f"{found[2]}/{found[3]}" if found[1] == "frac" else found[3]


def _of_one(found: re.Match[str]) -> str:
    name, inner = found[1], found[2]
    if name in _NEEDS_TWO:
        return found[0]
    if name in _ARGUED:
        return _ARGUED[name](inner)
    if name in _SAID or _sign(name):
        return f"{named(name)}{inner}"
    return _sign(f"{name}{inner}") or inner or name  # a paste of \beta became \b{eta}


def _raised(inner: str) -> str:
    return _shifted(inner, _RAISED)


def _lowered(inner: str) -> str:
    return _shifted(inner, _LOWERED)


def _shifted(text: str, table: dict[int, int]) -> str:
    """Above or below the line, where every sign has such a form."""
    return text.translate(table) if all(ord(sign) in table for sign in text) else text


def _in_brackets(inner: str) -> str:
    return f" ({inner.strip()})"


def _of_code(inner: str) -> str:
    return visible(chr(int(inner[1:], 16))) if _CODE.fullmatch(inner) else ""


def _nothing(inner: str) -> str:
    return ""


_ARGUED: dict[str, Callable[[str], str]] = {
    "footnote": _in_brackets,
    "unicode": _of_code,
    "textsuperscript": _raised,
    "textsubscript": _lowered,
    **dict.fromkeys(("ref", "eqref", "label", "begin", "end", "color", "vspace"), _nothing),
    **dict.fromkeys(("ac", "acl", "acs", "acp", "gls", "url", "bm"), str),  # also names of signs
}


def named(name: str) -> str:
    """A command without anything: its sign, or at least its name."""
    return _SAID[name] if name in _SAID else _sign(name) or name


def _sign(name: str) -> str:
    """What a command stands for; nothing where that is unknown, or goes onto other letters."""
    code = convert_symbol(f"\\{name}")
    sign = chr(int(code, 16)) if code else ""
    return "" if unicodedata.category(sign or " ").startswith("M") else sign
