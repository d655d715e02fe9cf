"""RFC 8058, and mail scanners that follow every link."""

import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.test import Client

from tests.factories import DAY, paper, rating, reader, world
from tests.fakes.smtp import SmtpServer
from webapp.models import Digest, Subscription
from webapp.services import readers, runs
from webapp.services.digests import letters, personal, sending, subscriptions

pytestmark = pytest.mark.django_db
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
KEY = "k" * 32


@pytest.fixture
def one(now):
    fields = {"created_at": now, "confirmed_at": now, "next_at": now, "key": KEY}
    return Subscription.objects.create(address="dawn@example.org", **fields)


@pytest.fixture
def provider():
    """Without cookies, and what Django checks of a form is checked."""
    return Client(enforce_csrf_checks=True)


@pytest.mark.parametrize("as_form", [True, False])
def test_one_click_of_a_provider_ends_the_letters(provider, one, as_form):
    body = {"content_type": "application/x-www-form-urlencoded"} if as_form else {}
    sent = "List-Unsubscribe=One-Click" if as_form else ONE_CLICK
    answer = provider.post(f"/unsubscribe/{KEY}", sent, **body)
    assert (answer.status_code, answer.cookies) == (200, {})
    one.refresh_from_db()
    ended = one.ended_at
    assert (one.ended_why, one.next_at) == ("asked", None)
    assert provider.post(f"/unsubscribe/{KEY}", sent, **body).status_code == 200
    one.refresh_from_db()
    assert one.ended_at == ended


def test_looking_ends_nothing(provider, one):
    for ask in (provider.get, provider.head, provider.options):
        ask(f"/unsubscribe/{KEY}")
    one.refresh_from_db()
    assert one.ended_at is None


@pytest.mark.parametrize("bit", range(8))
@pytest.mark.parametrize("place", [0, 15, 31])
def test_one_bit_changed_is_no_key(provider, one, bit, place):
    changed = bytearray(KEY.encode())
    changed[place] ^= 1 << bit
    name = "".join(f"%{byte:02X}" for byte in changed)
    answer = provider.post(f"/unsubscribe/{name}", ONE_CLICK)
    assert 400 <= answer.status_code < 500
    one.refresh_from_db()
    assert one.ended_at is None


def test_a_key_holds_for_years_and_after_a_logout(provider, one, now):
    Subscription.objects.update(created_at=now - timedelta(days=800))
    subscriptions.prune("test", now)
    assert provider.post(f"/unsubscribe/{KEY}", ONE_CLICK).status_code == 200


def test_nobody_ends_the_letters_of_another(client, one, now):
    who = reader()
    client.force_login(who)
    pk = personal.make(who, None, {"cadence": "daily", "least_place": None}, now)
    key = Subscription.objects.get(pk=pk).key
    client.post(f"/unsubscribe/{key}", ONE_CLICK)
    one.refresh_from_db()
    assert one.ended_at is None
    assert Subscription.objects.get(pk=pk).ended_at


@pytest.mark.django_db(transaction=True)
def test_what_was_queued_before_the_end_does_not_go_out(provider, one, now, settings):
    paper()
    queued = Digest.objects.create(subscription=one, day=DAY, queued_at=now, next_at=now)
    taken = Digest.objects.create(
        subscription=one, day=DAY - timedelta(days=1), queued_at=now, next_at=now
    )
    with SmtpServer() as server:
        settings.EMAIL_BACKEND = "webapp.mail.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS, settings.EMAIL_RATE = False, 0
        provider.post(f"/unsubscribe/{KEY}", ONE_CLICK)
        Digest.objects.filter(pk=taken.pk).update(state="queued")  # as if a sender had it just then
        sending.send("test", now, lambda: now, letters.compose)
        assert server.letters == []
    queued.refresh_from_db()
    assert queued.state == "empty"


def everything():
    """Every row of every table of ours, as it stands."""
    return {
        model.__name__: sorted(map(str, model.objects.values_list()))
        for model in apps.get_app_config("webapp").get_models()
    }


def test_a_scanner_that_follows_every_link_three_times_changes_nothing(now):
    older = world(3, DAY - timedelta(days=1))
    world(12)
    runs.train("test", now)
    who = reader()
    rating(who, older["robots"][0])
    readers.rerank_after(who, DAY, now)
    personal.make(who, None, {"cadence": "daily", "least_place": None}, now)
    fields = {"created_at": now, "confirmed_at": now, "next_at": now, "key": KEY}
    Subscription.objects.create(address="dawn@example.org", **fields)
    found = set()
    for one in Subscription.objects.all():
        digest = Digest(subscription=one, day=DAY, queued_at=now, next_at=now)
        message = letters.compose(digest, now)
        parts = f"{message.body} {message.alternatives[0][0]}".replace("&amp;", "&")
        found |= set(re.findall(r"https?://[^/\s\"<>]+(/[^\s\"<>]*)", parts))
        found |= {f"/unsubscribe/{one.key}"}
    asked = Subscription.objects.create(address="new@example.org", created_at=now, asked_at=now)
    found.add(f"/confirm/{subscriptions.link_to_confirm(asked)}")
    assert len(found) > 40
    before, scanner = (
        everything(),
        Client(headers={"user-agent": "SafeLinks", "purpose": "prefetch"}),
    )
    for _ in range(3):
        for address in found:
            assert scanner.get(address).status_code in {200, 302}
            assert scanner.head(address).status_code in {200, 302}
    assert everything() == before
