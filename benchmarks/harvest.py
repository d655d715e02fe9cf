"""The harvest against a stand-in arXiv: `python -m benchmarks.harvest PART ... --papers FILES`.

week         five announcement days through each source: every paper, once
kills        `manage.py job harvest` ended with kill -9 at 50 random moments, then run to the end
line         three harvesting processes at once: the smallest gap at the server's own clock
memory       100,000 records by back-fill and in one OAI-PMH list: the peak of the process
night        1,500 new papers from the first request to ranked feeds, in a whole instance

Except in `line` and `night` the polite waits are left out and only counted.
"""

import argparse
import gzip
import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.database import database, query
from benchmarks.instance import ROOT, Browser, instance, made_up, shown
from tests.fakes import FakeArxiv
from tests.fakes.days import batch_before

SOURCES = ("rss", "atom", "oai", "query", "listing+missing")
KILLS, RECORDS, NEW_PAPERS = 50, 100_000, 1_500
TABLES = "webapp_paper, webapp_version, webapp_coverage, webapp_harvest, webapp_work, webapp_gate"
IMPATIENT = (
    "import os, sys\n"
    "os.environ['DJANGO_SETTINGS_MODULE'] = 'webapp.settings'\n"
    "from webapp.arxiv import gate\n"
    "gate.GAP_SECONDS = 0.0\n"
    "from django.core.management import execute_from_command_line\n"
    "execute_from_command_line(['manage.py', *sys.argv[1:]])\n"
)
Rows = list[dict[str, Any]]


def lines_of(paths: Iterable[Path]) -> Iterator[dict[str, Any]]:
    for path in paths:
        with gzip.open(path, "rt") as file:
            yield from map(json.loads, file)


def subjects_of(rows: Rows) -> list[str]:
    return sorted({row["categories"][0] for row in rows})


