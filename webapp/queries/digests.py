"""Letters that are due and owed, and what stands in them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q

from webapp.mail.schedule import EVERY_DAY, Wish
from webapp.models import Digest, Subscription

WORKDAYS = (0, 1, 2, 3, 4)
_DAYS = {
    Subscription.Cadence.DAILY: EVERY_DAY,
    Subscription.Cadence.WEEKLY: (0,),
    Subscription.Cadence.MONTHLY: (),
}


def wish_of(one: Subscription) -> Wish:
    """When letters are wanted. A weekly one comes on Monday unless a day is chosen."""
    name = one.time_zone or (one.reader.time_zone if one.reader else "")
    days = one.days or _DAYS.get(Subscription.Cadence(one.cadence), ())
    is_monthly = one.cadence == Subscription.Cadence.MONTHLY
    return Wish(days, one.hour, _zone(name), is_monthly)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or settings.DEFAULT_TIME_ZONE)
    except (KeyError, ValueError, OSError):  # a name that is no more
        return ZoneInfo("UTC")


def due(now: datetime, limit: int) -> list[Subscription]:
    """Subscriptions whose next letter is due, locked; those that another process has are left."""
    rows = Subscription.objects.select_for_update(skip_locked=True, of=("self",))
    rows = rows.filter(ended_at=None, confirmed_at__isnull=False, next_at__lte=now)
    rows = rows.filter(
        Q(reader=None) | Q(reader__is_active=True), Q(profile=None) | Q(profile__deleted_at=None)
    )
    return list(rows.select_related("reader").order_by("next_at", "pk")[:limit])


def owed(now: datetime) -> bool:
    """Whether there is a letter to send, or one whose sender is gone."""
    waiting = Q(state=Digest.State.QUEUED, next_at__lte=now)
    lost = Q(state__in=(Digest.State.COMPOSING, Digest.State.SENDING), lease_until__lt=now)
    return Digest.objects.filter(waiting | lost).exists()
