"""What every test gets: a fixed time, a closed network, memories emptied in between."""

import socket
from datetime import UTC, datetime

import pytest

from webapp import dataset

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
def packs_are_forgotten():
    """A process remembers packs by run and day; the next test's database counts anew."""
    yield
    dataset.forget_packs()
