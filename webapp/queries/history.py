"""What stood where, on which day, by which run: the record that stored rankings are."""

import json
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import F, QuerySet

from webapp.models import Profile, Ranking

DAYS = 30  # on a page of the record, and the most that can be caught up with
LEADING = 200  # of each day, when several are put in order together


class Placed(NamedTuple):
    """Where a paper stood on a day, what its score was made of, and what made the order."""

    day: date
    place: int
    n_papers: int
    score: float
    text: float
    readers: float
    fresh: float
    boosted: float
    because: int  # id of a paper, -1: none
    profile: int | None  # the interest that placed it, where there are several
    is_explored: bool
    run: int | None
    weight: float | None  # of other readers in that run
    n_ratings: int
    ranked_at: datetime
    is_compared: bool  # drawn up in turns with another ranker
    terms: list[str]

    @property
    def lowered(self) -> float:
        """What dislikes took: the rest of the score."""
        return self.score - self.text - self.readers - self.fresh - self.boosted


def placed(whole: Profile, paper_id: int) -> list[Placed]:
    """Every day on which a paper stood in a reader's ranking, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT k.day, n, cardinality(paper_ids), scores[n], text_shares[n], shared_shares[n],
                coalesce(fresh_shares[n], 0), coalesce(boosted_shares[n], 0), because[n],
                placed_by[n], n = ANY(explored), k.run_id, r.weight, k.n_ratings, k.ranked_at,
                k.comparison_id IS NOT NULL,
                coalesce(terms -> (n - 1), '[]')::text
            FROM (SELECT *, array_position(paper_ids, %s::bigint) AS n FROM webapp_ranking
                  WHERE profile_id = %s) k
            LEFT JOIN webapp_modelrun r ON r.id = k.run_id
            WHERE n IS NOT NULL ORDER BY k.day DESC
            """,
            [paper_id, whole.pk],
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return [Placed._make([*row[:-1], json.loads(row[-1])]) for row in rows]


def days(whole: Profile, before: date | None) -> QuerySet[Ranking]:
    """Stored orders of a reader, the newest day first, without their arrays; a page by key."""
    rows = Ranking.objects.filter(profile=whole).annotate(n_papers=_length("paper_ids"))
    if before:
        rows = rows.filter(day__lt=before)
    shown = rows.select_related("run").only(
        "day", "run__weight", "run__created_at", "n_ratings", "ranked_at"
    )
    return shown.order_by("-day")[: DAYS + 1]


def _length(field: str) -> Any:
    return F(f"{field}__len")


class Missed(NamedTuple):
    """A leading paper of a day that was missed."""

    paper: int
    day: date
    score: float
    fresh: float
    profile: int | None


def missed(whole: Profile, after: date) -> list[Missed]:
    """The leading papers of each ranked day after the given one, but those said something of.

    Explored places were not earned, and a paper that has moved to another day is that day's.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH days AS (
                SELECT * FROM webapp_ranking
                WHERE profile_id = %(whole)s AND day > %(after)s AND NOT is_outdated
                ORDER BY day DESC LIMIT %(days)s)
            SELECT t.paper, k.day, t.score, coalesce(t.fresh, 0), t.placed_by
            FROM days k
            CROSS JOIN LATERAL unnest(k.paper_ids[1:%(leading)s], k.scores[1:%(leading)s],
                k.fresh_shares[1:%(leading)s], k.placed_by[1:%(leading)s])
                WITH ORDINALITY AS t (paper, score, fresh, placed_by, n)
            JOIN webapp_paper p ON p.id = t.paper AND p.issue_day = k.day
                AND p.withdrawn_at IS NULL
            WHERE NOT t.n = ANY(k.explored) AND NOT EXISTS (
                SELECT FROM webapp_rating a WHERE a.reader_id = k.reader_id
                AND a.paper_id = t.paper AND (a.saved OR a.value <> 0))
            ORDER BY k.day DESC, t.n
            """,
            {"whole": whole.pk, "after": after, "days": DAYS, "leading": LEADING},
        )
        return [Missed(*row) for row in cursor.fetchall()]


def n_since(whole: Profile, after: date) -> tuple[int, int, int]:
    """Papers of the interests' subjects since a day, on how many days, and how many are ranked."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*), count(DISTINCT p.issue_day),
                (SELECT count(*) FROM webapp_ranking k WHERE k.profile_id = %(whole)s
                 AND k.day > %(after)s AND NOT k.is_outdated)
            FROM webapp_paper p, webapp_profile w
            WHERE w.id = %(whole)s AND p.issue_day > %(after)s AND p.withdrawn_at IS NULL
              AND (cardinality(w.subjects) = 0 OR p.subjects && w.subjects)
            """,
            {"whole": whole.pk, "after": after},
        )
        found: tuple[int, int, int] = cursor.fetchone()
    return found
