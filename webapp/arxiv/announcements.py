"""arXiv's announcement feeds, RSS and Atom -> what is announced, and as what. Pure.

A feed says what belongs to the current batch and of which kind it is. It does not say which batch
that is: every date in it is the day on which the generator ran. So the issue day is an argument,
known from the listing page.

Its authors are one string, split here at commas, which parts "Smith, Jr." and the like: second
best. `content_day` is therefore dated a week back, and any other source's statement about the same
version wins over a feed's, whichever comes first.
"""

import re
from datetime import date, timedelta
from typing import Literal, NamedTuple, cast

from webapp.arxiv import calendar, identifiers
from webapp.arxiv.answers import (
    Element,
    Refused,
    UpstreamError,
    child,
    children,
    fields,
    local,
    shown,
    text_of,
    xml_root,
)
from webapp.arxiv.records import (
    HarvestedPaper,
    clean,
    moment,
    split_authors,
    subject_codes,
    title_of,
)

AnnounceType = Literal["new", "cross", "replace", "replace-cross"]
ANNOUNCE_TYPES = {"new", "cross", "replace", "replace-cross"}
_SECOND_BEST = timedelta(days=7)
_DESCRIPTION = re.compile(
    r"\s*arXiv:\s?(?P<id>\S+)\s+Announce Type:\s*(?P<type>[\w-]+)\s*(?P<rest>.*)",
    re.DOTALL | re.IGNORECASE,
)


class Announced(NamedTuple):
    paper: HarvestedPaper
    announce_type: AnnounceType


class Announcement(NamedTuple):
    """A whole feed. Without items it is a valid empty one: the calendar says what that means."""

    items: tuple[Announced, ...]
    refused: tuple[Refused, ...]
    feed_day: date | None  # on which the generator ran; proves nothing about the batch
    title: str
    skip_days: tuple[str, ...] = ()

    @property
    def papers(self) -> tuple[HarvestedPaper, ...]:
        return tuple(item.paper for item in self.items)


def parse(body: bytes, day: date) -> Announcement:
    """Read a feed as the batch of `day`. Raises UpstreamError where it cannot be that."""
    root = xml_root(body, {"rss", "feed", "RDF"})
    if local(root) == "RDF":
        raise UpstreamError("unknown", "An RSS 1.0 feed, which arXiv gave up in 2024.")
    head = _channel(root) if local(root) == "rss" else root
    title = clean(text_of(child(head, "title"))[:500], "title")
    if title.lower().startswith("feed error"):
        raise UpstreamError("error", f"arXiv's feed reports an error: {shown(title)}.")
    entries = children(head, "item") + children(root, "item") + children(head, "entry")
    _refuse_another_kind(head, entries)
    items, refused = [], []
    for entry in entries:
        facts = fields(entry)
        try:
            items.append(_announced(entry, facts, day))
        except ValueError as error:
            name = facts.get("guid") or facts.get("id") or facts.get("link") or ""
            refused.append(Refused(" ".join(name.split())[:200], str(error)))
    skipped = tuple(text_of(part).strip() for days in children(head, "skipDays") for part in days)
    return Announcement(tuple(items), tuple(refused), _feed_day(head), title, skipped)


def is_announcement(root: Element) -> bool:
    """Atom's two uses at arXiv: a feed of announcements, or an answer to a query."""
    entry = child(root, "entry")
    if entry is None:
        return "rss.arxiv" in text_of(child(root, "id"))
    return child(entry, "announce_type") is not None or text_of(child(entry, "id")).startswith(
        "oai:"
    )


def _channel(root: Element) -> Element:
    channels = children(root, "channel")
    if len(channels) != 1:
        raise UpstreamError("unknown", f"The RSS document has {len(channels) or 'no'} channels.")
    return channels[0]


def _refuse_another_kind(head: Element, entries: list[Element]) -> None:
    if local(head) == "feed":
        if not is_announcement(head):
            raise UpstreamError("unknown", "An Atom feed, but none of arXiv's announcements.")
    elif not entries:
        facts = fields(head)
        said = f"{facts.get('title', '')} {facts.get('link', '')} {facts.get('description', '')}"
        if "arxiv" not in said.lower():
            raise UpstreamError("unknown", f"An empty feed, but not arXiv's: {shown(said)}.")


def _announced(entry: Element, facts: dict[str, str], day: date) -> Announced:
    described = facts.get("description") or facts.get("summary") or ""
    match = _DESCRIPTION.fullmatch(described)
    spelled = facts.get("guid") or facts.get("id") or (match["id"] if match else "")
    identifier = identifiers.parse(spelled)
    kind = (facts.get("announce_type") or (match["type"] if match else "")).strip().lower()
    if kind not in ANNOUNCE_TYPES:
        raise ValueError(f"announced as {shown(kind)}, which is no kind of announcement")
    is_replaced = kind.startswith("replace")
    issue_day = min(calendar.derived_day(identifiers.month(identifier.arxiv_id), None), day)
    doi, journal = facts.get("DOI") or facts.get("doi"), facts.get("journal_reference")
    paper = HarvestedPaper(
        arxiv_id=identifier.arxiv_id,
        issue_day=issue_day if is_replaced else day,
        day_is_derived=is_replaced,  # a new version's day is not the paper's
        content_day=day - _SECOND_BEST,
        title=title_of(identifier.arxiv_id, facts.get("title", "")),
        abstract=clean(_abstract(match["rest"] if match else described), "abstract"),
        authors=_authors(entry),
        subjects=subject_codes(_categories(entry)),
        doi=clean(doi, "doi") if doi else None,
        journal_ref=clean(journal, "journal-ref") if journal else None,
        license=clean(facts["rights"], "license") if facts.get("rights") else None,
        version=identifier.version,
    )
    return Announced(paper, cast("AnnounceType", kind))


def _abstract(text: str) -> str:
    text = text.strip()
    return text[len("abstract:") :] if text.lower().startswith("abstract:") else text


def _authors(entry: Element) -> tuple[str, ...]:
    """One string of names in a feed of today; a fixture or a mirror may have several."""
    creators = [text_of(part) for part in children(entry, "creator")]
    creators += [text_of(child(part, "name")) for part in children(entry, "author")]
    return tuple(name for text in creators for name in split_authors(text, at_commas_only=True))


def _categories(entry: Element) -> list[str]:
    parts = children(entry, "category")
    return [code for part in parts if (code := (part.get("term") or text_of(part)).strip())]


def _feed_day(head: Element) -> date | None:
    facts = fields(head)
    for field in ("pubDate", "lastBuildDate", "updated"):
        if at := moment(facts.get(field, "")):
            return at.astimezone(calendar.EASTERN).date()
    return None
