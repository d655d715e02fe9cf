"""`manage.py fake_arxiv FOLDER`: a stand-in arXiv in the foreground, for demonstrations."""

import importlib
import json
import signal
import threading
from argparse import ArgumentParser
from pathlib import Path
from types import ModuleType
from typing import Any

from django.core.management.base import BaseCommand, CommandError

ABSENT = "The stand-in lives in the tests folder, which this installation does not have."


class Command(BaseCommand):
    help = "Serve a folder of JSON lines as arXiv would, on this machine. Needs no database."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="JSON lines, plain or gzip; a file will do")
        parser.add_argument("--port", type=int, default=8100, help="0 takes a free one")
        parser.add_argument("--now", metavar="ISO", help="the clock at the start; else the newest")
        parser.add_argument("--stopped-clock", action="store_true", help="time stands still")
        parser.add_argument(
            "--fault",
            action="append",
            default=[],
            metavar="KIND[:PATH] or JSON",
            help="what goes wrong from the start, as empty:/rss/*; may be repeated",
        )

    def handle(self, *args: Any, folder: Path, port: int, **options: Any) -> None:
        fakes = stand_in()
        if not folder.exists():
            raise CommandError(f"{folder} is neither a folder nor a file", returncode=2)
        self.stdout.write(f"Reading {folder} ...")
        try:
            arxiv = fakes.FakeArxiv(folder, port=port)
            arxiv.set_clock(options["now"] or arxiv.newest, ticking=not options["stopped_clock"])
            for text in options["fault"]:
                arxiv.fail(**fault(text))
        except (KeyError, TypeError, ValueError) as error:
            raise CommandError(f"This cannot be served: {error}", returncode=2) from error
        except OSError as error:
            raise CommandError(f"Port {port} cannot be used: {error}", returncode=2) from error
        ended = at_the_end()
        with arxiv:
            self._introduce(arxiv)
            ended.wait()
        self.stdout.write(f"{len(arxiv.log.entries):,} requests were answered.")

    def _introduce(self, arxiv: Any) -> None:
        settings = "".join(f"  {name}={url}\n" for name, url in arxiv.environment().items())
        curl = f"  curl -d '{{}}' {arxiv.url}/_control"
        faults = [
            {"now": "2026-04-22T00:05Z"},
            {"fault": {"kind": "status", "path": "/oai*", "code": 503, "retry_after": 30}},
            {"fault": {"kind": "truncate", "path": "/rss/*", "at": 5000, "times": 1}},
            {"clear": True},
        ]
        lines = "\n".join(curl.replace("{}", json.dumps(said)) for said in faults)
        self.stdout.write(
            f"{len(arxiv.archive.papers):,} papers at {arxiv.url}, where it is {arxiv.now}.\n"
            f"An instance takes it for arXiv with:\n{settings}"
            f"The clock and the faults, from another terminal:\n{lines}\n"
            f"  curl {arxiv.url}/_control   says how it stands, {arxiv.url}/_log who asked\n"
            "Ctrl-C ends it."
        )


def stand_in() -> ModuleType:
    try:
        return importlib.import_module("tests.fakes")
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != "tests":
            raise
        raise CommandError(ABSENT) from error


def fault(text: str) -> dict[str, Any]:
    """`empty:/rss/*` or the same in JSON, where it can say more."""
    if text.startswith("{"):
        said: dict[str, Any] = json.loads(text)
        return said
    kind, _, path = text.partition(":")
    return {"kind": kind, "path": path or "*"}


def at_the_end() -> threading.Event:
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    return ended
