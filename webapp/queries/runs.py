"""Runs, and what is missing under one."""

from datetime import date

from django.db import connection

from webapp.models import CandidatePack, ModelRun


def active_run() -> ModelRun | None:
    return ModelRun.objects.filter(is_active=True).first()


def papers_without_vector(run_id: int, days: list[date], limit: int) -> list[int]:
    """Papers of open days, and rated ones of any day, that have no place in the run's spaces."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.id FROM webapp_paper p
            WHERE (p.issue_day = ANY(%(days)s)
                   OR EXISTS (SELECT FROM webapp_rating r WHERE r.paper_id = p.id))
              AND NOT EXISTS (
                SELECT FROM webapp_papervector v WHERE v.run_id = %(run)s AND v.paper_id = p.id)
            ORDER BY p.id LIMIT %(limit)s
            """,
            {"days": days, "run": run_id, "limit": limit},
        )
        return [row[0] for row in cursor.fetchall()]


def papers_not_packed(run_id: int, day: date) -> list[int]:
    """Papers of the day that have a vector and stand in no part yet, newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.id FROM webapp_paper p
            JOIN webapp_papervector v ON v.paper_id = p.id AND v.run_id = %(run)s
            WHERE p.issue_day = %(day)s AND NOT EXISTS (
                SELECT FROM webapp_candidatepack c
                WHERE c.run_id = %(run)s AND c.day = %(day)s AND c.paper_ids @> ARRAY[p.id])
            ORDER BY p.arxiv_id DESC
            """,
            {"run": run_id, "day": day},
        )
        return [row[0] for row in cursor.fetchall()]


def n_parts(run_id: int, day: date) -> int:
    return CandidatePack.objects.filter(run_id=run_id, day=day).count()


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
