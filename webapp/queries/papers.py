"""What is known of papers."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from functools import lru_cache
from itertools import chain
from time import monotonic
from typing import NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import CombinedSearchQuery, SearchQuery
from django.db import connection
from django.db.models import BooleanField, Count, F, Func, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from webapp.arxiv import identifiers
from webapp.models import Paper, Subject, Version

SUBJECTS_KEPT = 300.0  # seconds
AVERAGED = 5  # days that tell how many papers a day a subject has
MOST_NAMED = 5_000  # papers that a spelling is looked for in
SHOWN = Paper.objects.defer("search")
# What a card tells.
CARD = (
    *("arxiv_id", "issue_day", "title", "abstract", "is_summary", "authors", "subjects"),
    *("version", "withdrawn_at"),
)
_CARD = ["id", *CARD]
_CARDS = f"SELECT {', '.join(_CARD)} FROM webapp_paper WHERE id = ANY(%s)"  # noqa: S608 - constants


class Day(NamedTuple):
    """An issue day that has papers, between its neighbours."""

    day: date
    previous: date | None
    following: date | None


def day_near(wanted: date | None) -> Day | None:
    """The wanted issue day, else the nearest earlier one with papers, else the first.

    None when there is no paper at all. PostgreSQL plans a limit four times as fast as max().
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH here AS (
                SELECT coalesce(
                    (SELECT issue_day FROM webapp_paper
                     WHERE issue_day <= coalesce(%s::date, 'infinity'::date)
                     ORDER BY issue_day DESC LIMIT 1),
                    (SELECT issue_day FROM webapp_paper ORDER BY issue_day LIMIT 1)) AS day)
            SELECT day,
                (SELECT issue_day FROM webapp_paper
                 WHERE issue_day < day ORDER BY issue_day DESC LIMIT 1),
                (SELECT issue_day FROM webapp_paper
                 WHERE issue_day > day ORDER BY issue_day LIMIT 1)
            FROM here
            """,
            [wanted],
        )
        day, previous, following = cursor.fetchone()
    return Day(day, previous, following) if day else None


def newest_days(n: int) -> list[date]:
    """The issue days that are kept ranked, newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE days AS (
                (SELECT max(issue_day) AS day, 1 AS n FROM webapp_paper)
                UNION ALL
                SELECT (SELECT max(issue_day) FROM webapp_paper WHERE issue_day < day), n + 1
                FROM days WHERE day IS NOT NULL AND n < %s)
            SELECT day FROM days WHERE day IS NOT NULL
            """,
            [n],
        )
        return [row[0] for row in cursor.fetchall()]


def of_day(day: date, subjects: Iterable[str] = (), muted: Q | None = None) -> QuerySet[Paper]:
    """A day's papers that may be shown, newest first, of the subjects or of all; none muted."""
    papers = SHOWN.filter(issue_day=day, withdrawn_at=None).order_by("-arxiv_id")
    wanted = list(subjects)
    found = papers.filter(subjects__overlap=wanted) if wanted else papers
    return found.exclude(muted) if muted else found


class _InWords(Func):
    """Whether the title or the abstract meets a query; names of authors are no words."""

    template = "coalesce(ts_filter(%(expressions)s), false)"
    arg_joiner = ", '{a,b}') @@ ("
    output_field = BooleanField()


def _any_phrase(values: list[str]) -> SearchQuery | CombinedSearchQuery:
    """One query of several phrases, by halves: a chain of 200 is too deep for Django."""
    if len(values) == 1:
        return SearchQuery(values[0], config="english", search_type="phrase")
    half = len(values) // 2
    return _any_phrase(values[:half]) | _any_phrase(values[half:])


def with_any(kind: str, values: list[str]) -> Q:
    """Papers with any of these terms in title or abstract, of these authors, or in these subjects.

    A term is found as the search finds it: in any of its inflections, several words as a phrase.
    """
    if kind == "term":
        return Q(_InWords(F("search"), _any_phrase(values)))
    return Q(**{{"author": "authors__overlap", "subject": "subjects__overlap"}[kind]: values})


def has_words(term: str) -> bool:
    """Whether a term can be looked for: "of the" cannot, since it is in every paper."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT numnode(phraseto_tsquery('english', %s)) > 0", [term])
        return bool(cursor.fetchone()[0])


def terms_in(paper_id: int, terms: list[str]) -> list[str]:
    """Which of these terms a paper's title or abstract has."""
    return met([paper_id], [terms])[0]


def met(paper_ids: list[int], terms: list[list[str]]) -> list[list[str]]:
    """For each paper those of its terms that its title or abstract has, in their order."""
    numbers = [n for n, listed in enumerate(terms) for _ in listed]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT asked.n, asked.term FROM unnest(%s::bigint[]) WITH ORDINALITY AS paper (id, n),
            LATERAL (SELECT ts_filter(search, '{a,b}') AS words FROM webapp_paper
                WHERE webapp_paper.id = paper.id OFFSET 0) AS written,
            unnest(%s::int[], %s::text[]) AS asked (n, term)
            WHERE asked.n = paper.n - 1 AND words @@ phraseto_tsquery('english', asked.term)
            """,
            [paper_ids, numbers, list(chain.from_iterable(terms))],
        )
        found = set(cursor.fetchall())
    return [[term for term in listed if (n, term) in found] for n, listed in enumerate(terms)]


def n_with(day: date, kind: str, value: str, subjects: Iterable[str]) -> int:
    """How many of a day's papers in some subjects have a term, an author or a subject."""
    return of_day(day, subjects).filter(with_any(kind, [value])).count()


