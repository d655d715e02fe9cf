"""A reader's own feeds: secret addresses made, used and revoked, and what they tell."""

import io
import logging
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import profile, reader
from tests.webapp.formats.schemas import problems
from webapp.models import FeedToken
from webapp.queries.feeds import digest_of
from webapp.services import feeds, profiles

pytestmark = pytest.mark.django_db
TOKEN = re.compile(r"/feeds/([\w-]{43})\.atom")


def make(who, one=None, name="Reader"):
    return feeds.make(profile(who), one or profile(who), name, timezone.now())


def address(token, form="atom"):
    return f"/feeds/{token}.{form}"


# --- the page -----------------------------------------------------------------------


def test_an_address_is_shown_once_and_kept_hashed(client, who, ranked):
    whole = profile(who).pk
    answer = client.post("/settings/feeds/", {"profile": whole, "name": "  My   reader "})
    token = TOKEN.search(answer.content.decode())[1]
    row = FeedToken.objects.get()
    assert (row.name, row.digest) == ("My reader", digest_of(token))
    assert token not in client.get("/settings/feeds/").content.decode()
    assert "My reader" in client.get("/settings/feeds/").content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert not any(token in morsel.value for morsel in answer.cookies.values())
    for form in ("atom", "rss", "json"):
        body = Client().get(address(token, form)).content
        assert problems(form, body) == []
        assert token.encode() not in body


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "Say what it is for."),
        ({"name": " \t"}, "Say what it is for."),
        ({"name": "x" * 81}, "A name has at most 80 characters."),
        ({"name": "x\0"}, "Null characters are not allowed."),
        ({"profile": ""}, "Say which interest."),
        ({"profile": "999999"}, "That is no interest of yours."),
        ({"profile": "x"}, "That is no interest of yours."),
    ],
)
def test_nonsense_is_refused_with_a_sentence(client, who, fields, said):
    form = {"profile": profile(who).pk, "name": "Reader"} | fields
    answer = client.post("/settings/feeds/", form)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not FeedToken.objects.exists()


def test_an_interest_of_somebody_else_is_none_of_theirs(client, who):
    other = profile(reader()).pk
    answer = client.post("/settings/feeds/", {"profile": other, "name": "x"})
    assert answer.status_code == 400
    assert not FeedToken.objects.exists()


def test_at_most_ten(client, who):
    for n in range(feeds.MOST):
        make(who, name=f"r{n}")
    answer = client.post("/settings/feeds/", {"profile": profile(who).pk, "name": "one more"})
    assert answer.status_code == 400
    assert "revoke one first" in answer.content.decode()
    assert FeedToken.objects.count() == feeds.MOST
    make(reader())  # somebody else's count by themselves


def test_a_name_is_words_on_the_page(client, who):
    make(who, name="<script>alert(1)</script>")
    assert "<script>alert" not in client.get("/settings/feeds/").content.decode()


def test_revoked_it_leads_nowhere_at_once(client, who, ranked):
    token = make(who)
    assert client.get(address(token)).status_code == 200
    tag = client.get(address(token))["ETag"]
    row = FeedToken.objects.get()
    answer = client.post(f"/settings/feeds/{row.pk}/revoke/", follow=True)
    assert "leads nowhere any more" in answer.content.decode()
    assert client.get(address(token), headers={"if-none-match": tag}).status_code == 404


def test_revoked_twice_it_says_so(client, who):
    make(who)
    row = FeedToken.objects.get()
    client.post(f"/settings/feeds/{row.pk}/revoke/")
    answer = client.post(f"/settings/feeds/{row.pk}/revoke/", follow=True)
    assert answer.status_code == 200
    assert "leads nowhere already" in answer.content.decode()


def test_other_peoples_cannot_be_revoked_and_a_get_revokes_nothing(client, who):
    make(who)
    make(reader())
    mine, other = FeedToken.objects.order_by("pk")
    assert client.post(f"/settings/feeds/{other.pk}/revoke/").status_code == 404
    assert client.get(f"/settings/feeds/{mine.pk}/revoke/").status_code == 405
    assert FeedToken.objects.count() == 2


def test_the_page_needs_a_login(client):
    assert client.get("/settings/feeds/").url.startswith("/accounts/login/")
    assert client.post("/settings/feeds/1/revoke/").status_code == 302


def test_as_many_queries_for_ten_feeds_as_for_one(client, who):
    def n_queries():
        with CaptureQueriesContext(connection) as caught:
            client.get("/settings/feeds/")
        return len(caught)

    make(who)
    few = n_queries()
    for n in range(9):
        make(who, name=f"r{n}")
    assert n_queries() == few <= 8


# --- who gets in --------------------------------------------------------------------


def test_what_is_unknown_or_closed_looks_like_what_was_revoked(client, who, ranked):
    revoked, closed, taken = make(who), make(other := reader()), None
    FeedToken.objects.filter(digest=digest_of(revoked)).delete()
    other.is_active = False
    other.save()
    primes = profiles.make(profile(who), "Primes", timezone.now())
    taken = make(who, primes)
    profiles.take_away(profile(who), primes, timezone.now())
    tokens = (revoked, closed, taken, "x", "A" * 43, "a" * 3_000, "%00", "\u00e9")
    answers = [Client().get(address(token)) for token in tokens]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    for answer in answers:
        assert answer["Cache-Control"] == "private, no-cache"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert not answer.cookies


def test_an_interest_brought_back_is_read_again(who, ranked):
    primes = profiles.make(profile(who), "Primes", timezone.now())
    token = make(who, primes)
    profiles.take_away(profile(who), primes, timezone.now())
    assert Client().get(address(token)).status_code == 404
    primes.refresh_from_db()
    profiles.restore(profile(who), primes, timezone.now())
    assert Client().get(address(token)).status_code == 200


def test_a_login_is_neither_needed_nor_looked_at(client, who, ranked):
    token = make(who)
    answer, other = client.get(address(token)), Client()
    other.force_login(reader())
    assert other.get(address(token)).content == Client().get(address(token)).content
    assert "Cookie" not in answer.get("Vary", "")
    assert not answer.cookies
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("is_known", [True, False])
def test_no_line_of_the_log_has_a_token(who, ranked, is_known):
    token = make(who) if is_known else "A" * 43
    lines, handler = io.StringIO(), logging.getLogger().handlers[0]
    before = handler.setStream(lines)
    try:
        Client().get(address(token))
        logging.getLogger("django.request").error("Internal Server Error: %s", address(token))
        logging.getLogger("django.request").error("/unsubscribe/%s and /mail/%s", token, token)
        for path in ("confirm", "subscriptions", "accounts/confirm-email"):
            logging.getLogger("django.request").error("Bad Request: /%s/%s", path, token)
    finally:
        handler.setStream(before)
    assert "Internal Server Error: /feeds/….atom" in lines.getvalue()
    assert "/unsubscribe/… and /mail/…" in lines.getvalue()
    assert token not in lines.getvalue()
