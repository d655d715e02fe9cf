"""`manage.py load_demo`: the demo world, once, on an instance that was started with nothing set."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from webapp import jobs
from webapp.models import Work
from webapp.services import demo, work

FIRST_START = "first start"


class Command(BaseCommand):
    help = "Load the demo papers and readers on the first start, and say how to log in."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            return
        # One row, done once: what a host has deleted does not come back with the next start.
        work.ask("demo", FIRST_START, timezone.now(), ring=False)
        row = Work.objects.get(job="demo", slot=FIRST_START)
        if jobs.do(row.pk, timezone.now):
            self.stdout.write("The demo is loaded: real papers, made-up readers.")
        if line := demo.login_line():
            self.stdout.write(line)
