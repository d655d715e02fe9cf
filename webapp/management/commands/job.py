"""`manage.py job NAME`: a job by hand, without a broker, with what follows from it."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from webapp import jobs
from webapp.arxiv import calendar, identifiers
from webapp.models import Work
from webapp.queries import digests
from webapp.queries import harvests as known
from webapp.queries import work as owed
from webapp.services import work
from webapp.services.digests import letters
from webapp.services.sources import SOURCES

LETTER = "digest"  # no job: what a person looks at


class Command(BaseCommand):
    help = "Do one job here and now, and what it asks for. " + ", ".join(jobs.NAMES)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=[*jobs.NAMES, LETTER])
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--day", type=calendar.day_of, help="one issue day, YYYY-MM-DD")
        which.add_argument("--slot", help="the occasion; done once for each")
        parser.add_argument("--source", choices=SOURCES, help="harvest: one source only")
        parser.add_argument(
            "--categories", type=identifiers.categories, default=[], help="harvest: cs.LG,cs.CL,..."
        )
        parser.add_argument("--reader", help=f"{LETTER}: an address, or the number of a reader")
        parser.add_argument(
            "--dry-run", action="store_true", help=f"{LETTER}: write the letter to a file; required"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["name"] == LETTER:
            self._write_letter(now, options)
            return
        by_hand = f"by hand {now:%Y-%m-%dT%H:%M:%S.%f}"
        slot = options["slot"] or self._slot(by_hand, now, options)
        row = work.ask(options["name"], slot, now, ring=False)
        if row is None:
            self.stdout.write(f"{options['name']} {slot}: asked for before, nothing to do")
            return
        todo = [row]
        while todo:
            for work_id in todo:
                self._do(work_id)
            todo = [i for i in owed.owed_since(todo[-1]) if i != row]

    def _slot(self, by_hand: str, now: datetime, options: dict[str, Any]) -> str:
        """What a person names, as a slot: 2026-11-20/oai/cs.LG+cs.CL/by hand ..."""
        source, subjects, day = options["source"], options["categories"], options["day"]
        if options["name"] == "harvest" and (source or subjects or day):
            day = day or calendar.expected_day(now, known.holidays())
            return f"{day}/{source or 'all'}/{'+'.join(subjects)}/{by_hand}"
        return f"{day}/{by_hand}" if day else by_hand

    def _write_letter(self, now: datetime, options: dict[str, Any]) -> None:
        """The letter that would go out, as a file; nothing is sent or marked."""
        if not (options["dry_run"] and options["reader"]):
            raise CommandError(f"{LETTER} sends nothing by hand: say --dry-run --reader X.")
        wishes = digests.of_address(options["reader"])
        if not wishes:
            raise CommandError(f"{options['reader']} has no letters.")
        for one in wishes:
            day = options["day"] or digests.wish_of(one).local_day(now)
            message = letters.preview(one, day, now)
            if message is None:
                self.stdout.write(f"Of {one.get_what_display()}: nothing to send.")
                continue
            path = settings.HOME / "letters" / f"{one.pk} {now:%Y-%m-%dT%H-%M-%S.%f}.eml"
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.write_bytes(message.message().as_bytes())
            self.stdout.write(str(path))

    def _do(self, work_id: int) -> None:
        jobs.do(work_id, timezone.now)
        row = Work.objects.get(pk=work_id)
        if row.error:
            raise CommandError(f"{row}\n{row.error}")
        counts = ", ".join(f"{name} {count}" for name, count in row.counts.items())
        self.stdout.write(f"{row}" + (f" ({counts})" if counts else ""))
        if row.job == "harvest":
            self._say_what_failed(row)

    def _say_what_failed(self, row: Work) -> None:
        for tried in known.failed_in(row.slot):
            where = f"{tried.source} {tried.subject} of {tried.day}".replace(" * ", " ")
            self.stderr.write(f"{where}: {tried.error}")
        followed = settings.ARXIV_SUBJECTS or settings.BIORXIV_SUBJECTS or settings.DAILY_PAPERS
        if not (row.counts.get("asked") or followed):
            self.stderr.write("There is nobody to ask: set ARXIV_SUBJECTS, or name --categories.")
