"""What stands in feeds, and from what moment on: all that a conditional request needs.

The words of the papers are read only by whoever has an older state.
"""

from datetime import date, datetime
from hashlib import sha256
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q

from webapp.formats.query import Query
from webapp.models import FeedToken, Paper, Profile
from webapp.queries import papers, rankings, readers
from webapp.queries.searches import hits
from webapp.queries.searches.asked import read

MOST = 50
_LOOKED_AT = MOST + 10  # more are read, so that one withdrawn since is a change like any other


class Listed(NamedTuple):
    """The papers of a public feed in their order, and when each last changed."""

    ids: list[int]
    changed: list[datetime]
    modified: datetime | None  # when any of it last became different


def daily() -> Listed:
    """The beginning of the newest daily page, in the page's order."""
    return _listed(
        """
        newest AS (SELECT max(issue_day) AS day FROM webapp_paper),
        found AS (
            SELECT p.id, p.arxiv_id, p.changed_at, p.withdrawn_at, e.paper_id, e.n_upvotes,
                e.is_picked, e.n_public, e.changed_at AS at
            FROM newest JOIN webapp_entry e ON e.day = newest.day
            JOIN webapp_paper p ON p.id = e.paper_id
            UNION ALL
            SELECT p.id, p.arxiv_id, p.changed_at, p.withdrawn_at, e.paper_id,
                coalesce(e.n_upvotes, 0), coalesce(e.is_picked, false), coalesce(e.n_public, 0),
                e.changed_at
            FROM newest JOIN webapp_paper p ON p.issue_day = newest.day
            LEFT JOIN webapp_entry e ON e.paper_id = p.id
            WHERE e.day IS DISTINCT FROM newest.day),
        listed AS (
            SELECT *, row_number() OVER (ORDER BY paper_id IS NULL, n_upvotes DESC,
                is_picked DESC, n_public DESC, paper_id DESC, arxiv_id DESC) AS n
            FROM found)
        """,
        (),
    )


def trending(window: str) -> Listed:
    """The beginning of a window's order, as it was computed last."""
    return _listed(
        f"""
        listed AS (
            SELECT p.id, p.changed_at, p.withdrawn_at, t.computed_at AS at, o.n
            FROM webapp_trend t
            CROSS JOIN LATERAL unnest(t.paper_ids[1:{_LOOKED_AT}]) WITH ORDINALITY AS o (id, n)
            JOIN webapp_entry e ON e.paper_id = o.id
            JOIN webapp_paper p ON p.id = o.id
            WHERE t."window" = %s)
        """,  # noqa: S608 - made of our own words
        (window,),
    )


def of_subjects(codes: list[str]) -> Listed:
    """The newest papers in any of these subjects, of whatever day."""
    return _newest("p.subjects && %s::varchar[]", (codes,))


def of_search(query: Query) -> Listed:
    """The newest papers that a search finds: in a feed it is the new ones that matter."""
    match = hits.match(read(query, None))
    return _newest(match.text, match.values)


def _newest(condition: str, values: tuple[Any, ...]) -> Listed:
    """By a condition on webapp_paper p."""
    return _listed(
        f"""
        newest AS (
            SELECT p.id, p.changed_at, p.withdrawn_at, p.issue_day, p.arxiv_id
            FROM webapp_paper p WHERE {condition}
            ORDER BY p.issue_day DESC, p.arxiv_id DESC LIMIT {_LOOKED_AT}),
        listed AS (
            SELECT *, NULL::timestamptz AS at,
                row_number() OVER (ORDER BY issue_day DESC, arxiv_id DESC) AS n
            FROM newest)
        """,  # noqa: S608 - made of our own words; what was typed is in the values
        values,
    )


def _listed(tables: str, values: tuple[Any, ...]) -> Listed:
    """From a table "listed" of (id, changed_at, withdrawn_at, at, n); one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH {tables}
            SELECT id, changed_at, (SELECT greatest(max(changed_at), max(at)) FROM listed)
            FROM listed WHERE withdrawn_at IS NULL ORDER BY n LIMIT {MOST}
            """,  # noqa: S608 - as above
            values,
        )
        rows = cursor.fetchall()
    ids, changed, modified = zip(*rows, strict=True) if rows else ((), (), (None,))
    return Listed(list(ids), list(changed), modified[0])


