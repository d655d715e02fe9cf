"""Letters to many readers at once: `python -m benchmarks.letters PART`.

speed    10,000 personal letters due at once, a polite mail server: letters a second, memory
kills    the same with a server that refuses, hangs and hangs up in one of twenty letters, two
         beats, and worker and beats killed with kill -9 twenty times while letters go out

scanner  every link of 100 letters asked for with GET and HEAD: which tables changed

A whole chain: PostgreSQL, Valkey, beat, worker and a mail server on the loopback, each a process.
"""

import argparse
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any

from benchmarks.database import database, query
from benchmarks.instance import ROOT, made_up
from tests.fakes.smtp import SmtpServer
from webapp import embedded, servers

LINK = re.compile(r"http://127\.0\.0\.1:\d+(/[^\s\"<>]*)")
PAPERS, KILLS, RUDE = 1_500, 20, 0.05
CELERY = [sys.executable, "-m", "celery", "-A", "webapp", "--skip-checks"]
WORKER = [
    *CELERY,
    "worker",
    "--include=webapp.tasks",
    "-Q",
    "celery",
    "-c",
    "2",
    "--loglevel=ERROR",
]
OPEN = "('queued', 'composing', 'sending')"


def fill(readers: int) -> None:
    """Papers of a day, readers with a ranking each, and a letter due for every one."""
    from allauth.account.models import EmailAddress
    from django.contrib.auth.hashers import make_password
    from django.utils import timezone

    from webapp.models import Paper, Profile, Ranking, Reader, Subscription

    now = timezone.now()
    rows = [
        Paper(
            arxiv_id=one["id"], issue_day=now.date(), content_day=now.date(), title=one["title"],
            abstract=one["abstract"], authors=one["authors"], subjects=one["categories"],
            content_hash=one["id"],
        )
        for one in made_up(PAPERS, [now.date()])
    ]  # fmt: skip
    ids = [paper.pk for paper in Paper.objects.bulk_create(rows)]
    secret, chance = make_password(None), random.Random(0)
    who = Reader.objects.bulk_create(
        Reader(email=f"reader{n}@example.org", password=secret) for n in range(readers)
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=one, email=one.email, verified=True, primary=True) for one in who
    )
    profiles = Profile.objects.bulk_create(Profile(reader=one) for one in who)
    for start in range(0, readers, 500):
        Ranking.objects.bulk_create(
            ranking_of(profile, chance.sample(ids, 300), now)
            for profile in profiles[start : start + 500]
        )
    Subscription.objects.bulk_create(
        Subscription(
            reader=one, what="personal", cadence="daily", created_at=now, confirmed_at=now,
            next_at=now, key=f"{one.pk:032d}",
        )
        for one in who
    )  # fmt: skip


def ranking_of(profile: Any, ids: list[int], now: Any) -> Any:
    from webapp.models import Ranking

    n = len(ids)
    return Ranking(
        reader_id=profile.reader_id, profile=profile, day=now.date(), paper_ids=ids,
        scores=[1 - k / n for k in range(n)], because=[ids[-1]] * n, text_shares=[0.6] * n,
        shared_shares=[0.3] * n, fresh_shares=[0.1] * n, terms=[["words", "pairs"]] * 50,
        n_ratings=5, ranked_at=now,
    )  # fmt: skip


