"""The ledger: everything that a reader's rankings listen to, and what is switched off."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, Max, Q

from webapp.models import Rating, Rule
from webapp.queries.readers import HEARD, SPEAKS, Interests

PAGE = 20
DEPTH = 50  # of the places that exploration shares in


class Acts(NamedTuple):
    """A page of saves and ratings, the newest first, and where the next one begins."""

    rows: list[Rating]
    following: str  # of the address; nothing on the last page
    n: int


class Paused(NamedTuple):
    """What was switched off together."""

    at: datetime
    n: int


def acts(reader_id: int, before: tuple[datetime, int] | None) -> Acts:
    """A page by key: what is older than the last row of the page before."""
    own = Rating.objects.filter(SPEAKS, reader_id=reader_id)
    n = own.count()
    if before:
        at, pk = before
        own = own.filter(Q(changed_at__lt=at) | Q(changed_at=at, pk__lt=pk))
    found = own.select_related("paper").defer("paper__search", "paper__abstract")
    rows = list(found.order_by("-changed_at", "-pk")[: PAGE + 1])
    more = len(rows) > PAGE
    last = rows[PAGE - 1] if more else None
    return Acts(rows[:PAGE], f"{last.changed_at.isoformat()}~{last.pk}" if last else "", n)


def rules(interests: Interests) -> list[Rule]:
    """Every rule of every interest that is there, those of all first."""
    profiles = [interests.whole, *interests.apart]
    found = Rule.objects.filter(profile__in=profiles).select_related("profile")
    return list(found.order_by("effect", "kind", "value"))


def newest_days(reader_id: int) -> dict[int | None, date]:
    """The day of the newest act by interest: older ones fade from there."""
    rows = Rating.objects.filter(HEARD, reader_id=reader_id).order_by()
    return dict(rows.values_list("profile").annotate(Max("day")))


def paused(interests: Interests) -> list[Paused]:
    """What was switched off, by the moment at which it was, the last first."""
    counts: dict[datetime, int] = {}
    for moments in (_paused_acts(interests), _paused_rules(interests)):
        for at, n in moments:
            counts[at] = counts.get(at, 0) + n
    return [Paused(at, counts[at]) for at in sorted(counts, reverse=True)]


def _paused_acts(interests: Interests) -> Iterable[tuple[datetime, int]]:
    off = Rating.objects.filter(SPEAKS, reader=interests.whole.reader_id, paused_at__isnull=False)
    return off.order_by().values_list("paused_at").annotate(Count("pk"))


def _paused_rules(interests: Interests) -> Iterable[tuple[datetime, int]]:
    profiles = [interests.whole, *interests.apart]
    off = Rule.objects.filter(profile__in=profiles, paused_at__isnull=False)
    return off.order_by().values_list("paused_at").annotate(Count("pk"))


class Explored(NamedTuple):
    """Whether papers from outside the habit paid off, against the others of the same pages."""

    shown: int
    liked: int
    disliked: int
    others: int
    others_liked: int

    @property
    def percent(self) -> int:
        return round(100 * self.liked / self.shown) if self.shown else 0

    @property
    def others_percent(self) -> int:
        return round(100 * self.others_liked / self.others) if self.others else 0


def explored(reader_id: int) -> Explored:
    """Count over all days on record.

    An act takes its paper out of exploration, so the act itself remembers that it was explored.
    The others are those at the leading `DEPTH` places, where exploration takes place.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH days AS (
                SELECT k.day, k.paper_ids[1:%(depth)s] AS top, k.explored
                FROM webapp_ranking k JOIN webapp_profile p ON p.id = k.profile_id
                WHERE k.reader_id = %(reader)s AND p.name = 'all'),
            acts AS (
                SELECT a.paper_id, a.explored, a.value >= 0 AND (a.saved OR a.value > 0) AS good
                FROM webapp_rating a
                WHERE a.reader_id = %(reader)s AND (a.saved OR a.value <> 0))
            SELECT (SELECT coalesce(sum(cardinality(explored)), 0) FROM days)
                    + (SELECT count(*) FROM acts WHERE explored),
                (SELECT count(*) FROM acts WHERE explored AND good),
                (SELECT count(*) FROM acts WHERE explored AND NOT good),
                (SELECT coalesce(sum(cardinality(top) - cardinality(explored)), 0) FROM days),
                (SELECT count(*) FROM acts WHERE good AND NOT explored
                    AND EXISTS (SELECT FROM days WHERE paper_id = ANY(top)))
            """,
            {"reader": reader_id, "depth": DEPTH},
        )
        return Explored(*map(int, cursor.fetchone()))
