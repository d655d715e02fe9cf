"""A citation as BibTeX (btxdoc, Patashnik 1988), with arXiv's fields for eprints."""

import re

from webapp.formats.citation import Citation, Name, Words, file_name, one_line, unbroken

_ESCAPED = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{sign: f"\\{sign}" for sign in "&%$#_"},
    }
)
_WORD = re.compile(r"(\w(?:[\w.+\u2019'-]*\w)?)")
# A formula is run by whoever typesets it: no comment, no character by its number, no command
# that reads, writes, defines or repeats, no sign that ends it early or spares its last one.
_UNSAFE = re.compile(
    r"%|\^\^|(?<!\\)\$|(?<!\\)(?:\\\\)*\\\Z"
    r"|\\(?:input|include|open|write|read|immediate|special|directlua|lua|latelua|def|edef"
    r"|gdef|xdef|let|futurelet|newcommand|renewcommand|csname|catcode|expandafter|loop|repeat"
    r"|if(?!f(?![a-z]))|every|output|shipout|end|begingroup|url|href|usepackage|require|primitive|scantokens)"
)


def bibtex(citation: Citation) -> str:
    """One entry: an article where it names a journal, else a preprint under `misc`."""
    lines = [f"  {name} = {{{value}}}" for name, value in _fields(citation) if value]
    kind = "article" if citation.journal else "misc"
    return f"@{kind}{{{file_name(citation)},\n" + ",\n".join(lines) + "\n}\n"


def _fields(citation: Citation) -> list[tuple[str, str]]:
    eprint = []
    if citation.is_arxiv:
        primary = citation.subjects[0] if citation.subjects else ""
        eprint = [
            ("eprint", citation.paper_id),
            ("archivePrefix", "arXiv"),
            ("primaryClass", escaped(primary)),
        ]
    return [
        ("title", _title(citation.title)),
        ("author", " and ".join(map(_author, citation.authors))),
        ("year", str(citation.day.year)),
        ("journal", escaped(citation.journal)),
        *eprint,
        ("doi", _address(citation.doi)),
        ("url", _address(citation.url)),
    ]


def escaped(text: str) -> str:
    """Plain text for TeX. Its braces are balanced whatever the text holds."""
    return one_line(text).translate(_ESCAPED)


def _address(text: str) -> str:
    """A DOI or address is read as it stands; only what would end its field is written as %XX."""
    return "".join(f"%{ord(c):02X}" if c in "{}\\" else c for c in one_line(text))


def _author(author: Name) -> str:
    if not author.given:
        return f"{{{escaped(author.family)}}}"
    parts = (author.family, author.suffix, author.given)  # btxdoc: von Last, Jr, First
    return ", ".join(_and_is_no_word(escaped(part)) for part in parts if part)


def _and_is_no_word(text: str) -> str:
    """The word "and" parts authors unless it stands in braces."""
    return re.sub(r"\b(and)\b", r"{\1}", text, flags=re.IGNORECASE)


def _title(title: tuple[Words, ...]) -> str:
    keeps_all = _is_sentence(title)
    written, is_first = [], True
    for words in title:
        if words.is_formula and _is_safe(words.text):
            written.append(f"{{${unbroken(words.text)}$}}")
        else:
            text = f"${words.text}$" if words.is_formula else words.text
            written.append(_cased(unbroken(text), keeps_all, is_first))
        is_first = False
    return "".join(written).strip()


def _cased(text: str, keeps_all: bool, is_first: bool) -> str:
    """Escaped, with braces around the words whose capitals a style must not make small."""
    parts = _WORD.split(text)
    for n in range(1, len(parts), 2):
        word = parts[n]
        rest = word if keeps_all and not (is_first and n == 1) else _behind_the_first(word)
        safe = word.translate(_ESCAPED)
        parts[n] = f"{{{safe}}}" if any(c.isupper() for c in rest) else safe
    parts[::2] = [gap.translate(_ESCAPED) for gap in parts[::2]]
    return "".join(parts)


def _behind_the_first(word: str) -> str:
    """`Cross-Domain` holds no capital but the first of each part."""
    return "".join(part[1:] for part in word.split("-"))


def _is_sentence(title: tuple[Words, ...]) -> bool:
    """Whether a capital says something: in a title of capitalised words it does not."""
    words: list[str] = []
    for piece in title:
        words += [] if piece.is_formula else _WORD.findall(piece.text)
    return sum(w[0].isupper() for w in words[1:]) * 2 < len(words[1:])


def _is_safe(formula: str) -> bool:
    """Whether it can stand as it is: nothing to run, and braces as BibTeX counts them paired."""
    depth = 0
    for sign in formula:
        depth += (sign == "{") - (sign == "}")
        if depth < 0:
            return False
    return depth == 0 and not _UNSAFE.search(formula)
