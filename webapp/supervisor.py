"""The processes of one instance: started in order, watched, stopped in reverse.

A child is told to end by a signal to its main process only, so that a worker's pool can finish
its task; only what is left after the grace period is killed with its whole group. On Linux the
kernel ends the children of a supervisor that was killed; elsewhere the next start takes over the
servers that still answer.

`manage.py up` turns its options and settings into a Plan and becomes this module, which needs
neither of them any more: a process that only watches should not hold all of Django.
"""

import fcntl
import http.client
import json
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from webapp import servers
from webapp.embedded import StartError, make_home, run_folder
from webapp.processes import Server, spawn, tail, wait_until

ROOT = Path(__file__).resolve().parent.parent
PLAN = "FIRSTLIGHT_PLAN"  # the environment's name for what `manage.py up` decided
# One process for all of it, because each would begin by loading all of Django.
PREPARE = """
import sys
import django
django.setup()
from django.core.management import call_command
from django.db import OperationalError
try:
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    for command in sys.argv[1:]:
        call_command(command)
except OperationalError as error:
    sys.exit(f"The database cannot be used: {error}")
"""

LARGEST_LOG = 5_000_000  # bytes; at a start a longer one becomes NAME.log.1
READY_SECONDS = 60
SECOND_THOUGHTS = 5  # for a first page that answers with an error
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SERVERS = ("PostgreSQL", "Valkey")  # what the application needs until its last moment
MOST_DEATHS = 5  # within FORGIVEN_AFTER, before the supervisor gives up
FORGIVEN_AFTER = 300
LONGEST_PAUSE = 30


@dataclass(frozen=True)
class Plan:
    """What one `manage.py up` is to do."""

    home: str
    host: str
    port: int
    grace: float
    servers: list[str]  # of postgres and valkey, those to run here
    application: bool
    demo: bool
    mails: str  # the folder they are written to, if they are
    elsewhere: bool  # a configured instance may answer this machine's visitor with a redirect


# --- before anything starts -------------------------------------------------------------------


@contextmanager
def own_home(home: Path) -> Iterator[None]:
    """Make the data folder and keep a second supervisor out. The kernel unlocks when we end."""
    with ExitStack() as stack:
        try:
            make_home(home)
            file = stack.enter_context((home / "lock").open("a"))
            _lock(file.fileno(), home)
            _make_secret_key(home / "secret_key")
            _shorten_logs(home / "log")
        except OSError as error:
            raise StartError(f"The data folder {home} cannot be used: {error.strerror}.") from error
        yield


def _lock(file: int, home: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise StartError(f"Firstlight is already running with the data in {home}.") from error


def _make_secret_key(file: Path) -> None:
    """Write the key beside its place first: a half-written one would never be noticed."""
    if file.exists():
        return
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    new.write_text(secrets.token_urlsafe(50))
    new.rename(file)


def _shorten_logs(folder: Path) -> None:
    for log in folder.glob("*.log"):
        if log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))


def check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            raise StartError(
                f"Port {port} on {host} cannot be used ({error.strerror}): "
                "stop what uses it, or choose another, as in PORT=8001 make run."
            ) from error


# --- the children -----------------------------------------------------------------------------


@dataclass
class Child:
    """One process that is kept running, and the history of its deaths."""

    name: str
    log: Path
    start: Callable[[], Server]
    server: Server | None = None
    deaths: list[float] = field(default_factory=list)
    again_at: float = 0.0

    def bury(self, now: float) -> float:
        """Note a death and return the seconds to wait, longer each time."""
        self.server = None
        self.deaths = [then for then in self.deaths if now - then < FORGIVEN_AFTER] + [now]
        pause = min(2.0 ** (len(self.deaths) - 1), LONGEST_PAUSE)
        self.again_at = now + pause
        return pause


def python_child(home: Path, name: str, signal_at_death: int, *command: str) -> Child:
    """Describe a child that runs a module of Python with our settings."""
    log = home / "log" / f"{name}.log"

    def start() -> Server:
        process = spawn(
            [sys.executable, "-m", *command],
            log,
            signal_at_death,
            cwd=ROOT,
            env=environment(home),
            umask=0o077,
        )
        return Server(name, process.pid, process, (signal.SIGTERM,))

    return Child(name, log, start)


def environment(home: Path) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "webapp.settings",
        "FIRSTLIGHT_HOME": str(home),
        "PYTHONUNBUFFERED": "1",
        "MALLOC_ARENA_MAX": "2",  # threads share heaps: a third less memory
    }


def server_children(home: Path, wanted: list[str]) -> list[Child]:
    log = home / "log"
    known = {
        "postgres": Child(SERVERS[0], log / "postgres.log", lambda: servers.start_postgres(home)),
        "valkey": Child(SERVERS[1], log / "valkey.log", lambda: servers.start_valkey(home)),
    }
    return [child for name, child in known.items() if name in wanted]


def web_command(
    host: str, port: int, grace: float, application: str = "webapp.wsgi:application"
) -> list[str]:
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    web = ["gunicorn", application, f"--bind={where}", "--preload"]
    web += ["--worker-class=gthread", "--workers=2", "--threads=2", "--no-control-socket"]
    web += ["--config=python:webapp.gunicorn"]
    return [*web, f"--graceful-timeout={max(1, int(grace) - 2)}"]


