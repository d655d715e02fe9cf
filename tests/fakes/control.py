"""The stand-in's switches, for other processes: POST /_control with JSON, GET /_log."""

import json
from datetime import UTC, date, datetime, timedelta
from urllib.request import Request, urlopen

from tests.fakes import faults
from tests.fakes.answers import Answer


def control(url: str, **commands) -> dict:
    """Tell a stand-in in another process, as in `control(url, now="2026-04-21T04:10Z")`."""
    body = json.dumps(commands).encode()
    request = Request(f"{url}/_control", body, {"Content-Type": "application/json"})
    with urlopen(request, timeout=60) as answer:
        return json.load(answer)


def request_log(url: str) -> dict:
    with urlopen(f"{url}/_log", timeout=60) as answer:
        return json.load(answer)


def moment(text) -> datetime:
    value = text if isinstance(text, datetime) else datetime.fromisoformat(text)
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def request(arxiv, path: str, body: bytes | None) -> Answer:
    name = path.split("?", maxsplit=1)[0]
    if name == "/_log":
        if body is not None:
            arxiv.log.clear()
        return _json(arxiv.log.as_json())
    if name != "/_control":
        return _json({"error": "There are /_control and /_log."}, 404)
    try:
        if body:
            obey(arxiv, json.loads(body))
    except KeyError as error:
        return _json({"error": f"There is no {error}, or it is missing."}, 400)
    except (ValueError, TypeError, AttributeError) as error:
        return _json({"error": str(error)}, 400)
    return _json(state(arxiv))


def obey(arxiv, commands: dict) -> None:
    """Commands in the order in which they are written. Unknown ones are refused before any acts."""
    if unknown := commands.keys() - COMMANDS.keys():
        known = ", ".join(sorted(COMMANDS))
        raise ValueError(f"not commands: {', '.join(sorted(unknown))}; these are: {known}")
    for name, value in commands.items():
        COMMANDS[name](arxiv, value)


def state(arxiv) -> dict:
    return {
        "url": arxiv.url,
        "now": arxiv.now.isoformat(),
        "ticking": arxiv.is_ticking,
        "papers": len(arxiv.archive.papers),
        "page_size": arxiv.page_size,
        "requests": len(arxiv.log.entries),
        "faults": [_shown(fault) for fault in arxiv.faults],
    }


def _shown(fault) -> dict:
    plain = faults.Fault("stale")
    return {
        name: value if isinstance(value, int | float | str | list) else str(value)
        for name, value in vars(fault).items()
        if name == "kind" or value != getattr(plain, name)
    }


def _json(what, status: int = 200) -> Answer:
    return Answer(json.dumps(what, indent=1).encode(), "application/json", status)


def _day(what: dict) -> date | None:
    text = what.pop("day", None)
    return date.fromisoformat(text) if text else None


def _add(arxiv, rows):
    arxiv.add(*(rows if isinstance(rows, list) else [rows]))


def _change(arxiv, what):
    what = dict(what)
    if "submitted" in what:
        what["submitted"] = moment(what["submitted"])
    arxiv.change(what.pop("id"), _day(what), **what)


def _about_one(method: str):
    def act(arxiv, what):
        what = {"id": what} if isinstance(what, str) else dict(what)
        day = _day(what)
        getattr(arxiv, method)(what.pop("id"), day=day, **what)

    return act


COMMANDS = {
    "now": lambda arxiv, text: arxiv.set_clock(text),
    "ticking": lambda arxiv, is_ticking: arxiv.set_clock(arxiv.now, ticking=bool(is_ticking)),
    "advance": lambda arxiv, seconds: arxiv.set_clock(arxiv.now + timedelta(seconds=seconds)),
    "fault": lambda arxiv, row: arxiv.faults.append(faults.read(row)),
    "faults": lambda arxiv, rows: arxiv.faults.extend([faults.read(row) for row in rows]),
    "clear": lambda arxiv, kind: arxiv.clear(kind if isinstance(kind, str) else None),
    "clear_log": lambda arxiv, _: arxiv.log.clear(),
    "page_size": lambda arxiv, size: setattr(arxiv, "page_size", max(1, int(size))),
    "api_lag": lambda arxiv, hours: setattr(arxiv, "api_lag", timedelta(hours=hours)),
    "expire_tokens": lambda arxiv, _: arxiv.expire_tokens(),
    "add": _add,
    "change": _change,
    "withdraw": _about_one("withdraw"),
    "cross_list": _about_one("cross_list"),
    "delete": _about_one("delete"),
    "hold_back": _about_one("hold_back"),
    "touch": lambda arxiv, what: arxiv.touch(what["ids"], _day(dict(what))),
}
