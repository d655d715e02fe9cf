"""A feed as Atom (RFC 4287), RSS 2.0 and JSON Feed 1.1: three spellings of the same. Pure."""

import json
import re
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from typing import Any, NamedTuple, TypeAlias

from django.utils.translation import gettext
from lxml import etree  # type: ignore[import-untyped]

Element: TypeAlias = Any  # lxml has no types

ATOM, XHTML = "http://www.w3.org/2005/Atom", "http://www.w3.org/1999/xhtml"
DC = "http://purl.org/dc/elements/1.1/"
LONGEST_TITLE = 400
# Neither XML 1.0 nor JSON's readers take these, nor half of a pair; the last turn words around.
_FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
    "|[\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


class Link(NamedTuple):
    """Where else a paper is, and what is there."""

    name: str
    href: str
    kind: str = "text/html"


class Entry(NamedTuple):
    """One paper."""

    id: str  # a URI that stays, whatever happens to the paper and its place
    url: str
    title: str
    summary: str
    authors: tuple[str, ...]
    subjects: tuple[tuple[str, str], ...]  # code and name
    published: datetime
    updated: datetime
    links: tuple[Link, ...] = ()
    why: str = ""


class Feed(NamedTuple):
    """What it is called, where its page is, and what stands in it."""

    id: str
    title: str
    subtitle: str
    url: str
    updated: datetime
    entries: list[Entry]
    self_url: str = ""  # nothing where the address is a secret
    language: str = "en"  # of our own words


def clean(text: str) -> str:
    """Text without what no feed may hold."""
    return _FORBIDDEN.sub("", text)


def title(text: str) -> str:
    """In one line, and never empty: readers have nothing else to show."""
    line = " ".join(clean(text).split()) or gettext("Untitled")
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1] + "…"


def _bytes(root: Element) -> bytes:
    found: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return found


# --- Atom ---------------------------------------------------------------------------


def atom(feed: Feed) -> bytes:
    """As RFC 4287 has it; what an entry says is XHTML of paragraphs and links alone."""
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
    _add(root, "id", feed.id)
    _add(root, "title", title(feed.title))
    _add(root, "subtitle", clean(feed.subtitle))
    _add(root, "updated", _rfc3339(feed.updated))
    _add(root, "link", rel="alternate", type="text/html", href=feed.url)
    if feed.self_url:
        _add(root, "link", rel="self", type="application/atom+xml", href=feed.self_url)
    _add(_add(root, "author"), "name", "Firstlight")  # of the list; papers have their own
    for entry in feed.entries:
        _atom_entry(root, entry)
    return _bytes(root)


def _atom_entry(root: Element, entry: Entry) -> None:
    element = _add(root, "entry")
    _add(element, "id", entry.id)
    _add(element, "title", title(entry.title))
    _add(element, "link", rel="alternate", type="text/html", href=entry.url)
    for link in entry.links:
        _add(element, "link", rel="related", type=link.kind, title=link.name, href=link.href)
    _add(element, "published", _rfc3339(entry.published))
    _add(element, "updated", _rfc3339(entry.updated))
    for name in entry.authors:
        _add(_add(element, "author"), "name", title(name))
    for code, name in entry.subjects:
        _add(element, "category", term=code, label=name)
    summary = _add(element, "summary", type="xhtml")
    summary.append(etree.fromstring(f'<div xmlns="{XHTML}">{_markup(entry)}</div>'))


def _add(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    element = etree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    element.text = text or None
    return element


def _rfc3339(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


# --- RSS ----------------------------------------------------------------------------


def rss(feed: Feed) -> bytes:
    """RSS 2.0. It has no place for several authors but that of Dublin Core."""
    root = etree.Element("rss", {"version": "2.0"}, nsmap={"atom": ATOM, "dc": DC})
    channel = etree.SubElement(root, "channel")
    _put(channel, "title", title(feed.title))
    _put(channel, "link", feed.url)
    _put(channel, "description", clean(feed.subtitle))
    _put(channel, "language", feed.language)
    _put(channel, "lastBuildDate", _rfc822(feed.updated))
    if feed.self_url:
        _add(channel, "link", rel="self", type="application/rss+xml", href=feed.self_url)
    for entry in feed.entries:
        _rss_item(etree.SubElement(channel, "item"), entry)
    return _bytes(root)


def _rss_item(item: Element, entry: Entry) -> None:
    _put(item, "title", title(entry.title))
    _put(item, "link", entry.url)
    _put(item, "guid", entry.id, isPermaLink="false")
    _put(item, "pubDate", _rfc822(entry.published))
    for name in entry.authors:
        _put(item, f"{{{DC}}}creator", title(name))
    for code, _ in entry.subjects:
        _put(item, "category", code)
    _put(item, "description", _markup(entry))


def _put(parent: Element, name: str, text: str, **attributes: str) -> None:
    etree.SubElement(parent, name, attributes).text = text


def _rfc822(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC), usegmt=True)


# --- JSON ---------------------------------------------------------------------------


def json_feed(feed: Feed) -> bytes:
    """JSON Feed 1.1."""
    found = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title(feed.title),
        "description": clean(feed.subtitle),
        "home_page_url": feed.url,
        "feed_url": feed.self_url,
        "language": feed.language,
        "items": [_item(entry) for entry in feed.entries],
    }
    kept = {name: value for name, value in found.items() if value or name == "items"}
    return json.dumps(kept, ensure_ascii=False).encode()


def _item(entry: Entry) -> dict[str, object]:
    found = {
        "id": entry.id,
        "url": entry.url,
        "external_url": entry.links[0].href if entry.links else "",
        "title": title(entry.title),
        "summary": clean(entry.why),
        "content_html": _markup(entry),
        "date_published": _rfc3339(entry.published),
        "date_modified": _rfc3339(entry.updated),
        "authors": [{"name": title(name)} for name in entry.authors],
        "tags": [code for code, _ in entry.subjects],
    }
    return {name: value for name, value in found.items() if value}


# --- what an entry says -------------------------------------------------------------


def _markup(entry: Entry) -> str:
    """Why, what, and where: markup that is XHTML and HTML alike. All that is not ours is text."""
    parts = [f"<p><b>{_escaped(entry.why)}</b></p>"] if entry.why else []
    parts.append(f"<p>{_escaped(entry.summary)}</p>")
    links = (f'<a href="{_escaped(href)}">{_escaped(name)}</a>' for name, href, _ in entry.links)
    parts.append(f"<p>{' · '.join(links)}</p>" if entry.links else "")
    return "".join(parts)


def _escaped(text: str) -> str:
    return escape(clean(text))
