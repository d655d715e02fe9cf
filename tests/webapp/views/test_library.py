"""The library: what is kept about saved papers, how it is narrowed, and acts on several."""

import html
import re
from datetime import date, timedelta

import pytest
from django.contrib.postgres.search import SearchVector
from django.test import Client

from tests.factories import NOON, paper, rating, reader
from webapp.models import Paper, Profile, Rating
from webapp.queries import library
from webapp.services import readers

pytestmark = pytest.mark.django_db


def saved(who, hours=0, *, tags=(), note="", state="to read", value=0, profile=None, **fields):
    """A saved paper, so many hours after noon."""
    at = NOON + timedelta(hours=hours)
    row = rating(who, paper(**fields), value, saved=True, at=at)
    row.tags, row.note, row.state, row.saved_at, row.profile = list(tags), note, state, at, profile
    row.save()
    return row


def titles(client, query=""):
    text = client.get(f"/library/{query}").content.decode()
    return [html.unescape(t) for t in re.findall(r'<a href="/papers/[^"]+">([^<]+)</a></h2>', text)]


def body(client, query=""):
    return html.unescape(client.get(f"/library/{query}").content.decode())


def keep(client, row, **written):
    return client.post(
        f"/library/{row.pk}/", {"tags": "", "note": "", "state": "to read"} | written
    )


def together(client, act, rows, **fields):
    sent = {"act": act, "paper": [row.pk for row in rows], **fields}
    return client.post("/library/acts/", sent)


def kept(row):
    row = Rating.objects.get(pk=row.pk)
    return row.tags, row.note, row.state


def test_what_is_written_about_a_paper_is_kept_and_shown(client, who):
    row = saved(who)
    answer = keep(
        client, row, tags="Bayes, #To  Cite,bayes,", note="Read §3\r\nagain", state="read"
    )
    assert answer.url == f"/library/#paper-{row.paper.arxiv_id}"
    assert kept(row) == (["bayes", "to cite"], "Read §3\nagain", "read")
    shown = body(client)
    assert "Read §3<br>again" in shown
    assert '<a class="tag" href="?tag=to%20cite">to cite</a>' in shown
    assert re.search(r'class="kept">Read · saved 20 Nov 2026', shown)


def test_a_save_is_to_read_and_knows_when(client, who):
    readers.save(who, paper(), True, NOON)
    row = Rating.objects.get()
    assert (row.state, row.saved_at) == ("to read", NOON)
    readers.rate(who, row.paper, Rating.Value.UP, NOON + timedelta(days=3))
    assert Rating.objects.get().saved_at == NOON


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ({"tags": "x" * 41}, "at most 40 characters"),
        ({"tags": "x" * 10_000}, "at most 40 characters"),
        ({"tags": ",".join(map(str, range(21)))}, "at most 20 tags"),
        ({"tags": "a\0b"}, "can be seen"),
        ({"note": "n" * 5_001}, "this one has 5,001"),
        ({"note": "a\0b"}, "cannot be stored"),
        ({"state": "burnt"}, "Say to read, reading or read"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_not_lost(client, who, written, why):
    row = saved(who, tags=["old"], note="old")
    sent = {"tags": "mine", "note": "my long thought"} | written
    answer = keep(client, row, **sent)
    assert answer.status_code == 400
    text = html.unescape(answer.content.decode())
    assert why in text
    assert ("my long thought" if "note" not in written else written["note"][:5_000]) in text
    assert kept(row) == (["old"], "old", "to read")


def test_the_longest_that_is_allowed_is_kept(client, who):
    row = saved(who)
    tags = [f"{n:02}" + "x" * 38 for n in range(20)]
    keep(client, row, tags=",".join(tags), note="n\r\n" * 2_499 + "nn")
    assert kept(row)[0] == tags
    assert len(kept(row)[1]) == 5_000


def test_a_note_is_text_and_never_markup(client, who):
    saved(who, note="<script>alert(1)</script>", tags=["<b>"])
    raw = client.get("/library/").content.decode()
    assert "<script>alert" not in raw
    assert "<b>" not in raw


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?tag=bayes", ["Priors"]),
        ("?tag=%23Bayes", []),
        ("?state=reading", ["Tides"]),
        ("?words=lighthouse", ["Priors"]),
        ("?words=tides", ["Tides"]),
        ("?words=lighthouse+priors", ["Priors"]),
        ("?words=lighthouse+tides", []),
        ("?words=-lighthouse", ["Tides"]),
        ("?kind=all&words=-lighthouse", ["Tides", "Liked"]),
        ("?words=%22%00%27%29--", []),
        ("?kind=rated", ["Liked"]),
        ("?kind=saved", ["Tides", "Priors"]),
        ("?kind=all", ["Tides", "Liked", "Priors"]),
        ("?kind=nonsense&state=x&sort=y&interest=z&after=q~~9", ["Tides", "Priors"]),
        ("?tag=%00", ["Tides", "Priors"]),
        ("?interest=99999999999999999999", ["Tides", "Priors"]),
    ],
)
def test_the_library_is_narrowed(client, who, query, found):
    saved(who, 0, title="Priors", tags=["bayes"], note="as the lighthouses paper says")
    saved(who, 2, title="Tides", state="reading", tags=["sea"])
    rating(who, paper(title="Liked"), at=NOON + timedelta(hours=1))
    saved(reader(), title="Another's", tags=["bayes"], note="lighthouse", state="reading")
    Paper.objects.filter(title="Another's").update(title="Tides")
    Paper.objects.exclude(title="Liked").update(search=SearchVector("title", config="english"))
    assert titles(client, query) == found


