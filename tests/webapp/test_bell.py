"""The bell rings at once, or gives up at once."""

import os
import signal
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.factories import paper, reader, world
from webapp import bell, servers
from webapp.celery import LIMITS, app
from webapp.embedded import valkey_socket
from webapp.services import runs

HTMX = {"HX-Request": "true"}


@pytest.fixture
def queue(broker_url):
    """A fresh line to a real broker, and the messages that arrived there, by queue."""
    bell.line.cache_clear()
    app.conf.broker_url, before = broker_url, app.conf.broker_url

    def messages(name):
        with app.connection_for_read(broker_url) as connection:
            found, read = connection.SimpleQueue(name, no_ack=True), []
            with suppress(found.Empty):
                while True:
                    read.append(found.get_nowait())
            found.close()
            return read

    for name in LIMITS:
        messages(name)  # what earlier tests have left
    yield messages
    app.conf.broker_url = before
    bell.line.cache_clear()


@contextmanager
def frozen_broker():
    pid = servers.valkey_pid(valkey_socket(Path(os.environ["FIRSTLIGHT_HOME"])))
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def seconds_of(do):
    began = time.monotonic()
    do()
    return time.monotonic() - began


@pytest.mark.parametrize(
    ("job", "name", "limits"),
    [("train", "training", [3600, 3000]), ("embed", "celery", [600, 540])],
)
def test_each_queue_has_its_own_time_limits(queue, job, name, limits):
    bell.ring(7, job)
    (message,) = queue(name)
    assert message.headers["timelimit"] == limits
    assert message.payload[0] == [7]


def test_a_frozen_broker_is_given_up_at_once(queue):
    bell.ring(1, "embed")
    with frozen_broker():
        assert seconds_of(lambda: bell.ring(2, "embed")) < 1.5


def test_a_broker_that_was_frozen_before_the_first_ring_is_given_up_at_once(queue):
    with frozen_broker():
        assert seconds_of(lambda: bell.ring(2, "embed")) < 1.5


def test_after_a_failure_nobody_is_rung_for_a_while(queue):
    with frozen_broker():
        bell.ring(1, "embed")
        assert seconds_of(lambda: [bell.ring(n, "embed") for n in range(50)]) < 0.1


def test_it_rings_again_after_the_quiet_time(queue, monkeypatch):
    monkeypatch.setattr(bell, "QUIET_SECONDS", 0.0)
    with frozen_broker():
        bell.ring(1, "train")
    bell.ring(2, "train")
    assert [2] in [message.payload[0] for message in queue("training")]


@pytest.mark.django_db(transaction=True)
def test_a_reader_is_answered_while_the_broker_is_frozen(queue, client, now):
    world(2)
    runs.train("night", now)
    client.force_login(reader())
    addresses = [f"/papers/{paper().arxiv_id}/rating/" for _ in range(2)]  # without a place yet
    with frozen_broker():
        for address in addresses:
            assert seconds_of(lambda: client.post(address, {"value": "up"}, headers=HTMX)) < 2  # noqa: B023
    assert bell.line().quiet_until > 0
