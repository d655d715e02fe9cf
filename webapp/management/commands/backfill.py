"""`manage.py backfill --from D --to D`: older days, by arXiv's query API, politely."""

import sys
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from webapp.arxiv import calendar, identifiers
from webapp.models import Harvest
from webapp.queries import harvests as known
from webapp.services import harvests

SLOT = "backfill"  # a day that is done is not asked for again


def _slot(day: date, subjects: list[str]) -> str:
    """The same each time, but for a day that the query API need not have yet."""
    now = timezone.now()
    is_there = now >= calendar.due_since(day, "query")
    return f"{SLOT} {'+'.join(subjects)}" + ("" if is_there else f" at {now:%Y-%m-%dT%H:%M:%S.%f}")


class Command(BaseCommand):
    help = "Fetch what was submitted for the issue days of a span. Started again, it goes on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="first", type=calendar.day_of, required=True)
        parser.add_argument("--to", dest="last", type=calendar.day_of, required=True)
        parser.add_argument(
            "--categories",
            type=identifiers.categories,
            default=[],
            help="cs.LG,cs.CL,...; else ARXIV_SUBJECTS",
        )

    def handle(
        self, *args: Any, first: date, last: date, categories: list[str], **options: Any
    ) -> None:
        subjects = categories or settings.ARXIV_SUBJECTS
        if not subjects:
            raise CommandError("Name --categories, or set ARXIV_SUBJECTS.", returncode=2)
        if first > last:
            raise CommandError(f"--from {first} is after --to {last}.", returncode=2)
        days = calendar.issue_days(first, last, known.holidays())
        stored = 0
        for day in tqdm(days, unit="day", disable=None, file=sys.stderr):
            row = harvests.fetch("query", day, subjects, _slot(day, subjects), timezone.now)
            if row.state != Harvest.State.DONE:
                raise CommandError(f"{day}: {row.error} Start it again later; it goes on here.")
            stored += int(row.counts.get("new", 0))
        self.stdout.write(f"{len(days)} issue days, {stored:,} new papers")
