"""What a reader brings along: papers named by text or by author, looked at first, then liked."""

from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet

from webapp.formats.references import Reference, references
from webapp.models import Paper, Profile, Rating
from webapp.queries import readers
from webapp.queries import seeds as known

MOST = 500  # at once; a ranking listens to a thousand acts
TOLD = 200  # of what was not found or not understood


class Preview(NamedTuple):
    """What a text names, before anything is stored."""

    found: list[Paper]  # that would be new
    known: list[Paper]  # that the reader has saved or rated already
    withdrawn: list[Paper]
    n_twice: int  # references to a paper that was named before
    missing: list[str]  # papers that are not here, as written
    n_missing: int
    unread: list[str]
    n_unread: int
    n_left_out: int  # found, but more than can be taken at once

    @property
    def n_named(self) -> int:
        here = len(self.found) + len(self.known) + len(self.withdrawn) + self.n_left_out
        return here + self.n_twice + self.n_missing


def preview(reader_id: int, text: str) -> Preview:
    """Look for every paper that a text names; stores nothing. Raises formats' TooMuch."""
    read, unread = references(text)
    ids = _look_up(read)
    here = [pk for pk in ids if pk is not None]
    each = list(dict.fromkeys(here))
    absent = [one for one, pk in zip(read, ids, strict=True) if pk is None]
    missing = {one.names[:1] or one.title.lower(): one.written for one in reversed(absent)}
    told = [*missing.values()][::-1]
    return Preview(
        *sort_out(reader_id, each[:MOST]),
        n_twice=len(here) - len(each) + len(absent) - len(missing),
        missing=told[:TOLD],
        n_missing=len(missing),
        unread=unread[:TOLD],
        n_unread=len(unread),
        n_left_out=max(len(each) - MOST, 0),
    )


def _look_up(read: list[Reference]) -> list[int | None]:
    """The paper of each reference: by its names, the surest first; else by its title."""
    by_name = known.by_names({name for one in read for name in one.names})
    ids = [next((by_name[n] for n in one.names if n in by_name), None) for one in read]
    untold = {one.title for one, pk in zip(read, ids, strict=True) if pk is None and one.title}
    by_title = known.by_titles(sorted(untold)) if untold else {}
    pairs = zip(read, ids, strict=True)
    return [by_title.get(one.title) if pk is None else pk for one, pk in pairs]


def sort_out(reader_id: int, ids: list[int]) -> tuple[list[Paper], list[Paper], list[Paper]]:
    """Papers that would be new, those spoken of already, and those that were withdrawn."""
    papers = known.listed(ids)
    spoken = {pk for pk, row in readers.ratings_of(reader_id, ids).items() if row.says_something}
    living = [paper for paper in papers if not paper.withdrawn_at]
    return (
        [paper for paper in living if paper.pk not in spoken],
        [paper for paper in living if paper.pk in spoken],
        [paper for paper in papers if paper.withdrawn_at],
    )


def seed(
    whole: Profile, paper_ids: set[int], now: datetime, profile: int | None, *, saved: bool
) -> int:
    """Like these papers, and save them if wanted. What was said of a paper before stays.

    All of one moment can be taken back together. Returns how many are new.
    """
    versions = known.versions(paper_ids)
    with transaction.atomic():
        Profile.objects.select_for_update().get(pk=whole.pk)
        # What was written about a paper outlives an act that was taken back.
        again = list(known.silent(whole.reader_id, versions).select_for_update())
        others = versions.keys() - {row.paper_id for row in again}
        rows = [Rating(reader_id=whole.reader_id, paper_id=pk) for pk in sorted(others)]
        said = {
            "value": Rating.Value.UP,
            "saved": saved,
            "saved_at": now if saved else None,
            "day": now.date(),
            "changed_at": now,
            "profile_id": profile,
            "explored": False,
            "place": None,
            "paused_at": None,
            "origin": Rating.Origin.SEED,
        }
        for row in [*again, *rows]:
            for name, value in said.items():
                setattr(row, name, value)
            row.saved_version = versions[row.paper_id] if saved else None
        Rating.objects.bulk_update(again, [*said, "saved_version"])
        Rating.objects.bulk_create(rows, ignore_conflicts=True)
        return _of_moment(whole.reader_id, now).count()


def take_back(whole: Profile, moment: datetime, now: datetime) -> int:
    """Undo of `seed`; what the reader has spoken to since stays."""
    with transaction.atomic():
        Profile.objects.select_for_update().get(pk=whole.pk)
        rows = _of_moment(whole.reader_id, moment)
        return rows.update(value=Rating.Value.NONE, saved=False, changed_at=now)


def _of_moment(reader_id: int, moment: datetime) -> QuerySet[Rating]:
    own = Rating.objects.filter(reader=reader_id, origin=Rating.Origin.SEED)
    return own.filter(readers.SPEAKS, changed_at=moment)
