"""Letters: noting who wants them, forgetting who never confirmed."""

from datetime import datetime, timedelta

from webapp.models import Digest, Subscription
from webapp.services import work

UNCONFIRMED = timedelta(days=7)
SHORTEST_KEY = 20


def subscribe(address: str, cadence: str, now: datetime) -> None:
    """Note an unconfirmed wish. Asking again changes nothing, whoever asks."""
    row = Subscription(address=address, cadence=cadence, created_at=now)
    Subscription.objects.bulk_create([row], ignore_conflicts=True)


def of_key(key: str) -> Subscription | None:
    """The subscription that a link in its letters names."""
    return Subscription.objects.filter(key=key).first() if len(key) >= SHORTEST_KEY else None


def end(one: Subscription, now: datetime, why: str = Subscription.Ended.ASKED) -> None:
    """No more letters, at once and for good; ended twice is ended."""
    Subscription.objects.filter(pk=one.pk, ended_at=None).update(
        ended_at=now, ended_why=why, next_at=None
    )
    Digest.objects.filter(subscription=one, state=Digest.State.QUEUED).update(
        state=Digest.State.EMPTY, error="The subscription has ended."
    )


def prune(slot: str, now: datetime) -> work.Counts:
    """Forget addresses that nobody confirmed within a week."""
    silent = Subscription.objects.filter(confirmed_at=None, created_at__lt=now - UNCONFIRMED)
    n, _ = silent.delete()
    return {"unconfirmed": n}
