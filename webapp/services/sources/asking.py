"""One request in its turn, and keeping what it brought."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple, TypeVar

import httpx
from django.db import transaction

from webapp.arxiv import gate
from webapp.arxiv.answers import UpstreamError, shown
from webapp.arxiv.records import HarvestedPaper, clean, once
from webapp.arxiv.retrieve import retrieve
from webapp.models import Harvest
from webapp.services import coverage, papers, work

FARTHEST_DAYS = 45  # an identifier's month is this one or the next
PATIENCE_SECONDS = 120.0  # a worker that waits longer comes back another time

_AHEAD = "it is of a day far ahead"

Clock = Callable[[], datetime]
T = TypeVar("T")


class Batch(NamedTuple):
    """What one answer holds, and how to go on."""

    papers: tuple[HarvestedPaper, ...] = ()
    deleted: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    cursor: str = ""


class Asked(NamedTuple):
    """Who is asked for what, in which line, on behalf of which row."""

    row: Harvest
    subjects: list[str]
    line: str
    http: httpx.Client
    clock: Clock


def ask(asked: Asked, url: str, params: dict[str, str], read: Callable[[bytes], T]) -> T | None:
    """One request in its turn; None where it brought nothing, with the reason on the row."""
    row = asked.row
    try:
        with gate.turn(asked.line, PATIENCE_SECONDS) as turn:
            answer = retrieve(asked.http, url, params, asked.clock())
            row.status, row.first_byte_seconds = answer.status, answer.first_byte_seconds
            row.n_bytes += len(answer.body)
            if answer.must_wait:
                turn.was_refused(answer.error, answer.retry_after)
            if answer.error:
                ended(asked, Harvest.State.UNREACHED, answer.error)
                return None
            try:
                found = read(answer.body)
            except UpstreamError as error:
                if error.kind == "rate":
                    turn.was_refused(error.sentence, None)
                ended(asked, Harvest.State.REFUSED, error.sentence)
                return None
            turn.went_well()
            return found
    except gate.Closed as closed:
        ended(asked, Harvest.State.UNREACHED, str(closed))
        return None


def ended(asked: Asked, state: Harvest.State, sentence: str) -> None:
    row = asked.row
    row.state, row.error, row.finished_at = state, sentence, asked.clock()
    row.save()


def begin_again(row: Harvest) -> None:
    """The place to go on from is lost; the next try begins the list at its beginning."""
    row.cursor, row.cursor_at = "", None
    row.save()


def keep(asked: Asked, batch: Batch, announced: Iterable[str] = ()) -> None:
    """Papers and the place to go on from, in one transaction: no page is lost or stored twice."""
    row, now, told = asked.row, asked.clock(), {*announced}
    far = [one for one in batch.papers if _is_far_ahead(one, max(row.day, now.date()))]
    stated = [_dated(paper, row.day, told) for paper in once(batch.papers) if paper not in far]
    with transaction.atomic():
        counts = papers.store(stated, now)
        if batch.deleted:
            papers.withdraw(batch.deleted, now)
        for kind, n in counts.items():
            row.counts[kind] = row.counts.get(kind, 0) + n
        count_refused(row, [*batch.refused, *((one.arxiv_id, _AHEAD) for one in far)])
        row.cursor, row.cursor_at = batch.cursor, now if batch.cursor else None
        row.save()
        coverage.received(row.source, row.day, [paper.arxiv_id for paper in stated])
        coverage.seek_versions(stated, now)
        if counts["new"] or counts["changed"]:
            work.ask("embed", f"harvest {row.pk} {now:%Y-%m-%dT%H:%M:%S.%f}", now)


def count_refused(row: Harvest, refused: Sequence[tuple[str, str]]) -> None:
    """How many records were left out, and why the first of them was."""
    if refused and not row.counts.get("refused"):
        row.counts["first"] = f"{shown(refused[0][0])}: {clean(refused[0][1][:300], 'sentence')}"
    row.counts["refused"] = row.counts.get("refused", 0) + len(refused)


def left_out(row: Harvest) -> str:
    """A sentence on the records of good answers that were no papers; empty without any."""
    n = row.counts.get("refused", 0)
    return f"Taken but for {n:,} unreadable, the first {row.counts.get('first', '')}." if n else ""


def _is_far_ahead(paper: HarvestedPaper, today: date) -> bool:
    """It would stand above all others until then."""
    return (paper.issue_day - today).days > FARTHEST_DAYS


def _dated(paper: HarvestedPaper, day: date, told: set[str]) -> HarvestedPaper:
    """An announced day, where a listing has named the paper; its source only derives one."""
    if paper.day_is_derived and paper.arxiv_id in told:
        return paper._replace(issue_day=day, day_is_derived=False)
    return paper
