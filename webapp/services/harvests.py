"""The harvest: which source to ask for which day, and the row that says what came of it.

One try is one Harvest row. Its state says in words that a person can read how it went.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from hashlib import blake2b
from typing import NamedTuple

from django.conf import settings

from webapp.arxiv import calendar
from webapp.arxiv.retrieve import client
from webapp.models import Harvest
from webapp.queries import harvests
from webapp.queries.seeds import to_ask_for
from webapp.queries.social.submissions import waiting
from webapp.services import coverage, seeds, work
from webapp.services.social import submissions
from webapp.services.sources import ARXIV, SOURCES
from webapp.services.sources.asking import Asked, Clock, left_out
from webapp.services.sources.oai import NIGHTLY

NONE_NAMED, LONGEST_NAME = "*", 60
BUDGET_SECONDS = 100.0  # with one slow answer within a task's limit; the rest is asked for again
LOOK_BACK = timedelta(days=7)
# By itself nothing that was answered, or refused several times, is asked for again sooner.
SOON, LATER = timedelta(minutes=50), timedelta(hours=6)
BY_QUERY, CROWDED = {"missing", "sought", "query"}, timedelta(minutes=40)
UPVOTED_DAYS = 7  # votes come in for about a week


class Step(NamedTuple):
    """One source to ask for one day."""

    day: date
    source: str
    subjects: list[str]
    pause: timedelta = timedelta(0)


def fetch(source: str, day: date, subjects: list[str], slot: str, clock: Clock) -> Harvest:
    """Ask one source for one day. Started again after a kill, it goes on at its cursor."""
    row = _row(source, day, subjects, slot, clock())
    if row.state == Harvest.State.DONE:
        return row
    with client(settings.USER_AGENT) as http:
        asked = Asked(row, subjects, SOURCES[source].line, http, clock)
        done = SOURCES[source].ask(asked)
    if done:
        row.state, row.error, row.finished_at = Harvest.State.DONE, left_out(row), clock()
        row.save()
    if SOURCES[source].line == ARXIV:
        for subject in subjects:
            coverage.renew(subject, day, clock())
    return row


def _row(source: str, day: date, subjects: list[str], slot: str, now: datetime) -> Harvest:
    """The row of this occasion; a new one begins where the last one before it was stopped."""
    name = _name(subjects)
    before = harvests.left_off(source, day, name)
    place = {} if before is None else {
        "cursor": before.cursor,
        "cursor_at": before.cursor_at,
        "response_at": before.response_at,
        "counts": {"subjects": before.counts.get("subjects", 0)},
    }  # fmt: skip
    return Harvest.objects.get_or_create(
        source=source, day=day, subject=name, slot=slot, defaults={"started_at": now} | place
    )[0]


def _name(subjects: list[str]) -> str:
    """What a row calls its subjects: the same for the same ones, within the column's length."""
    name = "+".join(subjects) or NONE_NAMED
    if len(name) <= LONGEST_NAME:
        return name
    return f"{len(subjects)} categories {blake2b(name.encode(), digest_size=8).hexdigest()}"


def harvest(slot: str, now: datetime, clock: Clock) -> work.Counts:
    """Ask for what is incomplete of the newest issue day and of the week before it, and elsewhere.

    A slot by hand names a day, a source and subjects: 2026-11-20/oai/cs.LG+cs.CL/noon. The clock
    runs while this is under way; `now` is when it began.
    """
    tried, occasion = 0, slot.partition(harvests.AND_ON)[0]
    for step in _steps(occasion, now):
        name = _name(step.subjects)
        if harvests.was_tried(step.source, step.day, name, occasion):
            continue
        if _rests(step, name, now) or (step.pause and _is_crowded(step.source, now)):
            continue
        if (clock() - now).total_seconds() > BUDGET_SECONDS:
            work.ask("harvest", f"{occasion}{harvests.AND_ON}{now:%H:%M:%S.%f}", now)
            break
        fetch(step.source, step.day, step.subjects, occasion, clock)
        tried += 1
    return {"asked": tried}


def _rests(step: Step, name: str, now: datetime) -> bool:
    """Whether it was answered lately, or refused so often that it is not worth each occasion."""
    which, since = (step.source, step.day, name), now - step.pause
    refused = harvests.is_refused_again_and_again
    return harvests.was_done_since(*which, since) or refused(*which, since)


