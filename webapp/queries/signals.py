"""The ledger: everything that a reader's rankings listen to, and what is switched off."""

import json
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q

from webapp.models import ModelRun, Rating, Rule
from webapp.queries.readers import MOST_ACTS, SPEAKS, Act, Interests, Wish

PAGE = 20
DEPTH = 50  # of the places that exploration shares in


class Acts(NamedTuple):
    """A page of saves and ratings, the newest first, and where the next one begins."""

    rows: list[Rating]
    following: str  # of the address; nothing on the last page


class Paused(NamedTuple):
    """What was switched off together."""

    at: datetime
    n: int


def acts(reader_id: int, before: tuple[datetime, int] | None) -> Acts:
    """A page by key: what is older than the last row of the page before."""
    own = Rating.objects.filter(SPEAKS, reader_id=reader_id)
    if before:
        at, pk = before
        own = own.filter(Q(changed_at__lt=at) | Q(changed_at=at, pk__lt=pk))
    found = own.select_related("paper").defer("paper__search", "paper__abstract")
    rows = list(found.order_by("-changed_at", "-pk")[: PAGE + 1])
    more = len(rows) > PAGE
    last = rows[PAGE - 1] if more else None
    return Acts(rows[:PAGE], f"{last.changed_at.isoformat()}~{last.pk}" if last else "")


def rules(interests: Interests, found: "Facts") -> list[Rule]:
    """Every rule of every interest that is there, mutes first."""
    profiles = {one.pk: one for one in (interests.whole, *interests.apart)}
    return [
        Rule(
            pk=pk,
            profile=profiles[profile],
            kind=kind,
            value=value,
            effect=effect,
            created_at=datetime.fromisoformat(created),
            paused_at=paused and datetime.fromisoformat(paused),
        )
        for pk, profile, kind, value, effect, created, paused in found.rules
        if profile in profiles
    ]


def page_of_rules(rules: list[Rule], after: int) -> tuple[list[Rule], int]:
    """Those that follow the one with this key, else the first; and the key of the next page."""
    first = next((n for n, rule in enumerate(rules, start=1) if rule.pk == after), 0)
    rows = rules[first : first + PAGE]
    return rows, rows[-1].pk if len(rules) > first + PAGE else 0


class Explored(NamedTuple):
    """Whether papers from outside the habit paid off, against the others of the same pages."""

    shown: int
    liked: int
    disliked: int
    others: int
    others_liked: int

    @property
    def percent(self) -> int:
        return round(100 * self.liked / self.shown) if self.shown else 0

    @property
    def others_percent(self) -> int:
        return round(100 * self.others_liked / self.others) if self.others else 0


class Facts(NamedTuple):
    """What the ledger says above and below its lines."""

    n_acts: int
    n_heard: int  # of these; the others are switched off
    day: date | None  # the newest issue day
    active: ModelRun | None  # as far as an order needs it
    n_parts: int  # of its pack of the newest day
    rules: list[list[Any]]  # rows of them, in order
    newest: dict[int | None, date]  # day of the newest heard act, by interest: older ones fade
    paused: list[Paused]
    explored: Explored

    @property
    def weight(self) -> float | None:
        """Of other readers in the active run."""
        return self.active.weight if self.active else None

    @property
    def run(self) -> int | None:
        return self.active.pk if self.active else None


def facts(reader_id: int) -> Facts:
    """All of them in one query.

    An act takes its paper out of exploration, so the act itself remembers that it was explored.
    Only days on which something was said of a paper tell: the others nobody may have looked at.
    The others that explored papers are compared with are those at the leading `DEPTH` places.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH acts AS (
                SELECT a.*, a.value >= 0 AND (a.saved OR a.value > 0) AS good
                FROM webapp_rating a
                WHERE a.reader_id = %(reader)s AND (a.saved OR a.value <> 0)),
            acted AS (
                SELECT DISTINCT t.issue_day AS day FROM acts a
                JOIN webapp_paper t ON t.id = a.paper_id WHERE a.origin = ''),
            days AS (
                SELECT k.day, k.paper_ids[1:%(depth)s] AS top, k.explored
                FROM webapp_ranking k JOIN webapp_profile p ON p.id = k.profile_id
                WHERE k.reader_id = %(reader)s AND p.name = 'all'
                    AND k.day IN (SELECT day FROM acted)),
            off AS (
                SELECT paused_at AS at FROM acts WHERE paused_at IS NOT NULL
                UNION ALL
                SELECT w.paused_at FROM webapp_rule w JOIN webapp_profile p ON p.id = w.profile_id
                WHERE p.reader_id = %(reader)s AND p.deleted_at IS NULL
                    AND w.paused_at IS NOT NULL),
            newest AS MATERIALIZED (SELECT max(issue_day) AS day FROM webapp_paper),
            run AS (
                SELECT id, weight, n_terms, n_dimensions FROM webapp_modelrun WHERE is_active)
            SELECT (SELECT count(*) FROM acts), (SELECT count(*) FROM acts WHERE paused_at IS NULL),
                (SELECT day FROM newest),
                (SELECT row_to_json(run) FROM run)::text,
                (SELECT coalesce(max(part) + 1, 0) FROM webapp_candidatepack
                    WHERE run_id = (SELECT id FROM run) AND day = (SELECT day FROM newest)),
                (SELECT json_agg(json_build_array(w.id, profile_id, kind, value, effect,
                    created_at, paused_at) ORDER BY effect, kind, value)
                    FROM webapp_rule w JOIN webapp_profile p ON p.id = w.profile_id
                    WHERE p.reader_id = %(reader)s AND p.deleted_at IS NULL)::text,
                (SELECT json_agg(json_build_array(profile_id, day)) FROM (
                    SELECT profile_id, max(day) AS day FROM acts WHERE paused_at IS NULL
                    GROUP BY 1) x)::text,
                (SELECT json_agg(json_build_array(at, n) ORDER BY at DESC) FROM (
                    SELECT at, count(*) AS n FROM off GROUP BY 1) x)::text,
                (SELECT coalesce(sum(cardinality(explored)), 0) FROM days)
                    + (SELECT count(*) FROM acts WHERE explored),
                (SELECT count(*) FROM acts WHERE explored AND good),
                (SELECT count(*) FROM acts WHERE explored AND NOT good),
                (SELECT coalesce(sum(cardinality(top) - cardinality(explored)), 0) FROM days),
                (SELECT count(*) FROM acts WHERE good AND NOT explored AND origin = ''
                    AND EXISTS (SELECT FROM days WHERE paper_id = ANY(top)))
            """,
            {"reader": reader_id, "depth": DEPTH},
        )
        n_acts, n_heard, day, run, n_parts, ruled, newest, paused, *counts = cursor.fetchone()
    by_interest = {pk: date.fromisoformat(at) for pk, at in json.loads(newest or "[]")}
    moments = [Paused(datetime.fromisoformat(at), n) for at, n in json.loads(paused or "[]")]
    active = ModelRun(**json.loads(run)) if run else None
    explored = Explored(*map(int, counts))
    rows = json.loads(ruled or "[]")
    return Facts(n_acts, n_heard, day, active, n_parts, rows, by_interest, moments, explored)


