"""The ledger: everything that a reader's rankings listen to, and what is switched off."""

import json
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import Q

from webapp.models import Rating, Rule
from webapp.queries.readers import SPEAKS, Interests

PAGE = 20
DEPTH = 50  # of the places that exploration shares in


class Acts(NamedTuple):
    """A page of saves and ratings, the newest first, and where the next one begins."""

    rows: list[Rating]
    following: str  # of the address; nothing on the last page


class Paused(NamedTuple):
    """What was switched off together."""

    at: datetime
    n: int


def acts(reader_id: int, before: tuple[datetime, int] | None) -> Acts:
    """A page by key: what is older than the last row of the page before."""
    own = Rating.objects.filter(SPEAKS, reader_id=reader_id)
    if before:
        at, pk = before
        own = own.filter(Q(changed_at__lt=at) | Q(changed_at=at, pk__lt=pk))
    found = own.select_related("paper").defer("paper__search", "paper__abstract")
    rows = list(found.order_by("-changed_at", "-pk")[: PAGE + 1])
    more = len(rows) > PAGE
    last = rows[PAGE - 1] if more else None
    return Acts(rows[:PAGE], f"{last.changed_at.isoformat()}~{last.pk}" if last else "")


def rules(interests: Interests) -> list[Rule]:
    """Every rule of every interest that is there, those of all first."""
    profiles = [interests.whole, *interests.apart]
    found = Rule.objects.filter(profile__in=profiles).select_related("profile")
    return list(found.order_by("effect", "kind", "value"))


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


class Facts(NamedTuple):
    """What the ledger says above and below its lines."""

    n_acts: int
    day: date | None  # the newest issue day
    run: int | None  # the active one
    weight: float | None  # of other readers in it
    newest: dict[int | None, date]  # day of the newest heard act, by interest: older ones fade
    paused: list[Paused]
    explored: Explored


def facts(reader_id: int) -> Facts:
    """All of them in one query.

    An act takes its paper out of exploration, so the act itself remembers that it was explored.
    The others that explored papers are compared with are those at the leading `DEPTH` places.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH days AS (
                SELECT k.day, k.paper_ids[1:%(depth)s] AS top, k.explored
                FROM webapp_ranking k JOIN webapp_profile p ON p.id = k.profile_id
                WHERE k.reader_id = %(reader)s AND p.name = 'all'),
            acts AS (
                SELECT a.*, a.value >= 0 AND (a.saved OR a.value > 0) AS good
                FROM webapp_rating a
                WHERE a.reader_id = %(reader)s AND (a.saved OR a.value <> 0)),
            off AS (
                SELECT paused_at AS at FROM acts WHERE paused_at IS NOT NULL
                UNION ALL
                SELECT w.paused_at FROM webapp_rule w JOIN webapp_profile p ON p.id = w.profile_id
                WHERE p.reader_id = %(reader)s AND p.deleted_at IS NULL
                    AND w.paused_at IS NOT NULL),
            run AS (SELECT id, weight FROM webapp_modelrun WHERE is_active)
            SELECT (SELECT count(*) FROM acts),
                (SELECT max(issue_day) FROM webapp_paper),
                (SELECT id FROM run), (SELECT weight FROM run),
                (SELECT json_agg(json_build_array(profile_id, day)) FROM (
                    SELECT profile_id, max(day) AS day FROM acts WHERE paused_at IS NULL
                    GROUP BY 1) x)::text,
                (SELECT json_agg(json_build_array(at, n) ORDER BY at DESC) FROM (
                    SELECT at, count(*) AS n FROM off GROUP BY 1) x)::text,
                (SELECT coalesce(sum(cardinality(explored)), 0) FROM days)
                    + (SELECT count(*) FROM acts WHERE explored),
                (SELECT count(*) FROM acts WHERE explored AND good),
                (SELECT count(*) FROM acts WHERE explored AND NOT good),
                (SELECT coalesce(sum(cardinality(top) - cardinality(explored)), 0) FROM days),
                (SELECT count(*) FROM acts WHERE good AND NOT explored AND origin = ''
                    AND EXISTS (SELECT FROM days WHERE paper_id = ANY(top)))
            """,
            {"reader": reader_id, "depth": DEPTH},
        )
        n_acts, day, run, weight, newest, paused, *counts = cursor.fetchone()
    by_interest = {pk: date.fromisoformat(at) for pk, at in json.loads(newest or "[]")}
    moments = [Paused(datetime.fromisoformat(at), n) for at, n in json.loads(paused or "[]")]
    return Facts(n_acts, day, run, weight, by_interest, moments, Explored(*map(int, counts)))
