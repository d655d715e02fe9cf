"""What a reader's acts say of the orders they were shown, and of the topics they turn to."""

import json
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Max, Q, QuerySet, Subquery

from webapp.models import Comparison, Entry, ModelRun, Paper, Work

DAYS = 200  # of the record, the newest
MONTHS = 12
COMPARISONS = 12
REPLAYED = 30  # days, the newest
LEADING = 30  # papers of a day that its map names
ELSEWHERE = 40  # newest saves of other days on it


class Hits(NamedTuple):
    """Of a day's leading places: how many there were, and how many were saved or liked there."""

    day: date
    shown: int
    hits: int


def hits(reader_id: int, leading: int) -> list[Hits]:
    """Days that the reader was seen on, the newest first.

    Seen is a day on which something was said of a paper of its order. Whether a day on which
    nothing was said was looked at, nobody knows. A hit stood among the leading places before the
    act; what was brought along or asked for is none.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT k.day, least(cardinality(k.paper_ids), %(leading)s),
                least(s.hits, least(cardinality(k.paper_ids), %(leading)s))
            FROM (
                SELECT p.issue_day AS day, count(*) FILTER (
                    WHERE a.place <= %(leading)s AND a.value >= 0) AS hits
                FROM webapp_rating a JOIN webapp_paper p ON p.id = a.paper_id
                WHERE a.reader_id = %(reader)s AND a.origin = '' AND a.place IS NOT NULL
                    AND (a.saved OR a.value <> 0)
                GROUP BY 1) s
            JOIN webapp_ranking k ON k.reader_id = %(reader)s AND k.day = s.day
            JOIN webapp_profile w ON w.id = k.profile_id AND w.name = 'all'
            WHERE cardinality(k.paper_ids) > 0
            ORDER BY k.day DESC LIMIT %(days)s
            """,
            {"reader": reader_id, "leading": leading, "days": DAYS},
        )
        return [Hits(*row) for row in cursor.fetchall()]


class Topic(NamedTuple):
    month: date  # its first day
    subject: str  # the paper's primary one
    n: int


def topics(reader_id: int, since: date) -> list[Topic]:
    """Saves and likes by month of the act and by subject."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT date_trunc('month', a.day)::date, p.subjects[1], count(*)
            FROM webapp_rating a JOIN webapp_paper p ON p.id = a.paper_id
            WHERE a.reader_id = %s AND a.value >= 0 AND (a.saved OR a.value > 0) AND a.day >= %s
            GROUP BY 1, 2 ORDER BY 1, 2
            """,
            [reader_id, since],
        )
        return [Topic(*row) for row in cursor.fetchall()]


class Credit(NamedTuple):
    """An act on a paper that one of two rankers had placed."""

    day: date
    team: int


def comparisons(reader_id: int) -> list[tuple[Comparison, list[Credit]]]:
    """The newest ones, and a reader's saves and likes in each, in one query.

    They are what `rankings.compared_acts` counts.
    """
    found = Comparison.objects.raw(
        """
        WITH credited AS (
            SELECT k.comparison_id, k.day,
                k.teams[array_position(k.paper_ids, a.paper_id)] AS team
            FROM webapp_rating a
            JOIN webapp_paper p ON p.id = a.paper_id
            JOIN webapp_ranking k ON k.reader_id = a.reader_id AND k.day = p.issue_day
            JOIN webapp_reader r ON r.id = k.reader_id AND r.compares
            WHERE a.reader_id = %s AND a.value >= 0 AND (a.saved OR a.value > 0)
                AND a.origin = '' AND k.comparison_id IS NOT NULL
                AND k.teams[array_position(k.paper_ids, a.paper_id)] >= 0)
        SELECT c.*, coalesce((SELECT json_agg(json_build_array(day, team)) FROM credited
            WHERE comparison_id = c.id)::text, '[]') AS credits
        FROM webapp_comparison c ORDER BY begins_on DESC LIMIT %s
        """,
        [reader_id, COMPARISONS],
    )
    return [
        (one, [Credit(date.fromisoformat(day), team) for day, team in json.loads(listed)])
        for one in found
        for listed in [vars(one)["credits"]]
    ]


