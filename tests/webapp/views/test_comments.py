"""Comments: plain words, one's own for a while, reported and moderated."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import paper, reader
from webapp.models import Comment, Entry, Report
from webapp.queries.social import comments as known
from webapp.services.social import comments, editing, upvotes

pytestmark = pytest.mark.django_db


@pytest.fixture
def who(client):
    found = reader(name="Ada Example")
    client.force_login(found)
    return found


@pytest.fixture
def on():
    return paper()


def said(on, body="A thought.", who=None, at=None):
    return comments.write(who or reader(), on, body, at or timezone.now())


def page(client, on):
    return client.get(f"/papers/{on.arxiv_id}/comments").content.decode()


def write(client, on, body):
    return client.post(f"/papers/{on.arxiv_id}/comments", {"body": body})


def test_a_comment_is_stored_and_everybody_reads_it(client, who, on):
    answer = write(client, on, "Nice bound.\r\nBut is $x<y$ needed?")
    row = Comment.objects.get()
    assert answer.url.endswith(f"#comment-{row.pk}")
    assert Entry.objects.get().n_comments == 1
    client.logout()
    html = page(client, on)
    assert "Ada Example" in html
    assert "Nice bound.<br>But is $x&lt;y$ needed?" in html
    assert "1 comment<" in client.get("/papers").content.decode()


def test_words_are_shown_as_they_were_typed_and_never_as_markup(client, on):
    said(on, '<script>alert(1)</script> https://evil.example "><img src=x onerror=alert(1)>')
    html = page(client, on)
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert 'href="https://evil' not in html


def test_what_cannot_be_seen_is_left_out(client, who, on):
    write(client, on, "abc\u202edef\0ghi")
    assert Comment.objects.get().body == "abcdefghi"


@pytest.mark.parametrize("body", ["", "   ", "\u202e", "x" * 5001])
def test_nothing_and_too_much_are_refused_with_a_sentence(client, who, on, body):
    answer = write(client, on, body)
    assert answer.status_code == 400
    assert "This was not accepted" in answer.content.decode()
    assert not Entry.objects.exists()


def test_a_stranger_is_shown_the_door(client, on):
    assert write(client, on, "x").url.startswith("/accounts/login/")
    assert not Comment.objects.exists()


def test_a_double_click_is_one_comment(client, who, on):
    write(client, on, "Once.")
    write(client, on, "Once.")
    assert Comment.objects.count() == 1


def test_too_many_within_an_hour_are_refused_and_the_words_kept(client, who, on):
    for n in range(comments.AN_HOUR):
        write(client, on, f"Thought {n}.")
    answer = write(client, on, "One more thought.")
    assert answer.status_code == 429
    assert "One more thought." in answer.content.decode()
    said(on, who=who, at=timezone.now() + timedelta(hours=2))


def test_an_address_has_to_be_confirmed_where_there_is_a_mail_server(settings, on):
    settings.MAIL_FOLDER = None
    with pytest.raises(comments.Refused, match="Confirm"):
        said(on)


def test_one_s_own_comment_can_be_changed_for_an_hour(client, who, on):
    mine = said(on, who=who)
    client.post(f"/papers/comments/{mine.pk}/edit", {"body": "Better."})
    mine.refresh_from_db()
    assert mine.body == "Better."
    assert mine.edited_at
    Comment.objects.update(at=timezone.now() - timedelta(hours=2))
    answer = client.post(f"/papers/comments/{mine.pk}/edit", {"body": "Late."})
    assert answer.status_code == 400
    assert "within an hour" in answer.content.decode()
    assert "/edit" not in page(client, on)


def test_a_hidden_comment_says_why_it_can_not_be_changed(client, who, on):
    mine = said(on, who=who)
    Comment.objects.update(hidden_at=timezone.now(), hidden_why="It is rude.")
    answer = client.post(f"/papers/comments/{mine.pk}/edit", {"body": "Better."})
    assert answer.status_code == 400
    assert "An editor has hidden this comment" in answer.content.decode()


def test_one_s_own_comment_can_be_deleted_and_its_row_stays(client, who, on):
    mine = said(on, who=who)
    client.post(f"/papers/comments/{mine.pk}/delete/")
    assert "A thought." not in page(client, on)
    assert Comment.objects.get().deleted_at
    assert not Entry.objects.exists()
    deleted_at = Comment.objects.get().deleted_at
    again = client.post(f"/papers/comments/{mine.pk}/delete/")  # a second click
    assert (again.status_code, Comment.objects.get().deleted_at) == (302, deleted_at)


def test_a_deletion_is_undone_by_a_button_and_the_words_are_back_in_their_place(client, who, on):
    mine, later = said(on, who=who), said(on, "Later.")
    html = client.post(f"/papers/comments/{mine.pk}/delete/", follow=True).content.decode()
    assert f'action="/papers/comments/{mine.pk}/delete/"' in html
    assert 'name="value" value="undo">Undo<' in html
    client.post(f"/papers/comments/{mine.pk}/delete/", {"value": "undo"})
    html = page(client, on)
    assert html.index(f"comment-{mine.pk}") < html.index(f"comment-{later.pk}")
    assert Entry.objects.get().n_comments == 2


def test_what_an_editor_has_hidden_stays_hidden_when_its_deletion_is_undone(client, who, on):
    mine = said(on, who=who)
    comments.hide(reader(is_editor=True), mine, "It is rude.", timezone.now())
    client.post(f"/papers/comments/{mine.pk}/delete/")
    client.post(f"/papers/comments/{mine.pk}/delete/", {"value": "undo"})
    assert "A thought." not in page(client, on)


def test_after_commenting_one_sees_the_whole_discussion(client, who, on):
    said(on, "Earlier.")
    html = client.get(write(client, on, "My answer.").url).content.decode()
    assert "Earlier." in html
    assert "My answer." in html


def test_after_a_long_discussion_one_sees_the_page_that_ends_with_one_s_own(
    client, who, on, monkeypatch
):
    monkeypatch.setattr(known, "SHOWN", 3)
    for n in range(5):
        said(on, f"Thought {n}.")
    html = client.get(write(client, on, "My answer.").url).content.decode()
    assert ["Thought 2." in html, "Thought 3." in html, "My answer." in html] == [False, True, True]


@pytest.mark.parametrize("act", ["edit", "delete/"])
def test_other_readers_comments_are_not_here(client, who, on, act):
    other = said(on)
    answer = client.post(f"/papers/comments/{other.pk}/{act}", {"body": "Mine now."})
    assert answer.status_code == 404
    other.refresh_from_db()
    assert (other.body, other.deleted_at) == ("A thought.", None)


def test_a_long_discussion_is_read_part_by_part(client, monkeypatch, on):
    monkeypatch.setattr("webapp.queries.social.comments.SHOWN", 2)
    rows = [said(on, f"Thought {n}.") for n in range(3)]
    html = page(client, on)
    assert "Thought 2." not in html
    more = client.get(f"/papers/{on.arxiv_id}/comments?after={rows[1].pk}").content.decode()
    assert "Thought 2." in more
    assert f'href="?after={rows[1].pk}"' in html


def test_authors_carry_a_mark_once_an_editor_has_checked(client, on):
    author, editor = reader(name="Ada Example"), reader(is_editor=True)
    said(on, who=author)
    claim = editing.claim(author, on, "It is me.", timezone.now())
    assert ">author<" not in page(client, on)
    editing.decide(editor, claim.pk, True, "yes", timezone.now())
    assert ">author<" in page(client, on)
    said(paper(), who=author)
    assert ">author<" not in page(client, paper())


def test_a_report_reaches_the_editors_once_a_reader(client, who, on):
    bad = said(on, "Buy this.")
    for _ in range(2):
        client.post(f"/papers/comments/{bad.pk}/report", {"why": "An <advertisement>"})
    assert Report.objects.count() == 1
    client.force_login(reader(is_editor=True))
    html = client.get("/papers/moderation").content.decode()
    assert "An &lt;advertisement&gt;" in html
    assert "1 report" in html
    assert "Ada Example" not in html  # who reported is nobody's concern


def test_a_report_needs_a_reason_and_a_comment(client, who, on):
    bad = said(on)
    assert client.post(f"/papers/comments/{bad.pk}/report", {"why": " "}).status_code == 400
    assert client.get("/papers/comments/999999999999999999999999/report").status_code == 404
    assert not Report.objects.exists()


def moderate(client, comment, value, reason=""):
    return client.post(
        f"/papers/comments/{comment.pk}/moderate/", {"value": value, "reason": reason}
    )


def test_an_editor_hides_with_a_reason_and_shows_again(client, on):
    bad = said(on, "Rude words.")
    comments.report(reader(), bad, "rude", timezone.now())
    client.force_login(reader(is_editor=True))
    moderate(client, bad, "hide", "It is rude.")
    html = page(client, on)
    assert "Rude words." not in html
    assert "An editor has hidden this comment: It is rude." in html
    assert not Entry.objects.exists()
    queue = client.get("/papers/moderation").content.decode()
    assert "Show it again" in queue
    assert "Leave it" not in queue  # the report is settled
    moderate(client, bad, "restore")
    assert "Rude words." in page(client, on)


def test_hiding_needs_a_reason(client, on):
    bad = said(on)
    client.force_login(reader(is_editor=True))
    moderate(client, bad, "hide")
    moderate(client, bad, "nonsense", "x")
    assert not Comment.objects.get().hidden_at


def test_an_editor_leaves_a_comment_as_it_is(client, on):
    fine = said(on, "Fair words.")
    comments.report(reader(), fine, "rude", timezone.now())
    client.force_login(reader(is_editor=True))
    moderate(client, fine, "dismiss")
    assert "Fair words." not in client.get("/papers/moderation").content.decode()
    assert "Fair words." in page(client, on)


def test_who_leaves_takes_the_words_along(on):
    leaver = reader()
    said(on, who=leaver)
    leaver.delete()
    assert not Comment.objects.exists()
    upvotes.recount([on.pk])
    assert not Entry.objects.exists()


def test_a_name_is_chosen_and_is_no_address(client, who):
    client.post("/settings/name/", {"name": "  Grace   Sample "})
    who.refresh_from_db()
    assert who.name == "Grace Sample"
    assert client.post("/settings/name/", {"name": "a@b.example"}).status_code == 400
    client.post("/settings/name/", {"name": ""})
    who.refresh_from_db()
    assert who.public_name == "a reader"