class Chain:
    """Worker and two beats, which can be killed and begun anew."""

    def __init__(self, home: Path) -> None:
        self.home, self.processes = home, {}
        for name in ("worker", "beat", "second beat"):
            self.start(name)

    def start(self, name: str) -> None:
        schedule = f"--schedule={self.home / name.replace(' ', '-')}"
        beat = [*CELERY, "beat", "--loglevel=ERROR", "--pidfile=", schedule]
        with (self.home / f"{name}.log").open("a") as log:
            self.processes[name] = subprocess.Popen(
                WORKER if name == "worker" else beat,
                cwd=ROOT,
                env=os.environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """Everything at once, pool and all, as when the power goes."""
        for process in self.processes.values():
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def megabytes(self) -> float:
        """The largest process of the worker."""
        group = self.processes["worker"].pid
        pids = [int(p.name) for p in Path("/proc").glob("[0-9]*") if _group(p) == group]
        return max((_resident(pid) for pid in pids), default=0.0)


def _group(folder: Path) -> int:
    try:
        return int((folder / "stat").read_text().rsplit(")", 1)[1].split()[2])
    except (OSError, IndexError):
        return 0


def _resident(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


@contextmanager
def chain(readers: int, rude: float) -> Iterator[tuple[Chain, Path]]:
    """Everything that runs, with all letters due and none begun."""
    home = Path(tempfile.mkdtemp(prefix="firstlight-letters-"))
    home.chmod(0o711)
    log = home / "letters.jsonl"
    log.touch()
    embedded.make_home(home)
    valkey = servers.start_valkey(home)
    with SmtpServer(log, rude, hang_seconds=10) as server:
        mail = {
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(server.port),
            "EMAIL_TLS": "false",
            "EMAIL_TIMEOUT": "2",
            "EMAIL_RATE": "0",
            "BROKER_URL": embedded.broker_url(home),
            "PUBLIC_URL": "http://papers.example.org",
        }
        with database(**mail):
            fill(readers)
            running = Chain(home)
            try:
                yield running, log
            finally:
                running.kill()
                valkey.stop(10)


def states() -> Counter[str]:
    return Counter(dict(query("SELECT state, count(*) FROM webapp_digest GROUP BY state")))


def wait_for_first() -> None:
    """The sender begins when every letter is queued."""
    while not states()["sent"]:
        time.sleep(0.2)


def speed(options: argparse.Namespace) -> None:
    """From the first letter to the last."""
    with chain(options.readers, 0.0) as (running, log):
        wait_for_first()
        began, before, memory = time.monotonic(), states()["sent"], []
        while query(f"SELECT 1 FROM webapp_digest WHERE state IN {OPEN} LIMIT 1"):
            time.sleep(1)
            memory.append(running.megabytes())
        seconds = time.monotonic() - began
        sent = states()["sent"] - before
        print(
            f"speed: {states()['sent']:,} letters, {sent / seconds:.0f} a second; the worker's "
            f"largest process {memory[len(memory) // 5]:.0f} MB after a fifth, "
            f"{max(memory):.0f} MB at most; {_twice(log)} had twice"
        )


def kills(options: argparse.Namespace) -> None:
    """Until every letter is sent, failed or known to be in doubt."""
    chance, killed, began = random.Random(options.seed), 0, time.monotonic()
    with chain(options.readers, RUDE) as (running, log):
        while query(f"SELECT 1 FROM webapp_digest WHERE state IN {OPEN} LIMIT 1") or not killed:
            sent = states()["sent"]
            time.sleep(chance.uniform(0.5, 4))
            if killed < KILLS and states()["sent"] > sent:
                running.kill()
                killed += 1
                print(f"{time.monotonic() - began:.0f} s, {killed} killed: {dict(states())}")
                for name in list(running.processes):
                    running.start(name)
        had = [json.loads(line)["to"] for line in log.read_text().splitlines()]
        in_doubt = query(
            "SELECT r.email, d.error FROM webapp_digest d JOIN webapp_subscription s ON "
            "s.id = d.subscription_id JOIN webapp_reader r ON r.id = s.reader_id "
            "WHERE d.state = 'unknown'"
        )
        by_kill = [email for email, error in in_doubt if error.startswith("Stopped")]
        missing = {f"reader{n}@example.org" for n in range(options.readers)} - set(had)
        doubted = {email for email, _ in in_doubt}
        print(
            f"kills: {killed} kills in {time.monotonic() - began:.0f} s, {dict(states())}; "
            f"{_twice(log)} had a letter twice; {len(missing)} had none, of them "
            f"{len(missing & doubted)} shown as in doubt; in doubt by a kill {len(by_kill)}, "
            f"by a server that took it and never answered {len(in_doubt) - len(by_kill)}"
        )


def scanner(options: argparse.Namespace) -> None:
    """As programs do that look at what a mail leads to, before anybody reads it."""
    with database(EMAIL_PROVIDER="console"):
        from django.db import connection
        from django.test import Client
        from django.utils import timezone

        from webapp.models import Subscription
        from webapp.services.digests import claims, letters, sending

        fill(min(options.readers, 100))
        Subscription.objects.create(
            address="stranger@example.org", key="s" * 32, created_at=timezone.now(),
            confirmed_at=timezone.now(), next_at=timezone.now(),
        )  # fmt: skip
        claims.claim("scanner", timezone.now())
        mails = []
        while digest := sending.take(timezone.now()):
            if message := letters.compose(digest, timezone.now()):
                mails.append(" ".join([message.body, str(message.alternatives[0][0])]))
        found = {unescape(link) for mail in mails for link in LINK.findall(mail)}
        tables = [name for name in connection.introspection.table_names() if "session" not in name]
        before, client, counts = _rows(tables), Client(headers={"host": "127.0.0.1"}), Counter()
        for link in sorted(found):
            for method in (client.get, client.head):
                counts[method(link).status_code] += 1
        changed = [name for name, rows in _rows(tables).items() if rows != before[name]]
    print(
        f"scanner: {len(mails)} letters, {len(found)} links, {sum(counts.values())} requests "
        f"({dict(counts)}); tables that changed: {', '.join(changed) or 'none'}"
    )


def _rows(tables: list[str]) -> dict[str, Any]:
    """A sum over every row of every table."""
    return {
        name: query(f"SELECT count(*), sum(hashtext(t::text)) FROM {name} t") for name in tables
    }


def _twice(log: Path) -> int:
    counts = Counter(json.loads(line)["to"] for line in log.read_text().splitlines())
    return sum(n > 1 for n in counts.values())


PARTS = {"speed": speed, "kills": kills, "scanner": scanner}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--readers", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    PARTS[options.part](options)


if __name__ == "__main__":
    main()
