"""A reader's own letters: chosen, held, moved, looked at before they go out."""

from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from tests.factories import DAY, profile, rating, reader, world
from webapp.models import Digest, Subscription
from webapp.services import profiles, readers, runs
from webapp.services.digests import claims, letters, personal, sending

pytestmark = pytest.mark.django_db
WISH = {"cadence": "daily", "hour": "7", "most": "5"}


@pytest.fixture
def who(client, now):
    found = reader(time_zone="Asia/Tokyo")
    client.force_login(found)
    return found


@pytest.fixture
def ranked(who):
    """Somebody who likes robots, and yesterday was a day of papers."""
    now = timezone.now()
    day = now.date() - timedelta(days=1)
    older = world(3, day - timedelta(days=1))
    world(12, day)
    runs.train("test", now)
    rating(who, older["robots"][0])
    readers.rerank_after(who, day, now)
    return who


def choose(client, **fields):
    return client.post("/settings/letters/", WISH | fields)


def only():
    return Subscription.objects.get()


def test_letters_begin_at_the_readers_own_hour(client, who):
    assert choose(client, tells_empty="on").status_code == 302
    one = only()
    assert (one.reader, one.what, one.most, one.tells_empty) == (who, "personal", 5, True)
    assert one.next_at.hour == 22  # seven in Tokyo
    assert one.confirmed_at
    assert len(one.key) > 20
    claims.claim("test", one.next_at)
    assert Digest.objects.get().subscription == one


def test_all_interests_and_one_of_them_have_letters_of_their_own(client, who, now):
    primes = profiles.make(profile(who), "Primes", now)
    choose(client)
    choose(client, profile=str(primes.pk))
    choose(client, profile=str(primes.pk), most="9")
    assert set(Subscription.objects.values_list("profile", "most")) == {(None, 5), (primes.pk, 9)}
    assert "Primes" in client.get("/settings/letters/").content.decode()


def test_nobody_gets_letters_about_anothers_interest_or_reads_them(client, who, now):
    other = reader()
    theirs = profiles.make(profile(other), "Secret", now)
    assert choose(client, profile=str(theirs.pk)).status_code == 400
    personal.make(who, None, personal_wish(), now)
    pk = personal.make(other, theirs.pk, personal_wish(), now)
    for address in (f"/settings/letters/{pk}/", f"/settings/letters/{pk}/next/"):
        assert client.get(address).status_code == 404
    assert client.post(f"/settings/letters/{pk}/", {"act": "end"}).status_code == 404
    assert not Subscription.objects.exclude(ended_at=None).exists()


def personal_wish(**fields):
    wish = {"cadence": "daily", "days": [], "hour": 7, "most": 5, "least_place": None}
    return wish | {"tells_empty": False, "held_until": None} | fields


def test_without_login_there_is_a_door(client):
    assert client.get("/settings/letters/").url.startswith("/accounts/login/")


@pytest.mark.parametrize(
    "sent",
    [
        *({"most": "0"}, {"most": "31"}, {"most": "²"}, {"most": ""}, {"hour": "-1"}),
        *({"least_place": "7"}, {"held_until": "tomorrow"}, {"held_until": "9999-12-31"}),
        *({"profile": "all"}, {"profile": "1" * 40}, {"days": ["9"]}, {"cadence": ""}),
    ],
)
def test_nonsense_is_refused(client, who, sent):
    assert choose(client, **sent).status_code == 400
    assert not Subscription.objects.exists()


def test_a_measure_is_a_place_of_the_readers_own_day(client, ranked):
    now = timezone.now()
    page = client.get("/settings/letters/").content.decode()
    assert "my best 10 of a day, as “" in page
    choose(client, least_place="3", most="30")
    one = only()
    stored = ranked.rankings.get()
    earned = [score for n, score in enumerate(stored.scores, 1) if n not in stored.explored]
    assert one.least_score == sorted(earned, reverse=True)[2]
    text = letters.preview(one, now.date(), now).body
    assert text.count("\n* ") == sum(score >= one.least_score for score in stored.scores)
    choose(client, most="30")
    text = letters.preview(only(), now.date(), now).body
    assert text.count("\n* ") > 3


def test_a_hold_lasts_until_its_day_and_one_letter_catches_up(client, who):
    today = timezone.now().date()
    until = today + timedelta(days=5)
    choose(client, held_until=str(until))
    start = timezone.now()
    for hours in range(0, 24 * 7, 6):
        claims.claim(f"{hours}", start + timedelta(hours=hours))
    days = list(Digest.objects.order_by("day").values_list("day", "is_catch_up"))
    assert days[0] == (until, True)
    assert not any(catches_up for _, catches_up in days[1:])


