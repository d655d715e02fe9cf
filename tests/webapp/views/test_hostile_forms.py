"""What nobody sends by accident: a clear answer, nothing lost, and nobody else harmed."""

from datetime import timedelta

import pytest

from tests.factories import DAY, paper, profile, rating, reader, world
from webapp.models import Profile, Ranking, Rule, Subscription
from webapp.queries.readers import Wish
from webapp.services import profiles, rankings, runs, signals

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("effect", [-1, 1])
def test_as_many_rules_as_can_be_kept_leave_everybody_ranked(who, now, effect):
    older, _ = world(3, DAY - timedelta(days=1)), world(6)
    other = reader()
    for one in (who, other):
        rating(one, older["robots"][0])
    runs.train("test", now)
    Rule.objects.bulk_create(
        Rule(profile=profile(who), kind="term", value=f"word{n}", effect=effect, created_at=now)
        for n in range(signals.MOST_RULES)
    )
    profiles.changed(profile(who), now)
    rankings.fill("test", now + timedelta(minutes=1))
    assert set(Ranking.objects.filter(day=DAY).values_list("reader", flat=True)) >= {
        who.pk,
        other.pk,
    }


@pytest.mark.parametrize("elsewhere", ["foo", "a b", "library", "//evil.example", "https:evil"])
def test_a_way_back_that_is_no_path_is_not_gone(client, who, elsewhere):
    sent = {"address": "somebody@example.org", "cadence": "weekly", "next": elsewhere}
    answer = client.post("/subscribe", sent)
    assert (answer.status_code, answer.url) == (302, "/subscribe")
    assert Subscription.objects.count() == 1


def test_the_rules_of_an_interest_outlive_it_when_it_becomes_the_whole(who, now):
    second = profiles.make(profile(who), "Primes", now)
    first = Profile.objects.get(reader=who, name=profiles.FIRST)
    signals.rule(profile(who), first, Wish("author", "Ada Berg", -1), now)
    profiles.take_away(profile(who), second, now)
    assert signals.own(profile(who)).rules.get().value == "Ada Berg"


def test_no_more_interests_come_back_than_can_be_kept(client, who, now):
    gone = [profiles.make(profile(who), "Primes", now)]
    profiles.make(profile(who), "Robots", now)
    for n in range(profiles.MOST - 2):
        profiles.take_away(profile(who), gone[-1], now + timedelta(seconds=n))
        gone.append(profiles.make(profile(who), "Primes", now))
    for n in range(profiles.MOST):
        made = profiles.make(profile(who), f"More {n}", now) if n < profiles.MOST - 3 else None
        assert made or n >= profiles.MOST - 3
    answer = client.post(f"/profiles/{gone[0].pk}/restore/")
    assert answer.status_code == 409
    assert Profile.objects.get(pk=gone[0].pk).deleted_at


def test_the_same_interest_made_at_the_same_moment_is_one(who, now):
    first, again = (profiles.make(profile(who), "Primes", now) for _ in range(2))
    assert first == again


@pytest.mark.parametrize("number", ["00509999", "0050" + "1" * 5_000, "-1", "²"])
def test_a_share_that_is_no_share_is_refused(client, who, now, number):
    made = profiles.make(profile(who), "Primes", now)
    answer = client.post("/profiles/shares/", {f"quota-{made.pk}": number})
    assert answer.status_code == 400


def test_a_page_of_many_digits_is_the_last(client, who):
    assert client.get("/library/?page=" + "1" * 5_000).status_code == 200
    sent = {"page": "1" * 5_000, "value": "up"}
    assert client.post(f"/papers/{paper().arxiv_id}/rating/", sent).status_code == 302


def test_an_address_that_grows_when_lowered_is_refused(client):
    sent = {"address": "İ" * 200 + "@example.org", "cadence": "weekly"}
    assert client.post("/subscribe", sent).status_code == 400
    assert not Subscription.objects.exists()


@pytest.mark.parametrize("moment", ["2026-11-23T10:00:00+23:59", "0001-01-01T00:00:00+23:59"])
def test_moments_of_a_far_offset_are_read_or_left(client, who, moment):
    assert client.get("/signals/", {"before": f"{moment}~5"}).status_code == 200
    assert client.post("/signals/", {"resume": moment}).status_code < 500


def test_another_charset_is_refused_before_it_is_read(client, who):
    body = b'--B\r\nContent-Disposition: form-data; name="name"\r\n\r\n\\ud800\r\n--B--\r\n'
    kind = "multipart/form-data; boundary=B; charset=unicode_escape"
    assert client.post("/settings/name/", body, content_type=kind).status_code == 415


def test_a_day_that_is_none_does_not_forget_where_a_reader_was(client, who):
    client.post("/catch-up/", {"day": "2026-11-20"})
    assert client.post("/catch-up/", {"day": "garbage"}).status_code == 400
    who.refresh_from_db()
    assert str(who.caught_up_on) == "2026-11-20"


@pytest.mark.parametrize(
    ("sort", "key"),
    [
        ("saved", "2026-11-23T10:00:00+23:59"),
        ("saved", "0001-01-01T00:00:00+23:59"),
        ("saved", "2026-11-23T10:00:00"),
        ("title", "a\0b"),
        ("day", "2026-02-30"),
    ],
)
def test_a_place_in_the_library_that_is_none_is_the_beginning(client, who, sort, key):
    answer = client.get("/library/", {"sort": sort, "after": f"{key}~5"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/profiles/shares/",
        "/profiles/7/delete/",
        "/profiles/7/restore/",
        "/papers/2604.00001/interest/",
        "/rules/",
        "/papers/comments/7/delete/",
        "/settings/comparisons/",
        "/settings/upvotes/",
    ],
)
def test_who_is_logged_out_is_led_back_to_a_page_that_can_be_had(client, address):
    answer = client.post(address, {"next": "/profiles/"})
    assert (answer.status_code, answer.url) == (302, "/accounts/login/?next=%2Fprofiles%2F")
    part = client.post(address, headers={"HX-Request": "true"})
    assert part.status_code == 401
    assert "nothing was stored" in part.content.decode()


@pytest.mark.parametrize("name", ["\u200b", "\u3164", "...", "\u2800 \u00ad"])
def test_a_public_name_can_be_seen(client, who, name):
    assert client.post("/settings/name/", {"name": name}).status_code == 400


@pytest.mark.parametrize("address", ["/rules/", "/library/acts/", "/papers/seen/"])
def test_the_address_of_an_act_is_no_blank_page(client, address):
    for log_in in (False, True):
        if log_in:
            client.force_login(reader())
        answer = client.get(address, follow=True)
        assert answer.status_code in {200, 405}
        assert "<h1" in answer.content.decode()
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"


@pytest.mark.parametrize(
    "address", ["/papers", "/papers?q=galaxy", f"/papers/date/{DAY}", "/papers/trending"]
)
def test_a_stroke_too_many_leads_to_the_page(client, address):
    one = paper()
    for bare in (address, f"/papers/{one.arxiv_id}"):
        path, mark, query = bare.partition("?")
        answer = client.get(f"{path}/{mark}{query}")
        assert (answer.status_code, answer.url) == (302, bare)
    for lost in ("/%2fevil.example/", "/nothing/", "/library/999//", "/papers/2699.00001v0/"):
        assert client.get(lost).status_code in {302, 404}
        assert "evil" not in client.get(lost).headers.get("Location", "")
