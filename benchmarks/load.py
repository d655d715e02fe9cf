"""Pages under load: `python -m benchmarks.load DAYS/*.jsonl.gz`; with 300,000 papers.

The papers of the files, again and again with other identifiers and earlier days; readers with
libraries; the web server as `manage.py up` starts it. Database, server and the clients, which keep
their connections, share the machine. Every page takes turns with a bare one of 30 cards
(`benchmarks/bare.py`), so that the share of its rate stands on a machine that is not quiet, too.
"""

import argparse
import asyncio
import os
import random
import signal
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from benchmarks import crowd
from benchmarks.database import database, query
from benchmarks.instance import ROOT, family, free_port, made_up
from webapp.embedded import data_folder
from webapp.processes import spawn
from webapp.supervisor import environment, first_page, web_command

TICK = os.sysconf("SC_CLK_TCK")
HOST = "127.0.0.1"
TURNS = 4


class Request(NamedTuple):
    path: str
    cookie: str = ""

    def bytes(self, port: int) -> bytes:
        lines = [f"GET {self.path} HTTP/1.1", f"Host: {HOST}:{port}"]
        lines += [f"Cookie: sessionid={self.cookie}"] if self.cookie else []
        return "\r\n".join([*lines, "", ""]).encode()


class Client(asyncio.Protocol):
    """One kept connection that asks again as soon as it is answered."""

    def __init__(self, todo: Iterator[bytes], until: float) -> None:
        self.todo, self.until = todo, until
        self.seconds: list[float] = []
        self.sizes: list[int] = []
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._ask()

    def _ask(self) -> None:
        self.answer, self.awaited = bytearray(), 0
        self.began = time.perf_counter()
        self.transport.write(next(self.todo))

    def data_received(self, data: bytes) -> None:
        self.answer += data
        if not self.awaited and (end := self.answer.find(b"\r\n\r\n")) > 0:
            head = bytes(self.answer[:end]).lower()
            assert head.startswith(b"http/1.1 200"), bytes(self.answer[:400])
            length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
            self.awaited = end + 4 + length
            self.sizes.append(length)
        if self.awaited and len(self.answer) >= self.awaited:
            self.seconds.append(time.perf_counter() - self.began)
            self._ask() if self.began < self.until else self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self.done.set_result(None)


async def asked(port: int, requests: list[Request], n_clients: int, seconds: float) -> list[Client]:
    """Every client begins elsewhere in the same round of requests."""
    loop, until = asyncio.get_running_loop(), time.perf_counter() + seconds
    clients = []
    for number in range(n_clients):
        rest = random.Random(number).sample(requests, len(requests))
        todo = forever([request.bytes(port) for request in rest])
        _, client = await loop.create_connection(lambda t=todo: Client(t, until), HOST, port)
        clients.append(client)
    await asyncio.gather(*(client.done for client in clients))
    return clients


def forever(round_of: list[bytes]) -> Iterator[bytes]:
    while True:
        yield from round_of


def cpu_seconds(pids: list[int]) -> float:
    """User and system time, of children that ended too (Linux); of one that is gone nothing."""
    found = []
    for stat in (Path(f"/proc/{pid}/stat") for pid in pids):
        with suppress(FileNotFoundError, ProcessLookupError):
            found.append(stat.read_text().rsplit(")", 1)[1].split())
    return sum(sum(map(int, one[11:15])) for one in found) / TICK


class Side(NamedTuple):
    """A web server and what is asked of it."""

    port: int
    pid: int
    requests: list[Request]


class Turn(NamedTuple):
    passed: float  # seconds
    clients: list[Client]
    used: list[float]  # seconds of CPU: web, database, clients


class Figures(NamedTuple):
    per_second: float
    p50: float
    p95: float
    kilobytes: float
    web: float  # milliseconds of CPU a request
    database: float
    clients: float

    def __str__(self) -> str:
        return (
            f"{self.per_second:5.0f}/s  p50 {self.p50:5.1f}  p95 {self.p95:5.1f} ms  "
            f"CPU web {self.web:4.1f} database {self.database:4.1f} clients {self.clients:3.1f}  "
            f"{self.kilobytes:4.1f} kB"
        )


def in_turns(sides: list[Side], database: int, n_clients: int, seconds: float) -> list[Figures]:
    """The sides take turns, so that what else the machine does meets all of them alike."""
    for side in sides:  # what is kept is there again
        asyncio.run(asked(side.port, side.requests, n_clients, seconds / TURNS))
    turns = [
        [taken(side, database, n_clients, seconds / TURNS) for side in sides] for _ in range(TURNS)
    ]
    return [figures(list(of_side)) for of_side in zip(*turns, strict=True)]


def taken(side: Side, database: int, n_clients: int, seconds: float) -> Turn:
    parts = family(side.pid), family(database), [os.getpid()]
    before = [cpu_seconds(pids) for pids in parts]
    began = time.perf_counter()
    clients = asyncio.run(asked(side.port, side.requests, n_clients, seconds))
    passed = time.perf_counter() - began
    used = [cpu_seconds(pids) - then for pids, then in zip(parts, before, strict=True)]
    return Turn(passed, clients, used)


