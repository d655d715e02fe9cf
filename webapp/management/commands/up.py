"""`manage.py up`: the whole instance in the foreground, until Ctrl-C."""

import os
import signal
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from webapp import supervisor
from webapp.embedded import StartError
from webapp.processes import tail
from webapp.supervisor import Supervisor

SERVERS = {"postgres", "valkey"}
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Command(BaseCommand):
    help = "Run Firstlight in the foreground: database, broker, web, workers and timetable."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        port = os.environ.get("PORT") or "8000"
        parser.add_argument("--port", default=port, help="default: PORT, or 8000")
        parser.add_argument("--host", default="127.0.0.1", help="default: this machine only")
        parser.add_argument("--only", default="", help="postgres,valkey: the servers alone")
        parser.add_argument("--grace", default=30.0, type=float, help="seconds for running tasks")

    def handle(self, **options: Any) -> None:
        for number in SIGNALS:
            ignored = signal.getsignal(number) == signal.SIG_IGN
            if number != signal.SIGHUP or not ignored:  # nohup asked us not to listen
                signal.signal(number, _interrupt)
        try:
            run(_checked(options))
        except StartError as error:
            print(error, file=sys.stderr)
            sys.exit(1)
        except KeyboardInterrupt:
            print("Firstlight has stopped.", flush=True)


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _checked(options: dict[str, Any]) -> dict[str, Any]:
    port = str(options["port"])
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise StartError(f"PORT must be a number from 1 to 65535, not {port!r}.")
    only = {name.strip() for name in options["only"].split(",") if name.strip()}
    if only - SERVERS:
        raise StartError(f"--only takes postgres and valkey, not {', '.join(only - SERVERS)}.")
    return {**options, "port": int(port), "only": only}


def say(line: str) -> None:
    print(line, flush=True)


def run(options: dict[str, Any]) -> None:
    home: Path = settings.HOME
    with supervisor.own_home(home), ExitStack() as stack:
        if not options["only"]:
            supervisor.check_port(options["host"], options["port"])
        say(f"data in {home}, logs in {home / 'log'}")
        every = Supervisor(say, options["grace"])
        stack.callback(_stop, every)
        start_servers(every, home, options["only"])
        if options["only"]:
            say("ready; the other commands find them by the same FIRSTLIGHT_HOME")
        else:
            start_application(every, home, options)
        every.watch_until(lambda: False)


def start_servers(every: Supervisor, home: Path, only: set[str]) -> None:
    embedded = {"postgres": settings.EMBEDDED_DATABASE, "valkey": settings.EMBEDDED_BROKER}
    wanted = [name for name in embedded if name in only or (not only and embedded[name])]
    for child in supervisor.server_children(home, wanted):
        every.start(child)


def start_application(every: Supervisor, home: Path, options: dict[str, Any]) -> None:
    say("preparing the database ...")
    supervisor.run_once(home, "prepare", "-c", supervisor.PREPARE)
    if settings.EMBEDDED_DATABASE and settings.EMBEDDED_BROKER:
        supervisor.run_once(home, "demo", "manage.py", "load_demo", stdout=None)
    host, port = options["host"], options["port"]
    for child in supervisor.app_children(home, host, port, options["grace"]):
        every.start(child)
    every.watch_until(_first_page_is_served(home, host, port))
    if settings.MAIL_FOLDER:
        say(f"mails are written to {settings.MAIL_FOLDER}")
    say(f"Firstlight is ready: http://{host}:{port}")


def _first_page_is_served(home: Path, host: str, port: int) -> Callable[[], bool]:
    # An instance with an address of its own may send a visitor of this one elsewhere.
    configured = settings.PUBLIC_URL or not settings.EMBEDDED_DATABASE
    accepted = range(200, 500) if configured else range(200, 201)
    deadline = time.monotonic() + supervisor.READY_SECONDS
    log = home / "log" / "web.log"

    def served() -> bool:
        status = supervisor.first_page(host, port)
        if status not in accepted and time.monotonic() > deadline:
            answer = f"answers {status}" if status else "does not answer"
            raise StartError(f"The first page {answer}. The end of {log}:\n{tail(log)}")
        return status in accepted

    return served


def _stop(every: Supervisor) -> None:
    for number in SIGNALS:
        signal.signal(number, lambda _number, _frame: every.hurry())
    if every.children:
        say("stopping (again Ctrl-C: without waiting for running tasks) ...")
    every.stop()
