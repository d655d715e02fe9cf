"""A login that ended while somebody wrote: nothing typed is lost, and nobody else sees it."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import get_resolver
from django.urls.converters import IntConverter
from django.urls.resolvers import URLPattern
from django.utils import timezone

from tests.factories import paper, rating, reader
from webapp.models import Comment, Profile, Rule
from webapp.services import readers
from webapp.views.drafts import MOST

pytestmark = pytest.mark.django_db
PASSWORD = "a long pass-phrase"
WORDS = "I wrote <b>this</b> for an hour.\r\nAnd this."
# Forms of strangers, and what programs send.
OPEN = {
    *("subscribe", "confirm", "manage", "unsubscribe", "mail_events", "act_by_mail"),
    "admin_login",  # a login itself
}


def end_login(client):
    """The session runs out where it is kept; the browser knows nothing of it."""
    Session.objects.update(expire_date=timezone.now() - timedelta(hours=1))


def log_in(client, who, following):
    sent = {"login": who.email, "password": PASSWORD, "next": following}
    return client.post("/accounts/login/", sent)


def following(answer):
    assert answer.status_code == 302
    found = re.fullmatch(r"/accounts/login/\?next=%2Fdrafts%2F([0-9a-f]{16})%2F", answer.url)
    assert found, answer.url
    return f"/drafts/{found[1]}/"


def again(client, address):
    """Press the button on the page of a draft."""
    html = client.get(address).content.decode()
    form = html.partition("<main")[2].partition("<form")[2].partition("</form>")[0]
    sent = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = (re.search(rf' {of}="([^"]*)"', tag) for of in ("name", "value"))
        sent[name[1]] = unescaped(value[1] if value else "")
    for name, value in re.findall(
        r'<textarea[^>]* name="(\w+)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL
    ):
        sent[name] = unescaped(value)
    return client.post(unescaped(re.search(r'action="([^"]*)"', form)[1]), sent), sent


def unescaped(text):
    for written, meant in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        text = text.replace(written, meant)
    return text


def routes():
    for route in get_resolver().url_patterns:
        if isinstance(route, URLPattern) and route.name:
            yield route


@pytest.mark.parametrize("route", [*routes()], ids=lambda route: route.name)
def test_every_form_that_wants_a_login_gives_back_what_was_typed(client, route):
    values = {"arxiv_id": paper().arxiv_id, "kind": "act", "name": "2026-11-20"}
    values["form"], values["token"], values["key"] = "atom", "x", "x"
    wanted = {
        name: 7 if isinstance(converter, IntConverter) else values.get(name, "x")
        for name, converter in route.pattern.converters.items()
    }
    address = "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda m: str(wanted[m[1]]), str(route.pattern))
    answer = client.post(address, {"words": WORDS})
    if route.name in OPEN or answer.status_code == 405:
        return
    draft = following(answer)
    who = reader()
    assert log_in(client, who, draft).url == draft
    html = client.get(draft).content.decode()
    assert "I wrote &lt;b&gt;this&lt;/b&gt; for an hour.\r\nAnd this.</textarea>" in html
    assert f'action="{address}"' in html


def test_a_comment_is_sent_by_a_button_after_the_login(client, who):
    one = paper()
    end_login(client)
    draft = following(client.post(f"/papers/{one.arxiv_id}/comments", {"body": WORDS}))
    page = log_in(client, who, draft)
    assert page.url == draft
    assert not Comment.objects.exists()
    assert "is kept" in client.get("/").content.decode()
    answer, sent = again(client, draft)
    assert sent["body"] == WORDS
    assert answer.status_code == 302
    assert Comment.objects.get().body == WORDS.replace("\r\n", "\n")
    assert client.get(draft).status_code == 404
    assert "is kept" not in client.get("/").content.decode()


def test_a_draft_names_the_act_and_its_papers(client, who):
    one, other = paper(title="On galaxies"), paper(title="On robots")
    act = rating(who, other)
    end_login(client)
    addresses = [
        following(client.post(f"/papers/{one.arxiv_id}/comments", {"body": WORDS})),
        following(client.post("/welcome/seed/", {"paper": [one.pk, other.pk]})),
        following(client.post("/signals/", {"remove": f"act:{act.pk}"})),
    ]
    log_in(client, who, addresses[0])
    comment, seed, remove = (client.get(one).content.decode() for one in addresses)
    assert "<h2>A comment</h2>" in comment
    assert "On galaxies</a>" in comment
    assert ">Your comment</label>" in comment
    assert "<li>Paper: On galaxies</li><li>Paper: On robots</li>" in seed
    assert "<li>Take back: On robots</li>" in remove


def test_another_readers_signal_is_not_named(client, who):
    act = rating(reader(), paper(title="A secret"))
    end_login(client)
    draft = following(client.post("/signals/", {"remove": f"act:{act.pk}"}))
    log_in(client, who, draft)
    assert "secret" not in client.get(draft).content.decode()


def test_the_page_that_answers_a_draft_says_no_more_that_it_is_kept(client, who):
    end_login(client)
    draft = following(client.post("/welcome/papers/", {"text": "2401.00001 is what I read"}))
    log_in(client, who, draft)
    answer, _ = again(client, draft)
    assert answer.status_code == 200
    assert "you logged in is kept" not in answer.content.decode()


@pytest.mark.parametrize("act", ["revoke", "delete"])
def test_an_act_without_words_leads_back_to_its_page(client, who, act):
    one = paper()
    Comment.objects.create(paper=one, reader=who, body="x", at=timezone.now())
    page = "/settings/feeds/" if act == "revoke" else f"/papers/{one.arxiv_id}/comments"
    client.post("/settings/feeds/", {"name": "Mine", "profile": who.profiles.get().pk})
    html = client.get(page).content.decode()
    address, following_page = re.search(
        rf'action="([^"]*/{act}/)">.*?name="next" value="([^"]*)"', html
    ).groups()
    end_login(client)
    answer = client.post(address, {"next": following_page})
    assert answer.url == "/accounts/login/?next=" + page.replace("/", "%2F")


def test_what_is_refused_then_is_still_kept(client, who):
    end_login(client)
    draft = following(client.post("/profiles/", {"name": "x" * 90}))
    log_in(client, who, draft)
    answer, _ = again(client, draft)
    assert "at most 80 characters" in answer.content.decode()
    assert client.get("/profiles/").status_code == 200
    assert not Profile.objects.filter(reader=who, name="x" * 90).exists()


def test_two_tabs_keep_what_each_of_them_sent(client, who):
    end_login(client)
    first = following(client.post("/rules/", {"kind": "term", "value": "graph", "effect": "mute"}))
    second = following(client.post("/profiles/", {"name": "Slow galaxies"}))
    same = following(client.post("/profiles/", {"name": "Slow galaxies"}))
    assert first != second == same
    log_in(client, who, second)
    for draft in (second, first):
        assert again(client, draft)[0].status_code == 302
    assert Profile.objects.filter(reader=who, name="Slow galaxies").count() == 1
    assert Rule.objects.get().value == "graph"


@pytest.mark.parametrize("end", ["runs out", "logged out"])
def test_another_account_never_sees_it(client, who, end):
    if end == "runs out":
        end_login(client)
    else:
        client.post("/accounts/logout/")
    draft = following(client.post("/profiles/", {"name": "Slow galaxies"}))
    log_in(client, reader(), draft)
    for page in (client.get(draft), client.get("/")):
        assert "Slow galaxies" not in page.content.decode()
        assert "before you logged in is kept" not in page.content.decode()
    assert client.get(draft).status_code == 404


def test_after_a_logout_it_waits_for_the_same_reader(client, who):
    client.post("/accounts/logout/")
    draft = following(client.post("/profiles/", {"name": "Slow galaxies"}))
    log_in(client, who, draft)
    assert "Slow galaxies" in client.get(draft).content.decode()


def test_who_logs_out_takes_the_drafts_along(client, who):
    client.cookies.clear()
    draft = following(client.post("/profiles/", {"name": "Slow galaxies"}))
    log_in(client, who, draft)
    client.post("/accounts/logout/")
    log_in(client, reader(), draft)
    assert client.get(draft).status_code == 404


def test_what_is_too_much_to_keep_is_shown_to_be_copied(client):
    before = following(client.post("/profiles/", {"name": "Slow galaxies"}))
    answer = client.post("/welcome/papers/", {"text": "2611.00001\n" * (MOST // 11 + 1)})
    html = answer.content.decode()
    assert answer.status_code == 401
    assert html.count("2611.00001") > MOST // 11
    assert "/accounts/login/?next=%2Fwelcome%2Fpapers%2F" in html
    log_in(client, reader(), before)
    assert "Slow galaxies" in client.get(before).content.decode()


def test_strangers_cannot_fill_the_database(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"draft": "1/h/ip"}
    following(client.post("/welcome/papers/", {"look": WORDS}))
    n_kept = Session.objects.count()
    answer = Client().post("/welcome/papers/", {"look": WORDS})
    assert answer.status_code == 401
    assert "And this." in answer.content.decode()
    assert Session.objects.count() == n_kept


def test_it_can_be_thrown_away(client, who):
    end_login(client)
    place = {"Referer": "http://testserver/library/?tag=x"}
    draft = following(client.post("/profiles/", {"name": "Slow galaxies"}, headers=place))
    log_in(client, who, draft)
    assert client.post(draft).url == "/library/?tag=x"
    assert client.get(draft).status_code == 404


def test_a_page_that_is_too_old_gives_back_what_was_typed(who):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(who)
    answer = strict.post("/papers/submit", {"paper": "2611.00001 and its sequel"})
    assert answer.status_code == 403
    assert "2611.00001 and its sequel</textarea>" in answer.content.decode()
    secret = strict.post("/accounts/password/change/", {"oldpassword": "two words of mine"})
    assert "two words" not in secret.content.decode()


def test_passwords_are_never_kept(client):
    for address in ("/accounts/password/change/", "/accounts/reauthenticate/", "/admin/login/"):
        client.post(address, {"oldpassword": "two words of mine", "password": "two words"})
        assert "drafts" not in client.session


@pytest.mark.parametrize("cookie", ["\0", "x" * 5_000, "é", "../x", "abc"])
def test_a_session_that_never_was_is_nobodys(client, cookie):
    client.cookies["sessionid"] = cookie
    draft = following(client.post("/profiles/", {"name": "Slow galaxies"}))
    log_in(client, reader(), draft)
    assert "Slow galaxies" in client.get(draft).content.decode()


def test_sessions_that_are_long_over_are_forgotten(client, who):
    now = timezone.now()
    assert readers.forget_logins(now) == {"logins": 0}
    Session.objects.update(expire_date=now - timedelta(days=8))
    assert readers.forget_logins(now) == {"logins": 1}
    assert readers.forget_logins(now) == {"logins": 0}