def open_now() -> Comparison | None:
    """The comparison that the newest issue day is in, or that is next."""
    newest = Paper.objects.order_by("-issue_day", "-arxiv_id").values("issue_day")[:1]
    is_open = Q(ends_on=None) | Q(ends_on__gte=Subquery(newest))
    return Comparison.objects.filter(is_open).order_by("begins_on").first()


def one_at_a_time() -> None:
    """Until the transaction ends nobody else plans a comparison."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE webapp_comparison IN SHARE ROW EXCLUSIVE MODE")


def is_compared_after(day: date, time: timedelta) -> bool:
    """Whether a comparison is on, or begins within so much time."""
    soon = Comparison.objects.filter(begins_on__lte=day + time)
    return soon.filter(Q(ends_on=None) | Q(ends_on__gt=day)).exists()


def last_rival() -> str:
    """Of the comparison that began last; nothing where there was none."""
    return Comparison.objects.order_by("-begins_on").values_list("rival", flat=True).first() or ""


def rivals_there() -> set[str]:
    """Which rankers differ from the one that serves; none while none serves."""
    weight = ModelRun.objects.filter(is_active=True).values_list("weight", flat=True).first()
    if weight is None:
        return set()
    upvoted = Entry.objects.filter(Q(n_upvotes__gt=0) | Q(n_public__gt=0)).exists()
    rivals = {"newest": True, "text": weight > 0, "upvoted": upvoted}
    return {name for name, is_there in rivals.items() if is_there}


def unsettled(day: date) -> QuerySet[Comparison]:
    """Comparisons that were never counted, or that readers could act on since they were."""
    open_then = Q(ends_on=None) | Q(ends_on__gte=day)
    return Comparison.objects.filter(Q(settled_at=None) | open_then)


# A reader's saves and likes of ranked days, given on a page. Before a first act nothing but the
# date could order a day.
_REPLAYABLE = """
SELECT p.issue_day AS day, array_agg(p.id ORDER BY p.id), array_agg(p.arxiv_id ORDER BY p.id)
FROM webapp_rating a JOIN webapp_paper p ON p.id = a.paper_id
WHERE a.reader_id = %(reader)s AND a.value >= 0 AND (a.saved OR a.value > 0) AND a.origin = ''
    AND a.paused_at IS NULL AND a.day >= p.issue_day AND p.withdrawn_at IS NULL
    AND EXISTS (SELECT FROM webapp_ranking k
        WHERE k.reader_id = a.reader_id AND k.day = p.issue_day)
    AND EXISTS (SELECT FROM webapp_rating b WHERE b.reader_id = a.reader_id AND b.day < p.issue_day
        AND (b.saved OR b.value <> 0) AND b.paused_at IS NULL)
GROUP BY 1 ORDER BY 1 DESC
"""


class Wanted(NamedTuple):
    """What was saved or liked of a day."""

    day: date
    papers: list[int]
    arxiv_ids: list[str]


def replayable(reader_id: int) -> list[Wanted]:
    """The newest days that can be put in order again."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_REPLAYABLE} LIMIT {REPLAYED}", {"reader": reader_id})
        return [Wanted(*row) for row in cursor.fetchall()]


def days_read(run_id: int, days: list[date]) -> set[date]:
    """Those of which every paper that may be shown has its place in a run."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.issue_day FROM webapp_paper p
            LEFT JOIN webapp_papervector v ON v.paper_id = p.id AND v.run_id = %s
            WHERE p.issue_day = ANY(%s::date[]) AND p.withdrawn_at IS NULL
            GROUP BY 1 HAVING count(*) = count(v.id)
            """,
            [run_id, days],
        )
        return {row[0] for row in cursor.fetchall()}


class Replayed(NamedTuple):
    """What was last worked out of a reader's past days, and how the work of this day stands."""

    result: dict[str, Any]
    at: datetime | None
    n_days: int
    n_done: int
    state: str  # of the work; nothing where nobody has asked yet
    has_days: bool  # that can be put in order again

    @property
    def is_asked(self) -> bool:
        return self.state in (Work.State.WAITING, Work.State.RUNNING)

    @property
    def has_failed(self) -> bool:
        return self.state == Work.State.QUARANTINED

    @property
    def is_owed(self) -> bool:
        """Whether the page may ask: at most once a day."""
        return self.has_days and not self.state


