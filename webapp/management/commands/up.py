"""`manage.py up`: the whole instance in the foreground, until Ctrl-C."""

import json
import os
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from webapp.embedded import StartError
from webapp.supervisor import PLAN, ROOT, Plan


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
        try:
            plan = plan_of(options)
        except StartError as error:
            print(error, file=sys.stderr)
            sys.exit(1)
        os.environ[PLAN] = json.dumps(asdict(plan))
        os.chdir(ROOT)
        # The last words change nothing; they keep the name that `ps` shows.
        shown = ["manage.py", *sys.argv[1:]]
        os.execv(sys.executable, [sys.executable, "-m", "webapp.supervisor", *shown])  # noqa: S606


def plan_of(options: dict[str, Any]) -> Plan:
    only = {name.strip() for name in options["only"].split(",") if name.strip()}
    embedded = {"postgres": settings.EMBEDDED_DATABASE, "valkey": settings.EMBEDDED_BROKER}
    if unknown := ", ".join(sorted(only - embedded.keys())):
        raise StartError(f"--only takes postgres and valkey, not {unknown}.")
    return Plan(
        home=str(settings.HOME),
        host=options["host"],
        port=port_of(options["port"]),
        grace=options["grace"],
        servers=[name for name in embedded if name in only or (not only and embedded[name])],
        application=not only,
        demo=all(embedded.values()),
        mails=str(settings.MAIL_FOLDER or ""),
        elsewhere=bool(settings.PUBLIC_URL) or not settings.EMBEDDED_DATABASE,
    )


def port_of(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise StartError(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)