def test_letters_are_paused_resumed_and_ended(client, who):
    choose(client)
    address, due = f"/settings/letters/{only().pk}/", only().next_at
    Digest.objects.create(subscription=only(), day=date(2026, 1, 1), queued_at=due, next_at=due)
    client.post(address, {"act": "pause"})
    assert only().next_at is None
    assert Digest.objects.get().state == "empty"
    assert "paused" in client.get(address).content.decode()
    client.post(address, {"act": "resume"})
    assert only().next_at == due
    client.post(address, {"act": "end"})
    assert (only().next_at, only().ended_why) == (None, "asked")
    client.post(address, {"act": "resume"})
    assert (only().next_at, only().ended_at) == (due, None)


def test_another_time_zone_moves_the_next_letter(client, who):
    choose(client)
    client.post("/settings/", {"time_zone": "Europe/Berlin"})
    assert only().next_at.hour in {5, 6}
    client.post(f"/settings/letters/{only().pk}/", {"act": "pause"})
    client.post("/settings/", {"time_zone": "Asia/Tokyo"})
    assert only().next_at is None


def test_with_a_mail_server_an_address_is_confirmed_first(client, who, settings):
    settings.MAIL_FOLDER = None
    page = client.get("/settings/letters/").content.decode()
    assert "Letters go to confirmed addresses only" in page
    assert choose(client).status_code == 403
    assert not Subscription.objects.exists()
    EmailAddress.objects.create(user=who, email=who.email, verified=True, primary=True)
    assert choose(client).status_code == 302


def test_who_is_no_longer_confirmed_waits_without_losing_anything(client, who, settings):
    choose(client)
    due = only().next_at
    settings.MAIL_FOLDER = None
    claims.claim("a", due)
    assert not Digest.objects.exists()
    EmailAddress.objects.create(user=who, email=who.email, verified=True, primary=True)
    claims.claim("b", due)
    assert Digest.objects.count() == 1


def test_an_address_that_mail_came_back_from_is_told_so(client, who, now, settings):
    settings.OPERATOR_EMAIL = "host@example.org"
    choose(client)
    sending.suppress(who.email, "bounced", "550 no such user", now)
    page = client.get(f"/settings/letters/{only().pk}/").content.decode()
    assert "a letter came back" in page
    assert "550 no such user" in page
    assert "host@example.org" in page
    assert choose(client).status_code == 403
    assert client.post(f"/settings/letters/{only().pk}/", {"act": "resume"}).status_code == 400
    assert only().ended_why == "bounced"


def test_the_next_letter_can_be_looked_at_and_looking_changes_nothing(client, ranked):
    choose(client)
    before = Subscription.objects.values().get()
    html = client.get(f"/settings/letters/{only().pk}/next/")
    text = client.get(f"/settings/letters/{only().pk}/next/?part=text")
    assert "Robot study" in html.content.decode()
    assert "Robot study" in text.content.decode()
    assert text["Content-Type"].startswith("text/plain")
    assert "sandbox" in html["Content-Security-Policy"]
    assert "script-src 'none'" in html["Content-Security-Policy"]
    assert Subscription.objects.values().get() == before
    assert not Digest.objects.exists()


def test_the_last_letters_are_listed_with_what_became_of_them(client, who, now):
    choose(client)
    for n, state in enumerate(Digest.State.values):
        day = DAY - timedelta(days=n)
        fields = {"state": state, "queued_at": now, "next_at": now, "sent_at": now}
        Digest.objects.create(subscription=only(), day=day, error="because", **fields)
    page = client.get(f"/settings/letters/{only().pk}/").content.decode()
    for words in ("sent at", "nothing to send", "may have arrived", "could not be sent"):
        assert words in page


def test_the_pages_cost_the_same_whatever_their_length(
    client, who, now, django_assert_max_num_queries
):
    made = [profiles.make(profile(who), f"Interest {n}", now) for n in range(4)]
    for one in (None, *(one.pk for one in made)):
        personal.make(who, one, personal_wish(), now)
    with django_assert_max_num_queries(8):
        client.get("/settings/letters/")
    with django_assert_max_num_queries(8):
        client.get(f"/settings/letters/{Subscription.objects.first().pk}/")
