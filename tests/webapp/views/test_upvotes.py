"""Upvotes: public, one a reader, undoable; who gave them."""

import re

import pytest
from django.utils import timezone

from tests.factories import paper, reader
from webapp.models import Entry, Rating, Upvote
from webapp.services.social import upvotes

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def who(client):
    found = reader(name="Ada Example")
    client.force_login(found)
    return found


def press(client, paper, value="upvote", headers=None, **fields):
    fields = {"value": value, "next": "/papers", **fields}
    return client.post(f"/papers/{paper.arxiv_id}/upvote/", fields, headers=headers)


def test_an_upvote_is_stored_and_leads_back_to_the_paper(client, who):
    liked = paper()
    answer = press(client, liked)
    assert answer.url == f"/papers#paper-{liked.arxiv_id}"
    assert Entry.objects.get().n_upvotes == 1
    assert "everybody can see it" in client.get("/papers").content.decode()
    assert not Rating.objects.exists()  # public and private acts are apart


def test_htmx_gets_the_button_pressed(client, who):
    html = press(client, paper(), headers=HTMX).content.decode()
    assert html.startswith("<form")
    assert 'value="undo" aria-pressed="true"' in html
    assert "</span> 1<" in html


def test_twice_is_once(client, who):
    liked = paper()
    press(client, liked)
    press(client, liked)
    assert Upvote.objects.count() == 1
    assert Entry.objects.get().n_upvotes == 1


def test_taken_back_nothing_is_left(client, who):
    liked = paper()
    press(client, liked)
    press(client, liked, "undo")
    press(client, liked, "undo")
    assert not Upvote.objects.exists()
    assert not Entry.objects.exists()


def test_a_stranger_is_shown_the_door_and_nothing_is_stored(client):
    liked = paper()
    assert press(client, liked).url.startswith("/accounts/login/?next=")
    assert press(client, liked, headers=HTMX).status_code == 401
    assert not Entry.objects.exists()


@pytest.mark.parametrize("value", ["", "up", "\0", "1" * 5000])
def test_nonsense_is_refused_with_a_sentence(client, who, value):
    answer = press(client, paper(), value)
    assert answer.status_code == 400
    assert "Say value=upvote or undo." in answer.content.decode()


def test_a_get_never_upvotes(client, who):
    liked = paper()
    assert client.get(f"/papers/{liked.arxiv_id}/upvote/?value=upvote").status_code == 405


def test_a_stranger_is_led_back_to_the_paper_on_the_list(client):
    liked = paper()
    way = re.search(r'class="upvote"[^>]* href="([^"]+)"', client.get("/papers").content.decode())
    form = {"login": reader().email, "password": "a long pass-phrase"}
    answer = client.post(way[1].replace("&amp;", "&"), form)
    assert answer.url == f"/papers#paper-{liked.arxiv_id}"


def test_an_unknown_paper_is_404(client, who):
    assert client.post("/papers/2611.99999/upvote/", {"value": "upvote"}).status_code == 404


def test_a_withdrawn_paper_loses_upvotes_and_gains_none(client, who):
    liked = paper()
    press(client, liked)
    liked.withdrawn_at = timezone.now()
    liked.save()
    assert press(client, liked).status_code == 409
    press(client, liked, "undo")
    assert not Upvote.objects.exists()


def test_who_upvoted_is_told_by_name_and_never_by_address(client, who):
    liked, nameless = paper(), reader()
    for one in (who, nameless):
        upvotes.upvote(one, liked, True, timezone.now())
    client.logout()
    html = client.get(f"/papers/{liked.arxiv_id}/upvotes").content.decode()
    assert "Ada Example" in html
    assert "a reader" in html
    assert "@example.org" not in html


def test_a_withdrawn_paper_is_marked_wherever_it_is_talked_about(client, who):
    gone = paper(withdrawn_at=timezone.now())
    for page in ("upvotes", "comments", "claim"):
        html = client.get(f"/papers/{gone.arxiv_id}/{page}").content.decode()
        assert "withdrawn" in html


def test_many_upvoters_are_read_part_by_part(client, settings, monkeypatch):
    liked = paper()
    monkeypatch.setattr("webapp.queries.social.daily.UPVOTERS", 2)
    for n in range(3):
        upvotes.upvote(reader(name=f"Reader No. {n}"), liked, True, timezone.now())
    html = client.get(f"/papers/{liked.arxiv_id}/upvotes").content.decode()
    assert "No. 0" not in html
    more = html.split('href="?before=')[1].split('"')[0]
    html = client.get(f"/papers/{liked.arxiv_id}/upvotes?before={more}").content.decode()
    assert "No. 0" in html
    assert "No. 1" not in html


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30, "٣", "%00"])
def test_a_place_that_makes_no_sense_is_the_beginning(client, before):
    assert client.get(f"/papers/{paper().arxiv_id}/upvotes?before={before}").status_code == 200


def test_an_account_that_was_closed_counts_no_more(who):
    liked, other = paper(), reader()
    upvotes.upvote(who, liked, True, timezone.now())
    upvotes.upvote(other, liked, True, timezone.now())
    who.is_active = False
    who.save()
    upvotes.recount([liked.pk])
    assert Entry.objects.get().n_upvotes == 1