def n_by_day(first: date, last: date, subjects: list[str]) -> dict[date, int]:
    """How many papers some days have in any of the subjects; an archive is all of its parts."""
    parts = [code for code in subject_names() if code.partition(".")[0] in subjects]
    here = Paper.objects.filter(
        issue_day__range=(first, last), subjects__overlap=[*subjects, *parts]
    )
    return dict(here.values_list("issue_day").annotate(Count("pk")).order_by())


def by_ids(paper_ids: Iterable[int]) -> dict[int, Paper]:
    return SHOWN.in_bulk(list(paper_ids))


def cards(paper_ids: Iterable[int]) -> dict[int, Paper]:
    """With no more than a card tells; written out, as every list asks.

    One array makes one statement, which is planned once; a list of any length is always another.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CARDS, [list(paper_ids)])
        return {row[0]: Paper.from_db("default", _CARD, row) for row in cursor.fetchall()}


def known_as(name: str) -> Paper | None:
    """The paper of an identifier, or of the DOI of its journal version."""
    paper = SHOWN.filter(arxiv_id=name).first()
    if paper is None and name.startswith("10."):
        published = SHOWN.exclude(doi="").alias(lower=Lower("doi")).filter(lower=name.lower())
        paper = published.order_by("pk").first()
    return paper


def for_features(paper_ids: Iterable[int] | None, newest: int) -> Iterator[Paper]:
    """The papers that a text model reads: the given ones, or the newest so many."""
    papers = Paper.objects.only("id", "title", "abstract", "subjects", "authors", "issue_day")
    if paper_ids is None:
        papers = papers.order_by("-issue_day", "-arxiv_id")[:newest]
    else:
        papers = papers.filter(pk__in=list(paper_ids)).order_by("id")
    return papers.iterator(2_000)


def subjects_in_use() -> list[Subject]:
    """Subjects that at least one stored paper carries."""
    # The index of a large subject is long to read, and such a one is among the newest papers.
    return list(
        Subject.objects.raw(
            """
            WITH newest AS MATERIALIZED (SELECT DISTINCT unnest(subjects) AS code FROM
                (SELECT subjects FROM webapp_paper ORDER BY issue_day DESC LIMIT 2000) p),
            others AS (SELECT code FROM webapp_subject s
                WHERE NOT EXISTS (SELECT FROM newest WHERE newest.code = s.code)
                AND EXISTS (SELECT FROM webapp_paper p
                    WHERE p.subjects @> ARRAY[s.code]::varchar[]))
            SELECT * FROM webapp_subject
            WHERE code IN (SELECT code FROM newest UNION ALL SELECT code FROM others)
            ORDER BY "group", code
            """
        )
    )


def n_a_day() -> dict[str, int]:
    """How many papers a subject had on each of the newest days, on average."""
    days = newest_days(AVERAGED)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT subject, round(count(*)::numeric / %s::int) FROM webapp_paper,
                unnest(subjects) AS subject
            WHERE issue_day = ANY(%s::date[]) GROUP BY 1
            """,
            [len(days) or 1, days],
        )
        return {code: int(n) for code, n in cursor.fetchall()}


def subject_names(clock: Callable[[], float] = monotonic) -> dict[str, str]:
    """Code -> name. A process asks again after a while: a subject may come at any time."""
    return _subject_names(int(clock() // SUBJECTS_KEPT))


@lru_cache(maxsize=1)
def _subject_names(_: int) -> dict[str, str]:
    return dict(Subject.objects.values_list("code", "name"))


forget_subjects = _subject_names.cache_clear


def codes_of(wanted: str) -> list[str]:
    """A category that is known, or all those of an archive; nothing where it is neither."""
    return [code for code in subject_names() if wanted in {code, code.partition(".")[0]}]


def code_spelled(wanted: str) -> str:
    """A category's code, asked for in any capitals or under its old name; nothing of none."""
    low = wanted.lower()
    code = next((new for old, new in identifiers.ALIASES.items() if old.lower() == low), wanted)
    return Subject.objects.filter(code__iexact=code).values_list("code", flat=True).first() or ""


def author_spelled(wanted: str) -> str:
    """A name as most papers spell it, asked for in any capitals and accents; nothing of nobody's.

    Of words that very many papers have, not all are looked at.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH named AS (
                SELECT authors FROM webapp_paper
                WHERE search @@ (plainto_tsquery('simple', %(name)s::text)
                    || plainto_tsquery('simple', folded(%(name)s::text)))
                LIMIT %(most)s)
            SELECT author FROM named, unnest(authors) AS author
            WHERE lower(folded(author)) = lower(folded(%(name)s::text))
            GROUP BY author ORDER BY author = %(name)s::text DESC, count(*) DESC, author LIMIT 1
            """,
            {"name": wanted, "most": MOST_NAMED},
        )
        found = cursor.fetchone()
    return str(found[0]) if found else ""


def called(wanted: str, paper_ids: list[int]) -> list[str]:
    """Authors of these papers who have all the words of a name, in whatever order and accents."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT author FROM webapp_paper, unnest(authors) AS author
            WHERE id = ANY(%s) AND to_tsvector('simple', folded(author))
                @@ plainto_tsquery('simple', folded(%s::text)) ORDER BY author
            """,
            (paper_ids, wanted),
        )
        return [name for (name,) in cursor.fetchall()]


def with_versions(arxiv_id: str) -> tuple[Paper, list[tuple[int, datetime]]] | None:
    """A paper and (number, time of submission) of its known versions, newest first."""
    rows = Version.objects.filter(paper=OuterRef("pk")).order_by("-number")
    numbers, times = (ArraySubquery(rows.values(name)) for name in ("number", "submitted_at"))
    paper = SHOWN.annotate(numbers=numbers, times=times).filter(arxiv_id=arxiv_id).first()
    return None if paper is None else (paper, list(zip(paper.numbers, paper.times, strict=True)))
