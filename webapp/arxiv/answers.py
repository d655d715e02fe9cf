"""What a server sent -> a tree or a sentence that says why not. Pure; all of it or none of it.

An answer is bytes from a stranger. Reading is strict: nothing is repaired, nothing outside the
answer is fetched, and half an answer is no answer.
"""

import json
import re
from collections.abc import Container
from typing import Any, Literal, NamedTuple, TypeAlias

from lxml import etree  # type: ignore[import-untyped]

Kind = Literal["html", "empty", "truncated", "rate", "error", "hostile", "unknown"]
Element: TypeAlias = Any  # lxml has no types

LARGEST = 64_000_000  # bytes; a page of 2,000 papers has about 6 million
MOST_TAGS = 1_000_000  # a tag or an attribute takes up to 600 bytes of memory
_TAG_LIMITS = ((b"<", MOST_TAGS), (b"=", MOST_TAGS))
_HOSTILE = re.compile(r"amplification|loop|depth|too long|resource limit", re.IGNORECASE)
_ROOT = re.compile(r"<([A-Za-z_][\w:.-]*)")
_CHARSET = re.compile(r"<meta[^>]{0,200}charset=[\"']?([\w-]+)", re.IGNORECASE)
_CHARSETS = {"iso-8859-1": "cp1252", "windows-1252": "cp1252"}
_RATE = re.compile(r"rate (?:limit )?exceeded|too many requests", re.IGNORECASE)
_MARKS = {
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"<\0": "utf-16-le",
    b"\0<": "utf-16-be",
    b"\xef\xbb\xbf": "utf-8-sig",
}


class UpstreamError(ValueError):
    """An answer that is refused whole, with a sentence for the coverage page.

    `code` is the protocol's own word where it has one (OAI-PMH: badResumptionToken).
    """

    def __init__(self, kind: Kind, sentence: str, code: str = "") -> None:
        super().__init__(kind, sentence, code)  # all three, so that it survives pickling
        self.kind, self.sentence, self.code = kind, sentence, code

    def __str__(self) -> str:
        return self.sentence


class Refused(NamedTuple):
    """One bad record inside a good page."""

    identifier: str
    sentence: str


def xml_root(body: bytes, roots: Container[str]) -> Element:
    """The root of a well-formed document whose root is one of `roots`, whatever its namespace."""
    _refuse_at_sight(body)
    head = _head(body)
    root = _ROOT.search(head)
    if "<!DOCTYPE" in (head[: root.start()] if root else head):
        raise UpstreamError("hostile", "The answer brings its own document type, which is refused.")
    if not head.startswith("<"):
        raise UpstreamError("unknown", f"The answer is not XML; it begins: {shown(head)}.")
    return _wanted(_parsed(body, head), head, roots)


def json_value(body: bytes) -> Any:
    _refuse_at_sight(body)
    try:
        return json.loads(body.decode("utf-8-sig"), parse_constant=_no_such_number)
    except UnicodeDecodeError:
        raise UpstreamError("unknown", "The answer is not UTF-8, which JSON must be.") from None
    except RecursionError:
        raise UpstreamError("hostile", "The answer is nested too deeply.") from None
    except json.JSONDecodeError as error:
        if not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
            raise UpstreamError("unknown", f"Not JSON; it begins: {shown(_head(body))}.") from None
        cut = error.pos >= len(error.doc.rstrip()) or "Unterminated" in error.msg
        place = f"{error.msg} at character {error.pos:,}"
        raise _broken(len(body), place, is_cut=cut) from None
    except ValueError as error:  # a number of more digits than Python converts, or NaN
        raise UpstreamError("hostile", f"The answer is not JSON: {shown(str(error))}.") from None


def html_root(body: bytes) -> Element:
    """The root of a web page that ends where a page ends. HTML is repaired: check what is in it."""
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True)
    try:
        root = etree.fromstring(_html(body).encode(), parser)
    except etree.XMLSyntaxError as error:
        raise UpstreamError("unknown", f"The page is not HTML: {shown(str(error))}.") from None
    if root is None:
        raise UpstreamError("empty", "The web page is empty.")
    return root


def plain_text(body: bytes) -> str:
    _refuse_at_sight(body)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("iso-8859-1")  # arXiv's mails of old
    if "\0" in text:
        raise UpstreamError("hostile", "The text holds NUL characters.")
    return text.replace("\r\n", "\n")


def shown(text: str) -> str:
    """A stranger's words, short enough and tame enough to stand in a sentence of ours."""
    flat = " ".join(re.sub(r"[^\x20-\x7e\xa0-\u024f]", " ", text[:400]).split())
    flat = flat.replace('"', "'")
    return f'"{flat[:77]}..."' if len(flat) > 80 else f'"{flat}"'


