"""A reader's feed: the stored order, a page at a time; and what comparisons have seen."""

import json
from datetime import date
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.conf import settings
from django.db import connection
from django.db.models import Case, Exists, IntegerField, Q, QuerySet, Value, When

from webapp.models import Comparison, Entry, ModelRun, Paper, Profile, Ranking, Rating, Reader, Rule
from webapp.queries import papers, readers


class Card(NamedTuple):
    """One paper as the list shows it to one reader."""

    paper: Paper
    rank: int
    rating: Rating | None = None
    because: Paper | None = None
    terms: list[str] = []  # never changed
    shared_percent: int = 0
    is_explored: bool = False
    interest: str = ""  # that placed it, where several share the page
    score: float | None = None  # of a ranking


class FeedPage(NamedTuple):
    """A page of one day, ranked or newest first."""

    day: papers.Day
    cards: list[Card]
    page: int
    n_pages: int
    n_papers: int
    is_ranked: bool
    n_ratings: int = 0
    with_readers: bool = False  # whether other readers counted in it, beside the text
    is_compared: bool = False  # drawn up in turns with a rival
    n_off: int = 0  # signals that are switched off


class _Slice(NamedTuple):
    n_acts: int  # now, whether they have a place in the model or not
    n_off: int  # acts and rules that are switched off
    n_papers: int | None  # None: there is no order
    n_listed: int | None  # of the day, in the profile's subjects; counted where there is no order
    n_ratings: int
    weight: float | None  # of other readers in the run that ranked it
    comparison: int | None
    paper_ids: list[int]
    because: list[int]
    text_shares: list[float]
    shared_shares: list[float]
    explored: list[int]  # ranks
    placed_by: list[int]
    scores: list[float]
    terms: list[list[str]]


def muted(wishes: list[readers.Wish]) -> Q | None:
    """What a reader never wants to see; none where nothing is muted."""
    conditions = _conditions(wishes, Rule.Effect.MUTE)
    return reduce(or_, conditions) if conditions else None


def listed(day: date, profile: Profile, wishes: list[readers.Wish]) -> dict[int, int]:
    """A day's papers for one interest, newest first, and how many of its boosts each meets.

    Boosts of one kind count once: three words that a paper has are no three reasons.
    """
    found = papers.of_day(day, profile.subjects, muted(wishes))
    kinds = _conditions(wishes, Rule.Effect.BOOST)
    if not kinds:
        return dict.fromkeys(found.values_list("pk", flat=True), 0)
    one, none = Value(1), Value(0, IntegerField())
    meets = sum((Case(When(kind, then=one), default=none) for kind in kinds), start=none)
    return dict(found.annotate(n_boosts=meets).values_list("pk", "n_boosts"))


def _conditions(wishes: list[readers.Wish], effect: int) -> list[Q]:
    by_kind: dict[str, list[str]] = {}
    for wish in wishes:
        if wish.effect == effect:
            by_kind.setdefault(wish.kind, []).append(wish.value)
    return [papers.with_any(kind, values) for kind, values in by_kind.items()]


