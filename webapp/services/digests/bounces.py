"""What providers tell of letters, carried out: no more to whom they can't or may not reach."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from webapp.mail.events import UNSUBSCRIBED, Told
from webapp.models import Subscription, Suppression
from webapp.services.digests import sending, subscriptions


def note(told: Iterable[Told], now: datetime) -> None:
    """Told twice is told once."""
    for address, kind, said in told:
        if kind == UNSUBSCRIBED:
            _end(address, now)
        else:
            sending.suppress(address, kind, said, now)


def _end(address: str, now: datetime) -> None:
    whose = Q(address=address) | Q(reader__email__iexact=address)
    for one in Subscription.objects.filter(whose, ended_at=None):
        subscriptions.end(one, now)


def lift(suppression_id: int) -> bool:
    """A person says that the address works again. What has ended stays so until asked for."""
    n, _ = Suppression.objects.filter(pk=suppression_id).delete()
    return bool(n)
