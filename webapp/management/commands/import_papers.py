"""`manage.py import_papers FILE...`: JSON lines, plain or gzip, in two shapes."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from webapp.services import imports

LISTED = 100


class Command(BaseCommand):
    help = "Read papers from files: one announced paper a line, or arXiv's bulk metadata."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")

    def handle(self, *args: Any, files: list[Path], **options: Any) -> None:
        for path in files:
            if not path.is_file():
                raise CommandError(f"{path} is not a file", returncode=2)
        total = sum(path.stat().st_size for path in files)
        with tqdm(total=total, disable=None, bar_format=BAR, file=sys.stderr) as bar:
            progress = Progress(bar)
            counts = imports.import_lines(files, timezone.now(), progress.seen)
        self._summary(counts, progress.n)
        if counts["bad"]:
            raise CommandError(f"{counts['bad']} lines were left out, see above", returncode=1)

    def _summary(self, counts: dict[str, int], n: int) -> None:
        kept = ", ".join(f"{counts[kind]:,} {kind}" for kind in ("new", "changed", "moved", "same"))
        self.stdout.write(f"{n:,} lines: {kept}, {counts['bad']:,} bad")


BAR = "{percentage:3.0f}% |{bar:30}| {postfix}, {elapsed} gone, {remaining} left"


class Progress:
    """The bar goes by bytes on disk, because they are known before the lines are."""

    def __init__(self, bar: tqdm) -> None:
        self.bar = bar
        self.n = self.bad = 0
        self.file = ""
        self.position = 0

    def seen(self, line: imports.Read) -> None:
        self.n += 1
        if line.position < self.position:
            self.position = 0  # the next file
        if self.n % 500 == 0:
            rate = self.n / max(1e-9, self.bar.format_dict["elapsed"])
            self.bar.set_postfix_str(f"{self.n:,} papers, {rate:,.0f}/s", refresh=False)
            self.bar.update(line.position - self.position)
            self.position = line.position
        if line.trouble:
            self.bad += 1
            if self.bad <= LISTED:
                tqdm.write(str(line.trouble), file=sys.stderr)
            elif self.bad == LISTED + 1:
                tqdm.write("More bad lines are counted, not listed.", file=sys.stderr)
