"""The daily pages: a day's, a week's or a month's papers, as one reader sees them."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.db.models import Exists, F, OuterRef, Q

from webapp.models import Entry, Paper, Pick, Rating, Reader, Submission, Upvote
from webapp.queries import papers, readers

PAUSE = timedelta(hours=1)  # who comes back later makes a new visit

# --- which days ---------------------------------------------------------------------


class Period(NamedTuple):
    """A day, a week or a month of daily papers, first and last day included."""

    kind: str
    first: date
    last: date

    @property
    def name(self) -> str:
        """As an address spells it."""
        return self.first.strftime(_KINDS[self.kind].spelling)


class _Kind(NamedTuple):
    written: str
    spelling: str
    unit: str  # of PostgreSQL's date_trunc


_KINDS = {
    "date": _Kind(r"\d{4}-\d\d-\d\d", "%Y-%m-%d", "day"),
    "week": _Kind(r"\d{4}-W\d\d", "%G-W%V", "week"),
    "month": _Kind(r"\d{4}-\d\d", "%Y-%m", "month"),
}


def first_day(kind: str, text: str) -> date:
    """2026-11-23, 2026-W48 or 2026-11 -> its first day. ValueError when there is no such."""
    if not re.fullmatch(_KINDS[kind].written, text, re.ASCII):
        raise ValueError(text[:20])
    year, rest = int(text[:4]), text[5:]
    if kind == "week":
        first = date.fromisocalendar(year, int(rest[1:]), 1)
    else:
        first = date(year, int(rest[:2]), int(rest[3:] or 1))
    if first.year == date.max.year:  # a week or a month might end beyond what a date can say
        raise ValueError(text)
    return first


class Found(NamedTuple):
    """The period that is shown, and the nearest others that have papers."""

    period: Period
    day: date  # the newest in it that has papers
    previous: Period | None
    following: Period | None
    n_papers: int | None  # of a day; counting longer ones takes longer than showing them


def _first(column: str, table: str, where: str) -> str:
    """The first in an order, which is planned in half the time that a max() takes."""
    order = "DESC" if where.startswith("<") else "ASC"
    return (
        f"(SELECT {column} FROM {table} WHERE {column} {where} ORDER BY {column} {order} LIMIT 1)"  # noqa: S608 - made of constants
    )


def _nearest(where: str) -> str:
    either = "greatest" if where.startswith("<") else "least"
    papers, singled_out = (
        _first("issue_day", "webapp_paper", where),
        _first("day", "webapp_entry", where),
    )
    return f"{either}({papers}, {singled_out})"


# Put in where it is used, a step would be planned once for every use.
_NEAR = f"""
WITH wanted AS (
    SELECT coalesce((date_trunc(%(unit)s, %(first)s::timestamp) + %(length)s::interval)::date,
                    'infinity'::date) AS until),
here AS MATERIALIZED (
    SELECT CASE WHEN %(first)s::date IS NULL THEN {_first("issue_day", "webapp_paper", "< until")}
        ELSE coalesce({_nearest("< until")}, {_nearest(">= until")}) END AS day FROM wanted),
first AS (SELECT day, date_trunc(%(unit)s, day::timestamp)::date AS first FROM here),
span AS MATERIALIZED (SELECT day, first, (first + %(length)s::interval)::date AS until FROM first)
SELECT first, until - 1, day, {_nearest("< first")}, {_nearest(">= until")}, {{n}} FROM span
"""  # noqa: S608 - as above
_N_OF_DAY = """
(SELECT count(*) FROM webapp_paper p WHERE p.issue_day = span.day{among}) +
(SELECT count(*) FROM webapp_entry e JOIN webapp_paper p ON p.id = e.paper_id
 WHERE e.day = span.day AND p.issue_day <> e.day{among})
