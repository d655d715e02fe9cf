"""A paper as the stand-in knows it: a list of states, each with the day it was announced."""

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from tests.fakes import days

UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
ANNOUNCED = ("new", "replace", "cross")


@dataclass(frozen=True, slots=True)
class State:
    day: date  # the batch in which it was announced, and the OAI datestamp
    kind: str  # new, replace, cross; touch and delete are not announced
    version: int
    submitted: datetime
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    comments: str = ""
    doi: str = ""
    journal_ref: str = ""
    license: str = "http://arxiv.org/licenses/nonexclusive-distrib/1.0/"
    withdrawn: bool = False
    crossed: str = ""  # the category that a cross-list added


@dataclass(slots=True)
class Paper:
    id: str
    states: list[State]
    upvotes: int | None = None

    def at(self, day: date) -> State | None:
        """The newest state of that day or before."""
        for state in reversed(self.states):
            if state.day <= day:
                return state
        return None

    def versions(self, day: date) -> list[State]:
        return [s for s in self.states if s.kind in {"new", "replace"} and s.day <= day]

    def add(self, day: date, kind: str, **what) -> State:
        state = replace(self.states[-1], day=day, kind=kind, crossed="", **what)
        self.states = sorted([*self.states, state], key=lambda s: s.day)
        return state


def _moment(value) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _day(value) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def clean(text) -> str:
    """What XML cannot carry goes; a JSON line may hold it."""
    return UNPRINTABLE.sub(" ", text or "")


def paper(row: dict, holidays=days.HOLIDAYS) -> Paper:
    """One JSON line: id, date, title, abstract, authors, categories; the rest may be left out."""
    day = days.batch_day(_day(row["date"]), holidays)
    submitted = row.get("submitted")
    categories = row.get("categories") or ["cs.LG"]
    state = State(
        day=day,
        kind="new",
        version=1,
        submitted=_moment(submitted) if submitted else days.submitted_for(day, row["id"]),
        title=clean(row.get("title") or f"Paper {row['id']}"),
        abstract=clean(row.get("abstract") or f"What {row['id']} is about."),
        authors=tuple(clean(name) for name in row.get("authors") or ["Ada Example"]),
        categories=tuple(categories.split() if isinstance(categories, str) else categories),
        comments=clean(row.get("comments")),
        doi=clean(row.get("doi")),
        journal_ref=clean(row.get("journal_ref")),
        license=row.get("license") or State.__dataclass_fields__["license"].default,
    )
    return Paper(row["id"], [state], row.get("upvotes"))


def read(source) -> Iterator[dict]:
    """Rows from rows, or from a file or folder of JSON lines, plain or gzip."""
    if not isinstance(source, str | Path):
        yield from source
        return
    path = Path(source)
    files = sorted(path.glob("*.jsonl*")) if path.is_dir() else [path]
    if not files:
        raise ValueError(f"{path} holds no .jsonl or .jsonl.gz file")
    for file in files:
        opener = gzip.open if file.suffix == ".gz" else open
        with opener(file, "rb") as lines:
            yield from (json.loads(line) for line in lines if line.strip())
