"""A whole instance in a throw-away folder, and a person's browser as far as HTTP goes."""

import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

ROOT = Path(__file__).resolve().parent.parent
READY = "Firstlight is ready: "
SUBJECTS = ("cs.LG", "cs.CL", "math.NT", "astro-ph.GA")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(home: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "BROKER_URL"}}
    return kept | {"FIRSTLIGHT_HOME": str(home)} | dict(more or {})


class Instance:
    """`manage.py up` (or `make run`), seen from outside."""

    def __init__(
        self,
        home: Path,
        command: list[str] | None = None,
        cwd: Path = ROOT,
        more: Mapping[str, str] | None = None,
    ) -> None:
        self.home = home
        self.environment = environment(home, more)
        self.port = free_port()
        self.said: list[str] = []
        began = time.monotonic()
        self.process = subprocess.Popen(
            command or [sys.executable, "manage.py", "up"],
            cwd=cwd,
            env=self.environment | {"PORT": str(self.port), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout
        for line in self.process.stdout:
            self.said.append(line.rstrip())
            if line.startswith(READY):
                break
        else:
            raise RuntimeError("It did not become ready:\n" + "\n".join(self.said[-20:]))
        self.seconds_to_ready = time.monotonic() - began

    def login(self) -> tuple[str, str]:
        """Address and password of the demo reader, as printed."""
        line = next(line for line in self.said if line.startswith("Demo reader: "))
        found = re.fullmatch(r"Demo reader: (\S+), password: (\S+)", line)
        assert found
        return found[1], found[2]

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        return done.stdout

    def stop(self) -> float:
        began = time.monotonic()
        os.killpg(self.process.pid, signal.SIGINT)  # as a terminal does at Ctrl-C
        self.process.communicate(timeout=90)
        return time.monotonic() - began

    def pss_megabytes(self) -> dict[str, float]:
        """Memory by kind of process; a page that several share is counted by its part (Linux)."""
        found: dict[str, float] = {}
        for pid in family(self.process.pid):
            try:
                smaps = Path(f"/proc/{pid}/smaps_rollup").read_text()
                words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            except OSError:
                continue
            pss = re.search(r"^Pss:\s+(\d+) kB", smaps, re.MULTILINE)
            name = kind_of(words)
            found[name] = found.get(name, 0) + (int(pss[1]) / 1024 if pss else 0)
        return found


def kind_of(words: list[str]) -> str:
    text = " ".join(words)
    for mark in ("postgres", "valkey", "gunicorn", "beat", "training", "celery", "manage.py"):
        if mark in text:
            return {"training": "trainer", "celery": "worker", "manage.py": "supervisor"}.get(
                mark, mark
            )
    return "other"


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError):
            continue
        parents.setdefault(parent, []).append(int(folder.name))
    found, todo = [], [pid]
    while todo:
        found.append(todo.pop())
        todo += parents.get(found[-1], [])
    return found


@contextmanager
def instance(**options: object) -> Iterator[Instance]:
    home = Path(tempfile.mkdtemp(prefix="firstlight-bench-"))
    home.chmod(0o711)
    running = Instance(home, **options)  # type: ignore[arg-type]
    try:
        yield running
    finally:
        running.stop()
        shutil.rmtree(home, ignore_errors=True)


class Browser:
    """One kept connection, cookies, forms."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}
        self.token = ""

    def request(
        self, method: str, path: str, form: dict[str, str] | None = None, *, htmx: bool = False
    ) -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if htmx:
            headers["HX-Request"] = "true"
        body = None
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode({"csrfmiddlewaretoken": self.token} | form)
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        for value in answer.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: m.value for name, m in SimpleCookie(value).items()}
        if token := re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text):
            self.token = token[1]
        if answer.status in {302, 303} and answer.headers["Location"]:
            return self.request("GET", without_host(answer.headers["Location"]))
        return answer.status, text

    def log_in(self, email: str, password: str) -> None:
        self.request("GET", "/accounts/login/")
        status, _ = self.request(
            "POST", "/accounts/login/", {"login": email, "password": password, "remember": "on"}
        )
        assert status == 200
        assert "sessionid" in self.cookies, "login failed"


def without_host(location: str) -> str:
    parts = urlsplit(location)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def made_up(
    n: int, days: list[date], subjects: Sequence[str] = SUBJECTS
) -> Iterator[dict[str, Any]]:
    """Papers whose words are those of the fixtures, with abstracts of about 1,350 characters."""
    chance = random.Random(0)
    lines = (ROOT / "fixtures" / "papers.jsonl").read_text().splitlines()
    words = [word for text in lines for word in json.loads(text)["abstract"].split()]
    for number in range(n):
        day = days[number * len(days) // n]
        yield {
            "id": f"{day:%y%m}.{number % 99_999 + 1:05d}",
            "date": f"{day}",
            "title": " ".join(chance.choices(words, k=10)),
            "abstract": " ".join(chance.choices(words, k=195)),
            "authors": [f"Author {chance.randrange(9999)}" for _ in range(4)],
            "categories": list(dict.fromkeys(chance.choices(subjects, k=2))),
            "comments": None,
        }


def shown(html: str) -> list[str]:
    """ArXiv ids of the papers on a page, in order."""
    return re.findall(r'data-arxiv-id="([^"]+)"', html)
