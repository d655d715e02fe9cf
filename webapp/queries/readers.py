"""What readers said."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import F, Q, QuerySet

from webapp.models import Profile, Rating, Reader

# What a ranking listens to: more would make a rating wait, and older acts have faded.
MOST_ACTS = 1_000
SPEAKS = Q(saved=True) | ~Q(value=Rating.Value.NONE)
CHANGED = Q(saved=True, saved_version__lt=F("paper__version"))
POSITIVE = Q(value__gte=0) & (Q(saved=True) | Q(value=Rating.Value.UP))


def profile_of(reader: Reader) -> Profile:
    """A reader's first interest, which is as old as the account."""
    return Profile.objects.get(reader=reader, name="all")


def zone_of(user: object) -> ZoneInfo:
    """Where the reader's clock hangs; a visitor's, and a name that is no more, is UTC."""
    if not isinstance(user, Reader):
        return ZoneInfo("UTC")
    try:
        return ZoneInfo(user.time_zone or settings.DEFAULT_TIME_ZONE)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


class Act(NamedTuple):
    """What one reader says of one paper, and since when."""

    reader: int
    paper: int
    value: int
    saved: bool
    day: date


def positive_ratings() -> Iterator[Act]:
    """Every save and like of active readers, oldest first."""
    return _acts(POSITIVE)


def negative_ratings() -> Iterator[Act]:
    """Every dislike of active readers, oldest first."""
    return _acts(Q(value=Rating.Value.DOWN))


def _acts(which: Q) -> Iterator[Act]:
    rows = Rating.objects.filter(which, reader__is_active=True).order_by("day", "id")
    return _as_acts(rows)


def _as_acts(rows: QuerySet[Rating]) -> Iterator[Act]:
    columns = rows.values_list("reader_id", "paper_id", "value", "saved", "day")
    return (Act(*row) for row in columns.iterator(10_000))


def acts_of(reader_id: int) -> list[Act]:
    """A reader's newest acts, in the order of the papers."""
    newest = Rating.objects.filter(SPEAKS, reader_id=reader_id).order_by("-changed_at", "-pk")[
        :MOST_ACTS
    ]
    return sorted(_as_acts(newest), key=lambda act: act.paper)


def ratings_of(reader_id: int, paper_ids: list[int]) -> dict[int, Rating]:
    rows = Rating.objects.filter(reader_id=reader_id, paper_id__in=paper_ids)
    return {row.paper_id: row for row in rows}


def library_page(reader_id: int, page: int, only_changed: bool = False) -> Page[Rating]:
    """What a reader saved or rated, the newest act first; nothing is cut off."""
    which = CHANGED if only_changed else SPEAKS
    rows = Rating.objects.filter(which, reader_id=reader_id).select_related("paper")
    acts = rows.defer("paper__search", "paper__abstract").order_by("-changed_at", "-pk")
    return Paginator(acts, 50).get_page(page)


def n_changed(reader_id: int) -> int:
    """How many saved papers have a newer version than the one that was saved."""
    return Rating.objects.filter(CHANGED, reader_id=reader_id).count()
