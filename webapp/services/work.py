"""Asking for work, claiming it, finishing it. One row per (job, slot)."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import partial

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from webapp import bell
from webapp.models import Work

ATTEMPTS = 3
LEASE = timedelta(seconds=60)  # renewed while the work runs, so a dead worker is seen in a minute
RENEW_SECONDS = 15.0
KEEP_DONE = timedelta(days=14)
ONCE = {"demo"}  # jobs whose having been done is never forgotten

Counts = dict[str, int | str]


def days_of(slot: str) -> list[date]:
    """The issue day that a slot names, as in 2026-11-23/by hand; none where it names no day."""
    named = re.match(r"(\d{4}-\d\d-\d\d)/", slot)
    return [date.fromisoformat(named[1])] if named else []


def ask(job: str, slot: str, now: datetime, *, ring: bool = True) -> int | None:
    """Owe one piece of work. Asking again for the same occasion changes nothing.

    Returns the new row's id, or None when the row was there. Rings after commit, unless the
    asker does the work itself.
    """
    row, created = Work.objects.get_or_create(job=job, slot=slot, defaults={"next_at": now})
    if not created:
        return None
    if ring:
        transaction.on_commit(partial(bell.ring, row.pk, job))
    return row.pk


def claim(work_id: int, now: datetime) -> Work | None:
    """Take the row, or None: somebody has it, it is done, or it may not be tried again.

    The attempt is counted and committed before the work begins, so that work which kills
    its worker runs out of attempts.
    """
    changed = (
        Work.objects.filter(pk=work_id, attempts__lt=ATTEMPTS, next_at__lte=now)
        .filter(Q(state=Work.State.WAITING) | Q(state=Work.State.RUNNING, lease_until__lt=now))
        .update(state=Work.State.RUNNING, attempts=F("attempts") + 1, lease_until=now + LEASE)
    )
    return Work.objects.get(pk=work_id) if changed else None


def finish(row: Work, counts: Counts, now: datetime) -> bool:
    """Done, unless the row was lost to somebody else meanwhile."""
    return bool(
        _mine(row).update(
            state=Work.State.DONE, counts=counts, error="", finished_at=now, lease_until=None
        )
    )


def fail(row: Work, error: str, now: datetime) -> None:
    """Keep the reason; wait longer each time; at the cap, leave it to a person."""
    spent = row.attempts >= ATTEMPTS
    _mine(row).update(
        state=Work.State.QUARANTINED if spent else Work.State.WAITING,
        error=error[-4000:],
        next_at=now + timedelta(minutes=row.attempts**2),
        lease_until=None,
    )


def _mine(row: Work) -> QuerySet[Work]:
    return Work.objects.filter(pk=row.pk, state=Work.State.RUNNING, attempts=row.attempts)


@contextmanager
def lease(row: Work, clock: Callable[[], datetime]) -> Iterator[None]:
    """Renew the row's lease from a second thread for as long as the block runs."""
    stop = threading.Event()

    def renew() -> None:
        try:
            while not stop.wait(RENEW_SECONDS):
                _mine(row).update(lease_until=clock() + LEASE)
        finally:
            connection.close()  # this thread's own

    thread = threading.Thread(target=renew, name=f"lease of work {row.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def sweep(now: datetime) -> Counts:
    """Ring again for what is overdue, quarantine what died too often, forget what is long done."""
    lost = Work.objects.filter(state=Work.State.RUNNING, lease_until__lt=now)
    quarantined = lost.filter(attempts__gte=ATTEMPTS).update(
        state=Work.State.QUARANTINED,
        error="The worker died each time this was tried.",
        lease_until=None,
    )
    overdue = list(
        Work.objects.filter(
            Q(state=Work.State.WAITING) | Q(state=Work.State.RUNNING, lease_until__lt=now),
            next_at__lte=now,
            attempts__lt=ATTEMPTS,
        ).values_list("pk", "job")
    )
    for pk, job in overdue:
        bell.ring(pk, job)
    done = Work.objects.filter(state=Work.State.DONE, finished_at__lt=now - KEEP_DONE)
    forgotten, _ = done.exclude(job__in=ONCE).delete()
    return {"rung": len(overdue), "quarantined": quarantined, "forgotten": forgotten}


def again(work_id: int, now: datetime) -> bool:
    """A person has looked: give a quarantined row its attempts back."""
    changed = Work.objects.filter(pk=work_id, state=Work.State.QUARANTINED).update(
        state=Work.State.WAITING, attempts=0, next_at=now
    )
    return bool(changed)