def manage(arxiv: FakeArxiv, *arguments: str, polite: bool = False) -> subprocess.Popen[str]:
    """`manage.py ...` in a process of its own, with the stand-in for arXiv."""
    command = ["manage.py"] if polite else ["-c", IMPATIENT]
    return subprocess.Popen(
        [sys.executable, *command, *arguments],
        cwd=ROOT,
        env=os.environ | arxiv.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finished(process: subprocess.Popen[str]) -> str:
    said, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(said)
    return said


def fingerprint() -> list[tuple[Any, ...]]:
    """What must be the same however often a harvest was killed."""
    papers = query("SELECT arxiv_id, issue_day, version, content_hash FROM webapp_paper ORDER BY 1")
    return papers + query(
        "SELECT subject, day, expected, missing_ids, state FROM webapp_coverage ORDER BY 1, 2"
    )


def week_of(papers: list[Path]) -> tuple[Rows, list[date], list[str]]:
    rows = list(lines_of(papers[:5]))
    return rows, sorted({date.fromisoformat(r["date"]) for r in rows}), subjects_of(rows)


def noon(day: date) -> datetime:
    """When every source has the day's batch."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def lately(rows: Rows) -> tuple[Rows, list[date]]:
    """The same papers, as if announced in the newest days that every source has by now.

    The commands go by the real clock, and arXiv lists the last 90 days only.
    """
    day, days = batch_before(batch_before(datetime.now(UTC).date())), {}
    for old in sorted({row["date"] for row in rows}, reverse=True):
        days[old] = day
        day = batch_before(day)
    moved = [
        row | {"id": f"{days[row['date']]:%y%m}.{n + 1:05d}", "date": f"{days[row['date']]}"}
        for n, row in enumerate(rows)
    ]
    return moved, sorted(days.values())


# --- the parts --------------------------------------------------------------------------------


def week(options: argparse.Namespace) -> None:
    rows, days, subjects = week_of(options.papers)
    with database(OPERATOR_EMAIL="operator@example.org"), FakeArxiv(rows) as arxiv:
        for source in SOURCES:
            query(f"TRUNCATE {TABLES} CASCADE")
            arxiv.log.clear()
            began = time.monotonic()
            for day in days:
                arxiv.set_clock(noon(day))
                for one in source.split("+"):
                    _fetch(arxiv, one, day, subjects)
            stored = dict(query("SELECT arxiv_id, issue_day FROM webapp_paper"))
            wanted = {row["id"]: date.fromisoformat(row["date"]) for row in rows}
            right = sum(stored.get(name) == day for name, day in wanted.items())
            print(
                f"week: {source:16} {len(stored.keys() & wanted.keys()):,} of {len(wanted):,} "
                f"papers, {len(stored.keys() - wanted.keys())} others, {right:,} on their day, "
                f"{len(arxiv.log.entries)} requests, {time.monotonic() - began:.1f} s without waits"
            )


def _fetch(arxiv: FakeArxiv, source: str, day: date, subjects: list[str]) -> None:
    from django.conf import settings

    from webapp.arxiv import gate
    from webapp.services import harvests

    gate.GAP_SECONDS = 0.0
    harvests.BUDGET_SECONDS = float("inf")
    for name, address in arxiv.environment().items():
        setattr(settings, name, address)
    settings.ARXIV_SUBJECTS = subjects
    harvests.harvest(f"{day}/{source}//benchmark", arxiv.now, lambda: arxiv.now)
    for name, said in query("SELECT source, error FROM webapp_harvest WHERE error <> ''"):
        raise RuntimeError(f"{name}: {said}")


def kills(options: argparse.Namespace) -> None:
    """Whole runs first, for what must come of it and how long a run takes."""
    rows, days = lately([r for r in lines_of(options.papers[:5]) if r["categories"][0] == "cs.LG"])
    runs = [
        ("job", "harvest", "--day", f"{day}", "--source", source, "--categories", "cs.LG")
        for day in days
        for source in ("oai", "query", "listing", "missing", "rss")
        if source != "rss" or day == days[-1]  # a feed has the newest batch only
    ]
    chance = random.Random(options.seed)
    with (
        database(OPERATOR_EMAIL="operator@example.org"),
        FakeArxiv(rows, now=noon(days[-1]), page_size=50) as arxiv,
    ):
        seconds = _to_the_end(arxiv, runs)
        wanted = fingerprint()
        query(f"TRUNCATE {TABLES} CASCADE")
        killed = tried = 0
        while killed < KILLS:
            run, tried = chance.choice(runs), tried + 1
            process = manage(arxiv, *run)
            try:
                process.communicate(timeout=chance.uniform(0.3 * seconds, seconds))
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                killed += 1
        n = query("SELECT count(*) FROM webapp_paper")[0][0]
        _to_the_end(arxiv, runs)
        print(
            f"kills: {killed} of {tried} runs killed, {n:,} papers there at that moment; "
            f"afterwards {len(wanted):,} rows, the same as without kills: "
            f"{'yes' if fingerprint() == wanted else 'NO'} (seed {options.seed})"
        )


def _to_the_end(arxiv: FakeArxiv, runs: list[tuple[str, ...]]) -> float:
    """All runs; returns the mean seconds of one."""
    began = time.monotonic()
    for run in runs:
        finished(manage(arxiv, *run))
    return (time.monotonic() - began) / len(runs)


def line(options: argparse.Namespace) -> None:
    rows, days = lately(list(lines_of(options.papers[:5])))
    runs = [
        ("--source", source, "--categories", "cs.LG,cs.CL", "--day", f"{day}")
        for source, day in zip(("listing", "oai", "query"), days, strict=False)
    ]
    with (
        database(OPERATOR_EMAIL="operator@example.org"),
        FakeArxiv(rows, now=noon(days[-1]), page_size=300) as arxiv,
    ):
        processes = [manage(arxiv, "job", "harvest", *run, polite=True) for run in runs]
        for process in processes:
            finished(process)
        log = arxiv.log
        print(
            f"line: 3 processes, {len(log.entries)} requests, smallest gap "
            f"{log.smallest_gap():.3f} s, at most {log.largest_concurrency()} at once over "
            f"{log.largest_connections()} connection"
        )


def memory(_: argparse.Namespace) -> None:
    """The records by issue day, and in one list, as after a bulk edit."""
    days = [date(2026, 3, 2) + timedelta(days=n) for n in range(54)]
    days = [day for day in days if day.weekday() < 5]
    last = days[-1] + timedelta(days=7)
    rows = list(made_up(RECORDS, days, ["cs.LG"]))
    runs = {
        "backfill": ("backfill", "--from", f"{days[0]}", "--to", f"{days[-1]}"),
        "oai": ("job", "harvest", "--day", f"{last}", "--source", "oai"),
    }
    with database(OPERATOR_EMAIL="operator@example.org"):
        for name, command in runs.items():
            query(f"TRUNCATE {TABLES} CASCADE")
            with FakeArxiv(rows, now="2026-06-05T12:00Z") as arxiv:
                if name == "oai":
                    arxiv.touch([row["id"] for row in rows], last)
                began = time.monotonic()
                process = manage(arxiv, *command, "--categories", "cs.LG")
                peak = peak_of(process, lambda: query("SELECT count(*) FROM webapp_paper")[0][0])
                stored = query("SELECT count(*) FROM webapp_paper")[0][0]
                print(
                    f"memory: {name:9} {stored:,} records, {len(arxiv.log.entries)} requests, "
                    f"{time.monotonic() - began:.0f} s without waits, peak {peak:.0f} MB"
                )


def peak_of(process: subprocess.Popen[str], stored: Callable[[], int]) -> float:
    """Megabytes at the most until all is stored (Linux); what follows is not the harvest's."""
    peak = 0.0
    while process.poll() is None and stored() < RECORDS:
        status = Path(f"/proc/{process.pid}/status").read_text()
        if held := re.search(r"VmHWM:\s+(\d+) kB", status):
            peak = max(peak, int(held[1]) / 1024)
        time.sleep(0.2)
    process.terminate()
    process.communicate()
    return peak


def night(options: argparse.Namespace) -> None:
    """The instance is up, its demo readers have rated, and the newest batch is announced."""
    from webapp.arxiv import calendar

    followed = ["cs.LG", "cs.CV", "cs.CL", "cs.AI", "cs.RO", "quant-ph"]
    now = datetime.now(UTC)
    day = calendar.expected_day(now)
    rows = [row for row in lines_of(options.papers) if row["categories"][0] in followed]
    rows = [
        row | {"id": f"{day:%y%m}.{n + 1:05d}", "date": f"{day}"}
        for n, row in enumerate(rows[:NEW_PAPERS])
    ]
    with FakeArxiv(rows, now=now, ticking=True) as arxiv:
        more = arxiv.environment() | {"OPERATOR_EMAIL": "operator@example.org"}
        with instance(more=more) as running:
            running.manage("job", "train")
            browser = Browser(running.port)
            browser.log_in(*running.login())
            began = time.monotonic()
            running.manage("job", "harvest", "--day", f"{day}", "--categories", ",".join(followed))
            browser.connection.close()  # it was idle for too long
            browser.request("GET", "/")
            seconds = time.monotonic() - arxiv.log.entries[0].arrived
            started = arxiv.log.entries[0].arrived - began
            waits = 3.0 * (len(arxiv.log.entries) - 1)
            _, html = browser.request("GET", f"/?day={day}")
            assert shown(html) != sorted(shown(html), reverse=True), "newest first: not ranked"
            print(
                f"night: {len(rows):,} papers, {len(arxiv.log.entries)} requests, first request "
                f"{started:.1f} s after the start; {seconds:.1f} s to ranked feeds, of them polite "
                f"waits {waits:.0f} s: {seconds - waits:.1f} s; {len(shown(html))} on the page"
            )


PARTS = {
    "week": week,
    "kills": kills,
    "line": line,
    "memory": memory,
    "night": night,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--papers", type=Path, nargs="+", default=[], metavar="FILE")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    PARTS[options.part](options)


if __name__ == "__main__":
    main()
