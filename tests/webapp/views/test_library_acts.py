"""Acts on several papers of a library together, and taking them back."""

import html
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import NOON, paper, rating, reader
from tests.webapp.views.test_library import body, keep, kept, saved, titles, together
from webapp.models import Rating
from webapp.queries import library
from webapp.services import readers

pytestmark = pytest.mark.django_db


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
