"""What was typed, as conditions that PostgreSQL understands."""

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Any, NamedTuple

from django.db import connection

from webapp.formats.abbreviations import spelled_out
from webapp.formats.query import Choice, Query, Term, is_bare, subjects_named
from webapp.models import Paper
from webapp.queries.papers import subject_names
from webapp.queries.runs import PLACED_NOW, Placed

FEWEST_LEFT = 8  # of more words the rarest are looked for
ANCHORS = 4  # the rarest, of which half must be there: more ways to have half are dear
RAREST = 1e-4  # the share of papers that a word is taken to have that is none of the common ones
_READ = f"""
WITH run AS ({PLACED_NOW}),
asked AS (
    SELECT * FROM unnest(%s::text[], %s::text[], %s::text[]) WITH ORDINALITY
        AS a(field, words, in_full, n)),
common AS (
    SELECT unnest(most_common_elems::text::text[]) AS lexeme,
        unnest(most_common_elem_freqs) AS share
    FROM pg_stats
    WHERE schemaname = current_schema() AND tablename = 'webapp_paper' AND attname = 'search'),
spelled AS (
    SELECT asked.*, spelling, phraseto_tsquery('english', spelling) AS stems,
        phraseto_tsquery('simple', spelling) AS plain
    FROM asked, LATERAL (SELECT words AS spelling UNION SELECT folded(words)
        UNION SELECT in_full WHERE in_full <> '') s),
pieces AS (
    SELECT n, words, spelling = in_full AS is_full, '(' || (CASE
            WHEN field = 'au' THEN plain
            WHEN field IN ('ti', 'abs') OR numnode(stems) = 0 OR stems = plain THEN stems
            ELSE stems || plain END)::text || ')' AS piece
    FROM spelled WHERE numnode(stems) > 0 OR field = 'au' AND numnode(plain) > 0),
stemmed AS (
    SELECT asked.n, asked.words, string_agg(piece, ' | ') AS query,
        string_agg(piece, ' | ') FILTER (WHERE NOT is_full) AS written
    FROM asked LEFT JOIN pieces ON pieces.n = asked.n GROUP BY asked.n, asked.words)
SELECT coalesce(query, ''), coalesce(written, ''),
    (SELECT min(share) FROM unnest(tsvector_to_array(to_tsvector('english', words))) AS l
     JOIN common ON lexeme = l),
    run.*
FROM stemmed LEFT JOIN run ON true ORDER BY n
"""  # noqa: S608 - made of our own words


# As the index on titles says it.
IN_TITLE = "to_tsvector('english', coalesce(p.title, ''))"
_IN_FOLDED_TITLE = "to_tsvector('english', folded(p.title))"


_OF_ONE_AUTHOR = """
EXISTS (SELECT FROM unnest(p.authors) AS a WHERE to_tsvector('simple', a) @@ %s::tsquery
    OR to_tsvector('simple', folded(a)) @@ %s::tsquery)
"""


class Sql(NamedTuple):
    """A condition on webapp_paper p, and its values."""

    text: str
    values: tuple[Any, ...] = ()


TRUE = Sql("true")
COLUMNS = ", ".join(
    f"p.{field.column}"
    for field in Paper._meta.concrete_fields  # noqa: SLF001 - documented for all its name
    if field.name != "search"
)
ALL = Sql("webapp_paper p")
# A reader's own, with the words of note and tags, which count while their paper is saved.
_LIBRARY = f"""
(SELECT {COLUMNS}, coalesce(p.search, to_tsvector('english', p.title))
    || CASE WHEN r.saved AND (r.note <> '' OR cardinality(r.tags) > 0)
        THEN to_tsvector('english', folded(r.note || ' ' || array_to_string(r.tags, ' ')))
        ELSE ''::tsvector END AS search
FROM webapp_rating r JOIN webapp_paper p ON p.id = r.paper_id
WHERE r.reader_id = %s AND (r.saved OR r.value <> 0)) p
"""  # noqa: S608 - made of our own words