def app_children(home: Path, host: str, port: int, grace: float) -> list[Child]:
    # Django's checks would load every page into processes that show none.
    celery = ["celery", "-A", "webapp", "--skip-checks"]
    worker = [*celery, "worker", "--include=webapp.tasks", "--loglevel=INFO"]
    worker += ["--without-gossip", "--without-mingle"]
    # What a training leaves behind in its process would stay until the next night.
    trainer = [*worker, "-Q", "training", "-c", "1", "--max-tasks-per-child=1"]
    beat = [*celery, "beat", "--loglevel=WARNING", "--pidfile="]
    beat += [f"--schedule={run_folder(home) / 'beat-schedule'}"]
    # A worker is killed with its supervisor, and Celery has its pool killed with the worker:
    # asked politely, it would first finish an hour of training.
    end, kill = signal.SIGTERM, signal.SIGKILL
    return [
        python_child(home, "web", end, *web_command(host, port, grace)),
        python_child(home, "worker", kill, *worker, "-Q", "celery", "-c", "2", "-n", "worker@%h"),
        python_child(home, "trainer", kill, *trainer, "-n", "trainer@%h"),
        python_child(home, "beat", end, *beat),
    ]


def run_once(home: Path, name: str, *command: str, **options: Any) -> None:
    """Run one step of the preparation to its end."""
    log = home / "log" / f"{name}.log"
    full = [sys.executable, *command]
    process = spawn(full, log, signal.SIGKILL, cwd=ROOT, env=environment(home), **options)
    try:
        code = process.wait()
    finally:
        Server(name, process.pid, process, ()).kill_group()
    if code != 0:
        raise StartError(f"{name} failed. The end of {log}:\n{tail(log)}")


# --- the whole --------------------------------------------------------------------------------


class Supervisor:
    """Children in the order of their start. Interrupting it at any moment stops them all."""

    def __init__(self, grace: float) -> None:
        self.grace = grace
        self.children: list[Child] = []

    def start(self, child: Child) -> None:
        say(f"starting {child.name} ...")
        self.children.append(child)
        child.server = child.start()
        if child.server.process is None:
            say(f"{child.name} was still running from an earlier start: using it")

    def watch_until(self, done: Callable[[], bool]) -> None:
        """Look after the children until `done`. Ends by an exception when one cannot be kept."""
        while not done():
            now = time.monotonic()
            for child in self.children:
                self._look_after(child, now)
            time.sleep(0.1)

    def _look_after(self, child: Child, now: float) -> None:
        if child.server is None and now >= child.again_at:
            child.server = child.start()
        elif child.server is not None and not child.server.running():
            child.server.kill_group()
            pause = child.bury(now)
            if len(child.deaths) >= MOST_DEATHS:
                raise StartError(
                    f"{child.name} ended {MOST_DEATHS} times. "
                    f"The end of {child.log}:\n{tail(child.log)}"
                )
            say(f"{child.name} ended; it starts again in {pause:.0f} s ({child.log})")

    def hurry(self, _number: int, _frame: object) -> None:
        self.grace = 0

    def stop(self) -> None:
        """Stop the application together, within the grace period; then the servers one by one."""
        for number in SIGNALS:
            signal.signal(number, self.hurry)
        if self.children:
            say("stopping (Ctrl-C again: without waiting for running tasks) ...")
        running = [child.server for child in reversed(self.children) if child.server]
        app = [server for server in running if server.name not in SERVERS]
        for server in app:
            server.send(signal.SIGTERM)
        wait_until(lambda: not self.grace or not any(one.running() for one in app), self.grace)
        for server in app:
            if server.running():
                server.kill_group()
        for server in running:
            if server.name in SERVERS:
                server.stop()
        self.children = []


def first_page(host: str, port: int) -> int:
    """Ask for the first page and return the status, 0 if nobody answers."""
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - asked, not bound
    connection = http.client.HTTPConnection(near, port, timeout=10)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def page_served(plan: Plan) -> Callable[[], bool]:
    accepted = range(200, 500) if plan.elsewhere else range(200, 201)
    deadline = time.monotonic() + READY_SECONDS
    log = Path(plan.home, "log", "web.log")

    def served() -> bool:
        nonlocal deadline
        status = first_page(plan.host, plan.port)
        if status:  # what it answers now it will hardly change
            deadline = min(deadline, time.monotonic() + SECOND_THOUGHTS)
        if status not in accepted and time.monotonic() > deadline:
            answer = f"answers {status}" if status else "does not answer"
            raise StartError(f"The first page {answer}. The end of {log}:\n{tail(log)}")
        return status in accepted

    return served


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - this is a command


def carry_out(plan: Plan) -> None:
    home = Path(plan.home)
    with own_home(home), ExitStack() as stack:
        if plan.application:
            check_port(plan.host, plan.port)
        say(f"data in {home}, logs in {home / 'log'}")
        every = Supervisor(plan.grace)
        stack.callback(every.stop)
        for child in server_children(home, plan.servers):
            every.start(child)
        if plan.application:
            start_application(every, plan)
        else:
            say("ready; other commands find the servers by the same FIRSTLIGHT_HOME")
        every.watch_until(lambda: False)


def start_application(every: Supervisor, plan: Plan) -> None:
    home = Path(plan.home)
    say("preparing the database ...")
    demo = ["load_demo"] if plan.demo else []
    run_once(home, "prepare", "-c", PREPARE, *demo, stdout=None)
    web, *others = app_children(home, plan.host, plan.port, plan.grace)
    every.start(web)
    # The others begin when the page is there, which then is so in half the time.
    every.watch_until(page_served(plan))
    for child in others:
        every.start(child)
    if plan.mails:
        say(f"mails are written to {plan.mails}")
    say(f"Firstlight is ready: http://{plan.host}:{plan.port}")


def interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def main() -> int:
    for number in SIGNALS:
        # What starts us in the background may have us ignore Ctrl-C; only nohup's wish counts.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, interrupt)
    try:
        carry_out(Plan(**json.loads(os.environ.pop(PLAN))))
    except StartError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        say("Firstlight has stopped.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