"""
_AMONG = " AND p.subjects && %(codes)s::varchar[]"


def near(kind: str, wanted: date | None, codes: Sequence[str] = ()) -> Found | None:
    """The wanted day, week or month, else the nearest earlier one with papers, else the first.

    With none wanted, that of the newest announced day. None when there is no paper at all.
    Only a day's papers are counted, all of them or those of some categories.
    """
    unit = _KINDS[kind].unit
    with connection.cursor() as cursor:
        values = {"unit": unit, "length": f"1 {unit}", "first": wanted, "codes": list(codes)}
        n = _N_OF_DAY.format(among=_AMONG if codes else "") if kind == "date" else "NULL"
        cursor.execute(_NEAR.format(n=n), values)
        first, last, day, previous, following, n_papers = cursor.fetchone()
    if first is None:
        return None
    period = Period(kind, first, last)
    return Found(period, day, _around(kind, previous), _around(kind, following), n_papers)


def _around(kind: str, day: date | None) -> Period | None:
    """The period that holds a day; its last day is nobody's concern."""
    if day is None:
        return None
    first = day - timedelta(day.weekday()) if kind == "week" else day
    first = day.replace(day=1) if kind == "month" else first
    return Period(kind, first, day)


# --- what is on them ----------------------------------------------------------------


class Listed(NamedTuple):
    """One paper as a public list shows it to one reader, or to a stranger."""

    paper: Paper
    entry: Entry | None = None
    rating: Rating | None = None
    is_upvoted: bool = False
    is_new: bool = False
    score: float | None = None  # of a trend
    divisor: float = 1.0
    # What a card of the feed has and a public one has not; a template asks for them all the same.
    rank: int = 0
    because: Paper | None = None
    shared_percent: int = 0
    is_explored: bool = False
    interest: str = ""
    terms: Sequence[str] = ()


class DailyPage(NamedTuple):
    """Part of a period's papers; `after` is where the next part begins, nothing at the end."""

    cards: list[Listed]
    after: str


CARD = (*papers.CARD, "created_at")  # which a timestamp makes dearer: it tells what is new
_ENTRY = ["paper_id", "day", "n_upvotes", "is_picked", "n_public", "n_comments", "created_at"]
ORDER = ("n_upvotes", "is_picked", "n_public", "pk")  # all falling
_ENTRY_KEY = re.compile(r"e(\d{1,9})-([01])-(\d{1,9})-(\d{1,18})", re.ASCII)
_REST_KEY = re.compile(r"r(\d{4}-\d\d-\d\d)-([\w./-]{1,120})", re.ASCII)


def daily_page(period: Period, after: str, codes: Sequence[str] = ()) -> DailyPage:
    """What was singled out, most upvotes first; then the rest of what was announced, newest first.

    All of it, or what is in some categories. Two queries. A key without sense is the beginning.
    """
    size = settings.PAPERS_PER_PAGE + 1
    rest_key = _rest_key(after)
    cards = [] if rest_key else _entries(period, after, size, codes)
    if len(cards) < size:
        cards += _rest(period, rest_key, size - len(cards), codes)
    shown = cards[: size - 1]
    return DailyPage(shown, _key_of(shown[-1]) if len(cards) == size else "")


def leading(kind: str, subjects: list[str], without: frozenset[int], most: int) -> list[Listed]:
    """The first papers of the newest day, week or month in some subjects, or in all, but some."""
    found = near(kind, None)
    if found is None:
        return []
    days = (found.period.first, found.period.last)
    wanted = Q(paper__subjects__overlap=subjects) if subjects else Q()
    rows = entries().filter(wanted, _stands_in(days), paper__withdrawn_at=None)
    order = [f"-{field}" for field in ORDER]
    cards = [Listed(row.paper, row) for row in rows.exclude(pk__in=without).order_by(*order)[:most]]
    have = without | {card.paper.pk for card in cards}
    rest = papers.of_day(found.day, subjects).exclude(pk__in=have)
    return cards + [Listed(paper) for paper in rest[: most - len(cards)]]


def _stands_in(days: tuple[date, date]) -> Q:
    """On the day to which a paper was brought, and on that of its announcement."""
    brought = Q(issue_day__range=days) & ~Q(day=F("issue_day"))
    return Q(day__range=days) | brought


