"""What stood where, on which day, by which run: the record that stored rankings are."""

import json
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Exists, F, OuterRef, QuerySet

from webapp.models import Paper, Profile, Ranking, Rating, Rule
from webapp.queries import papers, rankings, readers
from webapp.queries.social.daily import PAUSE

DAYS = 30  # on a page of the record, and the most that can be caught up with
LEADING = 200  # of each day, when several are put in order together
LEADING_FIRST = 30
SOON = timedelta(minutes=2)


def mutes(whole: Profile) -> list[Rule]:
    """Every mute that holds, of all interests and of each."""
    rows = Rule.objects.filter(profile__reader=whole.reader_id, profile__deleted_at=None)
    heard = rows.filter(effect=Rule.Effect.MUTE, paused_at=None)
    return list(heard.select_related("profile").order_by("created_at", "pk"))


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


class First(NamedTuple):
    """Where a paper stood in the order of a day as it was first made."""

    day: date
    place: int
    n_papers: int
    made_at: datetime


def first_placed(whole: Profile, paper_id: int) -> dict[date, First]:
    """The days whose first order held a paper, where another order has taken its place since."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT day, n, cardinality(first_ids), first_at
            FROM (SELECT *, array_position(first_ids, %s::bigint) AS n FROM webapp_ranking
                  WHERE profile_id = %s AND first_at IS NOT NULL) k
            WHERE n IS NOT NULL
            """,
            [paper_id, whole.pk],
        )
        return {row[0]: First(*row) for row in cursor.fetchall()}


class FirstOrder(NamedTuple):
    """The leading papers of a day as it was first ranked, each with its place now, if any."""

    made_at: datetime
    rows: list[tuple[Paper, int | None]]


def first_order(whole: Profile, day: date) -> FirstOrder | None:
    """What stood there when the day was first ranked; None where it was not."""
    found = Ranking.objects.filter(profile=whole, day=day).values_list(
        "first_at", "ranked_at", "first_ids", "paper_ids"
    )
    row = found.first()
    if row is None:
        return None
    first_at, ranked_at, first_ids, now = row
    leading = (first_ids if first_at else now)[:LEADING_FIRST]
    known, places = papers.by_ids(leading), {pk: n for n, pk in enumerate(now, start=1)}
    rows = [(known[pk], places.get(pk)) for pk in leading if pk in known]
    return FirstOrder(first_at or ranked_at, rows)


def days(whole: Profile, before: date | None) -> QuerySet[Ranking]:
    """Stored orders of a reader, the newest day first, without their arrays; a page by key."""
    rows = Ranking.objects.filter(profile=whole).annotate(
        n_papers=_length("paper_ids"), n_first=_length("first_ids")
    )
    if before:
        rows = rows.filter(day__lt=before)
    shown = rows.select_related("run").only(
        *("day", "run__weight", "run__created_at"),
        *("n_ratings", "ranked_at", "first_at", "is_outdated"),
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
    because: int  # id of a paper, -1: none
    terms: list[str]


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
            SELECT t.paper, k.day, t.score, coalesce(t.fresh, 0), t.placed_by, t.because,
                coalesce(k.terms -> (t.n - 1)::int, '[]')::text
            FROM days k
            CROSS JOIN LATERAL unnest(k.paper_ids[1:%(leading)s], k.scores[1:%(leading)s],
                k.fresh_shares[1:%(leading)s], k.placed_by[1:%(leading)s],
                k.because[1:%(leading)s])
                WITH ORDINALITY AS t (paper, score, fresh, placed_by, because, n)
            JOIN webapp_paper p ON p.id = t.paper AND p.issue_day = k.day
                AND p.withdrawn_at IS NULL
            WHERE NOT t.n = ANY(k.explored) AND NOT EXISTS (
                SELECT FROM webapp_rating a WHERE a.reader_id = k.reader_id
                AND a.paper_id = t.paper AND (a.saved OR a.value <> 0))
            ORDER BY k.day DESC, t.n
            """,
            {"whole": whole.pk, "after": after, "days": DAYS, "leading": LEADING},
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return [Missed._make([*row[:-1], json.loads(row[-1])]) for row in rows]


class Since(NamedTuple):
    """Papers of the interests' subjects since a day, and on how many days."""

    n_papers: int
    n_days: int
    n_ranked: int
    n_soon: int  # that are being ranked

    @property
    def n_unranked(self) -> int:
        return self.n_days - self.n_ranked


def since(whole: Profile, after: date, n_open: int, now: datetime) -> Since:
    """What came after a day, and how far it is ranked; `n_open` newest days are kept ranked."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH days AS (
                SELECT p.issue_day AS day, count(*) AS n,
                    row_number() OVER (ORDER BY p.issue_day DESC) AS nth
                FROM webapp_paper p, webapp_profile w
                WHERE w.id = %(whole)s AND p.issue_day > %(after)s AND p.withdrawn_at IS NULL
                    AND (cardinality(w.subjects) = 0 OR p.subjects && w.subjects)
                GROUP BY 1),
            ranked AS (
                SELECT day FROM webapp_ranking
                WHERE profile_id = %(whole)s AND day > %(after)s AND NOT is_outdated)
            SELECT coalesce(sum(n), 0), count(*), count(r.day),
                count(*) FILTER (WHERE r.day IS NULL AND nth <= %(open)s AND EXISTS (
                    SELECT FROM webapp_work WHERE job = 'rank' AND state IN ('waiting', 'running')
                    AND next_at < %(soon)s) AND EXISTS (
                    SELECT FROM webapp_rating WHERE reader_id = %(reader)s
                    AND (saved OR value <> 0) AND paused_at IS NULL))
            FROM days d LEFT JOIN ranked r ON r.day = d.day
            """,
            {
                "whole": whole.pk,
                "reader": whole.reader_id,
                "after": after,
                "soon": now + SOON,
                "open": n_open,
            },
        )
        return Since(*map(int, cursor.fetchone()))


