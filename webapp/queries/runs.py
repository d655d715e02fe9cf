"""Runs, and what is missing under one."""

from datetime import date
from typing import NamedTuple

from django.db import connection
from django.db.models import Max, Q

from webapp.models import CandidatePack, ModelRun, PaperVector


def active_run() -> ModelRun | None:
    return ModelRun.objects.filter(is_active=True).first()


PLACED = 10_000  # of the newest papers have a place, for the search by meaning


class Placed(NamedTuple):
    """The active run's spaces, and the newest row of a paper's place in them."""

    run_id: int
    n_terms: int
    n_dimensions: int
    weight: float
    newest: int


# No row without an active run, and while no paper has its place there.
PLACED_NOW = """
    SELECT r.id, n_terms, n_dimensions, weight, v.id AS newest
    FROM webapp_modelrun r, webapp_papervector v
    WHERE is_active AND v.run_id = r.id ORDER BY v.id DESC LIMIT 1
"""


def placed() -> Placed | None:
    """The active run and what is placed in it, if anything is."""
    with connection.cursor() as cursor:
        cursor.execute(PLACED_NOW)
        row = cursor.fetchone()
    return Placed(*row) if row else None


def packed(day: date) -> tuple[int, int]:
    """(active run, number of parts of the day under it); zeros where there is none."""
    parts = Max("packs__part", filter=Q(packs__day=day))
    found = ModelRun.objects.filter(is_active=True).annotate(last=parts).values_list("pk", "last")
    run_id, last = found.first() or (0, None)
    return run_id, 0 if last is None else last + 1


def papers_without_vector(run_id: int, days: list[date], limit: int) -> list[int]:
    """The newest papers, those of open days and rated ones that have no place in the run yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.id FROM webapp_paper p
            WHERE (p.issue_day = ANY(%(days)s)
                   OR p.id IN (SELECT id FROM webapp_paper
                               ORDER BY issue_day DESC, arxiv_id DESC LIMIT %(newest)s)
                   OR EXISTS (SELECT FROM webapp_rating r WHERE r.paper_id = p.id))
              AND NOT EXISTS (
                SELECT FROM webapp_papervector v WHERE v.run_id = %(run)s AND v.paper_id = p.id)
            ORDER BY p.id LIMIT %(limit)s
            """,
            {"days": days, "run": run_id, "limit": limit, "newest": PLACED},
        )
        return [row[0] for row in cursor.fetchall()]


def papers_not_packed(run_id: int, day: date) -> list[int]:
    """Papers of the day whose vector stands in no part yet, newest first.

    A changed paper has a new vector, and so a greater id of one, than the part that holds it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.id FROM webapp_paper p
            JOIN webapp_papervector v ON v.paper_id = p.id AND v.run_id = %(run)s
            WHERE p.issue_day = %(day)s AND NOT EXISTS (
                SELECT FROM webapp_candidatepack c
                WHERE c.run_id = %(run)s AND c.day = %(day)s AND c.paper_ids @> ARRAY[p.id]
                  AND c.newest_vector >= v.id)
            ORDER BY p.arxiv_id DESC
            """,
            {"run": run_id, "day": day},
        )
        return [row[0] for row in cursor.fetchall()]


def n_parts(run_id: int, day: date) -> int:
    """How many parts were ever made; it only grows, so that it can name a state of the day."""
    parts = CandidatePack.objects.filter(run_id=run_id, day=day)
    last = parts.aggregate(last=Max("part"))["last"]
    return 0 if last is None else last + 1


def newest_vector(run_id: int, paper_ids: list[int]) -> int:
    """The greatest id among the papers' vectors."""
    found = PaperVector.objects.filter(run_id=run_id, paper_id__in=paper_ids)
    return found.aggregate(newest=Max("pk"))["newest"] or 0


def rated_without_vector(run_id: int, reader_id: int) -> list[int]:
    """Papers the reader rated that have no place in the run's spaces yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT r.paper_id FROM webapp_rating r WHERE r.reader_id = %s AND NOT EXISTS (
                SELECT FROM webapp_papervector v WHERE v.run_id = %s AND v.paper_id = r.paper_id)
            ORDER BY r.paper_id
            """,
            [reader_id, run_id],
        )
        return [row[0] for row in cursor.fetchall()]
