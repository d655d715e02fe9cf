"""What a provider tells, and what the operator sees of mail."""

import base64
import json
from datetime import timedelta

import pytest

from tests.factories import DAY, reader
from webapp.models import Digest, Subscription, Suppression, Work
from webapp.services.digests import sending

pytestmark = pytest.mark.django_db
SECRET = "firstlight:a-long-secret-of-mail"
HOOK = "/anymail/postmark/tracking/"


@pytest.fixture(autouse=True)
def provider(settings):
    settings.EMAIL_PROVIDER = "postmark"
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, "POSTMARK_SERVER_TOKEN": "none"}


@pytest.fixture
def one(now):
    fields = {"created_at": now, "confirmed_at": now, "next_at": now, "key": "k" * 30}
    return Subscription.objects.create(address="dawn@example.org", **fields)


def tell(client, event, secret=SECRET, address=HOOK):
    basic = f"Basic {base64.b64encode(secret.encode()).decode()}" if secret else ""
    body = event if isinstance(event, str) else json.dumps(event)
    headers = {"authorization": basic} if basic else {}
    return client.post(address, body, content_type="application/json", headers=headers)


def bounce(kind="HardBounce", record="Bounce"):
    words = {"Email": "Dawn@Example.org", "Description": "no such user", "ID": 7}
    return {"RecordType": record, "Type": kind, "BouncedAt": "2026-11-23T09:00:00Z"} | words


@pytest.mark.parametrize("address", ["dawn\0@example.org", f"{'d' * 300}@example.org", "", None])
def test_what_is_told_of_no_address_changes_nothing(client, one, address):
    assert tell(client, bounce() | {"Email": address}).status_code == 200
    assert not Suppression.objects.exists()


def test_words_that_no_row_holds_are_kept_without_what_it_cant_hold(client, one):
    assert tell(client, bounce() | {"Description": "no\0such user"}).status_code == 200
    assert Suppression.objects.get().said == "no such user"


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (bounce(), "bounced"),
        (bounce("BadEmailAddress"), "bounced"),
        (bounce("SpamComplaint", "SpamComplaint"), "complained"),
        (bounce("SpamNotification"), "complained"),
    ],
)
def test_hard_bounces_and_complaints_stop_the_letters_once(client, one, event, why):
    for _ in range(3):
        assert tell(client, event).status_code == 200
    one.refresh_from_db()
    assert (one.ended_why, one.next_at) == (why, None)
    found = Suppression.objects.get()
    assert (found.address, found.why, found.said) == ("dawn@example.org", why, "no such user")


@pytest.mark.parametrize(
    "kind", ["SoftBounce", "Transient", "DnsError", "AutoResponder", "Blocked"]
)
def test_what_is_for_now_only_stops_nothing(client, one, kind):
    assert tell(client, bounce(kind)).status_code == 200
    one.refresh_from_db()
    assert one.ended_at is None
    assert not Suppression.objects.exists()


def test_a_wish_told_to_the_provider_ends_letters_and_suppresses_nothing(client, one, now):
    who = reader()
    fields = {"created_at": now, "confirmed_at": now, "next_at": now, "what": "personal"}
    own = Subscription.objects.create(reader=who, **fields)
    for address in ("dawn@example.org", who.email.upper()):
        event = {
            "RecordType": "SubscriptionChange",
            "Recipient": address,
            "SuppressSending": True,
            "SuppressionReason": "ManualSuppression",
            "ChangedAt": "2026-11-23T09:00:00Z",
        }
        assert tell(client, event).status_code == 200
    for found in (one, own):
        found.refresh_from_db()
        assert found.ended_why == "asked"
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("secret", ["", "firstlight:wrong", "a:b"])
def test_who_does_not_know_the_secret_is_refused(client, one, secret):
    assert tell(client, bounce(), secret).status_code == 400
    one.refresh_from_db()
    assert one.ended_at is None


def test_without_a_secret_or_of_another_provider_there_is_no_such_page(client, one, settings):
    assert tell(client, bounce(), address="/anymail/mailgun/tracking/").status_code == 404
    settings.ANYMAIL = {}
    assert tell(client, bounce()).status_code == 404
    settings.EMAIL_PROVIDER = "smtp"
    assert tell(client, bounce(), address="/anymail/smtp/tracking/").status_code == 404
    one.refresh_from_db()
    assert one.ended_at is None


@pytest.mark.parametrize("body", ["", "{", "[]", "7", '{"RecordType": "Bounce"}', "\0"])
def test_what_is_not_whole_is_refused_or_ignored(client, one, body):
    assert tell(client, body).status_code in {200, 400}
    assert not Suppression.objects.exists()


# --- the operator's page --------------------------------------------------------------


@pytest.fixture
def host(client):
    client.force_login(reader(is_staff=True))


@pytest.fixture
def letters(one, now):
    return {
        state: Digest.objects.create(
            subscription=one,
            day=DAY - timedelta(days=n),
            state=state,
            attempts=3,
            queued_at=now,
            next_at=now,
            paper_ids=[7],
            error=f"because {state}",
        )
        for n, state in enumerate(Digest.State.values)
    }


def test_others_find_no_such_page(client, letters, now):
    sending.suppress("dawn@example.org", "bounced", "550", now)
    paths = ("lift/1/", f"again/{letters['failed'].pk}/", "")
    assert client.get("/coverage/mail/").url.startswith("/accounts/login/")
    client.force_login(reader(is_editor=True))
    assert [client.post(f"/coverage/mail/{path}").status_code for path in paths] == [404, 404, 405]
    assert client.get("/coverage/mail/").status_code == 404
    assert Suppression.objects.exists()


def test_the_operator_sees_what_became_of_letters(
    client, host, letters, monkeypatch, now, django_assert_max_num_queries
):
    sending.suppress("gone@example.org", "bounced", "550 no such user", now)
    monkeypatch.setattr("django.utils.timezone.now", lambda: now + timedelta(hours=2))
    with django_assert_max_num_queries(8):
        page = client.get("/coverage/mail/").content.decode()
    for words in ("because failed", "because unknown", "2 hours ago", "550 no such user"):
        assert words in page.replace("\xa0", " ")


def test_a_letter_that_failed_is_sent_again_by_an_act(client, host, letters):
    pk = letters["failed"].pk
    client.post(f"/coverage/mail/again/{pk}/")
    found = Digest.objects.get(pk=pk)
    assert (found.state, found.attempts, found.paper_ids) == ("queued", 3, [])
    assert Work.objects.filter(job="send").count() == 1


def test_one_that_may_have_arrived_only_if_a_second_one_is_all_right(client, host, letters):
    pk = letters["unknown"].pk
    client.post(f"/coverage/mail/again/{pk}/")
    assert Digest.objects.get(pk=pk).state == "unknown"
    client.post(f"/coverage/mail/again/{pk}/", {"sure": "1"})
    assert Digest.objects.get(pk=pk).state == "queued"


@pytest.mark.parametrize("state", ["sent", "sending", "composing", "empty", "queued"])
def test_no_other_letter_is_sent_again(client, host, letters, state):
    client.post(f"/coverage/mail/again/{letters[state].pk}/", {"sure": "1"})
    assert Digest.objects.get(pk=letters[state].pk).state == state
    assert not Work.objects.filter(job="send").exists()


def test_a_lifted_address_can_be_written_to_and_nothing_begins_by_itself(client, host, one, now):
    sending.suppress("dawn@example.org", "bounced", "550", now)
    client.post(f"/coverage/mail/lift/{Suppression.objects.get().pk}/")
    assert not Suppression.objects.exists()
    one.refresh_from_db()
    assert one.ended_at
