"""The library: what is kept about saved papers, how it is narrowed, and acts on several."""

import html
import re
from datetime import date, timedelta

import pytest
from django.contrib.postgres.search import SearchVector
from django.test import Client
from django.utils import timezone

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


def test_tags_are_added_to_and_taken_from_several(client, who):
    one, two, other = saved(who, tags=["a"]), saved(who, tags=["b"]), saved(who)
    answer = together(client, "tag", [one, two], tags="B, c", next="/library/?tag=b")
    assert answer.url == "/library/?tag=b"
    assert [kept(row)[0] for row in (one, two, other)] == [["a", "b", "c"], ["b", "c"], []]
    together(client, "untag", [one, two], tags="b")
    assert [kept(row)[0] for row in (one, two)] == [["a", "c"], ["c"]]


def test_the_state_of_several_is_set(client, who):
    one, two, other = saved(who), saved(who, state="read"), saved(who)
    together(client, "reading", [one, two])
    assert [kept(row)[2] for row in (one, two, other)] == ["reading", "reading", "to read"]
    assert "Now “reading”: 2 papers." in body(client)


def undo_of(text):
    return re.search(r'<button name="back" value="([\d,]+)">Undo', text)[1]


def take_back(client):
    """Press the undo of what was said last."""
    was = re.search(r"""<button name="was" value="([^>]+)">Undo""", body(client))
    return client.post("/library/acts/", {"was": was[1]})


@pytest.mark.parametrize(
    ("act", "tags"), [("tag", "new, a"), ("untag", "a, b"), ("read", ""), ("reading", "")]
)
def test_tags_and_states_are_as_they_were_after_an_undo(client, who, act, tags):
    rows = [saved(who, tags=["a", "c"]), saved(who, tags=["b"], state="reading"), saved(who)]
    before = [kept(row) for row in rows]
    together(client, act, rows, tags=tags)
    assert [kept(row) for row in rows] != before
    take_back(client)
    assert [kept(row) for row in rows] == before


def test_an_act_on_all_that_is_found_goes_beyond_the_page(client, who):
    rows = [saved(who, n, tags=["t"]) for n in range(library.PAGE + 5)]
    other, liked = saved(who), rating(who, paper())
    together(client, "read", [], which="all", asked="tag=t&after=x")
    assert {kept(row)[2] for row in rows} == {"read"}
    assert kept(other)[2] == "to read"
    together(client, "out", [], which="all", asked="tag=t")
    assert Rating.objects.filter(saved=True).count() == 1
    assert Rating.objects.get(pk=liked.pk).value == 1
    client.post("/library/acts/", {"back": undo_of(body(client))})
    assert Rating.objects.filter(saved=True).count() == len(rows) + 1


def test_an_act_on_all_never_reaches_another_library(client, who):
    saved(who)
    theirs = saved(reader(), tags=["t"])
    together(client, "tag", [], which="all", tags="mine")
    assert kept(theirs)[0] == ["t"]


@pytest.mark.parametrize(
    "was", ["x", "[]", '{"x": 1}', '{"1": [1, 2]}', '{"1": [["a"], "burnt"]}', "[" * 9_000]
)
def test_an_undo_that_was_never_offered_is_404(client, who, was):
    assert client.post("/library/acts/", {"was": was}).status_code == 404


def test_an_undo_of_what_others_keep_is_404(client, who):
    theirs = saved(reader(), tags=["b"])
    sent = {"was": f'{{"{theirs.pk}": [[], "read"]}}'}
    assert client.post("/library/acts/", sent).status_code == 404
    assert kept(theirs)[0] == ["b"]