def unranked(interests: readers.Interests, after: date, most: int) -> list[Paper]:
    """The newest papers of days after the given one that are in no order, nor said something of."""
    whole = interests.whole
    ranked = Ranking.objects.filter(profile=whole, day=OuterRef("issue_day"), is_outdated=False)
    said = Rating.objects.filter(readers.SPEAKS, reader=whole.reader_id, paper=OuterRef("pk"))
    never = rankings.muted(interests.wishes_of(whole))
    found = papers.SHOWN.filter(~Exists(ranked), ~Exists(said))
    found = found.filter(issue_day__gt=after, withdrawn_at=None)
    if whole.subjects:
        found = found.filter(subjects__overlap=whole.subjects)
    found = found.exclude(never) if never else found
    return list(found.order_by("-issue_day", "-arxiv_id")[:most])


class Away(NamedTuple):
    """The days that came since the end of a reader's last visit."""

    newest: date | None
    previous: date | None
    since: date | None  # the last day that was there then; none: there was no visit
    n_days: int
    n_papers: int  # of the interests' subjects; counted where there are several days

    @property
    def today(self) -> papers.Day | None:
        """The newest day, as `papers.day_near` tells it."""
        return papers.Day(self.newest, self.previous, None) if self.newest else None


def away(whole: Profile, now: datetime) -> Away:
    """What a reader has missed: the days after their last visit, or that they are through with.

    It tells the newest day, too, so that the feed asks nothing more. A day was there when the
    paper that leads it was. One probe of the index a day, and no more days than can be caught up
    with.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE visit AS MATERIALIZED (
                SELECT caught_up_on AS through,
                    CASE WHEN last_at < %(pause)s THEN last_at ELSE since END AS ended
                FROM webapp_reader r LEFT JOIN webapp_visit v ON v.reader_id = r.id
                WHERE r.id = %(reader)s),
            days AS (
                SELECT day, 1 AS n, coalesce(through, ended::date) IS NOT NULL AS is_known,
                    day <= coalesce(through, '-infinity')
                        OR created_at <= coalesce(ended, '-infinity') AS was_there
                FROM visit, LATERAL (SELECT issue_day AS day, created_at FROM webapp_paper
                    ORDER BY issue_day DESC, arxiv_id DESC LIMIT 1) newest
                UNION ALL
                SELECT earlier.day, n + 1, is_known, earlier.day <= coalesce(through, '-infinity')
                        OR created_at <= coalesce(ended, '-infinity')
                FROM days, visit, LATERAL (SELECT issue_day AS day, created_at FROM webapp_paper
                    WHERE issue_day < days.day
                    ORDER BY issue_day DESC, arxiv_id DESC LIMIT 1) earlier
                WHERE is_known AND NOT was_there AND n <= %(days)s),
            told AS (
                SELECT max(day) AS newest, coalesce(max(day) FILTER (WHERE was_there), min(day) - 1)
                    AS since, count(*) FILTER (WHERE is_known AND NOT was_there) AS n,
                    bool_or(is_known) AS is_known
                FROM days)
            SELECT newest, (SELECT issue_day FROM webapp_paper WHERE issue_day < newest
                    ORDER BY issue_day DESC LIMIT 1), CASE WHEN is_known THEN since END, n,
                CASE WHEN n > 1 THEN (
                    SELECT count(*) FROM webapp_paper p, webapp_profile w
                    WHERE w.id = %(whole)s AND p.issue_day > since AND p.withdrawn_at IS NULL
                    AND (cardinality(w.subjects) = 0 OR p.subjects && w.subjects)) ELSE 0 END
            FROM told
            """,
            {
                "reader": whole.reader_id,
                "whole": whole.pk,
                "pause": now - PAUSE,
                "days": DAYS,
            },
        )
        return Away(*cursor.fetchone())
