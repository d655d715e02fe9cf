"""Rings a worker: "look now". Nothing is lost when it stays silent."""

import logging
import os
import threading
import time
from functools import lru_cache
from typing import Any

from kombu.exceptions import OperationalError

from webapp.celery import DEFAULT_QUEUE, LIMITS, QUEUES, app

log = logging.getLogger(__name__)

# A broker that accepts a connection and never answers would keep a reader waiting for ever. The
# worker's own connections must not have this limit: they wait for messages.
PATIENCE_SECONDS = 1.0
QUIET_SECONDS = 30.0  # after a failure, so that the rings of one page do not add up


class Line:
    """A process has one connection to the broker, and its threads ring one after the other."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.quiet_until = 0.0
        self.connection: Any = None

    def send(self, work_id: int, queue: str) -> None:
        """Send, or raise and be quiet for a while. Nobody is asked in the quiet time."""
        with self.lock:
            if time.monotonic() < self.quiet_until:
                return
            try:
                self._send(work_id, queue)
            except Exception:
                self.quiet_until = time.monotonic() + QUIET_SECONDS
                self._hang_up()
                raise

    def _send(self, work_id: int, queue: str) -> None:
        if self.connection is None:
            self.connection = app.connection_for_write(
                connect_timeout=PATIENCE_SECONDS, transport_options=options(app.conf.broker_url)
            )
        soft, hard = LIMITS[queue]
        app.send_task(
            "webapp.tasks.do",
            args=[work_id],
            queue=queue,
            connection=self.connection,
            soft_time_limit=soft,
            time_limit=hard,
            retry=False,
            ignore_result=True,
        )

    def _hang_up(self) -> None:
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.collect(socket_timeout=PATIENCE_SECONDS)


def options(broker_url: str) -> dict[str, float]:
    """What limits the wait for an answer, in the transport's own words."""
    if broker_url.startswith("redis"):
        return {"socket_timeout": PATIENCE_SECONDS, "socket_connect_timeout": PATIENCE_SECONDS}
    return {"read_timeout": PATIENCE_SECONDS, "write_timeout": PATIENCE_SECONDS}


@lru_cache(maxsize=1)
def line() -> Line:
    return Line()


os.register_at_fork(after_in_child=line.cache_clear)  # a child would share the parent's socket


def ring(work_id: int, job: str) -> None:
    """Tell a worker of one row. Never blocks for long, never raises: the sweeper sees the row."""
    try:
        line().send(work_id, QUEUES.get(job, DEFAULT_QUEUE))
    except (OperationalError, OSError) as error:
        log.warning("The broker does not answer (%s); the sweeper will ring for %s.", error, job)
