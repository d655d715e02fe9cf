"""All papers with what happened to them, and how that looks on a given day."""

from bisect import bisect_right
from datetime import date
from typing import NamedTuple

from tests.fakes import categories, days, papers
from tests.fakes.papers import Paper, State


class Seen(NamedTuple):
    state: State
    paper: Paper


class Archive:
    def __init__(self, source=(), holidays=days.HOLIDAYS):
        self.holidays = frozenset(holidays)
        self.papers: dict[str, Paper] = {}
        self.preprints: dict[str, Paper] = {}  # of bioRxiv, known by a DOI
        self._snapshots: dict[date, list[Seen]] = {}
        self._forget()
        for row in papers.read(source):
            self.add(row)

    def add(self, row: dict) -> Paper:
        paper = papers.paper(row, self.holidays)
        shelf = self.preprints if paper.id.startswith("10.") else self.papers
        shelf[paper.id] = paper
        self._forget()
        return paper

    def paper(self, arxiv_id: str) -> Paper:
        return self.papers.get(arxiv_id) or self.preprints[arxiv_id]

    def change(self, arxiv_id: str, day: date, **what) -> State:
        """A new version. What is not said stays as it was."""
        day = days.batch_day(day, self.holidays)
        paper = self.paper(arxiv_id)
        what.setdefault("submitted", days.submitted_for(day, arxiv_id))
        what = {name: tuple(v) if isinstance(v, list) else v for name, v in what.items()}
        self._forget()
        return paper.add(day, "replace", version=paper.states[-1].version + 1, **what)

    def withdraw(self, arxiv_id: str, day: date, reason: str) -> State:
        return self.change(arxiv_id, day, comments=reason, withdrawn=True)

    def cross_list(self, arxiv_id: str, category: str, day: date) -> State:
        paper = self.paper(arxiv_id)
        wider = (*paper.states[-1].categories, category)
        state = paper.add(days.batch_day(day, self.holidays), "cross", categories=wider)
        paper.states[paper.states.index(state)] = papers.replace(state, crossed=category)
        self._forget()
        return state

    def delete(self, arxiv_id: str, day: date) -> State:
        self._forget()
        return self.paper(arxiv_id).add(day, "delete")

    def touch(self, ids, day: date) -> None:
        """A bulk edit: nothing changes but the datestamp."""
        for arxiv_id in ids:
            self.paper(arxiv_id).add(day, "touch")
        self._forget()

    def hold_back(self, arxiv_id: str, day: date) -> None:
        """Announced on this day instead; the submission date stays old, as after moderation."""
        day = days.batch_day(day, self.holidays)
        paper = self.paper(arxiv_id)
        paper.states = [papers.replace(s, day=max(day, s.day)) for s in paper.states]
        paper.states[0] = papers.replace(paper.states[0], day=day)
        self._forget()

    def _forget(self) -> None:
        self._snapshots.clear()
        self._history: list[Seen] = []
        self._batches: dict[date, list[Seen]] = {}

    @property
    def used(self) -> frozenset[str]:
        """The categories that papers have."""
        return self._used if self.history() else frozenset()

    def history(self) -> list[Seen]:
        """Every state of every paper, by day and id."""
        if not self._history:
            states = [Seen(s, p) for p in self.papers.values() for s in p.states]
            self._history = sorted(states, key=datestamp_and_id)
            self._used = frozenset(code for seen in states for code in seen.state.categories)
        return self._history

    def batch(self, day: date) -> list[Seen]:
        """What was announced on a day, by id."""
        if not self._batches:
            for seen in self.history():
                if seen.state.kind in papers.ANNOUNCED:
                    self._batches.setdefault(seen.state.day, []).append(seen)
        return self._batches.get(day, [])

    def snapshot(self, day: date) -> list[Seen]:
        """Every paper as it stood on a day, by datestamp and id; deleted ones too."""
        if day not in self._snapshots:
            if len(self._snapshots) > 3:
                self._snapshots.pop(next(iter(self._snapshots)))
            history = self.history()
            known = history[: bisect_right(history, day, key=lambda seen: seen.state.day)]
            self._snapshots[day] = [seen for seen in known if seen.paper.at(day) is seen.state]
        return self._snapshots[day]


def datestamp_and_id(seen: Seen) -> tuple[str, str]:
    return seen.state.day.isoformat(), seen.paper.id


def announce_type(state: State, wanted: frozenset[str]) -> str | None:
    """new, cross, replace or replace-cross to somebody who asks for these categories."""
    met = [code for code in state.categories if categories.matches(code, wanted)]
    if state.kind == "cross":
        return "cross" if met == [state.crossed] else None
    if not met:
        return None
    if met[0] == state.categories[0]:
        return state.kind
    return "cross" if state.kind == "new" else "replace-cross"
