"""What a reader does: rate, save, choose subjects."""

import logging
from datetime import date, datetime

from django.db import DatabaseError, transaction

from webapp.models import Paper, Profile, Ranking, Rating, Reader, Subject
from webapp.queries import readers
from webapp.services import rankings

log = logging.getLogger(__name__)


class Withdrawn(ValueError):  # noqa: N818 - it names the paper's state
    """A paper that its authors took back can be unsaved, but not recommended or saved anew."""


def rate(reader: Reader, paper: Paper, value: Rating.Value, now: datetime) -> None:
    """Like, dislike or say nothing any more. A save stays a save."""
    _act(reader, paper, now, "value", value.value)


def save(reader: Reader, paper: Paper, saved: bool, now: datetime) -> None:
    """Keep a paper or let it go. A rating stays."""
    _act(reader, paper, now, "saved", saved)


def _act(reader: Reader, paper: Paper, now: datetime, field: str, value: int | bool) -> None:
    """One column of the one row a (reader, paper); a row that says nothing is not kept."""
    if value and paper.withdrawn_at:
        raise Withdrawn(f"{paper.arxiv_id} was withdrawn")
    if value:
        row = Rating(reader=reader, paper=paper, day=now.date(), changed_at=now, **{field: value})
        Rating.objects.bulk_create(
            [row],
            update_conflicts=True,
            unique_fields=["reader", "paper"],
            update_fields=[field, "day", "changed_at"],
        )
        return
    mine = Rating.objects.filter(reader=reader, paper=paper)
    with transaction.atomic():
        nothing_else = {"value": Rating.Value.NONE} if field == "saved" else {"saved": False}
        mine.filter(**nothing_else).delete()
        mine.update(**{field: value}, changed_at=now)


def rerank_after(reader: Reader, day: date | None, now: datetime) -> None:
    """Bring the page's day into the new order at once.

    The act is stored already, and is never lost because ranking failed: the hourly net repairs
    an old order, the page answers either way.
    """
    profile = readers.profile_of(reader)
    try:
        rankings.ask_for_missing_vectors(reader.pk, now)
        if day:
            rankings.rerank(profile, day, now)
    except (DatabaseError, ValueError, KeyError):
        log.exception("The order of %s for reader %d could not be renewed", day, reader.pk)


def choose_subjects(profile: Profile, codes: list[str], now: datetime, day: date | None) -> None:
    """Narrow a profile to some subjects; none means all. Its stored orders no longer hold."""
    known = set(Subject.objects.filter(code__in=codes).values_list("code", flat=True))
    with transaction.atomic():
        profile.subjects = sorted(known)
        profile.save(update_fields=["subjects"])
        Ranking.objects.filter(profile=profile).delete()
    if day:
        rankings.rerank(profile, day, now)
