"""What a search finds: the candidates in the text, in order, and a page of them with marks.

A common word is in a hundred thousand papers, and to fetch and weigh them all takes seconds. So
the newest papers are asked first how many of them have it; from that follows how far back enough
of them are found, and only those are fetched. The oldest of a common word's papers are therefore
found by their titles, or in the order by date, and not by relevance.
"""

import math
from datetime import date
from itertools import chain, pairwise
from typing import Any, NamedTuple

from django.db import connection

from webapp.models import Paper, Rating
from webapp.queries.papers import SHOWN
from webapp.queries.searches.asked import ALL, COLUMNS, TRUE, Asked, Sql, either, every, in_title

NEWEST = 400  # of a query's hits are weighed
BY_TITLE = 200  # whatever their age
SAMPLE = 3_000  # of the newest papers tells how common a query is
FIRM = 30  # hits in the sample, from which on they tell anything; they fill a page by date
RANKED = 300
# Of what all the words count.
IN_TITLE, NEXT_TO, AS_WRITTEN, IN_CATEGORY = 0.5, 0.25, 0.25, 1.9
BEGIN, END = "\ue000", "\ue001"  # around what is marked: no paper has them
# PostgreSQL takes <, > and & for markup and would swallow formulas.
_MARKUP, _HIDDEN = "<>&", "\ue002\ue003\ue004"
_TITLE = f"HighlightAll=true, StartSel={BEGIN}, StopSel={END}"
CUT = " … "
_FRAGMENTS = (
    f'MaxFragments=2, MaxWords=36, MinWords=18, FragmentDelimiter="{CUT}", StartSel={BEGIN}, '
    f"StopSel={END}"
)


class Hit(NamedTuple):
    """A paper that has the words, or most of them, or is of the category that they name."""

    paper_id: int
    score: float
    has_all: bool


_NEWEST_FIRST = "ORDER BY p.issue_day DESC, p.arxiv_id DESC"


class Key(NamedTuple):
    """Where a page ended."""

    day: date
    arxiv_id: str


# Every use of a column unpacks it anew, and a score uses it many times.
_UNPACKED = "ts_filter(search, '{a,b,c,d}') AS search, ts_filter(search, '{a}') AS title"


def by_words(asked: Asked) -> list[Hit]:
    """At most RANKED papers that have the words or at least half of them, the best first."""
    found = _candidates(asked) if asked.source == ALL else _own(asked)
    score, has_all, source = _score(asked), asked.has_all, asked.source
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT p.id, coalesce({score.text}, 0) AS score, coalesce({has_all.text}, true)
            FROM (SELECT id, issue_day, arxiv_id, subjects, {_UNPACKED} FROM {source.text}
                WHERE id IN ({found.text}) OFFSET 0) p
            ORDER BY score DESC, p.issue_day DESC, p.arxiv_id DESC LIMIT {RANKED}
            """,  # noqa: S608 - made of our own words; what was typed is in the values
            [*score.values, *has_all.values, *source.values, *found.values],
        )
        return [Hit(*row) for row in cursor.fetchall()]


def _candidates(asked: Asked) -> Sql:
    whole, most = asked.all_words, asked.most_words
    with_all, with_most = _match(asked, whole), _match(asked, most)
    since = _windows(asked, [with_all, with_most], NEWEST, None)
    parts = [_newest(asked, with_all, since[0], NEWEST)]
    if whole:
        parts.append(_some(asked, every([in_title(whole), asked.must]), "", BY_TITLE))
    if most and since[0] is None:  # else there are enough that have all of them
        parts.append(_newest(asked, with_most, since[1], NEWEST))
    if asked.codes:
        named = every([asked.in_category, asked.must])
        parts.append(_some(asked, named, _NEWEST_FIRST, RANKED))
    return _union(parts)


def _own(asked: Asked) -> Sql:
    """Of what a reader keeps all is looked at; who has all the words has most of them."""
    some = Sql("p.search @@ %s::tsquery", (most,)) if (most := asked.most_words) else asked.has_all
    if asked.codes:
        some = either([some, asked.in_category])
    return _newest(asked, every([some, asked.must]), None, NEWEST)


def by_date(asked: Asked, after: Key | None, limit: int) -> list[int]:
    """Every paper that has all the words, the newest first, from where a page ended."""
    match = every([asked.has_all, asked.must])
    since = _windows(asked, [match], limit, after)[0] if asked.source == ALL else None
    part = _newest(asked, every([match, _before(after)]), since, limit)
    with connection.cursor() as cursor:
        cursor.execute(part.text, part.values)
        return [row[0] for row in cursor.fetchall()]


def match(asked: Asked) -> Sql:
    """What has all that is asked for, a condition on webapp_paper p; nothing where nothing is."""
    return every([asked.has_all, asked.must]) if asked.finds else Sql("false")


def _match(asked: Asked, words: str) -> Sql:
    text = [Sql("p.search @@ %s::tsquery", (words,))] if words else []
    return every([*text, asked.must])


def _before(after: Key | None) -> Sql:
    return Sql("(p.issue_day, p.arxiv_id) < (%s, %s)", tuple(after)) if after else TRUE


def _windows(asked: Asked, matches: list[Sql], n: int, after: Key | None) -> list[date | None]:
    """From which day on about n papers meet each condition; None: all days, for they are rare.

    One question. Half as many again are meant to be found, since a sample errs; and never less is
    looked through than the sample, for its hits need not be among the newest of it.
    """
    before = every([_before(after), asked.days])
    columns = ", ".join(f"count(*) FILTER (WHERE {match.text})" for match in matches)
    days = ", ".join(f"({_day_back(before, f'n[{i + 1}]')})" for i in range(len(matches)))
    values = [value for match in matches for value in match.values]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH sample AS (
                SELECT ARRAY[{columns}] AS n, count(*) AS size FROM (
                    SELECT * FROM webapp_paper p WHERE {before.text}
                    ORDER BY p.issue_day DESC, p.arxiv_id DESC LIMIT {SAMPLE}) p)
            SELECT {days} FROM sample
            """,  # noqa: S608 - as above
            [*values, *before.values, *(value for _ in matches for value in (*before.values, n))],
        )
        return list(cursor.fetchone())


