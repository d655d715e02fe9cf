"""A paper as Markdown (CommonMark): for notes, and for programs that read."""

import re

from webapp.formats.citation import Citation, Words, one_line

_SIGNS = re.compile(r"([\\`*_\[\]<>#|~$&])")
_OPENS = re.compile(r"^(\d{1,9})([.)])(?=\s|$)|^([-+=])")
_LINKING = re.compile(r"`|\]\s*[(\[:]|!\[|://")  # in a formula, where nobody draws formulas


def markdown(citation: Citation, facts: list[tuple[str, str]]) -> str:
    """Title, authors, facts and links, abstract. `facts` are (name, plain value)."""
    authors = ", ".join(f"{a.given} {a.family} {a.suffix}".strip() for a in citation.authors)
    lines = [f"# {_text(citation.title)}", _escaped(authors), ""]
    lines += [f"- {name}: {_escaped(value)}" for name, value in facts if value]
    lines += [f"- Link: <{_address(citation.url)}>"]
    lines += [f"- PDF: <{_address(citation.pdf_url)}>"] if citation.pdf_url else []
    lines += [f"- DOI: <{_address('https://doi.org/' + citation.doi)}>"] if citation.doi else []
    heading = "Summary (not the authors\u2019 abstract)" if citation.is_summary else "Abstract"
    lines += ["", f"## {heading}", "", _text(citation.abstract), ""]
    lines.insert(1, "")
    return "\n".join(lines)


def _text(words: tuple[Words, ...]) -> str:
    """Prose escaped, formulas between dollar signs; all on one line."""
    return _at_the_start(one_line("".join(map(_piece, words))))


def _piece(words: Words) -> str:
    if not words.is_formula:
        return _SIGNS.sub(r"\\\1", words.text)
    if _LINKING.search(words.text):
        return _SIGNS.sub(r"\\\1", f"${words.text}$")
    return f"${words.text}$".replace("<", r"\lt ").replace(">", r"\gt ").replace("&", r"&amp;")


def _escaped(text: str) -> str:
    return _at_the_start(_SIGNS.sub(r"\\\1", one_line(text)))


def _at_the_start(line: str) -> str:
    """What would open a list or a heading at the start of a line is escaped there."""
    return _OPENS.sub(lambda m: f"{m[1]}\\{m[2]}" if m[1] else f"\\{m[3]}", line)


def _address(text: str) -> str:
    return "".join(c if c not in "<>\\" else f"%{ord(c):02X}" for c in one_line(text))