def replay_slot(reader_id: int, today: date) -> str:
    return f"reader {reader_id} {today}"


def replayed(reader_id: int, today: date) -> Replayed:
    """In one query, since the page asks, and again until it is done."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT r.result::text, r.replayed_at, coalesce(r.n_days, 0), coalesce(r.n_done, 0),
                coalesce(w.state, ''), EXISTS ({_REPLAYABLE})
            FROM (SELECT) one LEFT JOIN webapp_replay r ON r.reader_id = %(reader)s
            LEFT JOIN webapp_work w ON w.job = 'replay' AND w.slot = %(slot)s
            """,  # noqa: S608 - made of constants
            {"reader": reader_id, "slot": replay_slot(reader_id, today)},
        )
        result, *rest = cursor.fetchone()
        return Replayed(json.loads(result or "{}"), *rest)


def run_on(day: date) -> tuple[ModelRun, int] | None:
    """The active run, and how many parts of the day it has."""
    parts = Max("packs__part", filter=Q(packs__day=day))
    run = ModelRun.objects.filter(is_active=True).annotate(last=parts).first()
    return None if run is None or run.last is None else (run, run.last + 1)


class Mark(NamedTuple):
    """A paper on a map: where it stands in the reader's order, what the reader said."""

    paper: int
    arxiv_id: str
    title: str
    subjects: list[str]
    place: int | None
    said: int  # 1: saved or liked, -1: disliked, 0: nothing
    is_elsewhere: bool  # of another day
    is_wanted: bool  # in the reader's subjects; of who has chosen none, all are

    @property
    def subject(self) -> str:
        """The primary one."""
        return self.subjects[0] if self.subjects else ""

    @property
    def is_named(self) -> bool:
        is_leading = self.place is not None and self.place <= LEADING
        return is_leading or self.said != 0


def marks(reader_id: int, day: date) -> list[Mark]:
    """A day's papers, the leading ones first, and the newest saves of other days."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH whole AS (
                SELECT id, subjects FROM webapp_profile
                WHERE reader_id = %(reader)s AND name = 'all' AND deleted_at IS NULL),
            placed AS (
                SELECT t.paper, t.n FROM webapp_ranking k JOIN whole w ON w.id = k.profile_id
                CROSS JOIN LATERAL unnest(k.paper_ids) WITH ORDINALITY AS t (paper, n)
                WHERE k.reader_id = %(reader)s AND k.day = %(day)s AND NOT k.is_outdated),
            said AS (
                SELECT a.paper_id AS paper, CASE WHEN a.value < 0 THEN -1 ELSE 1 END AS said,
                    p.issue_day <> %(day)s AS elsewhere,
                    row_number() OVER (PARTITION BY p.issue_day <> %(day)s
                        ORDER BY a.changed_at DESC, a.id) AS n
                FROM webapp_rating a JOIN webapp_paper p ON p.id = a.paper_id
                WHERE a.reader_id = %(reader)s AND (a.saved OR a.value <> 0)
                    AND a.paused_at IS NULL
                    AND (p.issue_day = %(day)s OR a.value >= 0)),
            shown AS (
                SELECT id FROM webapp_paper WHERE issue_day = %(day)s
                UNION ALL SELECT paper FROM said WHERE elsewhere AND n <= %(elsewhere)s)
            SELECT p.id, p.arxiv_id, p.title, p.subjects, l.n, coalesce(s.said, 0),
                p.issue_day <> %(day)s,
                w.subjects = '{}' OR p.subjects && w.subjects OR s.said IS NOT NULL
            FROM shown d JOIN webapp_paper p ON p.id = d.id CROSS JOIN whole w
            LEFT JOIN placed l ON l.paper = p.id LEFT JOIN said s ON s.paper = p.id
            WHERE p.withdrawn_at IS NULL
            ORDER BY 7, l.n NULLS LAST, p.arxiv_id DESC
            """,
            {"reader": reader_id, "day": day, "elsewhere": ELSEWHERE},
        )
        return [Mark(*row) for row in cursor.fetchall()]
