"""What a reader does: rate, save, take note of a new version, choose settings."""

import logging
from datetime import date, datetime, timedelta

from django.db import DatabaseError, transaction

from webapp.models import Paper, Profile, Ranking, Rating, Reader, Subject
from webapp.queries import papers, readers
from webapp.services import rankings, work

log = logging.getLogger(__name__)
SILENCE = timedelta(days=30)
SOON = timedelta(minutes=1)


class Withdrawn(ValueError):  # noqa: N818 - it names the paper's state
    """A paper that its authors took back can be unsaved, but not recommended or saved anew."""


def rate(reader: Reader, paper: Paper, value: Rating.Value, now: datetime) -> None:
    """Like, dislike or say nothing any more. A save stays a save."""
    _act(reader, paper, now, "value", value.value)


def save(reader: Reader, paper: Paper, saved: bool, now: datetime) -> None:
    """Keep a paper or let it go. A rating stays."""
    _act(reader, paper, now, "saved", saved)


def _act(reader: Reader, paper: Paper, now: datetime, field: str, value: int | bool) -> None:
    """One column of the one row a (reader, paper).

    A row that says nothing any more stays for a while and keeps its day, so that taking back the
    taking back restores the earlier order; spoken to again on another day, it is a new act. The
    version that was saved is kept and forgotten likewise.
    """
    if value and paper.withdrawn_at:
        raise Withdrawn(f"{paper.arxiv_id} was withdrawn")
    with transaction.atomic():
        if value:
            row = Rating(reader=reader, paper=paper, day=now.date(), changed_at=now)
            Rating.objects.bulk_create([row], ignore_conflicts=True)
        found = Rating.objects.select_for_update().filter(reader=reader, paper=paper).first()
        if found is None:
            return
        is_new_day = found.changed_at.date() != now.date()
        if not found.says_something and is_new_day:
            found.day = now.date()
        if not found.saved and is_new_day:
            found.saved_version = None
        setattr(found, field, value)
        if found.saved and found.saved_version is None:
            found.saved_version = paper.version
        found.changed_at = now
        found.save()


def see(reader: Reader, paper: Paper, version: int) -> None:
    """Take note of a version of a saved paper; no act that a ranking listens to."""
    Rating.objects.filter(reader=reader, paper=paper, saved=True).update(
        saved_version=min(version, paper.version)
    )


def forget_silent(now: datetime) -> dict[str, int | str]:
    """Remove rows that have said nothing for a while."""
    silent = Rating.objects.filter(value=Rating.Value.NONE, saved=False)
    n, _ = silent.filter(changed_at__lt=now - SILENCE).delete()
    return {"silent": n}


def rerank_after(reader: Reader, day: date | None, now: datetime) -> None:
    """Bring the page's day, else the newest, into the new order at once; the others soon.

    The act is stored already, and is never lost because ranking failed: the hourly net repairs
    an old order, the page answers either way.
    """
    if day is None and (newest := papers.day_near(None)):
        day = newest.day
    _rerank(readers.profile_of(reader), day, now)
    # Not at once: a reader rates several in a row, and the worker would compete with the pages.
    work.ask("rank", f"reader {reader.pk} {now:%Y-%m-%dT%H:%M}", now + SOON, ring=False)


def _rerank(profile: Profile, day: date | None, now: datetime) -> None:
    try:
        rankings.ask_for_missing_vectors(profile.reader_id, now)
        if day:
            rankings.rerank(profile, day, now)
    except (DatabaseError, ValueError, KeyError):
        log.exception("The order of %s for profile %d could not be renewed", day, profile.pk)


def choose_time_zone(reader: Reader, name: str) -> None:
    """An IANA name that the form has checked."""
    reader.time_zone = name
    reader.save(update_fields=["time_zone"])


def take_part(reader: Reader, compares: bool, now: datetime) -> None:
    """Let comparisons draw up this reader's lists, or no longer: then nothing of it is kept."""
    with transaction.atomic():
        reader.compares = compares
        reader.save(update_fields=["compares"])
        if not compares:
            Ranking.objects.filter(reader=reader).update(comparison=None, teams=[])
    work.ask("rank", f"reader {reader.pk} {now:%Y-%m-%dT%H:%M}", now + SOON, ring=False)


def choose_subjects(profile: Profile, codes: list[str], now: datetime, day: date | None) -> None:
    """Narrow a profile to some subjects; none means all. Its stored orders no longer hold."""
    known = set(Subject.objects.filter(code__in=codes).values_list("code", flat=True))
    with transaction.atomic():
        profile.subjects = sorted(known)
        profile.save(update_fields=["subjects"])
        Ranking.objects.filter(profile=profile).delete()
    _rerank(profile, day, now)