def test_the_count_says_what_was_found_of_all(client, who):
    saved(who, tags=["bayes"])
    saved(who)
    assert "1 of 2 papers." in body(client, "?tag=bayes")
    assert "0 of 2 papers." in body(client, "?tag=none")


def test_the_library_of_one_interest(client, who):
    first, second = (Profile.objects.create(reader=who, name=name) for name in ("A", "B"))
    saved(who, title="Of none")
    saved(who, 1, title="Of A", profile=first)
    saved(who, 2, title="Of B", profile=second)
    assert titles(client, f"?interest={first.pk}") == ["Of A", "Of none"]
    assert titles(client, f"?interest={second.pk}") == ["Of B"]


@pytest.mark.parametrize(
    ("sort", "order"), [("saved", "ACB"), ("day", "BAC"), ("title", "ABC"), ("", "ACB")]
)
def test_the_order_is_chosen(client, who, sort, order):
    for title, hours, day in (("B", 0, 22), ("C", 1, 19), ("A", 2, 20)):
        saved(who, hours, title=title, day=date(2026, 11, day))
    assert "".join(titles(client, f"?sort={sort}")) == order


@pytest.mark.parametrize("sort", ["saved", "day", "title"])
def test_nothing_is_cut_off_and_nothing_shown_twice(client, who, sort):
    """Also where all keys are alike, and where what was shown is taken out meanwhile."""
    rows = [saved(who, n % 3, title=f"Half ~ one {n % 2}", tags=["t"]) for n in range(120)]
    address, seen = f"?sort={sort}&tag=t", []
    while address:
        text = body(client, address)
        assert "120 of 120" in text
        seen += re.findall(r'<article data-arxiv-id="([^"]+)"', text)
        following = re.search(r'href="(\?[^"]*)" rel="next"', text)
        address = following and following[1]
    assert len(seen) == 120
    assert set(seen) == {row.paper.arxiv_id for row in rows}


def test_a_get_changes_nothing(client, who):
    row = saved(who, tags=["a"])
    assert client.get(f"/library/acts/?act=out&paper={row.pk}").status_code == 405
    assert client.get(f"/library/{row.pk}/?tags=b").status_code == 200
    assert kept(row)[0] == ["a"]
    assert client.get(f"/library/{'9' * 30}/").status_code == 404


def test_forms_without_their_token_change_nothing(who):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(who)
    row = saved(who)
    assert together(strict, "out", [row]).status_code == 403
    assert keep(strict, row, note="x").status_code == 403
    assert kept(row)[1] == ""


def test_visitors_are_sent_to_the_door(client):
    row = saved(reader())
    for address in ("/library/acts/", f"/library/{row.pk}/"):
        assert client.post(address, {"act": "out"}).url.startswith("/accounts/login/")


def test_queries_do_not_grow_with_the_library(client, who, django_assert_max_num_queries):
    for n in range(60):
        saved(who, n, tags=[str(n)], note="n")
    client.get("/library/")
    with django_assert_max_num_queries(7):
        client.get("/library/?words=n&tag=3&state=reading&sort=title")
    with django_assert_max_num_queries(7):
        assert len(titles(client)) == library.PAGE


def test_a_second_click_that_takes_out_leads_to_the_library(client, who):
    row = rating(who, paper(), 0, saved=True)
    for _ in range(2):
        assert together(client, "out", [row]).status_code == 302


def test_a_note_on_what_was_taken_out_meanwhile_is_not_lost(client, who):
    row = rating(who, paper(), 0, saved=True)
    together(client, "out", [row])
    answer = keep(client, row, note="An hour of thought")
    assert answer.status_code == 400
    html = answer.content.decode()
    assert "in your library no longer. Nothing was changed" in html
    assert "An hour of thought" in html
    row.refresh_from_db()
    assert (row.note, row.saved) == ("", False)