# The places are found in the index alone, then their papers are fetched. Written out, because the
# pages' speed hangs on it: the ORM and the planner took twice as long over five joins.
_SINGLED_OUT = """
SELECT e.paper_id, e.day, e.n_upvotes, e.is_picked, e.n_public, e.n_comments, e.created_at,
    (SELECT k.note FROM webapp_pick k WHERE k.paper_id = e.paper_id),
    (SELECT ARRAY[r.id::text, r.name] FROM webapp_submission s
     LEFT JOIN webapp_reader r ON r.id = s.reader_id WHERE s.paper_id = e.paper_id),
    p.id, {columns}
FROM (SELECT * FROM ({within}) found ORDER BY {order} LIMIT %(size)s) e
JOIN webapp_paper p ON p.id = e.paper_id ORDER BY {order}
"""
# By either day, each in its index; a paper of which both are meant stands here once.
_IN_PERIOD = """
(SELECT * FROM webapp_entry WHERE day {span}{further} ORDER BY {order} LIMIT %(size)s)
UNION ALL
(SELECT * FROM webapp_entry WHERE issue_day {span} AND day <> issue_day AND NOT day {span}{further}
 ORDER BY {order} LIMIT %(size)s)
"""
_COLUMNS = ", ".join(f"p.{name}" for name in CARD)
_ORDER = "n_upvotes DESC, is_picked DESC, n_public DESC, paper_id DESC"


def _entries(period: Period, after: str, size: int, codes: Sequence[str]) -> list[Listed]:
    is_day = period.first == period.last  # the indexes have its entries in order
    values: dict[str, Any] = {"first": period.first, "last": period.last, "size": size}
    span, further = "= %(first)s" if is_day else "BETWEEN %(first)s AND %(last)s", ""
    if codes:
        further = f" AND EXISTS (SELECT FROM webapp_paper p WHERE p.id = paper_id{_AMONG})"
        values["codes"] = list(codes)
    if found := _ENTRY_KEY.fullmatch(after):
        n_upvotes, is_picked, n_public, pk = map(int, found.groups())
        further += " AND (n_upvotes, is_picked, n_public, paper_id) < (%(a)s, %(b)s, %(c)s, %(d)s)"
        values |= {"a": n_upvotes, "b": bool(is_picked), "c": n_public, "d": pk}
    return _read(_IN_PERIOD.format(span=span, further=further, order=_ORDER), values)


def singled_out(paper_ids: list[int]) -> dict[int, Listed]:
    """Papers that somebody singled out, by id, with all that a card tells."""
    within = "SELECT * FROM webapp_entry WHERE paper_id = ANY(%(ids)s)"
    found = _read(within, {"ids": paper_ids, "size": len(paper_ids)})
    return {one.paper.pk: one for one in found}


def _read(within: str, values: dict[str, Any]) -> list[Listed]:
    statement = _SINGLED_OUT.format(columns=_COLUMNS, within=within, order=_ORDER)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [_listed(row) for row in cursor.fetchall()]


def _listed(row: tuple[Any, ...]) -> Listed:
    note, by = row[7:9]
    paper = Paper.from_db("default", ["id", *CARD], row[9:])
    entry = Entry.from_db("default", _ENTRY, row[:7])
    entry.paper = paper
    pick = None if note is None else Pick(paper_id=paper.pk, note=note)
    reader = Reader(pk=int(by[0]), name=by[1]) if by and by[0] else None
    submission = Submission(reader=reader) if by else None
    Paper.pick.related.set_cached_value(paper, pick)
    Paper.submission.related.set_cached_value(paper, submission)
    return Listed(paper, entry)


def entries() -> Any:
    """With all that a card tells, in one query."""
    joined = Entry.objects.select_related("paper__submission__reader", "paper__pick")
    return joined.only(
        *("day", "n_upvotes", "is_picked", "n_public", "n_comments", "created_at"),
        *(f"paper__{name}" for name in CARD),
        *("paper__submission__reader__name", "paper__pick__note"),
    )