def _is_crowded(source: str, now: datetime) -> bool:
    """ArXiv's query API turns many away right after an announcement: by itself nobody asks then."""
    announced = calendar.announcement(calendar.expected_day(now, harvests.holidays()))
    return source in BY_QUERY and now < announced + CROWDED


def fetch_submitted(slot: str, now: datetime, clock: Clock) -> work.Counts:
    """Ask for what readers have submitted or brought along and is not here."""
    here = submissions.settle((), now) + seeds.settle((), now)
    if settings.ARXIV_SUBJECTS and (waiting(now, 1) or to_ask_for(now, 1)):
        fetch("submitted", now.date(), [], slot, clock)
    return {"here": here}


def look(slot: str, now: datetime) -> work.Counts:
    """Say anew how each day stands, look for holes, and have numbers asked for that are owed."""
    subjects = settings.ARXIV_SUBJECTS
    if not subjects:
        return {}
    newest = calendar.expected_day(now, harvests.holidays())
    for day in {newest, *harvests.unsettled_days(newest - LOOK_BACK, newest, subjects)}:
        for subject in subjects:
            coverage.renew(subject, day, now)
    noticed = coverage.notice_holes(newest, now)
    if harvests.ids_to_seek(now, 1):
        work.ask("harvest", f"{newest}/sought//{slot}", now)
    return {"holes": noticed}


# --- what to ask, in order ----------------------------------------------------------------------


def _steps(slot: str, now: datetime) -> Iterator[Step]:
    if "/" not in slot:
        yield from _of_arxiv(now)
        yield from _of_preprints(now)
        yield from _of_upvotes(now)
        return
    _, source, subjects = (*slot.split("/"), "", "")[:3]
    newest = calendar.expected_day(now, harvests.holidays())
    for day in work.days_of(slot):
        for one in [source] if source in SOURCES else _nightly(day, newest):
            yield from _spread(Step(day, one, [s for s in subjects.split("+") if s]))


def _spread(step: Step) -> Iterator[Step]:
    """A step for each subject, where a source is asked so. None named: all that are followed."""
    source = SOURCES[step.source]
    is_arxiv = source.line == ARXIV
    followed = settings.ARXIV_SUBJECTS if is_arxiv else _followed_at(step.source)
    subjects = step.subjects or followed
    if source.one_by_one:
        yield from (step._replace(subjects=[subject]) for subject in subjects)
    elif subjects or step.source == "daily_papers":
        yield step._replace(subjects=subjects)


def _nightly(day: date, newest: date) -> dict[str, calendar.Source]:
    """What a day takes, in order, and with whom it becomes ready at arXiv.

    A feed holds the current batch only, whatever the day.
    """
    oai = NIGHTLY[settings.ARXIV_OAI_PREFIX]
    feed: dict[str, calendar.Source] = {"rss": "feed"} if day == newest else {}
    return {"listing": "listing", **feed, oai: "oai", "missing": "feed"}


def _of_arxiv(now: datetime) -> Iterator[Step]:
    """What is not settled, newest first."""
    newest = calendar.expected_day(now, harvests.holidays())
    for day in _incomplete_days(settings.ARXIV_SUBJECTS, newest):
        for source, ready in _nightly(day, newest).items():
            if now >= calendar.due_since(day, ready):
                yield from _spread(Step(day, source, [], SOON if day == newest else LATER))


def _incomplete_days(subjects: list[str], newest: date) -> list[date]:
    """The newest issue day, and those of the week before that are known and not settled."""
    if not subjects:
        return []
    unsettled = harvests.unsettled_days(newest - LOOK_BACK, newest, subjects)
    newest_is_settled = harvests.is_settled(newest, subjects)
    return [] if newest_is_settled and not unsettled else sorted({newest, *unsettled}, reverse=True)


def _of_preprints(now: datetime) -> Iterator[Step]:
    for server in ("biorxiv", "medrxiv"):
        if subjects := _followed_at(server):
            yield Step(now.date(), server, subjects, LATER)


def _followed_at(server: str) -> list[str]:
    return [code for code in settings.BIORXIV_SUBJECTS if code.partition(".")[0] == server]


def _of_upvotes(now: datetime) -> Iterator[Step]:
    if settings.DAILY_PAPERS:
        for n in range(UPVOTED_DAYS):
            day = now.date() - timedelta(days=n)
            yield Step(day, "daily_papers", [], LATER if n else SOON)
