"""Letters: noting who wants them, forgetting who never confirmed."""

from datetime import datetime, timedelta

from webapp.models import Subscription
from webapp.services import work

UNCONFIRMED = timedelta(days=7)


def subscribe(address: str, cadence: str, now: datetime) -> None:
    """Note an unconfirmed wish. Asking again changes nothing, whoever asks."""
    row = Subscription(address=address, cadence=cadence, created_at=now)
    Subscription.objects.bulk_create([row], ignore_conflicts=True)


def prune(slot: str, now: datetime) -> work.Counts:
    """Forget addresses that nobody confirmed within a week."""
    silent = Subscription.objects.filter(confirmed_at=None, created_at__lt=now - UNCONFIRMED)
    n, _ = silent.delete()
    return {"unconfirmed": n}