def figures(turns: list[Turn]) -> Figures:
    clients = [client for turn in turns for client in turn.clients]
    times = sorted(1000 * one for client in clients for one in client.seconds)
    return Figures(
        len(times) / sum(turn.passed for turn in turns),
        statistics.median(times),
        times[int(len(times) * 0.95)],
        statistics.fmean(size for client in clients for size in client.sizes) / 1000,
        *(1000 * sum(part) / len(times) for part in zip(*(t.used for t in turns), strict=True)),
    )


def database_pid(home: Path) -> int:
    return int((data_folder(home) / "postmaster.pid").read_text().split()[0])


@contextmanager
def served(home: Path, application: str, settings: str) -> Iterator[tuple[int, int]]:
    """Port and process of a web server as `manage.py up` starts it."""
    port = free_port()
    command = [sys.executable, "-m", *web_command(HOST, port, 5, application)]
    variables = environment(home) | {"DJANGO_SETTINGS_MODULE": settings}
    process = spawn(command, home / "log" / "web.log", signal.SIGTERM, cwd=ROOT, env=variables)
    try:
        while not first_page(HOST, port):
            time.sleep(0.1)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


def pages(cookies: list[str]) -> dict[str, list[Request]]:
    """What is asked for, by name: several days, pages and readers each."""
    from webapp.queries.papers import newest_days

    days = newest_days(10)
    weeks = sorted({f"{day:%G-W%V}" for day in days})
    paths = {
        # The newest day most of all, as readers do.
        "feed": ["/", "/", "/", "/?page=2", "/?page=3", *(f"/?day={day}" for day in days[1:4])],
        "library": [
            "/library/",
            "/library/?sort=title",
            "/library/?kind=saved",
            "/library/?sort=day",
        ],
        "daily": [f"/papers/date/{day}" for day in days],
        "week": [f"/papers/week/{week}" for week in weeks],
        "month": ["/papers/month/2026-04", "/papers/month/2026-03"],
        "trending": [f"/papers/trending?window={name}" for name in ("day", "week", "month")],
    }
    of_readers = {
        f"{name}, reader": [Request(path, cookie) for path in found for cookie in cookies]
        for name, found in paths.items()
    }
    public = {
        f"{name}, public": [Request(path) for path in found]
        for name, found in paths.items()
        if name not in {"feed", "library"}
    }
    return of_readers | public


def bare_pages(cookies: list[str]) -> dict[str, list[Request]]:
    from webapp.queries.papers import newest_days

    paths = [f"/bare/{day}" for day in newest_days(10)]
    readers = [Request(path, cookie) for path in paths for cookie in cookies]
    return {"reader": readers, "public": [Request(path) for path in paths]}


def sessions() -> list[str]:
    from django.test import Client as Visitor

    from webapp.models import Reader

    found = []
    for reader in Reader.objects.filter(email__startswith="reader").order_by("pk"):
        visitor = Visitor()
        visitor.force_login(reader, "django.contrib.auth.backends.ModelBackend")
        found.append(visitor.cookies["sessionid"].value)
    return found


def n_queries(request: Request) -> int:
    """In this process, by a client of Django's; the second time, when what is kept is there."""
    from django.db import connection
    from django.test import Client as Visitor
    from django.test.utils import CaptureQueriesContext

    visitor = Visitor(headers={"host": HOST})
    visitor.cookies["sessionid"] = request.cookie
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            assert visitor.get(request.path).status_code == 200
    return len(captured)


def load(home: Path, n_clients: int, seconds: float, only: str) -> None:
    cookies = sessions()
    bare_of, database = bare_pages(cookies), database_pid(home)
    with (
        served(home, "webapp.wsgi:application", "webapp.settings") as ours,
        served(home, "django.core.wsgi:get_wsgi_application()", "benchmarks.bare") as bare,
    ):
        for name, listed in pages(cookies).items():
            if only not in name:
                continue
            beside = bare_of[name.rpartition(", ")[2]]
            sides = [Side(*ours, listed), Side(*bare, beside)]
            found, plain = in_turns(sides, database, n_clients, seconds)
            print(f"load: {name:16} {found}  {n_queries(listed[0])} queries")
            share = found.per_second / plain.per_second
            print(f"load:   a bare page    {plain}  ours {share:.2f} of it", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="gzip files; none: made up")
    parser.add_argument("--papers", type=int, default=300_000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=8.0, help="for each page")
    parser.add_argument("--only", default="", help="pages with this in their name")
    parser.add_argument("--home", type=Path, help="keep the papers here, and use them again")
    chosen = parser.parse_args()
    with database(chosen.home, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1") as home:
        if not query("SELECT 1 FROM webapp_trend"):
            found = crowd.papers(sorted(chosen.files), chosen.papers)
            if not chosen.files:
                days = [date(2026, 4, 30) - timedelta(days=n) for n in range(400, -1, -1)]
                found = made_up(chosen.papers, days)
            file = crowd.written(found, home / "papers.jsonl.gz")
            crowd.fill(file, datetime.now(UTC))
        load(home, chosen.clients, chosen.seconds, chosen.only)


if __name__ == "__main__":
    main()