def test_taken_out_and_brought_back_with_all_that_was_written(client, who):
    rows = [saved(who, tags=["a"], note="mine", state="read", value=1), saved(who, tags=["b"])]
    before = list(Rating.objects.order_by("pk").values())
    together(client, "out", rows)
    text = body(client)
    assert "Taken out of the library: 2 papers." in text
    assert not Rating.objects.filter(saved=True).exists()
    assert titles(client, "?kind=saved") == []
    client.post("/library/acts/", {"back": undo_of(text)})
    after = list(Rating.objects.order_by("pk").values())
    for one in (*before, *after):
        del one["changed_at"]
    assert after == before


def test_one_save_taken_back_and_given_again_keeps_what_was_written(client, who):
    row = saved(who, tags=["a"], note="mine")
    for value, days in ((False, 1), (True, 5)):
        readers.save(who, row.paper, value, NOON + timedelta(days=days))
    assert kept(row) == (["a"], "mine", "to read")


def test_a_double_click_changes_nothing_more_and_still_offers_the_undo(client, who):
    rows = [saved(who), saved(who)]
    together(client, "out", rows)
    first = undo_of(body(client))
    together(client, "out", rows)
    assert undo_of(body(client)) == first
    for _ in range(2):
        assert client.post("/library/acts/", {"back": first}).status_code == 302
    assert Rating.objects.filter(saved=True).count() == 2


def test_a_withdrawn_paper_comes_back_too(client, who):
    row = saved(who, withdrawn_at=timezone.now())
    together(client, "out", [row])
    client.post("/library/acts/", {"back": row.pk})
    assert Rating.objects.get().saved


@pytest.mark.parametrize(
    ("act", "tags", "why"),
    [
        ("tag", "", "Say which tag"),
        ("tag", "x" * 10_000, "at most 40"),
        ("tag", "a\0b", "can be seen"),
        ("tag", "new", "at most 20 tags"),
        ("burn", "new", "Say what to do"),
        ("", "", "Say what to do"),
    ],
)
def test_a_bulk_act_that_one_paper_cannot_take_changes_none(client, who, act, tags, why):
    rows = [saved(who), saved(who, tags=map(str, range(20)))]
    answer = together(client, act, rows, tags=tags)
    assert answer.status_code == 400
    text = html.unescape(answer.content.decode())
    assert f"{why}" in text
    assert text.count('form="together" name="paper"') == text.count('" checked aria-') == 2
    assert kept(rows[0])[0] == []
    assert len(kept(rows[1])[0]) == 20


def test_what_was_typed_stands_in_the_form_again(client, who):
    answer = together(client, "tag", [saved(who, tags=["b"])], tags="y" * 41, asked="tag=b")
    text = answer.content.decode()
    assert f'value="{"y" * 41}"' in text
    assert "1 of 1 papers" in text


def test_what_is_tagged_already_is_said(client, who):
    together(client, "tag", [saved(who, tags=["a"])], tags="a")
    assert "They have the tag a already." in body(client)


def test_nothing_ticked_is_said(client, who):
    answer = together(client, "out", [])
    assert answer.status_code == 400
    assert "Tick the papers first" in answer.content.decode()


@pytest.mark.parametrize("number", ["x", "-1", "9" * 30, "\0", "1" + "0" * 15])
def test_a_number_that_is_no_paper_of_ones_own_is_404(client, who, number):
    assert client.post("/library/acts/", {"act": "out", "paper": number}).status_code == 404


@pytest.mark.parametrize("act", ["tag", "untag", "read", "out"])
def test_what_others_keep_is_out_of_reach(client, who, act):
    theirs, mine = saved(reader(), tags=["b"], note="secret"), saved(who)
    assert together(client, act, [mine, theirs], tags="b").status_code == 404
    assert client.post("/library/acts/", {"back": theirs.pk}).status_code == 404
    assert client.get(f"/library/{theirs.pk}/").status_code == 404
    assert keep(client, theirs, note="ha").status_code == 404
    assert kept(theirs) == (["b"], "secret", "to read")
    assert kept(mine) == ([], "", "to read")
    assert "secret" not in body(client)
    assert 'value="b"' not in body(client)


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
