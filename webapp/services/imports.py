"""Papers in from files: JSON lines, as many as there are. They end in `papers.store`."""

import gzip
import queue
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from django.db import connection

from webapp.arxiv import bulk
from webapp.arxiv.records import HarvestedPaper
from webapp.services import papers, work

BATCH = 2_000
# The full-text index is the cost, and PostgreSQL builds it on one core a connection. On two cores
# a third connection fills the time in which another one is fed: 43,840 papers in 10.2 s, not 12.7.
WRITERS = 3
LONGEST_LINE = 2_000_000
FUTURE = timedelta(days=7)  # Monday's papers are announced on Sunday, and clocks differ


class Trouble(NamedTuple):
    """A line that was left out."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class Read(NamedTuple):
    """What reading one line gave, and how far into the file (in bytes on disk) it stood."""

    paper: HarvestedPaper | None
    trouble: Trouble | None
    position: int


def read(path: Path, latest: date) -> Iterator[Read]:
    """Each line of a plain or gzip file as a paper or as trouble; never raises for its content.

    A paper said to be announced after `latest` is trouble: it would be today's news for years.
    """
    with path.open("rb") as raw:
        packed = raw.peek(2)[:2] == b"\x1f\x8b"
        lines = cast("BinaryIO", gzip.GzipFile(fileobj=raw) if packed else raw)
        number = 0
        while True:
            number += 1
            try:
                line = _one_line(lines)
            except (EOFError, OSError, zlib.error) as error:
                yield Read(None, Trouble(str(path), number, f"cannot be unpacked: {error}"), 0)
                return
            if not line:
                return
            if line.strip():
                yield _read_line(line, str(path), number, raw.tell(), latest)


def _one_line(lines: BinaryIO) -> bytes:
    """The next line; of one that is too long only the beginning, and the rest is passed over."""
    line = part = lines.readline(LONGEST_LINE)
    while len(part) == LONGEST_LINE and not part.endswith(b"\n"):
        part = lines.readline(LONGEST_LINE)
    return line


def _read_line(line: bytes, file: str, number: int, position: int, latest: date) -> Read:
    if len(line) >= LONGEST_LINE:
        return Read(None, Trouble(file, number, "longer than 2 MB"), position)
    try:
        paper = bulk.parse_line(line)
    except ValueError as error:
        return Read(None, Trouble(file, number, str(error)), position)
    if paper.issue_day > latest:
        reason = f"announced in the future, on {paper.issue_day}"
        return Read(None, Trouble(file, number, reason), position)
    return Read(paper, None, position)


class Writers:
    """Several connections write side by side. A paper always goes to the same one, so that
    statements about it keep their order and no two transactions wait for each other.
    """

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._counts: list[Counter[str]] = [Counter() for _ in range(WRITERS)]
        self.error: BaseException | None = None
        self._batches: list[dict[str, HarvestedPaper]] = [{} for _ in range(WRITERS)]
        self._queues: list[queue.Queue[list[HarvestedPaper] | None]] = [
            queue.Queue(maxsize=2) for _ in range(WRITERS)
        ]
        self._threads = [
            threading.Thread(target=self._write, args=[number], daemon=True)
            for number in range(WRITERS)
        ]
        for thread in self._threads:
            thread.start()

    def add(self, paper: HarvestedPaper) -> None:
        if self.error:
            raise self.error
        number = hash(paper.arxiv_id) % WRITERS
        if paper.arxiv_id in self._batches[number]:  # two statements: keep their order
            self._flush(number)
        self._batches[number][paper.arxiv_id] = paper
        if len(self._batches[number]) >= BATCH:
            self._flush(number)

    def close(self) -> Counter[str]:
        """Wait until all is written; returns counts by kind."""
        for number, waiting in enumerate(self._queues):
            self._flush(number)
            waiting.put(None)
        for thread in self._threads:
            thread.join()
        if self.error:
            raise self.error
        return sum(self._counts, Counter())

    def _flush(self, number: int) -> None:
        batch = list(self._batches[number].values())
        self._batches[number].clear()
        if batch:
            self._queues[number].put(batch)

    def _write(self, number: int) -> None:
        waiting = self._queues[number]
        try:
            while (batch := waiting.get()) is not None:
                if self.error is None:
                    self._counts[number].update(papers.store(batch, self.now))
        except Exception as error:  # noqa: BLE001  # handed to the thread that waits
            self.error = error
            while waiting.get() is not None:
                pass
        finally:
            connection.close()


def import_lines(
    paths: Iterable[Path], now: datetime, seen: Callable[[Read], None] = lambda _: None
) -> Counter[str]:
    """Read files and store what is new or changed; returns counts by kind, with "bad" lines.

    `seen` is told of every line. Interrupted and started again it ends with the same rows:
    each batch is a transaction, and what is stored already is skipped.
    """
    writers, bad = Writers(now), Counter[str]()
    try:
        for path in paths:
            for line in read(path, now.date() + FUTURE):
                seen(line)
                if line.paper:
                    writers.add(line.paper)
                else:
                    bad["bad"] += 1
    finally:
        counts = writers.close() + bad
    if counts["new"] or counts["changed"]:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE webapp_paper")
        work.ask("embed", f"import {now:%Y-%m-%dT%H:%M:%S.%f}", now)
    return counts
