"""huggingface.co/api/daily_papers: an array of two-level items."""

import json
import re
from datetime import UTC, date, datetime, time, timedelta

from tests.fakes import days
from tests.fakes.answers import Answer
from tests.fakes.archive import Seen
from tests.fakes.view import View

LIKED = {"cs.AI", "cs.CL", "cs.CV", "cs.LG"}
WHO = {
    "_id": "0" * 24,
    "avatarUrl": "",
    "fullname": "A Reader",
    "name": "reader",
    "type": "user",
    "isPro": False,
    "isHf": False,
}
MOST_CHOSEN = 40  # of one day, where the papers themselves bring no upvotes


def answer(view: View, parameters: dict[str, str]) -> Answer:
    limit, page = parameters.get("limit", "50"), parameters.get("p", "0")
    if not (limit.isdecimal() and page.isdecimal() and 1 <= int(limit) <= 100):
        return _json({"error": "limit must be a number from 1 to 100, p a number from 0"}, 400)
    try:
        first, last = _period(view, parameters)
    except (ValueError, OverflowError):
        return _json({"error": "Invalid date, week or month"}, 400)
    chosen, day = [], first
    while day <= min(last, view.horizon("other")):
        chosen += [_item(day, upvotes, seen) for upvotes, seen in _chosen(view, day)]
        day += days.ONE_DAY
    if parameters.get("sort") == "trending":
        chosen.sort(key=lambda item: -item["paper"]["upvotes"])
    start = int(page) * int(limit)
    return _json(chosen[start : start + int(limit)])


def _json(what, status: int = 200) -> Answer:
    return Answer(json.dumps(what).encode(), "application/json; charset=utf-8", status)


def _period(view: View, parameters) -> tuple[date, date]:
    if "date" in parameters:
        day = date.fromisoformat(parameters["date"])
        return day, day
    if "week" in parameters:
        match = re.fullmatch(r"(\d{4})-W(\d{2})", parameters["week"])
        if not match:
            raise ValueError(parameters["week"])
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
        return monday, monday + timedelta(days=6)
    if "month" in parameters:
        first = date.fromisoformat(f"{parameters['month']}-01")
        return first, (first + timedelta(days=31)).replace(day=1) - days.ONE_DAY
    newest = view.newest_batch("other")
    return newest, newest


def _chosen(view: View, day: date) -> list[tuple[int, Seen]]:
    """What people brought that day: papers with upvotes of their own, else some that would do."""
    new = [s for s in view.archive.batch(day) if s.state.kind == "new"]
    new = [s for s in new if not view.hidden(s.paper.id)]
    given = [(s.paper.upvotes, s) for s in new if s.paper.upvotes is not None]
    if not given:
        some = [s for s in new if LIKED & {*s.state.categories}][:MOST_CHOSEN]
        given = [(3 + int(s.paper.id[-3:]) * 7919 % 97, s) for s in some]
    return sorted(given, key=lambda pair: (-pair[0], pair[1].paper.id))


def _item(day: date, upvotes: int, seen: Seen) -> dict:
    paper, state = seen.paper, seen.state
    on_page = datetime.combine(day, time(3, 0), UTC)
    inner = {
        "id": paper.id,
        "authors": [{"_id": "0" * 24, "name": n, "hidden": False} for n in state.authors],
        "publishedAt": _moment(state.submitted),
        "submittedOnDailyAt": _moment(on_page),
        "submittedOnDailyBy": WHO,
        "title": state.title,
        "summary": state.abstract,
        "discussionId": paper.id.replace(".", "").rjust(24, "0"),
        "upvotes": upvotes,
        "ai_keywords": [],
    }
    outer = {
        "publishedAt": _moment(on_page),
        "title": state.title,
        "summary": state.abstract,
        "thumbnail": f"https://huggingface.example/thumbnails/{paper.id}.png",
        "numComments": upvotes % 5,
        "submittedBy": WHO,
        "isAuthorParticipating": False,
    }
    return {"paper": inner, **outer}


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"