def feed_page(
    interests: readers.Interests,
    day: papers.Day,
    page: int,
    profile: Profile | None = None,
    size: int | None = None,
) -> FeedPage:
    """One page of a reader's day, of all interests or of one.

    Three queries whatever the number of papers.
    """
    size, profile = size or settings.PAPERS_PER_PAGE, profile or interests.whole
    found = _ranking_slice(profile, day.day, page, size)
    if not found.n_papers:
        return _newest_first(interests, profile, day, page, found, size)
    n_pages = -(-found.n_papers // size)
    if page > n_pages:
        return feed_page(interests, day, n_pages, profile, size)
    shown = papers.cards({*found.paper_ids, *found.because})
    ratings = readers.pressed(profile.reader_id, found.paper_ids)
    first = (page - 1) * size
    names = {one.pk: one.name for one in interests.apart}
    cards = [
        _card(found, place, first + place + 1, shown, ratings, names)
        for place, paper_id in enumerate(found.paper_ids)
        # Withdrawn since it was ranked: never recommended, also before the order is renewed.
        # Or moved to another day: it is new on one only.
        if paper_id in shown
        and not shown[paper_id].withdrawn_at
        and shown[paper_id].issue_day == day.day
    ]
    with_readers, is_compared = bool(found.weight), found.comparison is not None
    made = (True, found.n_ratings, with_readers, is_compared, found.n_off)
    return FeedPage(day, cards, page, n_pages, found.n_papers, *made)


def _ranking_slice(profile: Profile, day: date, page: int, size: int) -> _Slice:
    first, last = (page - 1) * size + 1, page * size
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT (SELECT count(*) FROM webapp_rating a
                    WHERE a.reader_id = p.reader_id AND (a.saved OR a.value <> 0)
                    AND a.paused_at IS NULL),
                (SELECT count(*) FROM webapp_rating a
                    WHERE a.reader_id = p.reader_id AND (a.saved OR a.value <> 0)
                    AND a.paused_at IS NOT NULL)
                + (SELECT count(w.paused_at) FROM webapp_rule w
                    JOIN webapp_profile i ON i.id = w.profile_id
                    WHERE i.reader_id = p.reader_id AND i.deleted_at IS NULL),
                cardinality(paper_ids),
                CASE WHEN k.id IS NULL THEN
                    (SELECT count(*) FROM webapp_paper WHERE issue_day = %(day)s
                     AND withdrawn_at IS NULL
                     AND (cardinality(p.subjects) = 0 OR subjects && p.subjects)) END,
                n_ratings, (SELECT weight FROM webapp_modelrun WHERE id = k.run_id), comparison_id,
                paper_ids[%(a)s:%(b)s], because[%(a)s:%(b)s],
                text_shares[%(a)s:%(b)s], shared_shares[%(a)s:%(b)s], explored,
                placed_by[%(a)s:%(b)s], scores[%(a)s:%(b)s],
                coalesce(jsonb_path_query_array(terms, '$[$a to $b]',
                    jsonb_build_object('a', %(a)s - 1, 'b', %(b)s - 1)), '[]')::text
            FROM webapp_profile p
            LEFT JOIN webapp_ranking k ON k.profile_id = p.id AND k.day = %(day)s
                AND NOT k.is_outdated
            WHERE p.id = %(profile)s
            """,
            {"a": first, "b": last, "profile": profile.pk, "day": day},
        )
        row = cursor.fetchone()
    return _Slice._make([*row[:-1], json.loads(row[-1])])


def _card(
    found: _Slice,
    place: int,
    rank: int,
    shown: dict[int, Paper],
    ratings: dict[int, Rating],
    names: dict[int, str],
) -> Card:
    paper_id = found.paper_ids[place]
    text, shared = found.text_shares[place], found.shared_shares[place]
    interest = names.get(found.placed_by[place], "") if found.placed_by else ""
    if rank in found.explored:  # what little speaks for it is not why it stands here
        card = Card(shown[paper_id], rank, ratings.get(paper_id), is_explored=True)
        return card._replace(interest=interest, score=found.scores[place])
    return Card(
        shown[paper_id],
        rank,
        ratings.get(paper_id),
        shown.get(found.because[place]),
        found.terms[place] if place < len(found.terms) else [],
        round(100 * shared / (text + shared)) if text + shared > 0 else 0,
        interest=interest,
        score=found.scores[place],
    )


def _newest_first(
    interests: readers.Interests,
    profile: Profile,
    day: papers.Day,
    page: int,
    found: _Slice,
    size: int,
) -> FeedPage:
    never = muted(interests.wishes_of(profile))
    n_papers = None if never else found.n_listed
    feed = newest_page(day, page, profile.subjects, n_papers, never, size)
    ratings = readers.pressed(profile.reader_id, [card.paper.pk for card in feed.cards])
    cards = [card._replace(rating=ratings.get(card.paper.pk)) for card in feed.cards]
    return feed._replace(cards=cards, n_ratings=found.n_acts, n_off=found.n_off)


def newest_page(
    day: papers.Day,
    page: int,
    subjects: list[str],
    n_papers: int | None = None,
    never: Q | None = None,
    size: int | None = None,
) -> FeedPage:
    """A day without a reader's order: newest first, without what is muted."""
    size = size or settings.PAPERS_PER_PAGE
    found = papers.of_day(day.day, subjects, never)
    if n_papers is None:
        n_papers = found.count()
    n_pages = max(1, -(-n_papers // size))
    page = min(page, n_pages)
    first = (page - 1) * size
    cards = [
        Card(paper, first + place + 1) for place, paper in enumerate(found[first : first + size])
    ]
    return FeedPage(day, cards, page, n_pages, n_papers, is_ranked=False)


def profiles_to_rank(day: date, run_id: int, limit: int) -> list[int]:
    """Profiles "all" whose order of the day is missing or stale; their interests go with them.

    Stale is: of an older run, older than the day's newest part, its newest change of a paper, the
    reader's newest act or change of interests and rules, driven by another number of acts than
    have a place in the run, or not of the comparison that the reader takes part in.
    """
    comparison = comparisons_on(day).values_list("pk", flat=True).first()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH packed AS (
                SELECT greatest(
                    (SELECT max(created_at) FROM webapp_candidatepack
                     WHERE run_id = %(run)s AND day = %(day)s),
                    (SELECT max(changed_at) FROM webapp_paper WHERE issue_day = %(day)s)) AS at),
            acts AS (
                SELECT a.reader_id, max(a.changed_at) AS at,
                    count(*) FILTER (WHERE a.saved OR a.value <> 0) AS said,
                    count(v.id) FILTER (WHERE a.saved OR a.value <> 0) AS placed
                FROM webapp_rating a
                LEFT JOIN webapp_papervector v ON v.paper_id = a.paper_id AND v.run_id = %(run)s
                WHERE a.paused_at IS NULL
                GROUP BY a.reader_id)
            SELECT p.id FROM webapp_profile p
            JOIN webapp_reader r ON r.id = p.reader_id AND r.is_active
            LEFT JOIN acts ON acts.reader_id = r.id
            LEFT JOIN webapp_ranking k ON k.profile_id = p.id AND k.day = %(day)s
            WHERE p.name = 'all' AND (acts.said > 0 OR k.id IS NOT NULL OR EXISTS (
                SELECT FROM webapp_rule w JOIN webapp_profile i ON i.id = w.profile_id
                WHERE i.reader_id = r.id AND i.deleted_at IS NULL AND w.paused_at IS NULL))
              AND (k.id IS NULL OR k.is_outdated OR k.run_id IS DISTINCT FROM %(run)s
               OR k.ranked_at < (SELECT at FROM packed) OR k.ranked_at < acts.at
               OR k.ranked_at < p.changed_at
               OR (k.n_ratings <> coalesce(acts.placed, 0)
                   AND coalesce(acts.said, 0) <= %(most)s)
               OR k.comparison_id IS DISTINCT FROM
                  CASE WHEN r.compares THEN %(comparison)s::bigint END)
            ORDER BY p.id LIMIT %(limit)s
            """,
            {
                "day": day,
                "run": run_id,
                "limit": limit,
                "most": readers.MOST_ACTS,
                "comparison": comparison,
            },
        )
        return [row[0] for row in cursor.fetchall()]


def stored_order(profile_id: int, day: date) -> list[int]:
    """Ids of a day's papers as they stand; none where there is no order."""
    row = Ranking.objects.filter(profile=profile_id, day=day, is_outdated=False)
    return row.values_list("paper_ids", flat=True).first() or []


class Spot(NamedTuple):
    """Which interest placed a paper on its day, whether it was explored, and where it stood."""

    interest: int | None = None
    is_explored: bool = False
    place: int | None = None  # none: in no order


def spoken_to(reader_id: int, paper: Paper) -> Spot:
    """Where a paper stands on its day.

    Read at the moment of an act, which is what moves the paper away from where it was.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT k.placed_by[n], n = ANY(k.explored), n FROM (
                SELECT *, array_position(paper_ids, %s::bigint) AS n FROM webapp_ranking
                WHERE reader_id = %s AND day = %s) k
            JOIN webapp_profile p ON p.id = k.profile_id AND p.name = 'all' WHERE n IS NOT NULL
            """,
            [paper.pk, reader_id, paper.issue_day],
        )
        return Spot(*(cursor.fetchone() or ()))


def comparisons_on(day: date) -> QuerySet[Comparison]:
    """What is compared on an issue day; at most one, as the form sees to it."""
    return Comparison.objects.filter(Q(ends_on=None) | Q(ends_on__gte=day), begins_on__lte=day)


def upvotes_of(paper_ids: list[int]) -> dict[int, int]:
    """Upvotes of each paper that has any, here and where they are harvested."""
    rows = Entry.objects.filter(paper__in=paper_ids)
    return {
        pk: here + public for pk, here, public in rows.values_list("pk", "n_upvotes", "n_public")
    }


def comparison_of(reader_id: int, day: date) -> Comparison | None:
    """The comparison that this reader takes part in on an issue day."""
    takes_part = Exists(Reader.objects.filter(pk=reader_id, compares=True))
    return comparisons_on(day).filter(takes_part).select_related("run").first()


def rival_runs(days: list[date]) -> list[ModelRun]:
    """Earlier runs that are compared on one of these days, and so need places for its papers."""
    of_days = [pk for day in days for pk in comparisons_on(day).values_list("run", flat=True)]
    return list(ModelRun.objects.filter(pk__in=of_days, state=ModelRun.State.READY))


def teams_of(profile_id: int, day: date, comparison_id: int) -> dict[int, int]:
    """Who placed each paper of a day, in the order as it is stored."""
    row = Ranking.objects.filter(profile=profile_id, day=day, comparison=comparison_id)
    found = row.values_list("paper_ids", "teams").first()
    return dict(zip(*found, strict=True)) if found else {}


def n_compared(comparison_id: int, reader_id: int | None = None) -> tuple[int, int]:
    """How many days of how many readers were drawn up, of those who still take part."""
    rows = Ranking.objects.filter(comparison=comparison_id, reader__compares=True)
    if reader_id:
        rows = rows.filter(reader=reader_id)
    return rows.count(), rows.values("reader").distinct().count()


def compared_acts(comparison_id: int, reader_id: int | None = None) -> list[tuple[int, int, int]]:
    """(reader, day as an ordinal, team) of every save and like on a paper that one team placed.

    What was brought along or asked for is no answer to a list.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT k.reader_id, k.day, t.team FROM webapp_ranking k
            JOIN webapp_reader r ON r.id = k.reader_id AND r.compares
            CROSS JOIN LATERAL unnest(k.paper_ids, k.teams) AS t (paper_id, team)
            JOIN webapp_rating a ON a.reader_id = k.reader_id AND a.paper_id = t.paper_id
            WHERE k.comparison_id = %(comparison)s AND t.team >= 0
              AND a.value >= 0 AND (a.saved OR a.value > 0) AND a.origin = ''
              AND (%(reader)s::bigint IS NULL OR k.reader_id = %(reader)s)
            """,
            {"comparison": comparison_id, "reader": reader_id},
        )
        return [(reader, day.toordinal(), team) for reader, day, team in cursor.fetchall()]
