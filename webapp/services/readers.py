"""What a reader does: rate, save, take note of a new version, choose settings."""

import logging
from datetime import date, datetime, timedelta

from django.contrib.sessions.models import Session
from django.db import DatabaseError, transaction

from webapp.models import Paper, Profile, Ranking, Rating, Reader
from webapp.queries import papers, readers
from webapp.queries.rankings import spoken_to
from webapp.services import rankings, work

log = logging.getLogger(__name__)
SILENCE = timedelta(days=30)
SOON = timedelta(minutes=1)
ENDED = timedelta(days=7)


class Withdrawn(ValueError):  # noqa: N818 - it names the paper's state
    """A paper that its authors took back can be unsaved, but not recommended or saved anew."""


def rate(
    reader: Reader,
    paper: Paper,
    value: Rating.Value,
    now: datetime,
    profile: int | None = None,
    origin: Rating.Origin = Rating.Origin.PAGE,
) -> None:
    """Like, dislike or say nothing any more. A save stays a save.

    `profile` is the interest whose page the reader acts on; without it, the one that had placed
    the paper.
    """
    _act(reader, paper, now, "value", value.value, profile, origin)


def save(
    reader: Reader, paper: Paper, saved: bool, now: datetime, profile: int | None = None
) -> None:
    """Keep a paper or let it go. A rating stays. `profile` as in `rate`."""
    _act(reader, paper, now, "saved", saved, profile)


def _act(
    reader: Reader,
    paper: Paper,
    now: datetime,
    field: str,
    value: int | bool,
    profile: int | None,
    origin: Rating.Origin = Rating.Origin.PAGE,
) -> None:
    """One column of the one row a (reader, paper).

    A row that says nothing any more stays for a while and keeps its day, so that taking back the
    taking back restores the earlier order; spoken to again on another day, it is a new act. The
    version that was saved, and when, is kept and forgotten likewise.
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
        if value and not found.says_something:
            _note_the_spot(found, paper, profile, origin, anew=is_new_day)
        if value:
            found.paused_at = None  # who speaks again is heard again
        if not found.saved and is_new_day:
            found.saved_version = found.saved_at = None
        setattr(found, field, value)
        if found.saved and found.saved_version is None:
            found.saved_version = paper.version
        if found.saved and found.saved_at is None:
            found.saved_at = now
        found.changed_at = now
        found.save()


def _note_the_spot(
    found: Rating, paper: Paper, profile: int | None, origin: Rating.Origin, *, anew: bool
) -> None:
    """Where the paper stood, and for which interest, before this act moves it."""
    found.origin = origin
    if anew or found.profile_id is None:
        spot = spoken_to(found.reader_id, paper)
        found.profile_id, found.explored = profile or spot.interest, spot.is_explored
        found.place = spot.place


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


def forget_logins(now: datetime) -> dict[str, int | str]:
    """Remove sessions that are over; for a while they tell whose draft it is that was sent."""
    n, _ = Session.objects.filter(expire_date__lt=now - ENDED).delete()
    return {"logins": n}


def rerank_after(reader: Reader, day: date | None, now: datetime) -> None:
    """Bring the page's day, else the newest, into the new order at once; the others soon.

    The act is stored already, and is never lost because ranking failed: the hourly net repairs
    an old order, the page answers either way. A day that is no longer kept ranked stays as it
    was: what stood third on it is a record.
    """
    if day is None and (newest := papers.day_near(None)):
        day = newest.day
    _rerank(readers.profile_of(reader), day, now)
    rank_soon(reader.pk, now)


def rank_soon(reader_id: int, now: datetime) -> None:
    # Not at once: a reader rates several in a row, and the worker would compete with the pages.
    work.ask("rank", f"reader {reader_id} {now:%Y-%m-%dT%H:%M}", now + SOON, ring=False)


def _rerank(profile: Profile, day: date | None, now: datetime) -> None:
    try:
        rankings.ask_for_missing_vectors(profile.reader_id, now)
        if day and not _is_record(profile, day):
            rankings.rerank(profile, day, now)
    except (DatabaseError, ValueError, KeyError):
        log.exception("The order of %s for profile %d could not be renewed", day, profile.pk)


def _is_record(profile: Profile, day: date) -> bool:
    was_ranked = Ranking.objects.filter(profile=profile, day=day).exists()
    return was_ranked and day not in papers.newest_days(rankings.OPEN_DAYS)


def choose_time_zone(reader: Reader, name: str) -> None:
    """An IANA name that the form has checked."""
    reader.time_zone = name
    reader.save(update_fields=["time_zone"])


def let_upvotes_teach(reader: Reader, teach: bool) -> None:
    """From the next training on they count as likes do, or no longer."""
    reader.upvotes_teach = teach
    reader.save(update_fields=["upvotes_teach"])


def take_part(reader: Reader, compares: bool, now: datetime) -> None:
    """Let comparisons draw up this reader's lists, or no longer: then nothing of it is kept."""
    with transaction.atomic():
        reader.compares = compares
        reader.save(update_fields=["compares"])
        if not compares:
            Ranking.objects.filter(reader=reader).update(comparison=None, teams=[])
    rank_soon(reader.pk, now)