class Placed(NamedTuple):
    """An act, whether it is heard, and its paper's place in a run: none without one."""

    act: Act
    is_heard: bool
    text: bytes | None
    shared: bytes | None


def placed(reader_id: int, run_id: int, also: list[int]) -> list[Placed]:
    """What a ranking listens to and `also` some other acts, in the order of the papers."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH heard AS (
                SELECT id FROM webapp_rating
                WHERE reader_id = %s AND (saved OR value <> 0) AND paused_at IS NULL
                ORDER BY changed_at DESC, id DESC LIMIT %s)
            SELECT a.reader_id, a.paper_id, a.value, a.saved, a.day, a.profile_id,
                a.id IN (SELECT id FROM heard), v.text_row, v.shared_row
            FROM webapp_rating a
            LEFT JOIN webapp_papervector v ON v.run_id = %s AND v.paper_id = a.paper_id
            WHERE a.reader_id = %s AND (a.id IN (SELECT id FROM heard) OR a.id = ANY(%s))
            ORDER BY a.paper_id
            """,
            [reader_id, MOST_ACTS, run_id, reader_id, also],
        )
        return [Placed(Act(*row[:6]), *row[6:]) for row in cursor.fetchall()]


class Sifted(NamedTuple):
    """A day's paper, and what it meets of some wishes, as kind and value."""

    paper: int
    subjects: frozenset[str]
    meets: frozenset[tuple[str, str]]


def sifted(day: date, wishes: list[tuple[str, str]]) -> list[Sifted]:
    """A day's papers that may be shown, newest first, read once for many wishes.

    What a term meets is what `papers.with_any` says of it.
    """
    terms = sorted({value for kind, value in wishes if kind == Rule.Kind.TERM})
    authors = {value for kind, value in wishes if kind == Rule.Kind.AUTHOR}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH asked AS MATERIALIZED (
                SELECT n, phraseto_tsquery('english', term) AS query
                FROM unnest(%s::text[]) WITH ORDINALITY AS listed (term, n))
            SELECT id, subjects, authors, ARRAY(SELECT n FROM asked WHERE words @@ query)
            FROM webapp_paper, LATERAL (SELECT ts_filter(search, '{a,b}') AS words OFFSET 0) plain
            WHERE issue_day = %s AND withdrawn_at IS NULL ORDER BY arxiv_id DESC
            """,
            [terms, day],
        )
        rows = cursor.fetchall()
    return [
        Sifted(
            paper,
            frozenset(subjects),
            frozenset(
                {("term", terms[n - 1]) for n in met}
                | {("author", name) for name in authors.intersection(names)}
                | {("subject", code) for code in subjects}
            ),
        )
        for paper, subjects, names, met in rows
    ]


def listed(day: list[Sifted], subjects: list[str], wishes: list[Wish]) -> dict[int, int]:
    """The same as `rankings.listed`, of a day that was sifted before."""
    muted = {(one.kind, one.value) for one in wishes if one.effect == Rule.Effect.MUTE}
    boosted = {(one.kind, one.value) for one in wishes if one.effect == Rule.Effect.BOOST}
    wanted = set(subjects)
    return {
        one.paper: len({kind for kind, _ in one.meets & boosted})
        for one in day
        if (not wanted or one.subjects & wanted) and not one.meets & muted
    }


def called(reader_id: int, kind: str, pk: int) -> str:
    """The words for one of a reader's signals: the title of its paper, or the rule."""
    if kind == "rule":
        rule = Rule.objects.filter(profile__reader=reader_id, pk=pk).first()
        return str(rule) if rule else ""
    act = Rating.objects.filter(reader=reader_id, pk=pk).select_related("paper").first()
    return act.paper.title if act else ""
