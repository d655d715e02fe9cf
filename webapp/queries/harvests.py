"""What was expected and what came: for readers, for the feed's line, for the operator."""

import json
from datetime import date
from typing import NamedTuple

from django.db import connection
from django.db.models import Max

from webapp.models import Coverage, Gate, Harvest, Holiday

# The worst state of a day's subjects is the day's state.
WORST_FIRST = ("stale", "late", "partial", "waiting", "complete", "holiday", "quiet day")


class DayCoverage(NamedTuple):
    """One issue day over all subjects that are followed."""

    day: date
    state: str
    sentence: str
    rows: list[Coverage]

    @property
    def sources(self) -> list[str]:
        return sorted({source for row in self.rows for source in row.received})

    @property
    def table(self) -> list["Line"]:
        return [
            Line(
                row.subject,
                row.sentence,
                row.expected,
                [len(row.received.get(source, ())) for source in self.sources],
                row.missing_ids,
            )
            for row in self.rows
        ]


class Line(NamedTuple):
    """One subject's row of a day's table."""

    subject: str
    sentence: str
    expected: int | None
    counts: list[int]  # in the order of the day's sources
    missing_ids: list[str]


def coverage_of(day: date) -> DayCoverage | None:
    """A day's coverage, None where nothing was ever expected or asked."""
    rows = list(Coverage.objects.filter(day=day).order_by("subject"))
    if not rows:
        return None
    worst = min(rows, key=lambda row: WORST_FIRST.index(row.state))
    return DayCoverage(day, worst.state, worst.sentence, rows)


def expected_ids(day: date) -> set[str]:
    """What arXiv's listings have named for a day, over all subjects that are followed."""
    lists = Coverage.objects.filter(day=day).values_list("expected_ids", flat=True)
    return {arxiv_id for ids in lists for arxiv_id in ids}


def missing_ids(subjects: list[str], day: date) -> list[str]:
    """What was named and is not here, in order."""
    rows = Coverage.objects.filter(day=day, subject__in=subjects)
    return sorted({arxiv_id for row in rows for arxiv_id in row.missing_ids})


def newest_days(n: int) -> list[DayCoverage]:
    """The newest days that anything is known about, newest first."""
    days = Coverage.objects.order_by("-day").values_list("day", flat=True).distinct()[:n]
    found = (coverage_of(day) for day in days)
    return [day for day in found if day]


def holidays() -> frozenset[date]:
    return frozenset(Holiday.objects.values_list("date", flat=True))


SETTLED = ("complete", "holiday", "quiet day")


def unsettled_days(since: date) -> set[date]:
    rows = Coverage.objects.filter(day__gte=since).exclude(state__in=SETTLED)
    return set(rows.values_list("day", flat=True))


def is_settled(day: date, n_subjects: int) -> bool:
    """Whether every subject that is followed has all it expects of a day."""
    return Coverage.objects.filter(day=day, state__in=SETTLED).count() >= n_subjects


def was_tried(source: str, day: date, subject: str, slot: str) -> bool:
    """Whether this occasion has asked already; a try that was killed is not one."""
    tries = Harvest.objects.filter(source=source, day=day, subject=subject, slot=slot)
    return tries.exclude(state=Harvest.State.RUNNING).exists()


def last_by_source() -> list[Harvest]:
    """The newest try of each source, for the operator."""
    newest = Harvest.objects.values("source").annotate(newest=Max("pk")).values("newest")
    return list(Harvest.objects.filter(pk__in=newest).order_by("source"))


def troubles(n: int) -> list[Harvest]:
    """The newest tries that brought nothing, with their reasons."""
    return list(Harvest.objects.exclude(error="").order_by("-pk")[:n])


def gates() -> list[Gate]:
    return list(Gate.objects.order_by("name"))


def named_holidays() -> dict[date, str]:
    return dict(Holiday.objects.values_list("date", "name"))


_COUNTS = """
WITH asked AS (
    SELECT * FROM webapp_coverage WHERE day = ANY(%(days)s) AND subject = ANY(%(subjects)s)),
named AS (
    SELECT day, count(DISTINCT one) AS n FROM asked, unnest(expected_ids) one GROUP BY day),
missing AS (
    SELECT day, count(DISTINCT one) AS n FROM asked, unnest(missing_ids) one GROUP BY day),
counts AS (
    SELECT day,
        CASE WHEN count(expected) = cardinality(%(subjects)s::text[])
             THEN greatest(max(expected), max(named.n)) END AS expected,
        coalesce(max(missing.n), 0) AS n_missing, min(listed_day) AS listed_day
    FROM asked LEFT JOIN named USING (day) LEFT JOIN missing USING (day) GROUP BY day)
SELECT
    coalesce((SELECT json_object_agg(date, name) FROM webapp_holiday), '{}')::text,
    coalesce((SELECT json_agg(json_build_array(day, expected, n_missing, listed_day))
              FROM counts), '[]')::text
"""
# Of a day over several subjects: expected (None: not known), missing, newest listing's day.
DayCount = tuple[int | None, int, date | None]


def outlook_facts(
    days: list[date], subjects: list[str]
) -> tuple[dict[date, str], dict[date, DayCount]]:
    """All holidays, and what is known of some issue days, in one query: the feed has no more."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"days": days, "subjects": subjects})
        holidays, counts = map(json.loads, cursor.fetchone())
    named = {date.fromisoformat(day): name for day, name in holidays.items()}
    return named, {
        date.fromisoformat(day): (
            expected,
            n_missing,
            date.fromisoformat(listed) if listed else None,
        )
        for day, expected, n_missing, listed in counts
    }
