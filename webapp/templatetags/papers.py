"""How a paper's words are shown: math as math, everything else as text."""

import re
from functools import lru_cache

import nh3
from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from latex2mathml.converter import convert

register = template.Library()

# $$..$$, \\[..\\], \\(..\\), $..$ with no blank just inside, as TeX authors write it.
_MATH = re.compile(
    r"\$\$(?P<a>[^$]{1,400})\$\$|\\\[(?P<b>.{1,400}?)\\\]|\\\((?P<c>.{1,400}?)\\\)"
    r"|(?<![\\$])\$(?P<d>[^\s$](?:[^$]{0,398}[^\s$])?)\$(?!\d)"
)
# Commands that carry addresses, files, definitions or styles have no place in a title.
_REFUSED = re.compile(
    r"\\(?:href|url|html\w*|include\w*|input|def|let|gdef|edef|newcommand|renewcommand|csname"
    r"|catcode|write|read|openout|openin|style|class|cssId|data|unicode|require|special)"
)
_DEEPEST = 8
_TAGS = {
    *("math", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "msup", "msub", "msubsup"),
    *("mfrac", "msqrt", "mroot", "mover", "munder", "munderover", "mtable", "mtr", "mtd"),
    *("mfenced", "mpadded", "mphantom", "mmultiscripts", "mprescripts", "none"),
}
_ATTRIBUTES = {
    "math": {"display"},
    "mi": {"mathvariant"},
    "mo": {"stretchy", "fence", "form", "lspace", "rspace", "movablelimits", "accent"},
    "mspace": {"width"},
    "mtable": {"columnalign"},
    "mtd": {"columnalign"},
    "mfrac": {"linethickness"},
    "mover": {"accent"},
}
_ACCENTS = {"\\&": "&", "\\%": "%", "\\$": "$", "\\#": "#", "\\_": "_", "~": "\u00a0", "``": "“"}


@register.filter
@lru_cache(maxsize=8_192)
def tex(text: str) -> SafeString:
    """Plain text with TeX math -> HTML in which only MathML can stand as markup.

    What cannot be understood, or might do something, stays as it was written.
    """
    parts, last = [], 0
    for found in _MATH.finditer(text):
        parts += [escape(_prose(text[last : found.start()])), _mathml(found)]
        last = found.end()
    parts.append(escape(_prose(text[last:])))
    return mark_safe("".join(parts))  # noqa: S308 - escaped above, or cleaned below


def _prose(text: str) -> str:
    """The few TeX spellings that stand in ordinary words."""
    if "\\" not in text and "~" not in text and "``" not in text:
        return text
    for written, meant in _ACCENTS.items():
        text = text.replace(written, meant)
    return re.sub(r"\\(?:emph|textbf|textit|texttt|textsc|text)\{([^{}]*)\}", r"\1", text)


def _mathml(found: re.Match[str]) -> str:
    source = next(part for part in found.groups() if part is not None)
    if _REFUSED.search(source) or _depth(source) > _DEEPEST:
        return str(escape(found[0]))
    try:
        markup = convert(source)
    except Exception:  # noqa: BLE001 - the converter raises whatever it stumbles over
        return str(escape(found[0]))
    markup = re.sub(r"<math[^>]*>", "<math>", markup, count=1)
    return str(nh3.clean(markup, tags=_TAGS, attributes=_ATTRIBUTES, strip_comments=True))


def _depth(source: str) -> int:
    deepest = depth = 0
    for character in source:
        depth += (character == "{") - (character == "}")
        deepest = max(deepest, depth)
    return deepest


@register.filter
def shortened(text: str, length: int) -> str:
    """The beginning of a text, cut between words and never inside math."""
    if len(text) <= length:
        return text
    cut = text.rfind(" ", 0, length)
    for found in _MATH.finditer(text):
        if found.start() < cut < found.end():
            cut = found.start()
    return text[: max(cut, 0)].rstrip(" ,;:") + " …"


@register.filter
def authors(names: list[str], shown: int = 6) -> str:
    """The first names; how many more there are."""
    more = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {more} more" if more > 0 else "")
