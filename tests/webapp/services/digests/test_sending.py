"""Sending, against a mail server that is rude: nobody gets a letter twice."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.db import connection

from tests.fakes.smtp import SmtpServer
from webapp.models import Digest, Subscription, Suppression
from webapp.services.digests import claims, confirming, sending, subscriptions

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(settings):
    with SmtpServer(hang_seconds=3) as running:
        settings.EMAIL_BACKEND = "webapp.mail.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        settings.EMAIL_USE_TLS, settings.EMAIL_TIMEOUT, settings.EMAIL_RATE = False, 1, 0
        yield running


def compose(digest, now):
    digest.paper_ids = [7]
    to = sending.address_of(digest.subscription)
    return EmailMessage("Papers", "Words", "from@example.org", [to], headers={"X-No": digest.pk})


@pytest.fixture
def letters(now):
    def make(n=1):
        rows = Subscription.objects.bulk_create(
            Subscription(address=f"r{k}@example.org", created_at=now, confirmed_at=now, next_at=now)
            for k in range(n)
        )
        return Digest.objects.bulk_create(
            Digest(subscription=one, day=now.date(), queued_at=now, next_at=now) for one in rows
        )

    return make


def send(now, compose=compose):
    return sending.send("test", now, lambda: now, compose)


def states():
    return sorted(Digest.objects.values_list("state", flat=True))


def test_letters_go_out_once_and_are_marked(server, letters, now):
    letters(20)
    assert send(now) == {"sent": 20}
    assert send(now) == {}
    assert sorted(letter["To"] for letter in server.letters) == sorted(
        f"r{k}@example.org" for k in range(20)
    )
    assert set(Digest.objects.values_list("state", "sent_at")) == {("sent", now)}
    assert Digest.objects.first().paper_ids == [7]


@pytest.mark.parametrize("manner", ["4xx", "drop before"])
def test_what_is_refused_for_now_is_sent_later_and_once(server, letters, now, manner):
    letters()
    server.manners = [manner]
    assert send(now) == {"put off" if manner == "4xx" else "unreachable": 1}
    assert Digest.objects.get().paper_ids == []
    assert send(now) == {}  # not before a minute has passed
    assert send(now + timedelta(minutes=1)) == {"sent": 1}
    assert len(server.letters) == 1


@pytest.mark.parametrize("manner", ["drop after", "hang"])
def test_what_was_handed_over_and_never_answered_is_not_sent_again(server, letters, now, manner):
    letters()
    server.manners = [manner]
    assert send(now) == {"unknown": 1}
    for hours in (1, 24, 48):
        assert send(now + timedelta(hours=hours)) == {}
    assert len(server.letters) == 1
    assert "never answered" in Digest.objects.get().error


def test_a_server_that_is_away_is_asked_again_and_in_the_end_no_more(
    letters, now, settings, server
):
    letters()
    settings.EMAIL_PORT = 1  # nobody listens there
    waits, at = [], now
    while Digest.objects.get().state == "queued":
        send(at)
        waits.append(Digest.objects.get().next_at - at)
        at = Digest.objects.get().next_at
    assert waits[:4] == [timedelta(minutes=n) for n in (1, 4, 16, 64)]
    assert at - now < timedelta(days=2)
    assert states() == ["failed"]
    assert "refused" in Digest.objects.get().error


def test_a_server_that_fails_again_and_again_is_left_alone_until_the_next_run(server, letters, now):
    letters(10)
    server.manners = ["drop before"] * 9
    assert send(now) == {"unreachable": 3}
    assert states().count("queued") == 10


def test_an_address_that_does_not_exist_gets_nothing_any_more(server, letters, now):
    letters(2)
    server.refused["r0@example.org"] = "550 5.1.1 no such\0user"
    assert send(now) == {"failed": 1, "sent": 1}
    assert Suppression.objects.get().address == "r0@example.org"
    ended = Subscription.objects.get(address="r0@example.org")
    assert (ended.ended_why, ended.next_at) == ("bounced", None)
    assert Subscription.objects.get(address="r1@example.org").ended_at is None


def test_a_letter_that_is_refused_for_what_it_says_leaves_the_address_alone(server, letters, now):
    letters()
    server.manners = ["5xx"]
    assert send(now) == {"failed": 1}
    assert not Suppression.objects.exists()


def test_a_full_mailbox_is_no_missing_one(server, letters, now):
    letters()
    server.refused["r0@example.org"] = "452 4.2.2 mailbox full"
    assert send(now) == {"put off": 1}


def test_one_that_can_not_be_written_holds_up_no_other(server, letters, now):
    first, *_ = letters(5)

    def broken(digest, at):
        if digest.pk == first.pk:
            raise ValueError("no title")
        return compose(digest, at)

    assert send(now, broken) == {"put off": 1, "sent": 4}


def test_an_address_that_is_none_holds_up_no_other(server, letters, now):
    letters(3)
    broken = "=?utf-8?q?=0d=0ax?=@example.org"
    Subscription.objects.filter(address="r1@example.org").update(address=broken, answer_at=now)
    assert confirming.answer("test", now) == {"refused": 1}
    assert send(now) == {"sent": 2, "failed": 1}
    assert "can't be written" in Digest.objects.get(state="failed").error


def test_nothing_to_say_is_no_letter(server, letters, now):
    letters()
    assert send(now, lambda *_: None) == {"empty": 1}
    assert not server.letters


def test_a_sender_killed_before_handing_over_loses_nothing(server, letters, now):
    letters()
    assert sending.take(now).state == "composing"
    assert send(now) == {}
    assert send(now + sending.LEASE + timedelta(seconds=1)) == {"recovered": 1, "sent": 1}


def test_a_sender_killed_while_handing_over_leaves_it_to_be_seen(server, letters, now):
    letters()
    digest = sending.take(now)
    assert sending._mark(digest, now)
    assert send(now + timedelta(days=1)) == {"unknown": 1}
    assert not server.letters
    assert "may have arrived" in Digest.objects.get().error


def test_a_letter_that_was_taken_from_a_slow_sender_is_not_sent_by_it(server, letters, now):
    letters()

    def slow(digest, at):
        later = now + timedelta(minutes=9)
        Digest.objects.filter(pk=digest.pk).update(state="queued", attempts=5, next_at=later)
        return compose(digest, at)

    assert send(now, slow) == {"lost": 1}
    assert not server.letters


def test_what_is_ended_while_it_is_composed_does_not_leave(server, letters, now):
    letters()

    def meanwhile(digest, at):
        subscriptions.end(Subscription.objects.get(), at)
        return compose(digest, at)

    assert send(now, meanwhile) == {"lost": 1}
    assert not server.letters
    assert states() == ["empty"]


def test_one_that_kills_its_sender_each_time_is_given_up(letters, now):
    letters()
    for _ in range(sending.ATTEMPTS):
        assert sending.take(now)
        now += sending.LEASE + timedelta(seconds=1)
        sending.recover(now)
    assert states() == ["failed"]


def test_no_more_go_out_a_second_than_allowed(monkeypatch):
    turns, clock = [], [100.0]
    monkeypatch.setattr(sending.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(sending.time, "sleep", turns.append)
    pace = sending.Pace(10)
    for _ in range(4):
        pace.wait()
    assert turns == pytest.approx([0, 0.1, 0.2, 0.3])


def at_once(*acts):
    """Each in a thread with a connection of its own, all begun together; what they return."""
    together = threading.Barrier(len(acts))

    def run(act):
        try:
            together.wait(10)
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_senders_and_claims_at_once_send_each_letter_once(server, letters, now):
    letters(20)
    Digest.objects.all().delete()
    at_once(*[lambda k=k: claims.claim(f"{k}", now) for k in range(4)])
    assert Digest.objects.count() == 20
    at_once(*[lambda: send(now)] * 4)
    send(now)
    assert states() == ["sent"] * 20
    assert len({letter["To"] for letter in server.letters}) == len(server.letters) == 20


def test_several_that_take_letters_at_once_never_take_the_same(letters, now):
    letters(12)
    taken = at_once(*[lambda: [sending.take(now).pk for _ in range(3)]] * 4)
    assert len({pk for some in taken for pk in some}) == 12


def test_who_leaves_while_letters_are_resumed_has_left(letters, now):
    letters()
    one = Subscription.objects.get()
    subscriptions.end(one, now)
    subscriptions.unpause(one, now)
    subscriptions.change(one, {"hour": 3}, now)
    assert claims.claim("a", now + timedelta(days=2)) == {"queued": 0}
    one.refresh_from_db()
    assert (one.ended_at, one.next_at) == (now, None)