def words(listed: Listed) -> list[Paper]:
    """The papers themselves, in order, without one that is withdrawn meanwhile."""
    found = papers.by_ids(listed.ids)
    return [found[pk] for pk in listed.ids if pk in found and not found[pk].withdrawn_at]


# --- a reader's own -----------------------------------------------------------------


def digest_of(token: str) -> str:
    return sha256(token.encode()).hexdigest()


class Private(NamedTuple):
    """An interest that is read by a token, and all that decides what stands in its feed."""

    token_id: int
    last_used_on: date | None
    reader_id: int
    profile_id: int
    state: tuple[Any, ...]
    modified: datetime


def private(token: str) -> Private | None:
    """Of a token that holds, an interest that is kept and an account that is open; one query.

    Mutes, boosts, subjects and shares leave their moment in "all", acts theirs in the ranking.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT f.id, f.last_used_on, p.reader_id, p.id, newest.day, k.id, k.run_id,
                (SELECT count(*) FROM webapp_paper
                 WHERE issue_day = newest.day AND withdrawn_at IS NULL),
                (SELECT string_agg(o.name, '/' ORDER BY o.id) FROM webapp_profile o
                 WHERE o.reader_id = p.reader_id AND o.deleted_at IS NULL),
                greatest(f.created_at, w.changed_at, k.ranked_at,
                    (SELECT max(changed_at) FROM webapp_paper WHERE issue_day = newest.day),
                    (SELECT max(changed_at) FROM webapp_paper WHERE id = ANY(k.because)))
            FROM webapp_feedtoken f
            JOIN webapp_profile p ON p.id = f.profile_id AND p.deleted_at IS NULL
            JOIN webapp_reader r ON r.id = p.reader_id AND r.is_active
            JOIN webapp_profile w ON w.reader_id = r.id AND w.name = 'all'
            CROSS JOIN (SELECT max(issue_day) AS day FROM webapp_paper) newest
            LEFT JOIN webapp_ranking k ON k.profile_id = p.id AND k.day = newest.day
                AND NOT k.is_outdated
            WHERE f.digest = %s
            """,
            [digest_of(token)],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    token_id, last_used_on, reader_id, profile_id = row[:4]
    return Private(token_id, last_used_on, reader_id, profile_id, row[3:], row[-1])


class Own(NamedTuple):
    """The beginning of an interest's newest day; without a page while there is no paper at all."""

    name: str  # nothing: of the whole
    page: rankings.FeedPage | None
    cards: list[rankings.Card]


def own(found: Private) -> Own:
    """What the interest's page shows first. An interest that went away meanwhile shows nothing."""
    interests = readers.interests_of(found.reader_id)
    profile = interests.named(found.profile_id)
    if profile is None:
        return Own("", None, [])
    name = "" if profile.is_whole else profile.name
    day = papers.day_near(None)
    if day is None:
        return Own(name, None, [])
    page = rankings.feed_page(interests, day, 1, profile, MOST)
    heard = _unmuted(interests, profile, page.cards)
    cards = [card for card in page.cards if card.paper.pk in heard]
    return Own(name, page, [card._replace(paper=heard[card.paper.pk]) for card in cards])


def _unmuted(
    interests: readers.Interests, profile: Profile, cards: list[rankings.Card]
) -> dict[int, Paper]:
    """The papers whole, but those of a mute of which the stored order has not heard yet."""
    by_name = {one.name: one for one in interests.apart}
    muted = Q(pk__in=[])
    for name in {card.interest for card in cards}:
        never = rankings.muted(interests.wishes_of(by_name.get(name, profile)))
        if never:
            placed = [card.paper.pk for card in cards if card.interest == name]
            muted |= Q(pk__in=placed) & never
    return papers.SHOWN.exclude(muted).in_bulk([card.paper.pk for card in cards])


def is_another(reader_id: int, token_id: int) -> bool:
    """Whether a private feed is another reader's; one that is revoked is nobody's."""
    return FeedToken.objects.filter(pk=token_id).exclude(profile__reader=reader_id).exists()


def tokens_of(reader_id: int) -> list[FeedToken]:
    """A reader's private feeds, the oldest first; those of an interest taken away too."""
    rows = FeedToken.objects.filter(profile__reader=reader_id).select_related("profile")
    return list(rows.order_by("created_at", "pk"))
