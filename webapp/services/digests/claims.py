"""Which letters are due. Each becomes a row, once; the row is what is owed."""

from datetime import datetime, timedelta

from django.db import transaction

from webapp.mail import schedule
from webapp.models import Digest, Subscription
from webapp.queries import digests
from webapp.services import work

AT_ONCE = 500
# A letter that is later than this, because nothing ran, is sent only on its own day.
LATE = timedelta(hours=12)


def claim(slot: str, now: datetime) -> work.Counts:
    """Queue every letter that is due, and have them sent."""
    n = 0
    while queued := _claim_some(now):
        n += queued
    if n or digests.owed(now):
        work.ask("send", slot, now)
    if digests.to_answer(now):
        work.ask("confirm", slot, now)
    return {"queued": n}


def _claim_some(now: datetime) -> int:
    """Move some subscriptions on to their next letter and queue the present one, all or nothing."""
    with transaction.atomic():
        due = digests.due(now, AT_ONCE)
        letters = [letter for one in due if (letter := _letter(one, now))]
        Digest.objects.bulk_create(letters, ignore_conflicts=True)
        Subscription.objects.bulk_update(due, ["next_at", "last_day", "held_until"])
    return len(due)


def _letter(one: Subscription, now: datetime) -> Digest | None:
    """The letter that is due, if one is; the subscription is moved on in memory."""
    wish = digests.wish_of(one)
    assert one.next_at is not None
    day, today = one.next_at.astimezone(wish.zone).date(), now.astimezone(wish.zone).date()
    if one.held_until and day < one.held_until:
        one.next_at = schedule.following(wish, now, one.held_until - timedelta(days=1))
        return None
    is_due = (day == today or now - one.next_at <= LATE) and day != one.last_day
    one.last_day = max(day, one.last_day or day)
    one.next_at = schedule.following(wish, now, one.last_day)
    if not is_due:
        return None
    is_catch_up, one.held_until = one.held_until is not None, None
    return Digest(subscription=one, day=day, queued_at=now, next_at=now, is_catch_up=is_catch_up)


def reschedule(one: Subscription, now: datetime) -> None:
    """After a change of days, hour or time zone: the next letter, never a second one of a day."""
    wish = digests.wish_of(one)
    one.next_at = schedule.following(wish, now, one.last_day)
    if one.last_day is None:
        one.next_at = schedule.first(wish, now)
    Subscription.objects.filter(pk=one.pk, ended_at=None).update(next_at=one.next_at)
