"""A reader's own letters: made, changed, moved to another time zone."""

from datetime import datetime
from typing import Any

from django.db import transaction

from webapp.mail import tokens
from webapp.models import Profile, Reader, Subscription
from webapp.queries import digests
from webapp.services.digests import claims, subscriptions

PERSONAL = Subscription.What.PERSONAL


def make(reader: Reader, profile_id: int | None, wish: dict[str, Any], now: datetime) -> int:
    """Letters about all interests or one; those that there were begin again. Returns their id."""
    with transaction.atomic():
        one, _ = Subscription.objects.get_or_create(
            reader=reader,
            what=PERSONAL,
            profile=Profile.objects.get(pk=profile_id) if profile_id else None,
            defaults={"created_at": now, "key": tokens.new_key()},
        )
        change(one, wish, now)
        subscriptions.resume(one, now)
    return one.pk


def change(one: Subscription, wish: dict[str, Any], now: datetime) -> None:
    """Other days, hour, length or measure."""
    assert one.reader is not None
    subscriptions.change(one, wish | {"least_score": _least(one, wish["least_place"])}, now)


def _least(one: Subscription, place: int | None) -> float | None:
    """The score that a place of the newest day has; as it was where that day has no such place."""
    if place is None:
        return None
    if place == one.least_place and one.least_score is not None:
        return one.least_score
    assert one.reader is not None
    known = {at.place: at.score for at in digests.places(one.reader, one.profile_id)}
    return known.get(place, one.least_score)


def moved(reader: Reader, now: datetime) -> None:
    """After another time zone was chosen: no day gets a second letter, none is left out."""
    for one in Subscription.objects.filter(reader=reader, ended_at=None, next_at__isnull=False):
        one.reader = reader
        claims.reschedule(one, now)
