"""export.arxiv.org/api/query: an Atom feed of what was asked for, or of one error."""

import re
from base64 import b64encode
from datetime import UTC
from hashlib import sha1
from typing import NamedTuple

from tests.fakes import search
from tests.fakes.answers import Answer, escape, tag
from tests.fakes.archive import Seen
from tests.fakes.view import View

MOST_AT_ONCE, MOST_IN_ALL = 2000, 30_000
ID = re.compile(r"(\d{4}\.\d{4,6}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v(\d+))?")
SORTS = {
    "relevance": lambda seen: seen.paper.id,
    "submittedDate": lambda seen: (seen.paper.states[0].submitted, seen.paper.id),
    "lastUpdatedDate": lambda seen: (seen.state.submitted, seen.paper.id),
}
NAMES = (
    'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" '
    'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom"'
)
XML = "<?xml version='1.0' encoding='UTF-8'?>\n"
SCHEME = 'scheme="http://arxiv.org/schemas/atom"'


class Asked(NamedTuple):
    query: str
    ids: str
    start: int
    most: int
    sort: str
    descending: bool


def answer(view: View, parameters: dict[str, str]) -> Answer:
    try:
        asked = _read(parameters)
        found = _find(view, asked)
    except search.QueryError as error:
        return refusal(view, str(error), 400)
    page = found[asked.start : asked.start + asked.most]
    if view.has_empty_page and asked.start > 0:
        page = []
    title = (
        f"arXiv Query: search_query={asked.query}&id_list={asked.ids}"
        f"&start={asked.start}&max_results={asked.most}"
    )
    ident = b64encode(sha1(title.encode(), usedforsecurity=False).digest()).decode().rstrip("=")
    link = f"https://arxiv.org/api/query?{title.removeprefix('arXiv Query: ')}"
    head = (
        f"  <id>https://arxiv.org/api/{ident}</id>\n  {tag('title', title)}\n"
        f"  <updated>{_zulu(view.now)}</updated>\n"
        f'  <link href="{escape(link)}" type="application/atom+xml"/>'
    )
    entries = "".join(_entry(seen) for seen in page)
    return _feed(head, asked.most, len(found), asked.start, entries, 200)


def _feed(head, per_page, total, start, entries, status) -> Answer:
    text = f"""{XML}<feed {NAMES}>
{head}
  <opensearch:itemsPerPage>{per_page}</opensearch:itemsPerPage>
  <opensearch:totalResults>{total}</opensearch:totalResults>
  <opensearch:startIndex>{start}</opensearch:startIndex>
{entries}</feed>
"""
    return Answer(text.encode(), "application/atom+xml; charset=utf-8", status)


def refusal(view: View, why: str, status: int) -> Answer:
    """An error is a feed with one entry."""
    link = f"https://arxiv.org/api/errors#{escape(why.replace(' ', '_'))}"
    now = _zulu(view.now)
    head = (
        "  <id>https://arxiv.org/</id>\n  <title>arXiv Search Results</title>\n"
        f"  <updated>{now}</updated>"
    )
    entry = f"""  <entry>
    <id>{link}</id>
    <title>Error</title>
    <updated>{now}</updated>
    <link href="{link}" rel="alternate" type="text/html"/>
    <summary>{escape(why)}</summary>
    <author>
      <name>arXiv api core</name>
    </author>
  </entry>
"""
    return _feed(head, 1, 1, 0, entry, status)


def _number(parameters, name: str, otherwise: int) -> int:
    text = parameters.get(name) or str(otherwise)
    if not re.fullmatch(r"[+-]?\d{1,9}", text):
        raise search.QueryError(f"{name} must be an integer")
    if int(text) < 0:
        raise search.QueryError(f"{name} must be non-negative")
    return int(text)


def _read(parameters: dict[str, str]) -> Asked:
    start, most = _number(parameters, "start", 0), _number(parameters, "max_results", 10)
    if most > MOST_AT_ONCE:
        raise search.QueryError(f"max_results must not be more than {MOST_AT_ONCE}")
    if start + most > MOST_IN_ALL:
        raise search.QueryError(f"start and max_results must stay within {MOST_IN_ALL}")
    sort, order = parameters.get("sortBy", "relevance"), parameters.get("sortOrder", "descending")
    if sort not in SORTS:
        raise search.QueryError(f"sortBy must be in: {', '.join(SORTS)}")
    if order not in {"ascending", "descending"}:
        raise search.QueryError("sortOrder must be in: ascending, descending")
    query, ids = parameters.get("search_query", ""), parameters.get("id_list", "")
    if not query.strip() and not ids.strip():
        raise search.QueryError("search_query and id_list are both empty")
    return Asked(query, ids, start, most, sort, order == "descending")


def _find(view: View, asked: Asked) -> list[Seen]:
    test = search.parse(asked.query) if asked.query.strip() else None
    if asked.ids.strip():
        by_id = _by_id(view, asked.ids.split(","))
        return [seen for seen in by_id if test is None or test(seen)]
    found = [seen for seen in view.records("api") if _is_there(view, seen) and test(seen)]
    return sorted(found, key=SORTS[asked.sort], reverse=asked.descending)


def _is_there(view: View, seen: Seen) -> bool:
    return seen.state.kind != "delete" and not view.hidden(seen.paper.id)


def _by_id(view: View, wanted: list[str]) -> list[Seen]:
    horizon, found = view.horizon("api"), []
    if view.is_stale:
        horizon = view.batch_before(horizon)
    for text in wanted:
        match = ID.fullmatch(text.strip())
        if match is None:
            raise search.QueryError(f"incorrect id format for {text.strip()}")
        paper = view.archive.papers.get(match[1])
        state = paper and paper.at(horizon)
        if state is None or not _is_there(view, Seen(state, paper)):
            continue
        if match[2]:
            versions = {v.version: v for v in paper.versions(horizon)}
            state = versions.get(int(match[2]))
        if state:
            found.append(Seen(state, paper))
    return found


def _zulu(moment) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _entry(seen: Seen) -> str:
    paper, state = seen.paper, seen.state
    path = f"{escape(paper.id)}v{state.version}"
    terms = "".join(f'\n    <category term="{escape(c)}" {SCHEME}/>' for c in state.categories)
    names = "".join(f"\n    <author>{tag('name', name)}</author>" for name in state.authors)
    doi = escape(state.doi)
    link = f'<link rel="related" href="https://doi.org/{doi}" title="doi"/>' if doi else ""
    return f"""  <entry>
    <id>http://arxiv.org/abs/{path}</id>
    <title>{escape(state.title)}</title>
    <updated>{_zulu(state.submitted)}</updated>
    <link href="https://arxiv.org/abs/{path}" rel="alternate" type="text/html"/>
    <link href="https://arxiv.org/pdf/{path}" rel="related" type="application/pdf" title="pdf"/>
    <summary>{escape(state.abstract)}</summary>{terms}
    <published>{_zulu(paper.states[0].submitted)}</published>
    {tag("arxiv:comment", state.comments)}
    <arxiv:primary_category term="{escape(state.categories[0])}"/>
    {tag("arxiv:journal_ref", state.journal_ref)}{names}
    {tag("arxiv:doi", state.doi)}{link}
  </entry>
"""
