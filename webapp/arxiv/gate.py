"""At most one request in three seconds, over one connection, for all machines of an instance.

arXiv's terms count OAI-PMH, feeds, listings and the query API together. The line is one row in
PostgreSQL and its clock is the database's, so no machine's own clock matters.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

GAP_SECONDS = 3.0
FIRST_WAIT_SECONDS = 60.0
LONGEST_WAIT_SECONDS = 3600.0
_POLL_SECONDS = 0.5

_ENTER = """
INSERT INTO webapp_gate AS g
    (name, free_at, holder, lease_until, failures, refusal, day, n_requests)
VALUES (%(name)s, clock_timestamp(), %(holder)s, clock_timestamp() + %(lease)s * interval '1 s',
        0, '', (clock_timestamp() AT TIME ZONE 'UTC')::date, 1)
ON CONFLICT (name) DO UPDATE SET
    holder = excluded.holder, lease_until = excluded.lease_until, day = excluded.day,
    n_requests = CASE WHEN g.day = excluded.day THEN g.n_requests + 1 ELSE 1 END
WHERE g.free_at <= clock_timestamp()
  AND (g.lease_until IS NULL OR g.lease_until < clock_timestamp())
"""
_LEAVE = """
UPDATE webapp_gate SET holder = NULL, lease_until = NULL, failures = %(failures)s,
    refusal = %(refusal)s, free_at = clock_timestamp() + %(wait)s * interval '1 s'
WHERE name = %(name)s AND holder = %(holder)s
"""
_WAIT = """
SELECT greatest(0, extract(epoch FROM free_at - clock_timestamp())), failures
FROM webapp_gate WHERE name = %s
"""


class Closed(Exception):  # noqa: N818 - a state of the gate, not an error of ours
    """arXiv has asked for a longer pause than this harvest will wait: come back another time."""


@dataclass
class Turn:
    """The right to one request. Say how it went before the turn ends."""

    failures: int
    wait: float = field(default_factory=lambda: GAP_SECONDS)
    refusal: str = ""
    holder: uuid.UUID = field(default_factory=uuid.uuid4)

    def went_well(self) -> None:
        self.failures, self.refusal = 0, ""

    def was_refused(self, sentence: str, retry_after: float | None) -> None:
        """Wait as told, else twice as long each time; never past an hour, never below the gap."""
        told = FIRST_WAIT_SECONDS * 2**self.failures if retry_after is None else retry_after
        self.wait = min(max(told, GAP_SECONDS), LONGEST_WAIT_SECONDS)
        self.failures, self.refusal = min(self.failures + 1, 30), sentence[:500]


@contextmanager
def turn(
    name: str,
    lease_seconds: float,
    patience_seconds: float,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Turn]:
    """Wait for this instance's place in line, hold it until the answer is in.

    `lease_seconds` outlast the request's own time limit. Raises Closed when the line would not
    move within `patience_seconds`.
    """
    mine = Turn(failures=0)
    waited = 0.0
    while not _enter(name, mine, lease_seconds):
        pause, _ = _line(name)
        if waited + pause > patience_seconds:
            raise Closed(f"{name} asked for a pause; {pause:.0f} s of it are left.")
        # Somebody else may be asking: when that ends is not known, so look again soon.
        step = min(max(pause, 0.05), _POLL_SECONDS)
        sleep(step)
        waited += step
    mine.failures = _line(name)[1]
    try:
        yield mine
    finally:
        _execute(_LEAVE, vars(mine) | {"name": name})


def _enter(name: str, mine: Turn, lease: float) -> bool:
    return _execute(_ENTER, {"name": name, "holder": mine.holder, "lease": lease}) == 1


def _line(name: str) -> tuple[float, int]:
    with connection.cursor() as cursor:
        cursor.execute(_WAIT, [name])
        pause, failures = cursor.fetchone() or (0, 0)
    return float(pause), failures


def _execute(statement: str, values: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)
