"""Comments below papers: written, mended for a while, taken back, reported, moderated."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext, ngettext

from webapp.models import Comment, Paper, Reader, Report
from webapp.queries.social import comments, submissions
from webapp.services.social.upvotes import place, recount

AN_HOUR, A_DAY = 10, 30  # comments of one reader
EDITABLE = timedelta(hours=1)
REPORTS_A_DAY = 20


class Refused(ValueError):  # noqa: N818 - what happened to the words
    """Why nothing was stored, in a sentence for the reader."""


def write(reader: Reader, paper: Paper, body: str, now: datetime) -> Comment:
    """Add a comment. The same words at once again are the same comment: a double click."""
    if not submissions.may_take_part(reader):
        raise Refused(gettext("Confirm your e-mail address first; then you can comment."))
    with transaction.atomic():
        # One after another, so that the limits hold for hasty clicks and two tabs.
        Reader.objects.select_for_update(no_key=True).get(pk=reader.pk)
        last = comments.last_of(reader, paper)
        if last and last.body == body and now - last.at < timedelta(minutes=1):
            return last
        _check_limits(reader, now)
        place(paper, paper.issue_day, now)
        row = Comment.objects.create(paper=paper, reader=reader, body=body, at=now)
        recount([paper.pk])
    return row


def _check_limits(reader: Reader, now: datetime) -> None:
    if comments.n_written(reader, now - timedelta(hours=1)) >= AN_HOUR:
        told = ngettext(
            "You have written %(n)s comment within an hour; wait a little.",
            "You have written %(n)s comments within an hour; wait a little.",
            AN_HOUR,
        )
        raise Refused(told % {"n": AN_HOUR})
    if comments.n_written(reader, now - timedelta(days=1)) >= A_DAY:
        told = ngettext(
            "You have written %(n)s comment within a day; wait a little.",
            "You have written %(n)s comments within a day; wait a little.",
            A_DAY,
        )
        raise Refused(told % {"n": A_DAY})


def edit(comment: Comment, body: str, now: datetime) -> None:
    """Mend one's own words, for a while; by then others may have answered them."""
    open_ones = Comment.objects.filter(pk=comment.pk, deleted_at=None, hidden_at=None)
    if not open_ones.exists():
        raise Refused(gettext("An editor has hidden this comment, so it can't be changed."))
    if not open_ones.filter(at__gt=now - EDITABLE).update(body=body, edited_at=now):
        told = gettext("A comment can be changed within an hour of writing it, and not later.")
        raise Refused(told)


def delete(comment: Comment, now: datetime) -> None:
    """Take one's own words back, at any time; nobody but editors sees them after that."""
    _change(comment, now, deleted_at=now)


def undelete(comment: Comment, now: datetime) -> None:
    """Say it again, at its place; what an editor has hidden stays hidden."""
    _change(comment, now, deleted_at=None)


def report(reader: Reader, comment: Comment, why: str, now: datetime) -> None:
    """Once a reader; the first reason stands."""
    if comments.n_reported(reader, now - timedelta(days=1)) >= REPORTS_A_DAY:
        told = ngettext(
            "You have reported %(n)s comment within a day; wait a little.",
            "You have reported %(n)s comments within a day; wait a little.",
            REPORTS_A_DAY,
        )
        raise Refused(told % {"n": REPORTS_A_DAY})
    row = Report(comment=comment, reader=reader, why=why, at=now)
    Report.objects.bulk_create([row], ignore_conflicts=True)


def hide(editor: Reader, comment: Comment, why: str, now: datetime) -> None:
    """Its writer and everybody else see that it was hidden, and why."""
    _change(comment, now, hidden_at=now, hidden_why=why, editor=editor)
    _settle(comment, now)


def restore(comment: Comment, now: datetime) -> None:
    _change(comment, now, hidden_at=None, hidden_why="", editor=None)


def dismiss(comment: Comment, now: datetime) -> None:
    """The comment stays; those who reported it have been heard."""
    _settle(comment, now)


def _settle(comment: Comment, now: datetime) -> None:
    Report.objects.filter(comment=comment, settled_at=None).update(settled_at=now)


def _change(comment: Comment, now: datetime, **values: object) -> None:
    with transaction.atomic():
        place(comment.paper, comment.paper.issue_day, now)
        Comment.objects.filter(pk=comment.pk).update(**values)
        recount([comment.paper_id])