def _day_back(before: Sql, count: str) -> str:
    return f"""
        SELECT p.issue_day FROM webapp_paper p WHERE {count} >= {FIRM} AND {before.text}
        ORDER BY p.issue_day DESC, p.arxiv_id DESC
        OFFSET (SELECT greatest(size, 1.5 * %s * size / greatest({count}, 1)) FROM sample) LIMIT 1
    """  # noqa: S608 - as above


def _newest(asked: Asked, match: Sql, since: date | None, n: int) -> Sql:
    if since:
        return _some(asked, every([match, Sql("p.issue_day >= %s", (since,))]), _NEWEST_FIRST, n)
    # Few, so let them be fetched by the words and sorted, never sought day by day.
    source = asked.source
    few = f"SELECT p.* FROM {source.text} WHERE {match.text} OFFSET 0"  # noqa: S608 - as above
    text = f"SELECT p.id FROM ({few}) p {_NEWEST_FIRST} LIMIT {n}"  # noqa: S608 - as above
    return Sql(text, (*source.values, *match.values))


def _some(asked: Asked, match: Sql, order: str, n: int) -> Sql:
    source = asked.source
    text = f"SELECT p.id FROM {source.text} WHERE {match.text} {order} LIMIT {n}"  # noqa: S608 - as above
    return Sql(text, (*source.values, *match.values))


def _union(parts: list[Sql]) -> Sql:
    text = " UNION ".join(f"({part.text})" for part in parts)
    return Sql(text, tuple(value for part in parts for value in part.values))


def _score(asked: Asked) -> Sql:
    """How well the words are met: how many, rare ones first, in the title, close together.

    A paper of the category that the words name nearly has them all, wherever they stand.
    """
    if not asked.words:
        text = "ts_rank('{0, 0.2, 0.4, 1}', p.search, %s::tsquery)" if asked.texts else "0"
        return Sql(text, (asked.any_text,) if asked.texts else ())
    queries = [word.query for word in asked.words]
    rarity = [-math.log(word.share) + 1 for word in asked.words]
    shares = [weight / sum(rarity) for weight in rarity]
    met = _weighed("search", shares, queries)
    if asked.codes:
        text = f"greatest({met.text}, {IN_CATEGORY} * ({asked.in_category.text})::int)"
        met = Sql(text, (*met.values, *asked.in_category.values))
    parts = [met, _weighed("title", [IN_TITLE * share for share in shares], queries)]
    if pairs := [f"({one}) <-> ({next_one})" for one, next_one in pairwise(queries)]:
        together = [NEXT_TO * (a + b) / 2 for a, b in pairwise(shares)]
        parts.append(_weighed("search", together, pairs))
    spelled = [(word, s) for word, s in zip(asked.words, shares, strict=True) if word.is_spelled]
    if spelled:
        weights = [AS_WRITTEN * share for _, share in spelled]
        parts.append(_weighed("search", weights, [word.written for word, _ in spelled]))
    parts.append(Sql(_CLOSE, (asked.all_words,)))
    return Sql(" + ".join(part.text for part in parts), sum((part.values for part in parts), ()))


def _weighed(column: str, weights: list[float], queries: list[str]) -> Sql:
    text = " + ".join([f"%s * (p.{column} @@ %s::tsquery)::int"] * len(queries))
    return Sql(text, tuple(chain.from_iterable(zip(weights, queries, strict=True))))


_CLOSE = "0.3 * ts_rank('{0, 0.2, 0.4, 1}', p.search, %s::tsquery)"


