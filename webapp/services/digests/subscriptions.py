"""Wishes for letters to an address without an account: noted, confirmed, changed, ended."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from webapp.mail import tokens
from webapp.models import Digest, Subscription
from webapp.queries import digests
from webapp.services import work
from webapp.services.digests import claims

UNCONFIRMED = timedelta(days=7)
ENDED = timedelta(days=400)  # the links of old letters work for a year at least
WAITING = (Digest.State.QUEUED, Digest.State.COMPOSING, Digest.State.SENDING)
AT_ONCE = 5_000
PAUSE = timedelta(hours=1)  # between two mails that somebody who is not logged in can cause
SHORTEST_KEY = 20
TRENDING = Subscription.What.TRENDING


class Stale(ValueError):  # noqa: N818 - it names what it is
    """A link to confirm that was used, or that a newer one has taken the place of."""


def subscribe(address: str, wish: dict[str, Any], now: datetime) -> None:
    """Note a wish and owe its address a mail. The same statements run for every address.

    What is confirmed stays as it is, whoever asks; the mail says how to change it.
    """
    with transaction.atomic():
        row = Subscription(address=address, created_at=now, key=tokens.new_key(), **wish)
        Subscription.objects.bulk_create([row], ignore_conflicts=True)
        own = Subscription.objects.filter(address=address, what=TRENDING, reader=None)
        own.filter(Q(confirmed_at=None) | Q(ended_at__isnull=False)).update(created_at=now, **wish)
        own.filter(Q(asked_at=None) | Q(asked_at__lte=now - PAUSE)).update(answer_at=now)
        work.ask("confirm", f"{now.isoformat()} {row.key[:8]}", now)


def link_to_confirm(one: Subscription) -> str:
    """A token that this state of the subscription alone answers to."""
    return tokens.to_confirm(one.pk, _state(one))


def _state(one: Subscription) -> str:
    return " ".join(at.isoformat() if at else "" for at in (one.asked_at, one.confirmed_at))


def asked_by(token: str) -> Subscription:
    """The subscription that a link confirms. tokens.Invalid, tokens.Expired or Stale otherwise."""
    pk, state = tokens.confirmed(token)
    found = Subscription.objects.filter(pk=pk, reader=None).first()
    if found is None or state != _state(found):
        raise Stale
    return found


def confirm(one: Subscription, now: datetime) -> bool:
    """Letters from now on. False where another click was faster."""
    with transaction.atomic():
        same = Subscription.objects.filter(
            pk=one.pk, asked_at=one.asked_at, confirmed_at=one.confirmed_at
        )
        if not same.update(confirmed_at=now, ended_at=None, ended_why="", answer_at=None):
            return False
        one.refresh_from_db()
        claims.reschedule(one, now)
    return True


def change(one: Subscription, wish: dict[str, Any], now: datetime) -> None:
    """Other papers, days or hour; the next letter follows."""
    for name, value in wish.items():
        setattr(one, name, value)
    one.save(update_fields=list(wish))
    if one.next_at is not None:
        claims.reschedule(one, now)


def of_key(key: str) -> Subscription | None:
    """The subscription that a link in its letters names."""
    if len(key) < SHORTEST_KEY or "\0" in key:
        return None
    return Subscription.objects.select_related("reader").filter(key=key).first()


def end(one: Subscription, now: datetime, why: str = Subscription.Ended.ASKED) -> None:
    """No more letters, at once and for good; ended twice is ended."""
    Subscription.objects.filter(pk=one.pk, ended_at=None).update(
        ended_at=now, ended_why=why, next_at=None
    )
    keep_back(one, gettext("The subscription has ended."))


def pause(one: Subscription) -> None:
    """No letters until somebody resumes them."""
    Subscription.objects.filter(pk=one.pk).update(next_at=None)
    keep_back(one, gettext("The letters were paused."))


def resume(one: Subscription, now: datetime) -> None:
    """Letters again, after a pause or an end."""
    Subscription.objects.filter(pk=one.pk).update(
        ended_at=None, ended_why="", confirmed_at=one.confirmed_at or now
    )
    claims.reschedule(one, now)


def unpause(one: Subscription, now: datetime) -> None:
    """Letters again after a pause; who left meanwhile has left."""
    claims.reschedule(one, now)


def keep_back(one: Subscription, why: str) -> None:
    """What is queued does not go out."""
    Digest.objects.filter(subscription=one, state=Digest.State.QUEUED).update(
        state=Digest.State.EMPTY, error=why
    )


def prune(slot: str, now: datetime) -> work.Counts:
    """Forget addresses without account that nobody confirmed, or that left; and old letters."""
    strangers = Subscription.objects.filter(reader=None)
    silent = strangers.filter(confirmed_at=None, created_at__lt=now - UNCONFIRMED)
    left = strangers.filter(ended_at__lt=now - ENDED, created_at__lt=now - ENDED)
    counts = {"unconfirmed": _delete(silent), "ended": _delete(left), "letters": 0}
    while n := _forget_letters(now):
        counts["letters"] += n
    return {**counts}


def _delete(found: QuerySet[Subscription]) -> int:
    _, rows = found.delete()  # with their letters
    return rows.get("webapp.Subscription", 0)


def _forget_letters(now: datetime) -> int:
    """Some that nothing asks for any more: their papers are too old to be mailed again."""
    over = set(Digest.State.values) - set(WAITING)
    old = Digest.objects.filter(state__in=over, queued_at__lt=now - digests.REMEMBERED)
    n, _ = Digest.objects.filter(pk__in=old.values("pk")[:AT_ONCE]).delete()
    return n
