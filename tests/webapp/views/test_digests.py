"""The box that stores an unconfirmed address, and what forgets it."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection
from django.utils import timezone

from tests.factories import paper
from webapp.models import Digest, Subscription
from webapp.services.digests import subscriptions

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tries_are_forgotten():
    cache.clear()


def subscribe(client, address="dawn@example.org", cadence="weekly", **fields):
    form = {"address": address, "cadence": cadence, **fields}
    return client.post("/subscribe", form, follow=True)


def test_the_box_stands_on_the_public_pages(client):
    paper()
    for address in ("/papers", "/papers/trending", "/papers/month/2026-11"):
        answer = client.get(address)
        assert "Get trending papers in your inbox" in answer.content.decode()
        assert not answer.cookies  # reading needs none


def test_an_address_is_stored_unconfirmed(client):
    paper()
    answer = subscribe(client, "Dawn@Example.org", "daily", next="/papers")
    assert answer.redirect_chain[0][0] == "/papers"
    row = Subscription.objects.get()
    assert (row.address, row.what, row.cadence) == ("dawn@example.org", "trending", "daily")
    assert row.confirmed_at is None


def test_the_answer_is_the_same_for_every_address_and_nothing_changes(client):
    subscriptions.subscribe("dawn@example.org", {"cadence": "weekly"}, timezone.now())
    Subscription.objects.update(confirmed_at=timezone.now())
    known = subscribe(client, cadence="daily").content
    unknown = subscribe(client, "other@example.org").content
    hide = [b"".join(part.split(b'"')[::2]) for part in (known, unknown)]
    assert hide[0] == hide[1]
    assert Subscription.objects.get(address="dawn@example.org").cadence == "weekly"


@pytest.mark.parametrize(
    ("address", "cadence"),
    [
        *(("", "daily"), ("x", "daily"), ("a@b.org\nBcc: c@d.org", "daily"), ("\0@b.org", "daily")),
        *((f"{'a' * 300}@b.org", "daily"), ("a@example.org", "hourly"), ("a@example.org", "")),
        *((f"{local}@example.org", "daily") for local in ("=?utf-8?q?dawn?=", "=?utf-8?q?=0aa?=")),
        *((f"{local}@example.org", "daily") for local in ('"dawn"', '"d\x01"', '"a,b"')),
    ],
)
def test_nonsense_is_refused_with_a_sentence(client, address, cadence):
    answer = subscribe(client, address, cadence)
    assert answer.status_code == 400
    assert "This was not accepted" in answer.content.decode()
    assert not Subscription.objects.exists()


def test_it_never_leads_to_another_place(client):
    assert subscribe(client, next="//evil.example").redirect_chain[0][0] == "/subscribe"


def test_too_many_from_one_network_are_refused(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"subscribe": "2/h/ip"}
    for n in range(2):
        subscribe(client, f"a{n}@example.org")
    assert subscribe(client, "a3@example.org").status_code == 429
    assert Subscription.objects.count() == 2


def test_unconfirmed_addresses_are_forgotten_after_a_week_and_it_does_nothing_the_second_time(now):
    for address, days in (("old@example.org", 8), ("new@example.org", 6), ("yes@example.org", 90)):
        subscriptions.subscribe(address, {"cadence": "weekly"}, now - timedelta(days=days))
    Subscription.objects.filter(address="yes@example.org").update(confirmed_at=now)
    assert subscriptions.prune("test", now)["unconfirmed"] == 1
    assert subscriptions.prune("test", now)["unconfirmed"] == 0
    left = set(Subscription.objects.values_list("address", flat=True))
    assert left == {"new@example.org", "yes@example.org"}


def test_addresses_that_left_are_forgotten_after_their_links_and_letters_when_they_are_old(now):
    for days in (500, 200, 90):
        at = now - timedelta(days=days)
        subscriptions.subscribe(f"d{days}@example.org", {"cadence": "weekly"}, at)
        one = Subscription.objects.get(address=f"d{days}@example.org")
        Subscription.objects.filter(pk=one.pk).update(confirmed_at=at, ended_at=at)
        for k, state in enumerate(("sent", "queued")):
            Digest.objects.create(
                subscription=one, day=date(2026, 1, 1 + k), state=state, queued_at=at, next_at=at
            )
    assert subscriptions.prune("test", now) == {"unconfirmed": 0, "ended": 1, "letters": 1}
    assert subscriptions.prune("test", now) == {"unconfirmed": 0, "ended": 0, "letters": 0}
    kept = set(Digest.objects.values_list("subscription__address", "state"))
    assert kept == {
        (f"d{d}@example.org", s) for d, s in ((200, "queued"), (90, "queued"), (90, "sent"))
    }


def test_no_two_subscriptions_answer_to_one_key_and_it_is_looked_up_by_index(now):
    for n in range(2):
        subscriptions.subscribe(f"k{n}@example.org", {"cadence": "weekly"}, now)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    one = Subscription.objects.first()
    assert "subscription_by_key" in Subscription.objects.filter(key=one.key).explain()
    with pytest.raises(IntegrityError):
        Subscription.objects.update(key=one.key)