class Marked(NamedTuple):
    """A paper with the words that were looked for between BEGIN and END."""

    paper: Paper
    rating: Rating | None
    title: str
    abstract: str  # of it what is around the words
    where: list[str]  # of title, abstract, authors; the reader's own note where in none of them
    lacks: list[str]  # words that it has not
    category: str  # of it that which is called so, where it lacks some


_FOUND_IN = {"title": "{a}", "abstract": "{b}", "authors": "{c}", "note": "{d}"}


# What is looked for, and the paper's own words with accents that are it without them.
_AND_ACCENTS = r"""
SELECT coalesce(%s::tsquery || string_agg(plainto_tsquery('english', word)::text, ' | ')::tsquery,
    %s::tsquery) AS q
FROM regexp_split_to_table(CASE WHEN octet_length(p.title || p.abstract)
    <> char_length(p.title || p.abstract) THEN p.title || ' ' || p.abstract ELSE '' END,
    '[[:space:][:punct:]]+') AS word
WHERE octet_length(word) <> char_length(word)
    AND tsvector_to_array(to_tsvector('english', folded(word))) && %s::text[]
    AND numnode(plainto_tsquery('english', word)) > 0
"""


def marked(asked: Asked, paper_ids: list[int], reader_id: int | None) -> list[Marked]:
    """The papers in this order, with what one reader said of each; one question."""
    any_text = asked.any_text
    there = ", ".join(f"ts_filter(p.search, '{part}') @@ q" for part in _FOUND_IN.values())
    has = ", ".join("p.search @@ %s::tsquery" for _ in asked.words)
    rows = SHOWN.raw(
        f"""
        SELECT {COLUMNS}, r.id AS rating_id, r.value AS said, r.saved, r.saved_version,
            ts_headline('english', translate(p.title, %s, %s), q, %s) AS marked_title,
            CASE WHEN p.search @@ q THEN
                ts_headline('english', translate(p.abstract, %s, %s), q, %s) END AS marked_abstract,
            ARRAY[{there}] AS there, ARRAY[{has}]::boolean[] AS has
        FROM {asked.source.text} CROSS JOIN LATERAL ({_AND_ACCENTS}) AS looked_for
        LEFT JOIN webapp_rating r ON r.paper_id = p.id AND r.reader_id = %s
        WHERE p.id = ANY(%s)
        """,  # noqa: S608 - as above
        [
            *(_MARKUP, _HIDDEN, _TITLE, _MARKUP, _HIDDEN, _FRAGMENTS),
            *(word.query for word in asked.words),
            *(*asked.source.values, any_text, any_text, asked.lexemes, reader_id, paper_ids),
        ],
    )
    found = {row.pk: _marked(asked, row, reader_id) for row in rows}
    return [found[pk] for pk in paper_ids if pk in found]


def _marked(asked: Asked, row: Any, reader_id: int | None) -> Marked:
    rating = None
    if row.rating_id:
        rating = Rating(
            pk=row.rating_id, paper=row, reader_id=reader_id or 0, value=row.said, saved=row.saved,
            saved_version=row.saved_version,
        )  # fmt: skip
    missing = [word.name for word, has in zip(asked.words, row.has, strict=True) if not has]
    named = [code for code in row.subjects if missing and code in asked.codes]
    where = [name for name, has in zip(_FOUND_IN, row.there, strict=True) if has]
    where = where[:1] if where[:1] == ["note"] else [name for name in where if name != "note"]
    title, abstract = (_shown(text) for text in (row.marked_title, row.marked_abstract or ""))
    lacks = [] if named else missing
    abstract = _open_ended(abstract, row.abstract)
    return Marked(row, rating, title, abstract, where, lacks, next(iter(named), ""))


def _open_ended(found: str, abstract: str) -> str:
    """A piece of an abstract shows where it was cut."""
    bare = found.translate({ord(BEGIN): None, ord(END): None}).split(CUT)
    begins = "" if abstract.startswith(bare[0][:40]) else "… "
    return f"{begins}{found}{'' if abstract.endswith(bare[-1][-40:]) else ' …'}"


_SHOW = str.maketrans(_HIDDEN, _MARKUP)


def _shown(text: str) -> str:
    return text.translate(_SHOW)


def that_fit(asked: Asked, paper_ids: list[int]) -> set[int]:
    """Which of these papers meet what must hold."""
    if asked.must == TRUE and asked.source == ALL:
        return set(paper_ids)
    source = asked.source
    match = every([Sql("p.id = ANY(%s)", (paper_ids,)), asked.must])
    with connection.cursor() as cursor:
        text = f"SELECT p.id FROM {source.text} WHERE {match.text}"  # noqa: S608 - as above
        cursor.execute(text, (*source.values, *match.values))
        return {row[0] for row in cursor.fetchall()}
