"""What can be told to go wrong. A fault meets the requests whose path fits its pattern.

Faults of the data (late, stale, hole, same_token, empty_page) change what a request may see;
all others change the answer or its way over the wire. Several at once add up, in their order.
"""

from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from fnmatch import fnmatchcase

from tests.fakes import hostile, query_api
from tests.fakes.answers import Answer
from tests.fakes.view import View

DATA = ("late", "stale", "hole", "same_token", "empty_page")
FRAMINGS = ("length", "full", "cut", "none", "chunked", "chunked-whole")


@dataclass
class Fault:
    kind: str
    path: str = "*"  # as in a shell; met by the path alone or with its query
    times: int | None = None  # the next so many requests; None: until cleared
    skip: int = 0  # let so many pass first
    until: datetime | None = None  # late
    day: date | None = None  # late: this batch, else the newest that opens before `until`
    ids: tuple[str, ...] = ()  # hole: single ids
    first: str = ""  # hole: and all from this one
    last: str = ""  # to this one
    at: int | None = None  # truncate, reset: after so many bytes; negative counts from the end
    framing: str = "full"  # truncate: how the cut looks, see FRAMINGS
    first_byte: float = 0  # slow: seconds before the first byte
    pause: float = 0  # slow: seconds between pieces
    piece: int = 1024  # slow: bytes a piece
    code: int = 503  # status, html, error_entry
    retry_after: int | str | None = None  # status: seconds, or text to send as it is
    as_date: bool = False  # status: seconds become an HTTP date
    body: str = ""
    content_type: str = "text/html; charset=utf-8"  # content_type
    bomb: str = "laughs"  # bomb: laughs, quadratic, xxe

    def __post_init__(self):
        if self.kind not in (*DATA, *CHANGES):
            known = ", ".join(sorted((*DATA, *CHANGES)))
            raise ValueError(f"{self.kind!r} is not a fault; these are: {known}")
        if self.framing not in FRAMINGS or self.bomb not in hostile.BOMBS:
            raise ValueError(f"no such framing or bomb: {self.framing}, {self.bomb}")
        if self.kind == "late" and self.until is None:
            raise ValueError("late needs a moment, until")
        self.ids = tuple(self.ids)

    def meets(self, path: str, now: datetime) -> bool:
        """Also counts down, so ask once a request."""
        plain = path.split("?", maxsplit=1)[0]
        if not (fnmatchcase(path, self.path) or fnmatchcase(plain, self.path)):
            return False
        if self.times == 0 or (self.until and now >= self.until):
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True

    def hides(self, arxiv_id: str) -> bool:
        within = bool(self.first) and self.first <= arxiv_id <= (self.last or self.first)
        return within or arxiv_id in self.ids

    def change(self, answer: Answer, view: View) -> Answer:
        return CHANGES[self.kind](self, answer, view)


NAMES = {field.name for field in fields(Fault)}


def read(row: dict) -> Fault:
    """A fault from JSON."""
    if unknown := row.keys() - NAMES:
        raise ValueError(f"not part of a fault: {', '.join(sorted(unknown))}")
    row = dict(row)
    if isinstance(row.get("until"), str):
        row["until"] = datetime.fromisoformat(row["until"])
    if isinstance(row.get("day"), str):
        row["day"] = date.fromisoformat(row["day"])
    return Fault(**row)


def of_the_data(met: list[Fault]) -> dict:
    """Arguments for a View."""
    kinds = {fault.kind for fault in met}
    holes = [fault for fault in met if fault.kind == "hole"]
    return {
        "is_stale": "stale" in kinds,
        "repeats_token": "same_token" in kinds,
        "has_empty_page": "empty_page" in kinds,
        "late": tuple((f.until, f.day) for f in met if f.kind == "late"),
        "hidden": lambda arxiv_id: any(hole.hides(arxiv_id) for hole in holes),
    }


def _truncate(fault: Fault, answer: Answer, view: View) -> Answer:
    answer.cut_at = fault.at
    answer.framing = fault.framing
    return answer


def _slow(fault: Fault, answer: Answer, view: View) -> Answer:
    answer.first_byte, answer.pause, answer.piece = fault.first_byte, fault.pause, fault.piece
    return answer


def _endless(fault: Fault, answer: Answer, view: View) -> Answer:
    answer.is_endless = True
    answer.framing = "none"
    return _slow(fault, answer, view)


def _status(fault: Fault, answer: Answer, view: View) -> Answer:
    text = fault.body or hostile.ERROR_PAGE.replace("503", str(fault.code))
    new = Answer(text.encode(), "text/html; charset=utf-8", fault.code)
    if fault.retry_after is not None:
        value = str(fault.retry_after)
        if fault.as_date:  # by the wall clock, as the Date header is, and as people wait
            moment = datetime.now(UTC) + timedelta(seconds=int(fault.retry_after))
            value = format_datetime(moment, usegmt=True)
        new.headers["Retry-After"] = value
    return new


def _html(fault: Fault, answer: Answer, view: View) -> Answer:
    return Answer((fault.body or hostile.ERROR_PAGE).encode(), "text/html; charset=utf-8")


def _empty(fault: Fault, answer: Answer, view: View) -> Answer:
    return Answer(b"", answer.content_type)


def _rate(fault: Fault, answer: Answer, view: View) -> Answer:
    return Answer(b"Rate exceeded.", "text/plain; charset=utf-8")


def _error_entry(fault: Fault, answer: Answer, view: View) -> Answer:
    status = fault.code if fault.code in {200, 400} else 200
    return query_api.refusal(view, fault.body or "an internal error", status)


def _content_type(fault: Fault, answer: Answer, view: View) -> Answer:
    answer.content_type = fault.content_type
    return answer


def _reset(fault: Fault, answer: Answer, view: View) -> Answer:
    answer.is_reset, answer.cut_at = True, fault.at
    return answer


def _bomb(fault: Fault, answer: Answer, view: View) -> Answer:
    return Answer(hostile.BOMBS[fault.bomb]().encode(), answer.content_type)


CHANGES = {
    "truncate": _truncate,
    "slow": _slow,
    "endless": _endless,
    "status": _status,
    "html": _html,
    "empty": _empty,
    "rate_exceeded": _rate,
    "error_entry": _error_entry,
    "content_type": _content_type,
    "reset": _reset,
    "bomb": _bomb,
}