def _rest(
    period: Period, key: tuple[date, str] | None, size: int, codes: Sequence[str]
) -> list[Listed]:
    days = (period.first, period.last)
    singled_out = Entry.objects.filter(
        Q(day__range=days) | Q(issue_day__range=days), paper=OuterRef("pk")
    )
    rows = Paper.objects.only(*CARD).filter(~Exists(singled_out), issue_day__range=days)
    if codes:
        rows = rows.filter(subjects__overlap=list(codes))
    if key:
        rows = rows.filter(_below(("issue_day", "arxiv_id"), key))
    return [Listed(paper) for paper in rows.order_by("-issue_day", "-arxiv_id")[:size]]


def _below(fields: Sequence[str], key: Sequence[Any]) -> Q:
    """What comes after a row in a falling order of several columns."""
    field, value, *_ = fields[0], key[0]
    if len(fields) == 1:
        return Q(**{f"{field}__lt": value})
    # The first condition says nothing new; it lets an index begin at the right place.
    same = Q(**{f"{field}__lt": value}) | (Q(**{field: value}) & _below(fields[1:], key[1:]))
    return Q(**{f"{field}__lte": value}) & same


def _key_of(card: Listed) -> str:
    if card.entry:
        return "e" + "-".join(str(int(getattr(card.entry, field))) for field in ORDER)
    return f"r{card.paper.issue_day}-{card.paper.arxiv_id}"


def _rest_key(after: str) -> tuple[date, str] | None:
    if not (found := _REST_KEY.fullmatch(after)):
        return None
    try:
        return date.fromisoformat(found[1]), found[2]
    except ValueError:
        return None


# --- for one reader -----------------------------------------------------------------


def for_reader(cards: list[Listed], reader: Reader, now: datetime) -> list[Listed]:
    """The same cards with what this reader has said, and what is new since the last visit."""
    ids = [card.paper.pk for card in cards]
    ratings = readers.pressed(reader.pk, ids)
    upvoted, since = _of_reader(reader.pk, ids, now)
    return [
        card._replace(
            rating=ratings.get(card.paper.pk),
            is_upvoted=card.paper.pk in upvoted,
            is_new=since is not None and _is_new(card, reader.date_joined, since),
        )
        for card in cards
    ]


def _is_new(card: Listed, joined: datetime, since: datetime) -> bool:
    """Whether a paper came since the last visit; an upvote later on makes it no newer.

    An old one that was brought to another day is new to whom it was never shown as such.
    """
    if card.paper.created_at > since:
        return True
    entry = card.entry
    if entry is None or entry.day <= card.paper.issue_day:
        return False
    return card.paper.created_at < joined and entry.created_at > since


def _of_reader(reader_id: int, ids: list[int], now: datetime) -> tuple[set[int], datetime | None]:
    """Which of these papers were upvoted, and when the visit before this one ended."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT ARRAY(SELECT paper_id FROM webapp_upvote
                         WHERE reader_id = %(reader)s AND paper_id = ANY(%(ids)s)),
                (SELECT CASE WHEN last_at < %(pause)s THEN last_at ELSE since END
                 FROM webapp_visit WHERE reader_id = %(reader)s)
            """,
            {"reader": reader_id, "ids": ids, "pause": now - PAUSE},
        )
        upvoted, since = cursor.fetchone()
    return set(upvoted), since


def card_of(paper: Paper, reader: Reader | None) -> Listed:
    """One paper by itself. Whoever upvotes it gives it an entry, so without one nobody did."""
    theirs = Upvote.objects.filter(reader=reader, paper=OuterRef("pk"))
    entry = entries().filter(pk=paper.pk).annotate(by_reader=Exists(theirs)).first()
    return Listed(paper, entry, is_upvoted=entry is not None and entry.by_reader)


UPVOTERS = 100


def upvoters(paper: Paper, before: int | None) -> list[Upvote]:
    """Who upvoted a paper, the newest first; one more than a page shows."""
    rows = Upvote.objects.filter(paper=paper, reader__is_active=True).select_related("reader")
    if before:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[: UPVOTERS + 1])
