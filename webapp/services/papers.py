"""Storing papers: one row a paper, whatever was stated how often and in which order."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from webapp.arxiv.daily_papers import DailyPaper
from webapp.arxiv.decide import Intent, Kind, Known, completed, decide
from webapp.arxiv.records import HarvestedPaper
from webapp.models import Paper, PublicUpvote

_STAGED = (
    "arxiv_id, issue_day, day_is_derived, content_day, title, abstract, is_summary, authors, "
    "subjects, comments, doi, journal_ref, license, version, is_withdrawn, content_hash, kind"
)
_STAGE = """
CREATE TEMP TABLE IF NOT EXISTS stated (
    arxiv_id text, issue_day date, day_is_derived boolean, content_day date, title text,
    abstract text, is_summary boolean, authors text[], subjects text[], comments text, doi text,
    journal_ref text, license text, version smallint, is_withdrawn boolean, content_hash text,
    kind text
) ON COMMIT DELETE ROWS
"""
_NAMES = "array_to_string(s.authors[1:200], ' ')"


def _words(text: str, language: str, weight: str) -> str:
    """Words as they are written, and behind them without their accents where they have any.

    Most have none, which their length tells sooner than folding them.
    """
    return rf"""
    setweight(to_tsvector('{language}', {text}), '{weight}')
    || CASE WHEN octet_length({text}) = char_length({text}) AND strpos({text}, '\') = 0 THEN ''
        WHEN folded({text}) = {text} THEN ''
        ELSE setweight(to_tsvector('{language}', folded({text})), '{weight}') END
    """


# What is looked for, of a row s: words of the title, of the abstract, names of authors.
INDEXED = " || ".join(
    (
        _words("s.title", "english", "A"),
        _words("s.abstract", "english", "B"),
        _words(_NAMES, "simple", "C"),
    )
)
_INSERT = f"""
INSERT INTO webapp_paper (
    arxiv_id, issue_day, day_is_derived, content_day, title, abstract, is_summary, authors,
    subjects, comments, doi, journal_ref, license, version, withdrawn_at, content_hash,
    search, created_at, changed_at)
SELECT arxiv_id, issue_day, day_is_derived, content_day, title, abstract, is_summary, authors,
    subjects, comments, coalesce(doi, ''), coalesce(journal_ref, ''), coalesce(license, ''),
    coalesce(version, 1), CASE WHEN is_withdrawn THEN %(now)s::timestamptz END, content_hash,
    {INDEXED}, %(now)s, %(now)s
FROM stated s WHERE kind = 'new' ORDER BY arxiv_id
ON CONFLICT (arxiv_id) DO NOTHING
"""  # noqa: S608 - the inserted part is a constant above
_UPDATE = f"""
UPDATE webapp_paper p SET
    issue_day = s.issue_day, day_is_derived = s.day_is_derived, content_day = s.content_day,
    title = s.title, abstract = s.abstract, is_summary = s.is_summary, authors = s.authors,
    subjects = s.subjects, comments = s.comments, doi = coalesce(s.doi, p.doi),
    journal_ref = coalesce(s.journal_ref, p.journal_ref),
    license = coalesce(s.license, p.license), version = coalesce(s.version, p.version),
    withdrawn_at = CASE WHEN s.is_withdrawn THEN coalesce(p.withdrawn_at, %(now)s) END,
    content_hash = s.content_hash, search = {INDEXED}, changed_at = %(now)s
FROM stated s WHERE s.kind = 'changed' AND p.arxiv_id = s.arxiv_id
"""  # noqa: S608 - as above
_MOVE = """
UPDATE webapp_paper p SET issue_day = s.issue_day, day_is_derived = s.day_is_derived,
    version = greatest(p.version, s.version)  -- null, where it is not stated, is never the greatest
FROM stated s WHERE s.kind = 'moved' AND p.arxiv_id = s.arxiv_id
"""
# Its place on the daily pages goes along, unless somebody brought it to another day.
_MOVE_PLACE = """
UPDATE webapp_entry e SET issue_day = p.issue_day,
    day = CASE WHEN e.day = e.issue_day THEN p.issue_day ELSE e.day END
FROM stated s JOIN webapp_paper p USING (arxiv_id)
WHERE s.kind IN ('changed', 'moved') AND e.paper_id = p.id AND e.issue_day <> p.issue_day
"""
# The same text has got its number only now: whoever saved it since it came has seen that version.
_NUMBER_SAVES = """
UPDATE webapp_rating r SET saved_version = s.version
FROM webapp_paper p, stated s
WHERE s.kind = 'moved' AND p.arxiv_id = s.arxiv_id AND r.paper_id = p.id AND r.saved
    AND r.saved_version < s.version AND r.changed_at >= p.changed_at
"""
# A changed text leaves its place in the spaces; the gap is what the next embedding fills.
_FORGET_VECTORS = """
DELETE FROM webapp_papervector v USING webapp_paper p, stated s
WHERE s.kind = 'changed' AND p.arxiv_id = s.arxiv_id AND v.paper_id = p.id
"""
_VERSIONS = """
INSERT INTO webapp_version (paper_id, number, submitted_at)
SELECT p.id, v.number, v.submitted_at
FROM unnest(%s::text[], %s::int[], %s::timestamptz[]) AS v(arxiv_id, number, submitted_at)
JOIN webapp_paper p USING (arxiv_id)
WHERE NOT EXISTS (
    SELECT FROM webapp_version known WHERE known.paper_id = p.id AND known.number = v.number)
ON CONFLICT (paper_id, number) DO NOTHING
"""


def store(papers: Sequence[HarvestedPaper], now: datetime) -> Counter[str]:
    """Write what is new or changed in one transaction; no arXiv id may stand twice in `papers`.

    Unchanged papers are dropped before the database sees them. Returns counts by Kind.
    """
    known = _known([paper.arxiv_id for paper in papers])
    papers = [completed(paper, known.get(paper.arxiv_id)) for paper in papers]
    intents = [(paper, decide(paper, known.get(paper.arxiv_id))) for paper in papers]
    owed = [(paper, intent) for paper, intent in intents if intent.kind is not Kind.SAME]
    versions = [(p.arxiv_id, v.number, v.submitted_at) for p in papers for v in p.versions]
    with transaction.atomic(), connection.cursor() as cursor:
        if owed:
            _write(cursor, owed, now)
        if versions:
            cursor.execute(_VERSIONS, [list(column) for column in zip(*versions, strict=True)])
    return Counter(intent.kind.value for _, intent in intents)


def withdraw(arxiv_ids: Sequence[str], now: datetime) -> int:
    """Mark what its source has deleted. Nothing is ever removed: readers have saved it."""
    gone = Paper.objects.filter(arxiv_id__in=arxiv_ids, withdrawn_at=None)
    return gone.update(withdrawn_at=now, changed_at=now)


def store_upvotes(liked: Iterable[DailyPaper], day: date, now: datetime) -> list[str]:
    """Keep each paper's newest count. Returns the identifiers, whether the papers are here or not.

    `day` is that of the page asked for, where an item does not name its own.
    """
    rows = {
        paper.arxiv_id: PublicUpvote(
            arxiv_id=paper.arxiv_id,
            day=paper.day or day,
            title=paper.title,
            count=paper.upvotes,
            fetched_at=now,
        )
        for paper in liked
    }
    PublicUpvote.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["arxiv_id"],
        update_fields=["day", "title", "count", "fetched_at"],
    )
    return list(rows)


def _known(arxiv_ids: list[str]) -> dict[str, Known]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT arxiv_id, content_hash, issue_day, day_is_derived, content_day, version, "
            "doi, journal_ref, license FROM webapp_paper WHERE arxiv_id = ANY(%s)",
            [arxiv_ids],
        )
        return {row[0]: Known(*row[1:]) for row in cursor.fetchall()}


def _write(cursor: Any, owed: list[tuple[HarvestedPaper, Intent]], now: datetime) -> None:
    cursor.execute(_STAGE)
    cursor.execute("TRUNCATE stated")  # a caller's own transaction may hold several stores
    with cursor.copy(f"COPY stated ({_STAGED}) FROM STDIN") as copy:
        for paper, intent in owed:
            copy.write_row(_row(paper, intent))
    for statement in (_INSERT, _UPDATE):
        cursor.execute(statement, {"now": now})
    cursor.execute(_MOVE)
    cursor.execute(_MOVE_PLACE)
    cursor.execute(_NUMBER_SAVES)
    cursor.execute(_FORGET_VECTORS)


def _row(paper: HarvestedPaper, intent: Intent) -> tuple[object, ...]:
    return (
        paper.arxiv_id,
        intent.issue_day,
        intent.day_is_derived,
        paper.content_day,
        paper.title,
        paper.abstract,
        paper.is_summary,
        list(paper.authors),
        list(paper.subjects),
        paper.comments,
        paper.doi,
        paper.journal_ref,
        paper.license,
        paper.version,
        paper.is_withdrawn,
        paper.content_hash,
        intent.kind.value,
    )
