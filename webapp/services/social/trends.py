"""What is trending in each window: one row, computed by a worker and read by pages."""

from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

import numpy as np
from django.conf import settings
from django.db import connection, transaction

from recommender.trend import Floats, TrendConfig, divisors, hour_weights, trend
from webapp.models import Entry, Trend
from webapp.queries.social import trends as known
from webapp.services import work
from webapp.services.social.upvotes import recount

WINDOWS = {
    "day": TrendConfig(days=1, half_life_hours=12.0),
    "week": TrendConfig(days=7, half_life_hours=48.0),
    "month": TrendConfig(days=30, half_life_hours=240.0),
}
LEARNED_DAYS = 28  # from which the hours' and categories' corrections are learned
MOST = 500  # papers that a window keeps
FADED = timedelta(hours=1)  # an order as old is made anew, whatever happened

_TAKE_PUBLIC = """
INSERT INTO webapp_entry
    (paper_id, day, issue_day, n_upvotes, is_picked, n_public, n_comments, created_at, changed_at)
SELECT p.id, p.issue_day, p.issue_day, 0, false, u.count, 0, %(now)s, %(now)s
FROM webapp_publicupvote u JOIN webapp_paper p USING (arxiv_id)
WHERE u.day >= %(since)s AND u.count > 0
ON CONFLICT (paper_id) DO UPDATE SET n_public = excluded.n_public, changed_at = %(now)s
WHERE webapp_entry.n_public <> excluded.n_public
"""


def compute_trend(slot: str, now: datetime) -> work.Counts:
    """Put every window's papers in order, if anything happened since or the order has faded."""
    longest = now - timedelta(days=max(config.days for config in WINDOWS.values()))
    _take_public(longest, now)
    recount(known.entries_since(longest))
    if known.is_trend_fresh(now - FADED, len(WINDOWS)):
        return {"windows": 0}
    hours, sizes = known.upvotes_by_hour(now, LEARNED_DAYS), known.sizes(now, LEARNED_DAYS)
    with transaction.atomic():
        for window, config in WINDOWS.items():
            _store(window, _scored(config, hours, sizes, now), now)
    return {"windows": len(WINDOWS)}


def _take_public(since: datetime, now: datetime) -> None:
    """Upvotes elsewhere have a column of their own, and count only where they are harvested."""
    if not settings.DAILY_PAPERS:
        with_public = Entry.objects.filter(n_public__gt=0)
        ids = list(with_public.values_list("pk", flat=True))
        with_public.update(n_public=0, changed_at=now)
        recount(ids)
        return
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_PUBLIC, {"since": since.date(), "now": now})


class _Scored(NamedTuple):
    ids: list[int]
    scores: list[float]
    divisors: list[float]
    hours: list[float]


def _scored(
    config: TrendConfig, n_by_hour: list[int], sizes: dict[str, float], now: datetime
) -> _Scored:
    """A window's papers, the highest score first; of equal ones the newer."""
    since = now - timedelta(days=config.days)
    upvotes, found = known.upvotes_since(since), known.trending_candidates(since)
    rows = {paper.id: row for row, paper in enumerate(found)}
    upvotes = [one for one in upvotes if one[0] in rows]
    weights = hour_weights(np.array(n_by_hour, float), config)
    divided_by = divisors(np.array([sizes.get(p.subject, 0.0) for p in found], float), config)
    noons = [datetime.combine(paper.public_day, time(12), UTC) for paper in found]
    scores = trend(
        np.array([rows[paper_id] for paper_id, _ in upvotes], int),
        _hours([at for _, at in upvotes], now),
        weights[[at.astimezone(UTC).hour for _, at in upvotes]] if upvotes else np.zeros(0),
        np.array([paper.n_public for paper in found], float),
        _hours(noons, now),
        divided_by,
        config,
    )
    ids = np.array([paper.id for paper in found], int)
    order = [row for row in np.lexsort((-ids, -scores)) if scores[row] > 0][:MOST]
    return _Scored(
        ids[order].tolist(), scores[order].tolist(), divided_by[order].tolist(), weights.tolist()
    )


def _hours(moments: list[datetime], now: datetime) -> Floats:
    return np.array([(now - at).total_seconds() / 3600 for at in moments], float)


def _store(window: str, scored: _Scored, now: datetime) -> None:
    values = {
        "paper_ids": scored.ids,
        "scores": scored.scores,
        "divisors": scored.divisors,
        "hours": scored.hours,
        "computed_at": now,
    }
    Trend.objects.update_or_create(window=window, defaults=values)
