"""api.biorxiv.org/details/SERVER/FROM/TO/CURSOR/json: one row per version."""

import json
import re
from datetime import date

from tests.fakes.answers import Answer
from tests.fakes.archive import Seen
from tests.fakes.view import View

PATH = re.compile(r"/details/(biorxiv|medrxiv)/([^/]+)/([^/]+)(?:/(\d+))?(?:/json)?")
LOOSE_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")


def answer(view: View, path: str) -> Answer:
    match = PATH.fullmatch(path)
    if match is None:
        return _json([{"status": "Error: no such interface"}], [])
    server, cursor = match[1], int(match[4] or 0)
    try:
        first, last = (_day(text) for text in match.group(2, 3))
    except ValueError:
        return _json([{"status": "Error: dates must be YYYY-MM-DD"}], [])
    rows = [_row(server, seen) for seen in _posted(view, first, last)]
    page = rows[cursor : cursor + view.biorxiv_page]
    if not page:
        return _json([{"status": "no posts found"}], [])
    message = {
        "status": "ok",
        "category": "all",
        "interval": f"{match[2]}:{match[3]}",
        "funding": "all",
        "cursor": cursor if cursor == 0 else str(cursor),  # as there, sometimes text
        "count": len(page),
        "count_new_papers": str(sum(row["version"] == "1" for row in rows)),
        "total": str(len(rows)),
    }
    return _json([message], page)


def _json(messages, collection) -> Answer:
    body = json.dumps({"messages": messages, "collection": collection}).encode()
    return Answer(body, "application/json")


def _day(text: str) -> date:
    match = LOOSE_DAY.fullmatch(text)
    if not match:
        raise ValueError(text)
    return date(*(int(part) for part in match.groups()))


def _posted(view: View, first: date, last: date) -> list[Seen]:
    """Preprints given as such (their id is a DOI), else arXiv's biology under made-up DOIs."""
    last = min(last, view.horizon("other"))
    shelf = view.archive.preprints or {
        arxiv_id: paper
        for arxiv_id, paper in view.archive.papers.items()
        if any(code.startswith("q-bio") for code in paper.states[0].categories)
    }
    seen = [
        Seen(state, paper)
        for paper in shelf.values()
        for state in paper.states
        if state.kind in {"new", "replace"} and first <= state.day <= last
    ]
    shown = (one for one in seen if not view.hidden(one.paper.id))
    return sorted(shown, key=lambda one: (one.state.day, one.paper.id, one.state.version))


def _row(server: str, seen: Seen) -> dict:
    state, doi = seen.state, seen.paper.id
    if not doi.startswith("10."):
        doi = f"10.1101/{state.day:%Y.%m.%d}.{doi.replace('.', '')}"
    return {
        "title": state.title,
        "authors": "; ".join(_last_first(name) for name in state.authors) + ";",
        "author_corresponding": state.authors[0],
        "author_corresponding_institution": "",
        "doi": doi,
        "date": state.day.isoformat(),
        "version": str(state.version),
        "type": "new results",
        "license": "cc_by",
        "category": state.categories[0].removeprefix("q-bio.").lower(),
        "jatsxml": "",
        "abstract": state.abstract,
        "funding": "NA",
        "published": "NA",
        "server": server,
    }


def _last_first(name: str) -> str:
    *first, last = name.split() or [name]
    return f"{last}, {' '.join(part[0] + '.' for part in first)}".rstrip(", ")
