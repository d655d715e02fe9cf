"""What a reader brings along: papers named by text or by author, looked at first, then liked."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext, ngettext

from webapp.arxiv import identifiers
from webapp.formats.references import Reference, references
from webapp.models import AwaitedSeed, Paper, Profile, Rating
from webapp.queries import readers
from webapp.queries import seeds as known
from webapp.services import rankings, work
from webapp.services.readers import rank_soon
from webapp.services.social.submissions import ASK_AGAIN, PATIENCE, TRIES

MOST = 500  # at once; a ranking listens to a thousand acts
MOST_AWAITED = 200  # papers of one reader, two requests of arXiv
TOLD = 200  # of what was not found or not understood


class Preview(NamedTuple):
    """What a text names, before anything is stored."""

    found: list[Paper]  # that would be new
    known: list[Paper]  # that the reader has saved or rated already
    withdrawn: list[Paper]
    n_twice: int  # references to a paper that was named before
    missing: list[str]  # papers that are not here, as written
    n_missing: int
    askable: list[str]  # those of them that arXiv can be asked for, by number
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
    numbers = dict.fromkeys(one.names[0] for one in absent if _is_askable(one))
    return Preview(
        *sort_out(reader_id, each[:MOST]),
        n_twice=len(here) - len(each) + len(absent) - len(missing),
        missing=told[:TOLD],
        n_missing=len(missing),
        askable=[*numbers][:MOST_AWAITED],
        unread=unread[:TOLD],
        n_unread=len(unread),
        n_left_out=max(len(each) - MOST, 0),
    )


def _is_askable(reference: Reference) -> bool:
    return bool(reference.names) and not identifiers.is_doi(reference.names[0])


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


# --- papers that are not here -------------------------------------------------------------------


def await_papers(
    whole: Profile, wanted: Iterable[str], now: datetime, profile: int | None, *, saved: bool
) -> int:
    """Have arXiv asked for these papers; once they are here they are liked, and saved if wanted.

    Returns for how many it is asked anew: no more than leave MOST_AWAITED of one reader waiting.
    """
    with transaction.atomic():
        Profile.objects.select_for_update().get(pk=whole.pk)
        mine = AwaitedSeed.objects.filter(reader=whole.reader_id)
        waiting = set(mine.exclude(next_at=None).values_list("arxiv_id", flat=True))
        asked = [one for one in dict.fromkeys(wanted) if one not in waiting]
        asked = asked[: MOST_AWAITED - len(waiting)]
        mine.filter(arxiv_id__in=asked).delete()  # asked for before, in vain
        new = {"profile_id": profile, "saved": saved, "asked_at": now, "next_at": now}
        AwaitedSeed.objects.bulk_create(
            AwaitedSeed(reader_id=whole.reader_id, arxiv_id=one, **new) for one in asked
        )
        if asked:
            work.ask("fetch", f"seeds {whole.reader_id} {now:%Y-%m-%dT%H:%M:%S.%f}", now)
    return len(asked)


def stop_waiting(reader_id: int, moment: datetime | None) -> int:
    """Ask no more for what was asked for at a moment, or for anything; what has come stays."""
    rows = AwaitedSeed.objects.filter(reader=reader_id)
    return (rows.filter(asked_at=moment) if moment else rows).delete()[0]


def settle(asked: Collection[str], now: datetime) -> int:
    """Let papers that have come speak for those who brought them; returns how many did.

    `asked`: what an answer was about. Also papers that came by another way are found here.
    """
    waiting = AwaitedSeed.objects.exclude(next_at=None)
    here = known.by_names(waiting.values_list("arxiv_id", flat=True))
    come: defaultdict[tuple[int, int | None, bool], set[int]] = defaultdict(set)
    with transaction.atomic():
        rows = list(waiting.select_for_update().order_by("pk"))
        for row in rows:
            if row.arxiv_id in here:
                come[row.reader_id, row.profile_id, row.saved].add(here[row.arxiv_id])
            elif row.arxiv_id in asked:
                _not_found(row, now)
        AwaitedSeed.objects.filter(pk__in=[r.pk for r in rows if r.arxiv_id in here]).delete()
        for (reader_id, profile, saved), ids in come.items():
            whole = readers.interests_of(reader_id).whole
            seed(whole, ids, now, profile, saved=saved)
    for reader_id in {reader_id for reader_id, _, _ in come}:
        rankings.ask_for_missing_vectors(reader_id, now)
        rank_soon(reader_id, now)
    return sum(map(len, come.values()))


def _not_found(row: AwaitedSeed, now: datetime) -> None:
    row.n_answers += 1
    row.next_at = now + ASK_AGAIN * 2 ** (row.n_answers - 1) if row.n_answers < TRIES else None
    if row.next_at is None:
        told = ngettext(
            "arXiv was asked %(n)s time and has no paper of this number.",
            "arXiv was asked %(n)s times and has no paper of this number.",
            TRIES,
        )
        row.reason = told % {"n": TRIES}
    row.save()


def unanswered(arxiv_ids: Collection[str], sentence: str, now: datetime) -> None:
    """Nobody answered: after some days give up."""
    late = AwaitedSeed.objects.filter(arxiv_id__in=arxiv_ids, asked_at__lt=now - PATIENCE)
    told = gettext("arXiv could not be asked for days. %(why)s") % {"why": sentence}
    late.update(next_at=None, reason=told)
