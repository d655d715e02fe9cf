"""Trending mail without an account: from the box to the first letter, and out again."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import paper
from webapp.mail import tokens
from webapp.models import Digest, Subject, Subscription, Suppression, Work
from webapp.services.digests import claims, confirming, sending, subscriptions

pytestmark = pytest.mark.django_db
WISH = {"address": "dawn@example.org", "cadence": "daily", "hour": "6", "time_zone": "Asia/Tokyo"}


@pytest.fixture(autouse=True)
def tries_are_forgotten(settings):
    cache.clear()
    settings.ACCOUNT_RATE_LIMITS = {}


@pytest.fixture
def categories():
    for topic in ("robots", "primes"):
        found = paper(topic).subjects[0]
        Subject.objects.get_or_create(code=found, defaults={"name": found, "group": "Test"})


def owed(now=None):
    """Send the mails that wishes brought; what went out."""
    before = len(mail.outbox)
    confirming.answer("test", now or datetime.now(UTC))
    return mail.outbox[before:]


def link(message):
    return re.search(r"https?://[^/\s]+(/\S+)", message.body)[1]


def only():
    return Subscription.objects.get()


def test_a_wish_is_confirmed_by_a_button_and_letters_become_due(client, categories):
    client.post("/subscribe", WISH | {"subjects": ["cs.RO"]})
    (asked,) = owed()
    assert asked.to == ["dawn@example.org"]
    assert "cs.RO" in asked.body
    page = client.get(link(asked))
    assert "Confirm" in page.content.decode()
    assert only().confirmed_at is None
    answer = client.post(link(asked))
    assert "06:00 (Asia/Tokyo)" in answer.content.decode()
    one = only()
    assert one.next_at.hour == 21  # six in Tokyo
    assert (one.cadence, one.subjects, one.time_zone) == ("daily", ["cs.RO"], "Asia/Tokyo")
    claims.claim("test", one.next_at)
    assert Digest.objects.get().subscription == one


def test_the_request_sends_nothing_and_a_worker_is_asked(client):
    client.post("/subscribe", WISH)
    assert mail.outbox == []
    assert Work.objects.get(job="confirm")


def test_a_mail_server_that_is_away_delays_the_mail_only(client, settings):
    client.post("/subscribe", WISH)
    now = datetime.now(UTC)
    settings.EMAIL_BACKEND = "webapp.mail.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 1
    assert confirming.answer("a", now) == {"put off": 1}
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert owed(now + timedelta(minutes=1)) == []
    later = now + timedelta(minutes=11)
    claims.claim("later", later)
    assert Work.objects.filter(job="confirm", slot="later").exists()
    assert len(owed(later)) == 1
    assert owed(later + timedelta(days=1)) == []


def test_an_address_gets_one_such_mail_an_hour(client):
    for _ in range(4):
        client.post("/subscribe", WISH)
        owed()
    assert len(mail.outbox) == 1
    Subscription.objects.update(asked_at=datetime.now(UTC) - timedelta(minutes=61))
    client.post("/subscribe", WISH)
    assert len(owed()) == 1


def confirmed(client):
    client.post("/subscribe", WISH)
    (asked,) = owed()
    client.post(link(asked))
    Subscription.objects.update(asked_at=datetime.now(UTC) - timedelta(hours=2))
    return only()


def test_who_is_subscribed_is_told_by_mail_alone_and_nothing_changes(client):
    one = confirmed(client)
    client.post("/subscribe", WISH | {"cadence": "monthly"})
    (told,) = owed()
    assert only().cadence == "daily"
    assert link(told) == f"/subscriptions/{one.key}/"
    assert "You get them already" in told.body


@pytest.fixture
def states(client):
    """An address in each state that a stranger might want to learn of."""
    now = datetime.now(UTC)
    names = ("confirmed", "waiting", "ended", "bounced", "unknown")
    for name in names[:4]:
        at = None if name == "waiting" else now
        fields = {"created_at": now, "confirmed_at": at, "key": tokens.new_key()}
        Subscription.objects.create(address=f"{name}@example.org", **fields)
    subscriptions.end(Subscription.objects.get(address="ended@example.org"), now)
    sending.suppress("bounced@example.org", "bounced", "550", now)
    return [f"{name}@example.org" for name in names]


def test_nobody_learns_who_is_subscribed(client, states):
    """The same answer, after the same statements: no mail server has a part in it."""
    answers, statements = set(), set()
    for address in states:
        client.cookies.clear()
        with CaptureQueriesContext(
            connection,
        ) as seen:
            answer = client.post("/subscribe", WISH | {"address": address})
        answers.add((answer.status_code, answer.url, str(answer.cookies["messages"].key)))
        shapes = tuple(re.sub(r"'[^']*'|\d+", "?", one["sql"]) for one in seen)
        statements.add(shapes)
    assert len(answers) == 1
    assert len(statements) == 1


def test_an_address_that_mail_came_back_from_gets_none(client, states):
    client.post("/subscribe", WISH | {"address": "bounced@example.org"})
    assert owed() == []


def test_who_has_ended_can_subscribe_again_and_old_letters_still_end_it(client):
    one = confirmed(client)
    client.post(f"/unsubscribe/{one.key}")
    client.post("/subscribe", WISH | {"cadence": "weekly"})
    assert only().ended_at
    (asked,) = owed()
    client.post(link(asked))
    assert (only().ended_at, only().cadence) == (None, "weekly")
    assert client.post(f"/unsubscribe/{one.key}").status_code == 200
    assert only().ended_at


def test_a_link_confirms_once(client):
    client.post("/subscribe", WISH)
    (asked,) = owed()
    client.post(link(asked))
    client.post(f"/unsubscribe/{only().key}")
    again = client.post(link(asked))
    assert again.status_code == 400
    assert "It was used before" in again.content.decode()
    assert only().ended_at


def test_a_newer_link_takes_the_place_of_an_older_one(client):
    client.post("/subscribe", WISH)
    (first,) = owed()
    Subscription.objects.update(asked_at=datetime.now(UTC) - timedelta(hours=2))
    client.post("/subscribe", WISH)
    (second,) = owed()
    assert client.post(link(first)).status_code == 400
    assert client.post(link(second)).status_code == 200


@pytest.mark.parametrize("change", ["altered", "expired", "of another kind", "of another", "gone"])
def test_a_link_that_is_none_changes_nothing(client, change, monkeypatch):
    client.post("/subscribe", WISH)
    (asked,) = owed()
    address = link(asked)
    if change == "altered":
        address = address[:-1] + ("A" if address[-1] != "A" else "B")
    if change == "expired":
        monkeypatch.setattr(tokens, "TO_CONFIRM", timedelta(seconds=-1))
    if change == "of another kind":
        address = f"/confirm/{tokens.for_paper(1, 1)}"
    if change == "of another":
        one = only()
        other = Subscription.objects.create(address="o@example.org", created_at=one.created_at)
        address = f"/confirm/{tokens.to_confirm(other.pk, subscriptions._state(one))}"
    if change == "gone":
        Subscription.objects.all().delete()
    for ask in (client.get, client.post):
        answer = ask(address)
        assert answer.status_code == 400
        assert "Nothing was changed" in answer.content.decode()
    assert not Subscription.objects.filter(confirmed_at__isnull=False).exists()


def test_wishes_are_changed_held_and_resumed_by_the_letters_own_link(client, categories):
    one = confirmed(client)
    address = f"/subscriptions/{one.key}/"
    assert client.get(address).status_code == 200
    client.post(address, {"cadence": "days", "days": ["0", "3"], "hour": "22", "subjects": "cs.RO"})
    one = only()
    assert (one.days, one.hour, one.subjects, one.time_zone) == ([0, 3], 22, ["cs.RO"], "UTC")
    assert one.next_at.hour == 22
    client.post(address, {"act": "pause"})
    assert only().next_at is None
    client.post(address, {"act": "resume"})
    assert only().next_at == one.next_at


def test_an_unconfirmed_address_has_nothing_to_change(client):
    client.post("/subscribe", WISH)
    assert client.get(f"/subscriptions/{only().key}/").status_code == 400


@pytest.mark.parametrize(
    "sent",
    [
        {"address": "a@b.org\r\nBcc: c@d.org"},
        {"address": "a\0@b.org"},
        {"address": f"{'a' * 10_000}@b.org"},
        {"address": "düne@example.org"},
        {"address": "a@münchen.example"},
        {"subjects": ["cs.RO"] * 900 + ["no.such"]},
        {"subjects": ["x" * 10_000]},
        {"hour": "24"},
        {"hour": "²"},
        {"time_zone": "Mars/Olympus"},
        {"cadence": "days"},
        {"cadence": "days", "days": ["7"]},
        {"cadence": "\0"},
        {"days": ["0"] * 5_000},
    ],
)
def test_nonsense_is_refused_and_nothing_kept(client, categories, sent):
    answer = client.post("/subscribe", WISH | sent)
    assert answer.status_code == 400
    assert not Subscription.objects.exists()
    assert not Work.objects.exists()


def test_ten_thousand_categories_are_too_many(client, categories):
    answer = client.post("/subscribe", WISH | {"subjects": ["cs.RO"] * 10_000})
    assert answer.status_code == 400
    client.post("/subscribe", WISH | {"subjects": ["cs.RO"] * 900})
    assert only().subjects == ["cs.RO"]


def test_too_many_wishes_of_one_network_or_for_one_address_are_refused(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"subscribe": "4/h/ip,2/h/key"}
    answers = [client.post("/subscribe", WISH).status_code for _ in range(3)]
    assert answers == [302, 302, 429]
    others = [WISH | {"address": f"o{n}@example.org"} for n in range(3)]
    assert [client.post("/subscribe", one).status_code for one in others] == [302, 429, 429]
    assert not Suppression.objects.exists()
