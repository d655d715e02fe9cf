"""What is trending, as it was computed; and what it is computed from."""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import connection
from django.db.models import Count
from django.db.models.functions import ExtractHour

from webapp.models import Entry, Trend, Upvote
from webapp.queries.social.daily import Listed, entries, singled_out


class Trending(NamedTuple):
    """Part of a window's order, with each score and what it was divided by."""

    cards: list[Listed]
    row: Trend
    after: int | None


def trending_page(window: str, after: int) -> Trending | None:
    """The papers that follow one in the order; those after nothing are the first. Two queries."""
    row = Trend.objects.filter(window=window).first()
    if row is None:
        return None
    first = row.paper_ids.index(after) + 1 if after in row.paper_ids else 0
    last = first + settings.PAPERS_PER_PAGE
    found = singled_out(row.paper_ids[first:last])
    cards = [
        found[pk]._replace(score=score, divisor=divisor)
        for pk, score, divisor in list(zip(row.paper_ids, row.scores, row.divisors, strict=True))[
            first:last
        ]
        if pk in found and not found[pk].paper.withdrawn_at  # since it was computed
    ]
    return Trending(cards, row, row.paper_ids[last - 1] if last < len(row.paper_ids) else None)


def leading(window: str, subjects: list[str], without: frozenset[int], most: int) -> list[Listed]:
    """The first papers of a window's order in some subjects, or in all, but some. Two queries."""
    row = Trend.objects.filter(window=window).first()
    ids = [pk for pk in row.paper_ids if pk not in without] if row else []
    rows = entries().filter(pk__in=ids, paper__withdrawn_at=None)
    if subjects:
        rows = rows.filter(paper__subjects__overlap=subjects)
    found = {entry.pk: entry for entry in rows}
    return [Listed(found[pk].paper, found[pk]) for pk in ids if pk in found][:most]


def is_trend_fresh(since: datetime, n_windows: int) -> bool:
    """Whether all windows were computed lately, and nothing has been said since."""
    computed = list(Trend.objects.values_list("computed_at", flat=True))
    if len(computed) < n_windows or min(computed) <= since:
        return False
    return not Entry.objects.filter(changed_at__gt=min(computed)).exists()


def entries_since(since: datetime) -> list[int]:
    return list(Entry.objects.filter(changed_at__gte=since).values_list("pk", flat=True))


def upvotes_by_hour(now: datetime, days: int) -> list[int]:
    """How many upvotes each hour of the day (UTC) had lately."""
    rows = Upvote.objects.filter(at__gt=now - timedelta(days=days), at__lte=now)
    counted = rows.values_list(ExtractHour("at", tzinfo=UTC)).annotate(n=Count("pk")).order_by()
    found = dict(counted)
    return [found.get(hour, 0) for hour in range(24)]


def sizes(now: datetime, days: int) -> dict[str, float]:
    """How many papers a day each subject has had lately, as the primary one."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT subjects[1], count(*)::float / (
                SELECT count(DISTINCT issue_day) FROM webapp_paper
                WHERE issue_day BETWEEN %(first)s AND %(last)s)
            FROM webapp_paper WHERE issue_day BETWEEN %(first)s AND %(last)s GROUP BY 1
            """,
            {"first": now.date() - timedelta(days=days), "last": now.date()},
        )
        return dict(cursor.fetchall())


def upvotes_since(since: datetime) -> list[tuple[int, datetime]]:
    rows = Upvote.objects.filter(at__gt=since, reader__is_active=True)
    return list(rows.values_list("paper_id", "at").order_by("pk"))


class Candidate(NamedTuple):
    id: int
    subject: str  # the primary one
    n_public: int
    public_day: date


def trending_candidates(since: datetime) -> list[Candidate]:
    """What was upvoted here or elsewhere since then, and is not withdrawn."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.id, coalesce(p.subjects[1], ''),
                CASE WHEN u.day >= %(day)s THEN e.n_public ELSE 0 END, coalesce(u.day, e.day)
            FROM webapp_entry e JOIN webapp_paper p ON p.id = e.paper_id
            LEFT JOIN webapp_publicupvote u ON u.arxiv_id = p.arxiv_id AND e.n_public > 0
            WHERE p.withdrawn_at IS NULL AND (u.day >= %(day)s OR EXISTS (
                SELECT FROM webapp_upvote v WHERE v.paper_id = p.id AND v.at > %(since)s))
            ORDER BY p.id
            """,
            {"since": since, "day": since.date()},
        )
        return [Candidate._make(row) for row in cursor.fetchall()]
