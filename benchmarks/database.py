"""A throw-away PostgreSQL with the tables in it, and Django set up for it in this process."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django

from webapp import embedded, servers

PREFIX = "firstlight-bench-"


@contextmanager
def database(kept: Path | None = None, **environment: str) -> Iterator[Path]:
    """Call once in a process, before anything that reads the settings.

    Its folder is thrown away in the end, unless one to keep is named.
    """
    home = kept or Path(tempfile.mkdtemp(prefix=PREFIX))
    home.mkdir(exist_ok=True)
    home.chmod(0o711)  # as root the database runs as another user
    embedded.make_home(home)
    server = servers.start_postgres(home)
    os.environ |= environment | {
        "FIRSTLIGHT_HOME": str(home),
        "DATABASE_URL": embedded.database_url(home),
        "SECRET_KEY": "only-for-measuring",
        "DJANGO_SETTINGS_MODULE": "webapp.settings",
        "LOG_LEVEL": "ERROR",
    }
    try:
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        yield home
    finally:
        server.stop(30)
        if not kept:
            shutil.rmtree(embedded.run_folder(home), ignore_errors=True)
            shutil.rmtree(home, ignore_errors=True)


def query(statement: str) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []
