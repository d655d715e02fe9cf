"""What every test gets: a fixed time, a closed network, memories emptied in between."""

import os
import socket
from datetime import UTC, datetime

import pytest
from django.db import connection

from webapp import bell, dataset
from webapp.queries import papers

LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture
def now():
    return datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def network_is_closed(monkeypatch):
    """A test that reaches for the world fails at once instead of sometimes."""
    connect = socket.socket.connect

    def only_here(self, address):
        if isinstance(address, tuple) and not str(address[0]).startswith(LOOPBACK):
            raise AssertionError(f"a test tried to reach {address[0]}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", only_here)


@pytest.fixture(autouse=True)
def memories_are_empty():
    """A process remembers packs, the names of subjects, and for a while a silent broker."""
    yield
    dataset.forget_packs()
    dataset.forget_places()
    bell.line.cache_clear()
    papers.forget_subjects()


@pytest.fixture
def live_environment(transactional_db):
    """For a real process beside the test: the same database, in which rows are committed."""
    database = connection.settings_dict
    url = os.environ["DATABASE_URL"].replace("/firstlight?", f"/{database['NAME']}?")
    return os.environ | {"DATABASE_URL": url}
