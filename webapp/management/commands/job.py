"""`manage.py job NAME`: a job by hand, without a broker, with what follows from it."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from webapp import jobs
from webapp.models import Work
from webapp.queries import work as owed
from webapp.services import work


class Command(BaseCommand):
    help = "Do one job here and now, and what it asks for. " + ", ".join(jobs.JOBS)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=jobs.JOBS)
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--day", type=date.fromisoformat, help="one issue day, YYYY-MM-DD")
        which.add_argument("--slot", help="the occasion; done once for each")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        by_hand = f"by hand {now:%Y-%m-%dT%H:%M:%S.%f}"
        slot = options["slot"] or (f"{options['day']}/{by_hand}" if options["day"] else by_hand)
        row = work.ask(options["name"], slot, now, ring=False)
        if row is None:
            self.stdout.write(f"{options['name']} {slot}: asked for before, nothing to do")
            return
        todo = [row]
        while todo:
            for work_id in todo:
                self._do(work_id)
            todo = [i for i in owed.owed_since(todo[-1]) if i != row]

    def _do(self, work_id: int) -> None:
        jobs.do(work_id, timezone.now)
        row = Work.objects.get(pk=work_id)
        if row.error:
            raise CommandError(f"{row}\n{row.error}")
        counts = ", ".join(f"{name} {count}" for name, count in row.counts.items())
        self.stdout.write(f"{row}" + (f" ({counts})" if counts else ""))
