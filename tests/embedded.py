"""A throw-away PostgreSQL and Valkey for a test run, as a pytest plugin (`-p tests.embedded`).

The plugin is loaded early, because pytest-django reads the settings, and with them DATABASE_URL,
before any conftest. A DATABASE_URL that is already set wins. The servers end with pytest, also
when it is killed (Linux).
"""

import fcntl
import os
import shutil
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from webapp import embedded, servers

# Nobody mourns a test's database: it need not survive a power cut.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

PREFIX = "firstlight-tests-"

cleanup = ExitStack()


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests():
    """Start early: a wrapper comes before the plugins that are only "first"."""
    home = make_home()
    if "DATABASE_URL" not in os.environ:
        server = servers.start_postgres(home, FORGETFUL)
        cleanup.callback(server.stop, 5)
        os.environ["DATABASE_URL"] = embedded.database_url(home)
    os.environ["FIRSTLIGHT_HOME"] = str(home)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright runs an event loop
    os.environ.setdefault("SECRET_KEY", "only-for-tests")
    return (yield)


def make_home():
    sweep()
    home = Path(tempfile.mkdtemp(prefix=PREFIX))
    cleanup.callback(shutil.rmtree, home, ignore_errors=True)
    lock = cleanup.enter_context((home / "lock").open("w"))
    fcntl.flock(lock, fcntl.LOCK_EX)
    home.chmod(0o711)  # as root the database runs as another user
    embedded.make_home(home)
    if embedded.run_folder(home).parent != home:
        cleanup.callback(shutil.rmtree, embedded.run_folder(home), ignore_errors=True)
    return home


def sweep():
    """Remove what runs that were killed have left: the folders that nobody holds the lock of."""
    for lock in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/lock"):
        with suppress(OSError), lock.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.parent, ignore_errors=True)


@pytest.fixture(scope="session")
def broker_url():
    if "BROKER_URL" in os.environ:
        yield os.environ["BROKER_URL"]
        return
    home = Path(os.environ["FIRSTLIGHT_HOME"])
    server = servers.start_valkey(home)
    os.environ["BROKER_URL"] = embedded.broker_url(home)
    yield os.environ.pop("BROKER_URL")
    server.stop(5)


def pytest_unconfigure():
    cleanup.close()
