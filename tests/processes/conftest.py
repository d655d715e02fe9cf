"""Instances to start, and a clean table afterwards."""

import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.processes.running import Up
from webapp import embedded


@pytest.fixture(scope="module")
def up():
    """Start `manage.py up`; whatever still runs at the end of the module is killed."""
    with ExitStack() as stack:

        def start(home, *options, **more):
            one = Up(home, *options, **more)
            stack.callback(one.clean_up)
            return one

        yield start


@pytest.fixture(scope="module")
def make_home():
    """New folders that another user may pass through, as the database's must when we are root."""
    with ExitStack() as stack:

        def make(name="home", owner=None):
            top = Path(tempfile.mkdtemp(prefix="firstlight-up-"))
            stack.callback(shutil.rmtree, top)
            top.chmod(0o755)
            if owner:
                shutil.chown(top, owner)
            home = top / name
            stack.callback(lambda: shutil.rmtree(embedded.run_folder(home), ignore_errors=True))
            return home

        yield make


@pytest.fixture
def server_home(make_home):
    """A data folder that is ready for the servers, without `manage.py up`."""
    home = make_home()
    embedded.make_home(home)
    return home