def in_title(words: str) -> Sql:
    """A tsquery that a title meets, as it is written or without its accents."""
    folded = f"(folded(p.title) <> p.title AND {_IN_FOLDED_TITLE} @@ %s::tsquery)"
    return Sql(f"({IN_TITLE} @@ %s::tsquery OR {folded})", (words, words))


def every(parts: Iterable[Sql]) -> Sql:
    """All of the conditions."""
    return _joined(" AND ", [part for part in parts if part != TRUE])


def either(parts: Iterable[Sql]) -> Sql:
    """Any of the conditions."""
    return _joined(" OR ", list(parts))


def _joined(sign: str, parts: list[Sql]) -> Sql:
    if not parts:
        return TRUE
    text = sign.join(part.text for part in parts)
    values = tuple(value for part in parts for value in part.values)
    return Sql(f"({text})", values)


class Word(NamedTuple):
    """A word that may be missing, or a choice of words, as it is looked for."""

    name: str
    query: str  # a tsquery
    written: str  # the same without what letters such as ODE stand for
    share: float  # of all papers that have it, about

    @property
    def is_spelled(self) -> bool:
        """Whether it is looked for in full, too."""
        return bool(self.written) and self.written != self.query


class Asked(NamedTuple):
    """Words of which most must be there, and what must hold whatever else does."""

    words: tuple[Word, ...]  # the rarest, as they were typed
    source: Sql  # all papers, or a reader's own
    must: Sql
    days: Sql  # of it, what bounds the days
    texts: tuple[str, ...]  # every tsquery that is looked for, to be marked
    left_out: tuple[str, ...]  # words that are in every paper
    n_words: int  # before the rarest were chosen
    codes: tuple[str, ...]  # categories that the words name
    run: Placed | None  # whose places tell the meaning; none is asked for without words

    @property
    def finds(self) -> bool:
        """Whether anything is left to look for."""
        return bool(self.words) or self.must != TRUE

    @property
    def all_words(self) -> str:
        """A tsquery of all the words; nothing without words."""
        return _together(" & ", [word.query for word in self.words])

    @property
    def in_category(self) -> Sql:
        return Sql("p.subjects && %s::varchar[]", (list(self.codes),))

    @property
    def has_all(self) -> Sql:
        """All the words, wherever they stand, or a category that is called so."""
        words = self.all_words
        if not words:
            return TRUE
        here = Sql("p.search @@ %s::tsquery", (words,))
        return either([here, self.in_category]) if self.codes else here

    @property
    def most_words(self) -> str:
        """A tsquery of at least half of the rarest; nothing where that is all of them."""
        rarest = sorted(self.words, key=lambda word: word.share)[:ANCHORS]
        least = -(-len(rarest) // 2)
        if least == len(self.words):
            return ""
        return _at_least(least, [word.query for word in rarest])

    @property
    def any_text(self) -> str:
        return _together(" | ", self.texts)

    @property
    def lexemes(self) -> list[str]:
        """The single words of all that."""
        return re.findall(r"'((?:[^']|'')+)'", self.any_text)


def _together(sign: str, queries: Iterable[str]) -> str:
    return sign.join(f"({query})" for query in queries)


def _at_least(n: int, queries: list[str]) -> str:
    """The first and n - 1 of the others, or n of the others."""
    if n == 1:
        return _together(" | ", queries)
    if n == len(queries):
        return _together(" & ", queries)
    first, others = queries[0], queries[1:]
    return f"({first}) & ({_at_least(n - 1, others)}) | ({_at_least(n, others)})"


class _Read:
    """The terms of a query in PostgreSQL's eyes, asked for together."""

    def __init__(self, query: Query, *, is_own: bool) -> None:
        self.query, self.is_own = query, is_own
        terms = [*(term for choice in query.wanted for term in choice), *query.unwanted]
        texts = list(dict.fromkeys((t.field, t.text) for t in terms if not t.codes))
        rows = _rows(texts)
        self.found: dict[tuple[str, str], tuple[str, str, float | None]] = {
            text: row[:3] for text, row in zip(texts, rows, strict=True)
        }
        self.run = Placed(*rows[0][3:]) if rows and rows[0][3] else None

    def tsquery(self, term: Term) -> str:
        return self.found[term.field, term.text][0]

    def share(self, term: Term) -> float:
        return self.found[term.field, term.text][2] or RAREST

    def condition(self, term: Term) -> Sql:
        """One term. Titles have the weight A, abstracts B, names of authors C."""
        if term.field == "cat":
            return Sql("p.subjects && %s::varchar[]", (list(term.codes),))
        if term.field == "id":
            return Sql("p.arxiv_id = %s", term.codes)
        words = self.tsquery(term)
        here = Sql("p.search @@ %s::tsquery", (words,))
        if term.field == "ti":
            return every([here, in_title(words)])
        if not (term.field or term.is_phrase):
            return here
        parts = {"au": "c", "abs": "b"}.get(term.field, "abcd" if self.is_own else "abc")
        # A phrase does not begin in a title and end in its abstract.
        filtered = "ts_filter(p.search, '{%s}') @@ %%s::tsquery"
        within = [Sql(filtered % one, (words,)) for one in parts]
        found = every([here, either(within)])
        # A name does not begin with one author and end with the next.
        is_long = term.field == "au" and "<" in words
        return every([found, Sql(_OF_ONE_AUTHOR, (words, words))]) if is_long else found

    def has_words(self, term: Term) -> bool:
        return bool(term.codes or self.tsquery(term))

    @cached_property
    def days(self) -> Sql:
        ends = [("p.issue_day >= %s", self.query.first), ("p.issue_day <= %s", self.query.last)]
        return every([Sql(text, (day,)) for text, day in ends if day])

    @cached_property
    def must(self) -> Sql:
        parts = [self.days]
        for choice in self.query.wanted:
            terms = [term for term in choice if self.has_words(term)]
            if terms and not is_bare(choice):
                parts.append(either(self.condition(term) for term in terms))
        for term in filter(self.has_words, self.query.unwanted):
            part = self.condition(term)
            parts.append(Sql(f"NOT {part.text}", part.values))
        return every(parts)

    def word(self, choice: Choice) -> Word:
        terms = [term for term in choice if self.tsquery(term)]
        name = " or ".join(term.text for term in terms)
        query = _together(" | ", [self.tsquery(term) for term in terms])
        written = [self.found[term.field, term.text][1] for term in terms]
        return Word(
            name,
            query,
            _together(" | ", filter(None, written)),
            min(1.0, sum(self.share(term) for term in terms)),
        )


def _rows(texts: list[tuple[str, str]]) -> list[Any]:
    if not texts:
        return []
    fields = [field for field, _ in texts]
    words = [_parted(text) for _, text in texts]
    in_full = ["" if field == "au" else spelled_out(text) for field, text in texts]
    with connection.cursor() as cursor:
        cursor.execute(_READ, [fields, words, in_full])
        return list(cursor.fetchall())


def _parted(text: str) -> str:
    """Text-to-image as text to image: the index has the parts. But GPT-4 it has as gpt and -4."""
    return text if re.search(r"\d", text) else text.replace("-", " ")


def read(query: Query, reader_id: int | None) -> Asked:
    """Make conditions of a query, in one question; with a reader, on what this one keeps."""
    found = _Read(query, is_own=reader_id is not None)
    bare = [choice for choice in query.wanted if is_bare(choice)]
    words = {word.query: word for word in map(found.word, bare) if word.query}
    rarest = sorted(words.values(), key=lambda word: word.share)[:FEWEST_LEFT]
    wanted = [term for choice in query.wanted for term in choice if not term.codes]
    others = [term for term in wanted if term.field or term.is_phrase]
    texts = [word.query for word in rarest]
    texts += [text for term in others[:FEWEST_LEFT] if (text := found.tsquery(term))]
    return Asked(
        words=tuple(word for word in words.values() if word in rarest),
        source=ALL if reader_id is None else Sql(_LIBRARY, (reader_id,)),
        must=found.must,
        days=found.days,
        texts=tuple(texts),
        left_out=tuple(term.text for term in wanted if not found.tsquery(term)),
        n_words=len(words),
        codes=subjects_named(query, subject_names()),
        run=found.run,
    )