def local(element: Element) -> str:
    """An element's name without its namespace, which servers and fixtures spell differently."""
    name: str = element.tag
    return name.rpartition("}")[2]


def children(element: Element, name: str) -> list[Element]:
    return [child for child in element if local(child) == name]


def child(element: Element, name: str) -> Element | None:
    return next((child for child in element if local(child) == name), None)


def text_of(element: Element | None) -> str:
    if element is None:
        return ""
    return "".join(element.itertext()) if len(element) else element.text or ""


def fields(element: Element) -> dict[str, str]:
    """The text of each child by local name; the first one of a name counts."""
    found: dict[str, str] = {}
    for part in element:
        found.setdefault(local(part), text_of(part))
    return found


def _refuse_at_sight(body: bytes, *, may_be_html: bool = False) -> None:
    if not body.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
        raise UpstreamError("empty", "The server answered with nothing.")
    if len(body) > LARGEST:
        raise UpstreamError("hostile", f"The answer has {len(body):,} bytes; {LARGEST:,} is most.")
    for mark, limit in _TAG_LIMITS:
        if body.count(mark) > limit:
            raise UpstreamError("hostile", f"The answer has more than {limit:,} tags.")
    head = _head(body)
    is_html = re.match(r"<!doctype html|<html", head, re.IGNORECASE) is not None
    is_short = len(body) < 2_000 and (is_html or not head.startswith(("<", "{", "[", "Date:")))
    if is_short and (found := _RATE.search(head)):  # in a longer one it may be a paper's title
        raise UpstreamError("rate", f"The server says we ask too often: {shown(found[0])}.")
    if is_html and not may_be_html:
        raise UpstreamError("html", f"The server answered with a web page: {_page_title(head)}.")


def _head(body: bytes) -> str:
    start = body[:4_096]
    encoding = next((name for mark, name in _MARKS.items() if start.startswith(mark)), "iso-8859-1")
    return start.decode(encoding, errors="ignore").lstrip()


def _page_title(head: str) -> str:
    found = re.search(r"<title[^>]*>([^<]*)", head, re.IGNORECASE)
    return shown(found[1]) if found else "one without a title"


def _parsed(body: bytes, head: str) -> Element:
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True,
        remove_pis=True, recover=False, huge_tree=False,
    )  # fmt: skip
    try:
        return etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        message = f"{error.msg}"
        if _HOSTILE.search(message):
            raise UpstreamError("hostile", f"The XML is refused: {shown(message)}.") from None
        raise _broken(len(body), shown(message), is_cut=_is_cut(body, head)) from None


def _wanted(root: Element, head: str, roots: Container[str]) -> Element:
    if root.getroottree().docinfo.doctype:
        raise UpstreamError("hostile", "The answer brings its own document type, which is refused.")
    found = local(root)
    if found.lower() == "html":
        raise UpstreamError("html", f"The server answered with a web page: {_page_title(head)}.")
    if found not in roots:
        raise UpstreamError("unknown", f"The answer is a document of another kind: {shown(found)}.")
    return root


def _is_cut(body: bytes, head: str) -> bool:
    root = _ROOT.search(head)
    if root is None:
        return True
    end = f"</{root[1]}"
    at = max(body.rfind(end.encode(code)) for code in ("utf-8", "utf-16-le", "utf-16-be"))
    return at < 0 or b">" not in body[at:]


def _html(body: bytes) -> str:
    _refuse_at_sight(body, may_be_html=True)
    declared = _CHARSET.search(body[:2_000].decode("ascii", errors="ignore"))
    charset = declared[1].lower() if declared else "utf-8"
    try:
        text = body.decode(_CHARSETS.get(charset, "utf-8-sig"))
    except UnicodeDecodeError:
        raise UpstreamError("unknown", f"The page is not in {shown(charset)}.") from None
    if not re.match(r"\s*(?:<!--|<!doctype html|<html)", text, re.IGNORECASE):
        raise UpstreamError("unknown", f"The answer is not a web page: {shown(text.strip())}.")
    end = re.search(r"</html\s*>", text, re.IGNORECASE)
    if end is None:
        raise _broken(len(body), "the page is not closed", is_cut=True)
    if rest := text[end.end() :].strip():
        raise _broken(len(body), f"behind the page stands {shown(rest)}", is_cut=False)
    return text


def _broken(size: int, place: str, *, is_cut: bool) -> UpstreamError:
    if is_cut:
        return UpstreamError("truncated", f"The answer breaks off after {size:,} bytes ({place}).")
    return UpstreamError("unknown", f"The answer is malformed: {place}.")


def _no_such_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")
