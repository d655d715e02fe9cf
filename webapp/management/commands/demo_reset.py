"""`manage.py demo_reset`: the demo world as it was, other accounts untouched."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.utils import timezone

from webapp.services import demo


class Command(BaseCommand):
    help = "Restore the demo papers, readers and ratings; other readers stay as they are."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This instance has its own database or broker, so it has no demo.")
        try:
            demo.restore("by hand", timezone.now())
        except OperationalError as error:
            raise CommandError("The database does not answer: run `make run` first.") from error
        self.stdout.write("The demo world is as it was.")
        if line := demo.login_line():
            self.stdout.write(line)
