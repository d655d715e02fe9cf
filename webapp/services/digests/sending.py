"""Sending: one letter after another, each at most once.

A letter is composed, marked, handed over, marked again. Killed before the first mark, it is sent
later; killed between the marks, nobody can know, and it stays `unknown`: a missing letter is
better than a second one. What a server refuses for now is tried again, with growing waits.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import connection
from django.db.models import Exists
from django.utils.translation import gettext

from webapp.mail import window
from webapp.models import Digest, Subscription, Suppression
from webapp.services import work

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
Compose = Callable[[Digest, datetime], EmailMessage | None]
State = Digest.State

ATTEMPTS = 10  # over a day and a half
LEASE = timedelta(minutes=5)
LONGEST = timedelta(minutes=4)  # of one run; the next minute's goes on
MOST_FAILED, TROUBLES = 3, {"unreachable", State.UNKNOWN}
LOCK = 0x46_4C_6D_61  # of PostgreSQL's advisory ones


def send(slot: str, now: datetime, clock: Clock, compose: Compose) -> work.Counts:
    """Send what is owed, in one process at a time; the others have nothing to do."""
    with _only_one() as mine:
        if not mine:
            return {"busy": 1}
        return {**recover(clock()), **_run(clock, now + LONGEST, compose)}


@contextmanager
def _only_one() -> Iterator[bool]:
    """PostgreSQL lets go of the lock when this process ends, however it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        (mine,) = cursor.fetchone()
        try:
            yield mine
        finally:
            if mine:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def recover(now: datetime) -> dict[str, int]:
    """Letters whose sender was killed: sent again if nothing had left, else left to be seen."""
    lost = Digest.objects.filter(lease_until__lt=now)
    composing = lost.filter(state=State.COMPOSING)
    composing.filter(attempts__gte=ATTEMPTS).update(
        state=State.FAILED,
        lease_until=None,
        error=gettext("The sender died each time it was composed."),
    )
    back = composing.update(state=State.QUEUED, lease_until=None)
    why = gettext("Stopped while it was being sent: it may have arrived, and is not sent again.")
    unknown = lost.filter(state=State.SENDING).update(
        state=State.UNKNOWN, lease_until=None, error=why
    )
    return {name: n for name, n in (("recovered", back), ("unknown", unknown)) if n}


class Pace:
    """No more letters a second than the provider takes; 0 is as many as there are."""

    def __init__(self, a_second: int) -> None:
        self.step = 1 / a_second if a_second else 0.0
        self.free_at = 0.0

    def wait(self) -> None:
        """Wait for the next turn."""
        now = time.monotonic()
        turn = max(now, self.free_at)
        self.free_at = turn + self.step
        time.sleep(turn - now)


def _run(clock: Clock, until: datetime, compose: Compose) -> dict[str, int]:
    """One letter after another over one connection: a crash leaves at most one in doubt.

    A server that fails three times in a row is left alone until the next run.
    """
    counts: dict[str, int] = {}
    backend, pace, failed = get_connection(), Pace(settings.EMAIL_RATE), 0
    try:
        while failed < MOST_FAILED and clock() < until and (digest := take(clock())):
            state = _send_one(digest, clock, compose, backend, pace)
            counts[state] = counts.get(state, 0) + 1
            failed = failed + 1 if state in TROUBLES else 0
    finally:
        window.close(backend)
    return counts


def take(now: datetime) -> Digest | None:
    """Claim the letter that has waited longest."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE webapp_digest SET state = 'composing', attempts = attempts + 1, lease_until = %s
            WHERE id = (SELECT id FROM webapp_digest WHERE state = 'queued' AND next_at <= %s
                        ORDER BY next_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING id
            """,
            [now + LEASE, now],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    return Digest.objects.select_related("subscription__reader", "subscription__profile").get(
        pk=row[0]
    )


def _send_one(digest: Digest, clock: Clock, compose: Compose, backend: Any, pace: Pace) -> str:
    try:
        message = compose(digest, clock())
    except Exception as error:  # one letter that can't be written holds up no other
        log.exception("Letter %d could not be composed", digest.pk)
        told = gettext("It could not be composed: %(error)r") % {"error": error}
        return _later(digest, told, clock())
    if message is None:
        return _now_is(digest, State.EMPTY, "", sent_at=None)
    pace.wait()
    if not _mark(digest, clock()):  # somebody took it for dead, or it was ended just now
        _now_is(digest, State.EMPTY, gettext("The subscription has ended."))
        return "lost"
    return _hand_over(digest, message, clock, backend)


def _mark(digest: Digest, now: datetime) -> bool:
    """Say that it may leave now, and what stands in it; not if nobody wants it any more."""
    living = Subscription.objects.filter(pk=digest.subscription_id, ended_at=None)
    return bool(
        _mine(digest, State.COMPOSING)
        .filter(Exists(living))
        .update(state=State.SENDING, lease_until=now + LEASE, paper_ids=digest.paper_ids)
    )


def _mine(digest: Digest, *states: str) -> Any:
    return Digest.objects.filter(pk=digest.pk, attempts=digest.attempts, state__in=states)


def _now_is(digest: Digest, state: str, error: str, **values: Any) -> str:
    values |= {"state": state, "error": error[-2000:], "lease_until": None}
    _mine(digest, State.COMPOSING, State.SENDING).update(**values)
    return state


def _hand_over(digest: Digest, message: EmailMessage, clock: Clock, backend: Any) -> str:
    state, said = window.hand_over(backend, message)
    if state in {"later", "unreachable"}:
        put_off = _later(digest, said, clock())
        return state if state == "unreachable" else put_off
    if state == "sent":
        return _now_is(digest, State.SENT, "", sent_at=clock())
    if state == "nobody":
        suppress(address_of(digest.subscription), Subscription.Ended.BOUNCED, said, clock())
    return _now_is(digest, State.UNKNOWN if state == "unknown" else State.FAILED, said)


def _later(digest: Digest, error: str, now: datetime) -> str:
    """Try again after 1, 4, 16, 64 and more minutes, up to six hours; in the end, never."""
    if digest.attempts >= ATTEMPTS:
        return _now_is(digest, State.FAILED, error)
    wait = timedelta(minutes=min(4 ** (digest.attempts - 1), 360))
    _now_is(digest, State.QUEUED, error, next_at=now + wait, paper_ids=[])
    return "put off"


def address_of(one: Subscription) -> str:
    return one.reader.email if one.reader else one.address


def suppress(address: str, why: str, said: str, now: datetime) -> None:
    """No more letters to an address; its subscriptions end."""
    address = address.lower()
    row = Suppression(address=address, why=why, said=said[:500], at=now)
    Suppression.objects.bulk_create([row], ignore_conflicts=True)
    living = Subscription.objects.filter(ended_at=None)
    for found in (living.filter(address=address), living.filter(reader__email__iexact=address)):
        found.update(ended_at=now, ended_why=why, next_at=None)


def again(digest_id: int, now: datetime) -> bool:
    """A person has looked: send a letter that failed, or of which nobody knows, once more.

    The attempts go on counting: a sender that comes back to life knows that it is not its own.
    """
    lost = Digest.objects.filter(pk=digest_id, state__in=(State.FAILED, State.UNKNOWN))
    if not lost.update(state=State.QUEUED, next_at=now, error="", paper_ids=[]):
        return False
    work.ask("send", f"{now.isoformat()} again {digest_id}", now)
    return True
