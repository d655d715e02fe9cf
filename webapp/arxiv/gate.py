"""At most one request in three seconds, over one connection, for all machines of an instance.

arXiv's terms count OAI-PMH, feeds, listings and the query API together. The line is one row in
PostgreSQL and its clock is the database's, so no machine's own clock matters. Who is asking holds
an advisory lock, which ends with its session: nobody waits for a worker that was killed.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

GAP_SECONDS = 3.0
FIRST_WAIT_SECONDS = 60.0
LONGEST_WAIT_SECONDS = 3600.0
BELIEVED = 3  # refusals in a row, after each of which we came back as told
_POLL_SECONDS = 0.5

_LOCK = "SELECT pg_try_advisory_lock(hashtextextended('gate ' || %s, 0))"
_UNLOCK = "SELECT pg_advisory_unlock(hashtextextended('gate ' || %s, 0))"
# The gap is owed from the start of a request on, so that one cut short by a kill leaves it too.
_ENTER = """
INSERT INTO webapp_gate AS g (name, free_at, failures, refusal, day, n_requests)
VALUES (%(name)s, clock_timestamp() + %(gap)s * interval '1 s', 0, '',
        (clock_timestamp() AT TIME ZONE 'UTC')::date, 1)
ON CONFLICT (name) DO UPDATE SET
    free_at = excluded.free_at, day = excluded.day,
    n_requests = CASE WHEN g.day = excluded.day THEN g.n_requests + 1 ELSE 1 END
WHERE g.free_at <= clock_timestamp()
"""
_LEAVE = """
UPDATE webapp_gate SET failures = %(failures)s, refusal = %(refusal)s,
    free_at = clock_timestamp() + %(wait)s * interval '1 s'
WHERE name = %(name)s
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

    def went_well(self) -> None:
        self.failures, self.refusal = 0, ""

    def was_refused(self, sentence: str, retry_after: float | None) -> None:
        """Wait as told, else twice as long each time; never past an hour, never below the gap.

        What was told is believed a few times only: "at once" for ever would be a request each gap.
        """
        grown = FIRST_WAIT_SECONDS * 2**self.failures
        is_believed = retry_after is not None and self.failures < BELIEVED
        told = (retry_after or 0.0) if is_believed else max(retry_after or 0.0, grown)
        self.wait = min(max(told, GAP_SECONDS), LONGEST_WAIT_SECONDS)
        self.failures, self.refusal = min(self.failures + 1, 30), sentence[:500]


@contextmanager
def turn(
    name: str, patience_seconds: float, sleep: Callable[[float], None] = time.sleep
) -> Iterator[Turn]:
    """Wait for this instance's place in line, hold it until the answer is in.

    Raises Closed when the line would not move within `patience_seconds`.
    """
    waited = 0.0
    while not _enter(name):
        pause, _ = _line(name)
        if waited + pause > patience_seconds:
            raise Closed(f"{name} asked for a pause; {pause:.0f} s of it are left.")
        # Somebody else may be asking: when that ends is not known, so look again soon.
        step = min(max(pause, 0.05), _POLL_SECONDS)
        sleep(step)
        waited += step
    mine = Turn(failures=_line(name)[1])
    try:
        yield mine
    finally:
        _execute(_LEAVE, vars(mine) | {"name": name})
        _execute(_UNLOCK, [name])


def _enter(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [name])
        if not cursor.fetchone()[0]:
            return False
        cursor.execute(_ENTER, {"name": name, "gap": GAP_SECONDS})
        if cursor.rowcount:
            return True
        cursor.execute(_UNLOCK, [name])
        return False


def _line(name: str) -> tuple[float, int]:
    with connection.cursor() as cursor:
        cursor.execute(_WAIT, [name])
        pause, failures = cursor.fetchone() or (0, 0)
    return float(pause), failures


def _execute(statement: str, values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
