"""Upvotes, the places on the daily pages that they give, and visits to those pages."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection, transaction

from webapp.models import Entry, Paper, Reader, Upvote, Visit
from webapp.queries.social import daily


class Withdrawn(ValueError):  # noqa: N818 - it names the paper's state
    """A paper that its authors took back can lose upvotes, not gain them."""


def upvote(reader: Reader, paper: Paper, wanted: bool, now: datetime) -> None:
    """Upvote a paper, or take it back. Once or twice is the same."""
    if wanted and paper.withdrawn_at:
        raise Withdrawn(f"{paper.arxiv_id} was withdrawn")
    with transaction.atomic():
        place(paper, paper.issue_day, now)
        if wanted:
            row = Upvote(reader=reader, paper=paper, at=now)
            Upvote.objects.bulk_create([row], ignore_conflicts=True)
        else:
            Upvote.objects.filter(reader=reader, paper=paper).delete()
        recount([paper.pk])


def place(paper: Paper, day: date, now: datetime) -> None:
    """Give a paper a place where it has none, and lock it: counts are counted one after another."""
    row = Entry(paper=paper, day=day, issue_day=paper.issue_day, created_at=now, changed_at=now)
    Entry.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["paper"],
        update_fields=["changed_at", "issue_day"],
    )


# What closed accounts said doesn't count. A row that did not change is not written.
_RECOUNT = """
WITH counted AS (
    SELECT e.paper_id AS id,
        (SELECT count(*) FROM webapp_upvote u JOIN webapp_reader r ON r.id = u.reader_id
         WHERE u.paper_id = e.paper_id AND r.is_active) AS upvotes,
        (SELECT count(*) FROM webapp_comment c JOIN webapp_reader r ON r.id = c.reader_id
         WHERE c.paper_id = e.paper_id AND r.is_active
             AND c.deleted_at IS NULL AND c.hidden_at IS NULL) AS comments,
        EXISTS (SELECT FROM webapp_pick k WHERE k.paper_id = e.paper_id) AS picked
    FROM webapp_entry e WHERE e.paper_id = ANY(%(ids)s))
UPDATE webapp_entry e
SET n_upvotes = c.upvotes, n_comments = c.comments, is_picked = c.picked
FROM counted c WHERE c.id = e.paper_id
    AND (e.n_upvotes, e.n_comments, e.is_picked) <> (c.upvotes, c.comments, c.picked)
"""
# A place that nobody speaks for any more.
_FORGET = """
DELETE FROM webapp_entry e
WHERE e.paper_id = ANY(%(ids)s) AND e.n_upvotes = 0 AND NOT e.is_picked AND e.n_public = 0
    AND e.n_comments = 0
    AND NOT EXISTS (SELECT FROM webapp_submission s WHERE s.paper_id = e.paper_id)
"""


def recount(paper_ids: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        for statement in (_RECOUNT, _FORGET):
            cursor.execute(statement, {"ids": list(paper_ids)})


def choose_name(reader: Reader, name: str) -> None:
    """What others see; nothing makes it "a reader"."""
    reader.name = name
    reader.save(update_fields=["name"])


def visit(reader: Reader, now: datetime) -> None:
    """Note that the daily pages were looked at. After a pause a new visit begins."""
    with transaction.atomic():
        row, _ = Visit.objects.select_for_update().get_or_create(
            reader=reader, defaults={"last_at": now}
        )
        if now - row.last_at > daily.PAUSE:
            row.since = row.last_at
        row.last_at = max(row.last_at, now)
        row.save()
