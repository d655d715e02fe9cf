"""The mails that a wish brings by itself: please confirm, or: you get these letters already."""

from datetime import datetime, timedelta

from django.core.mail import EmailMessage, get_connection

from webapp.mail import compose as mail
from webapp.mail import tokens, window
from webapp.models import Subscription, Suppression
from webapp.services import work
from webapp.services.digests import sending, subscriptions

AGAIN = timedelta(minutes=10)  # after a mail server that is away
MOST = 500  # of one run; the next minute's goes on


def answer(slot: str, now: datetime) -> work.Counts:
    """Send every such mail that is owed; what fails for now stays owed."""
    counts: dict[str, int] = {}
    backend = get_connection()
    owed = Subscription.objects.filter(answer_at__lte=now).order_by("answer_at", "pk")
    for pk in list(owed.values_list("pk", flat=True)[:MOST]):
        if one := _take(pk, now):
            state = _answer(one, now, backend)
            counts[state] = counts.get(state, 0) + 1
    window.close(backend)
    return dict(counts)


def _take(pk: int, now: datetime) -> Subscription | None:
    """Owed again in an hour should this process be killed: a second one harms less than none."""
    mine = Subscription.objects.filter(pk=pk, answer_at__lte=now)
    if not mine.update(answer_at=now + subscriptions.PAUSE, asked_at=now):
        return None
    one = Subscription.objects.get(pk=pk)
    if not one.key:  # as old as the box, older than its links
        one.key = tokens.new_key()
        one.save(update_fields=["key"])
    return one


def _answer(one: Subscription, now: datetime, backend: object) -> str:
    state, said = "unwanted", ""
    if not Suppression.objects.filter(address=one.address).exists():
        state, said = window.hand_over(backend, _message(one))
    if state == "nobody":
        sending.suppress(one.address, Subscription.Ended.BOUNCED, said, now)
    is_put_off = state in {"later", "unreachable"}
    again = now + AGAIN if is_put_off else None
    Subscription.objects.filter(pk=one.pk, asked_at=one.asked_at).update(answer_at=again)
    return "put off" if is_put_off else state


def _message(one: Subscription) -> EmailMessage:
    if one.confirmed_at and not one.ended_at:
        return mail.note("known", one.address, mail.address("manage", one.key))
    link = mail.address("confirm", subscriptions.link_to_confirm(one))
    return mail.note("confirm", one.address, link, subscription=one)
