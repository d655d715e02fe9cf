"""Editors' picks and the claims of authors."""

import re

import pytest
from django.utils import timezone

from tests.factories import paper, reader
from webapp.models import Claim, Entry, Pick
from webapp.services.social import editing, upvotes

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    found = reader(name="Ed Example", is_editor=True)
    client.force_login(found)
    return found


def pick(client, paper, value="pick", note=""):
    return client.post(f"/papers/{paper.arxiv_id}/pick/", {"value": value, "note": note})


def test_a_pick_stands_on_the_daily_page_before_the_rest(client, editor):
    picked, _ = paper(), paper()
    pick(client, picked, note="A <clean> proof.")
    client.logout()
    html = client.get("/papers").content.decode()
    assert re.findall(r'<article data-arxiv-id="([^"]+)"', html)[0] == picked.arxiv_id
    assert 'pick">Editors' in html
    assert "A &lt;clean&gt; proof." in html


def test_picking_again_changes_the_note_and_unpicking_takes_it_back(client, editor):
    picked = paper()
    pick(client, picked, note="One")
    pick(client, picked, note="Two")
    assert Pick.objects.get().note == "Two"
    pick(client, picked, "unpick")
    assert not Pick.objects.exists()
    assert not Entry.objects.exists()


def test_upvotes_outlive_a_pick(client, editor):
    picked = paper()
    upvotes.upvote(reader(), picked, True, timezone.now())
    pick(client, picked)
    pick(client, picked, "unpick")
    assert Entry.objects.values_list("n_upvotes", "is_picked").get() == (1, False)


@pytest.mark.parametrize(("value", "note"), [("x", ""), ("", ""), ("pick", "x" * 281)])
def test_nonsense_is_refused(client, editor, value, note):
    assert pick(client, paper(), value, note).status_code == 400
    assert not Pick.objects.exists()


def test_an_author_whose_claim_was_granted_is_named_to_everybody_and_asked_no_more(client, editor):
    author, on = reader(name="Ada Example"), paper()
    asked = editing.claim(author, on, "It is mine.", timezone.now())
    page = f"/papers/{on.arxiv_id}"
    assert "Ada Example" not in client.get(page).content.decode().partition("public-acts")[2]
    editing.decide(editor, asked.pk, True, "", timezone.now())
    assert "<b>Ada Example</b>, an author, is here" in client.get(page).content.decode()
    client.force_login(author)
    assert "Are you an author?" not in client.get(page).content.decode()


def test_who_waits_for_an_editor_is_told_so_and_not_asked_again(client):
    author, on = reader(), paper()
    editing.claim(author, on, "It is mine.", timezone.now())
    client.force_login(author)
    html = client.get(f"/papers/{on.arxiv_id}").content.decode()
    assert "That you are an author waits for an editor" in html
    assert "Are you an author?" not in html


def test_a_withdrawn_paper_is_not_picked(client, editor):
    assert pick(client, paper(withdrawn_at=timezone.now())).status_code == 409


def test_who_is_no_editor_finds_no_such_page_and_can_do_nothing(client):
    one, claim = paper(), editing.claim(reader(), paper(), "me", timezone.now())
    for status in (302, 403):  # of a visitor, whose login may have ended; of a reader
        assert pick(client, one).status_code == status
        assert client.get("/papers/moderation").status_code == 404
        assert client.post(f"/papers/claims/{claim.pk}/", {"value": "grant"}).status_code == status
        assert client.post("/papers/comments/1/moderate/").status_code == status
        client.force_login(reader(is_staff=True))
    assert Claim.objects.get().state == "asked"


def claim(client, paper, note="I am Ada Example."):
    return client.post(f"/papers/{paper.arxiv_id}/claim", {"note": note}, follow=True)


def decide(client, row, value="grant", reason="Seen on the page."):
    return client.post(f"/papers/claims/{row.pk}/", {"value": value, "reason": reason})


def test_a_claim_waits_for_an_editor_who_grants_it(client):
    author, mine = reader(), paper()
    client.force_login(author)
    assert "An editor has not looked yet" in claim(client, mine).content.decode()
    client.force_login(reader(is_editor=True))
    html = client.get("/papers/moderation").content.decode()
    assert "I am Ada Example." in html
    assert author.email in html
    decide(client, Claim.objects.get())
    client.force_login(author)
    assert "carry the mark" in client.get(f"/papers/{mine.arxiv_id}/claim").content.decode()


def test_a_refusal_tells_its_reason_and_can_be_asked_again(client):
    author, mine = reader(), paper()
    client.force_login(author)
    claim(client, mine)
    editing.decide(reader(), Claim.objects.get().pk, False, "No <such> name.", timezone.now())
    html = client.get(f"/papers/{mine.arxiv_id}/claim").content.decode()
    assert "Not granted: No &lt;such&gt; name." in html
    claim(client, mine, "Here is my page.")
    assert Claim.objects.values_list("state", "note").get() == ("asked", "Here is my page.")


def test_a_claim_is_decided_once_with_a_reason_and_never_by_oneself(client, editor):
    row = editing.claim(reader(), paper(), "me", timezone.now())
    decide(client, row, reason="")
    decide(client, row, "nonsense")
    assert Claim.objects.get().state == "asked"
    decide(client, row)
    decide(client, row, "refuse")
    assert Claim.objects.get().state == "granted"
    own = editing.claim(editor, paper(), "me", timezone.now())
    decide(client, own)
    own.refresh_from_db()
    assert own.state == "asked"


def test_a_claim_says_something(client):
    client.force_login(reader())
    assert claim(client, paper(), " ").status_code == 400
    assert not Claim.objects.exists()
    assert client.get("/papers/2611.99999/claim").status_code == 404


def test_the_paper_s_page_tells_what_was_said_in_public(client, editor):
    one = paper()
    upvotes.upvote(editor, one, True, timezone.now())
    editing.pick(editor, one, "Read it.", timezone.now())
    html = client.get(f"/papers/{one.arxiv_id}").content.decode()
    for words in ('pick">Editors', "Read it.", "Who upvoted it", "Change the note", "Comment"):
        assert words in html
