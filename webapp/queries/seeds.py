"""The papers that a reader names: by identifier, by title, by one of their authors."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.expressions import RawSQL

from webapp.models import AwaitedSeed, Paper, Rating

SHORTEST_TITLE = 5  # letters; a shorter one names no paper
MOST_OF_AUTHOR = 200
ENOUGH = (5, 3)  # liked and disliked, for a ranking on firm ground
# What names papers on a page needs no more.
LISTED = Paper.objects.defer("search", "abstract", "comments")


def by_names(names: Iterable[str]) -> dict[str, int]:
    """Ids of papers by what they are known by, or by the DOI of their journal version."""
    wanted = list(names)
    dois = [name for name in wanted if name.startswith("10.")]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT lower(doi), min(id) FROM webapp_paper
            WHERE lower(doi) = ANY(%(dois)s) AND doi <> '' GROUP BY 1
            UNION ALL
            SELECT arxiv_id, id FROM webapp_paper WHERE arxiv_id = ANY(%(names)s)
            """,
            {"dois": dois, "names": wanted},
        )
        return dict(cursor.fetchall())


def by_titles(titles: Iterable[str]) -> dict[str, int]:
    """Ids of papers by title, whatever its capitals and the signs between its letters."""
    with connection.cursor() as cursor:
        cursor.execute(
            r"""
            SELECT t.title, min(p.id) FROM unnest(%s::text[]) AS t (title)
            JOIN webapp_paper p ON md5(regexp_replace(lower(p.title), '\W+', '', 'g'))
                = md5(regexp_replace(lower(t.title), '\W+', '', 'g'))
            WHERE length(regexp_replace(t.title, '\W+', '', 'g')) > %s GROUP BY 1
            """,
            [list(titles), SHORTEST_TITLE],
        )
        return dict(cursor.fetchall())


def of_author(name: str) -> list[Paper]:
    """Papers with an author of this name, or of its first letter and last word; the newest first.

    `A. Example` is a paper of Ada Example's, perhaps; who asks is shown it and decides.
    """
    words = re.findall(r"\w+", name)
    if not words:
        return []
    first, last = words[0], words[-1]
    begins = ":*" if len(first) == 1 else ""  # an initial is the beginning of a name
    wanted = f"'{last}'"
    if len(words) > 1:
        wanted += f" & ('{first}'{begins} | '{first[0]}')"
    by_that_name = RawSQL(
        """
        EXISTS (SELECT FROM unnest(webapp_paper.authors) AS a
            WHERE to_tsvector('simple', folded(a)) @@ to_tsquery('simple', folded(%s::text)))
        """,
        [wanted],
    )
    # As it is written too, of papers that were stored before names were folded.
    by_words = RawSQL(
        """
        webapp_paper.search
            @@ (to_tsquery('simple', %s::text) || to_tsquery('simple', folded(%s::text)))
        """,
        [wanted, wanted],
    )
    found = LISTED.alias(named=by_that_name, indexed=by_words)
    rows = found.filter(indexed=True, named=True, withdrawn_at=None)
    return list(rows.order_by("-issue_day", "-pk")[:MOST_OF_AUTHOR])


def listed(paper_ids: list[int]) -> list[Paper]:
    """Papers in the order of their ids as given."""
    found = LISTED.in_bulk(paper_ids)
    return [found[pk] for pk in paper_ids if pk in found]


def counts(reader_id: int) -> dict[str, Any]:
    """What a reader has said so far and is heard, by kind, and how far a round of questions is."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FILTER (WHERE value >= 0 AND paused_at IS NULL),
                count(*) FILTER (WHERE value < 0 AND paused_at IS NULL),
                count(paused_at),
                count(*) FILTER (WHERE origin = 'seed'),
                (SELECT max(changed_at) FROM webapp_rating
                 WHERE reader_id = %(reader)s AND origin = 'seed' AND (saved OR value <> 0)),
                (SELECT cardinality(answers) FROM webapp_round WHERE reader_id = %(reader)s),
                (SELECT cardinality(paper_ids) FROM webapp_round WHERE reader_id = %(reader)s),
                (SELECT id FROM webapp_modelrun WHERE is_active),
                (SELECT weight FROM webapp_modelrun WHERE is_active)
            FROM webapp_rating WHERE reader_id = %(reader)s AND (saved OR value <> 0)
            """,
            {"reader": reader_id},
        )
        said = ("liked", "disliked", "off", "seeds", "seeded_at")
        names = (*said, "answered", "asked", "run", "weight")
        return dict(zip(names, cursor.fetchone(), strict=True))


def awaited(reader_id: int) -> list[AwaitedSeed]:
    """Papers that arXiv is asked for on a reader's behalf, and those it has not; these last."""
    rows = AwaitedSeed.objects.filter(reader=reader_id)
    return list(rows.order_by(F("next_at").asc(nulls_last=True), "pk"))


def to_ask_for(now: datetime, limit: int) -> list[str]:
    """Papers that are awaited and that it is time to ask for, the oldest first."""
    rows = AwaitedSeed.objects.filter(next_at__lte=now).order_by("next_at", "pk")
    return list(dict.fromkeys(rows.values_list("arxiv_id", flat=True)[:limit]))


def silent(reader_id: int, paper_ids: Iterable[int]) -> QuerySet[Rating]:
    """Rows about these papers that say nothing any more."""
    rows = Rating.objects.filter(reader=reader_id, paper__in=list(paper_ids))
    return rows.filter(saved=False, value=Rating.Value.NONE)


def versions(paper_ids: Iterable[int]) -> dict[int, int]:
    """The version of each of these papers that may be recommended."""
    rows = Paper.objects.filter(pk__in=list(paper_ids), withdrawn_at=None)
    return dict(rows.values_list("pk", F("version")))
