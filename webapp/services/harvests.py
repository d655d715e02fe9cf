"""The harvest: ask a source politely, read its answer strictly, store what is new.

One try is one Harvest row. Its state says what came of it in words that a person can read; an
answer that is no list of papers is refused whole, and never counts as "nothing new".
"""

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

import httpx
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from webapp.arxiv import announcements, calendar, gate, listing, oai, query_api
from webapp.arxiv.answers import UpstreamError
from webapp.arxiv.records import HarvestedPaper, once
from webapp.arxiv.retrieve import client, retrieve
from webapp.models import Harvest, Paper
from webapp.queries import harvests
from webapp.services import coverage, papers, work

LINE = "arxiv"  # one line for all of arXiv's interfaces
PATIENCE_SECONDS = 120.0  # a worker that waits longer comes back another time
OVERLAP_DAYS = 7  # papers that moderation held back appear late
IDS_AT_ONCE = 100
RESULTS_AT_ONCE = 1_000
MOST_PAGES = 2_000  # a token that is repeated for ever has been seen elsewhere
FOLLOWED = "*"


class Batch(NamedTuple):
    """What one answer holds, and how to go on."""

    papers: tuple[HarvestedPaper, ...] = ()
    deleted: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    cursor: str = ""


class Asked(NamedTuple):
    """Who is asked for what, on behalf of which row."""

    row: Harvest
    http: httpx.Client
    clock: Callable[[], datetime]


Read = Callable[[bytes], Batch]
Clock = Callable[[], datetime]


def fetch(source: str, day: date, subjects: list[str], slot: str, clock: Clock) -> Harvest:
    """Ask one source for one issue day. Started again after a kill, it goes on at its cursor."""
    now = clock()
    row, _ = Harvest.objects.get_or_create(
        source=source,
        day=day,
        subject=_name(subjects),
        slot=slot,
        defaults={"started_at": now},
    )
    if row.state == Harvest.State.DONE:
        return row
    with client(settings.USER_AGENT) as http:
        asked = Asked(row, http, clock)
        done = SOURCES[source](asked, subjects)
    if done:
        row.state, row.error, row.finished_at = Harvest.State.DONE, "", clock()
        row.save()
    for subject in subjects:
        coverage.renew(subject, day, clock())
    return row


def _ask(asked: Asked, url: str, params: dict[str, str], read: Read) -> Batch | None:
    """One request in its turn; None where it brought nothing, with the reason on the row."""
    row = asked.row
    try:
        with gate.turn(LINE, PATIENCE_SECONDS) as turn:
            answer = retrieve(asked.http, url, params, asked.clock())
            row.status, row.first_byte_seconds = answer.status, answer.first_byte_seconds
            row.n_bytes += len(answer.body)
            if answer.must_wait:
                turn.was_refused(answer.error, answer.retry_after)
            if answer.error:
                return _ended(asked, Harvest.State.UNREACHED, answer.error)
            try:
                batch = read(answer.body)
            except UpstreamError as error:
                if error.kind == "rate":
                    turn.was_refused(error.sentence, None)
                return _ended(asked, Harvest.State.REFUSED, error.sentence)
            turn.went_well()
            return batch
    except gate.Closed as closed:
        return _ended(asked, Harvest.State.UNREACHED, str(closed))


def _ended(asked: Asked, state: Harvest.State, sentence: str) -> Batch | None:
    row = asked.row
    row.state, row.error, row.finished_at = state, sentence, asked.clock()
    row.save()
    return None


def _keep(asked: Asked, batch: Batch, announced: Iterable[str] = ()) -> None:
    """Papers and the place to go on from, in one transaction: no page is lost or stored twice."""
    row, now, told = asked.row, asked.clock(), {*announced}
    stated = [_dated(paper, row.day, told) for paper in once(batch.papers)]
    with transaction.atomic():
        counts = papers.store(stated, now)
        if batch.deleted:
            papers.withdraw(batch.deleted, now)
        for kind, n in counts.items():
            row.counts[kind] = row.counts.get(kind, 0) + n
        row.counts["refused"] = row.counts.get("refused", 0) + len(batch.refused)
        row.cursor = batch.cursor
        row.save()
        coverage.received(row.source, row.day, [paper.arxiv_id for paper in stated])
        if counts["new"] or counts["changed"]:
            work.ask("embed", f"harvest {row.pk} {now:%Y-%m-%dT%H:%M:%S.%f}", now)


def _dated(paper: HarvestedPaper, day: date, told: set[str]) -> HarvestedPaper:
    """An announced day, where a listing has named the paper; its source only derives one."""
    if paper.day_is_derived and paper.arxiv_id in told:
        return paper._replace(issue_day=day, day_is_derived=False)
    return paper


# --- one function a source; True when nothing is left to ask --------------------------------


def _listing(asked: Asked, subjects: list[str]) -> bool:
    """ArXiv's own count, and the papers it names that no other source has brought."""
    for subject in subjects:
        found: list[listing.Listing] = []

        def read(body: bytes, found: list[listing.Listing] = found) -> Batch:
            found.append(listing.parse(body))
            return Batch()

        newest = calendar.expected_day(asked.clock(), harvests.holidays())
        if asked.row.day >= newest:
            page, params = f"list/{subject}/new", {"skip": "0", "show": "2000"}
        else:
            page, params = f"catchup/{subject}/{asked.row.day}", {"abs": "False", "page": "1"}
        if _ask(asked, f"{settings.ARXIV_LIST_URL}/{page}", params, read) is None:
            return False
        coverage.expect(subject, asked.row.day, found[0], asked.clock())
    return True


def _feed(asked: Asked, subjects: list[str]) -> bool:
    def read(body: bytes) -> Batch:
        feed = announcements.parse(body, asked.row.day)
        if not _is_of_the_day(feed, asked.row.day):
            raise UpstreamError(
                "unknown", f"The feed still holds the batch before {asked.row.day}."
            )
        return Batch(feed.papers, refused=feed.refused)

    url = f"{settings.ARXIV_RSS_URL}/{asked.row.source}/{'+'.join(subjects)}"
    batch = _ask(asked, url, {}, read)
    if batch is None:
        return False
    _keep(asked, batch)
    return True


def _is_of_the_day(feed: announcements.Announcement, day: date) -> bool:
    """A feed's dates prove nothing: it is judged by its papers, new ones against old ones."""
    fresh = [item.paper.arxiv_id for item in feed.items if item.announce_type == "new"]
    before = Paper.objects.filter(arxiv_id__in=fresh, issue_day__lt=day, day_is_derived=False)
    return not fresh or before.count() * 2 < len(fresh)


def _oai(asked: Asked, subjects: list[str]) -> bool:
    """Everything that changed in a week, page by page; a lost token begins the list again."""
    since = asked.row.day - timedelta(days=OVERLAP_DAYS)
    seen: set[str] = set()
    for subject in subjects[int(asked.row.counts.get("subjects", 0)) :]:
        for _ in range(MOST_PAGES):
            cursor = asked.row.cursor
            first = {"metadataPrefix": "arXiv", "set": oai_set(subject), "from": f"{since}"}
            params = {"verb": "ListRecords"} | ({"resumptionToken": cursor} if cursor else first)
            batch = _ask(asked, settings.ARXIV_OAI_URL, params, _oai_batch)
            if batch is None:
                return _lost_token(asked)
            _keep(asked, batch, harvests.expected_ids(asked.row.day))
            if batch.cursor in seen:
                _ended(
                    asked, Harvest.State.REFUSED, "OAI-PMH repeats a token: the list never ends."
                )
                asked.row.cursor = ""
                asked.row.save()
                return False
            seen.add(batch.cursor)
            if not batch.cursor:
                break
        asked.row.counts["subjects"] = int(asked.row.counts.get("subjects", 0)) + 1
        asked.row.save()
    return True


def _lost_token(asked: Asked) -> bool:
    if "badResumptionToken" in asked.row.error:  # they expire daily
        asked.row.cursor = ""
        asked.row.save()
    return False


def oai_set(subject: str) -> str:
    """ArXiv's name of a category's set: group:archive:CATEGORY."""
    archive, _, part = subject.partition(".")
    group = archive if archive in _GROUPS else "physics"
    return f"{group}:{archive}:{part}" if part else f"{group}:{archive}"


_GROUPS = {"cs", "econ", "eess", "math", "q-bio", "q-fin", "stat"}


def _oai_batch(body: bytes) -> Batch:
    page = oai.parse(body)
    return Batch(page.papers, page.deleted, page.refused, page.token)


def _missing(asked: Asked, subjects: list[str]) -> bool:
    """The papers that were announced and that no source has brought, by their numbers."""
    wanted = harvests.missing_ids(subjects, asked.row.day)
    for start in range(0, len(wanted), IDS_AT_ONCE):
        ids = wanted[start : start + IDS_AT_ONCE]
        params = {"id_list": ",".join(ids), "max_results": f"{len(ids)}"}
        batch = _ask(asked, settings.ARXIV_API_URL, params, _query_batch)
        if batch is None:
            return False
        _keep(asked, batch, wanted)
    return True


def _submitted(asked: Asked, subjects: list[str]) -> bool:
    """Back-fill: what was submitted for an issue day, subject by subject, slice by slice."""
    day = asked.row.day
    first = (calendar.announcement(day) - timedelta(days=5)).strftime("%Y%m%d0000")
    last = calendar.announcement(day).strftime("%Y%m%d2359")
    query = " OR ".join(f"cat:{subject}" for subject in subjects)
    start = int(asked.row.cursor or 0)
    while True:
        params = {
            "search_query": f"({query}) AND submittedDate:[{first} TO {last}]",
            "start": f"{start}",
            "max_results": f"{RESULTS_AT_ONCE}",
            "sortBy": "submittedDate",
            "sortOrder": "ascending",
        }
        batch = _ask(asked, settings.ARXIV_API_URL, params, _query_batch)
        if batch is None:
            return False
        start += RESULTS_AT_ONCE
        _keep(asked, batch._replace(cursor=f"{start}"))
        if len(batch.papers) + len(batch.refused) < RESULTS_AT_ONCE:
            return True


def _query_batch(body: bytes) -> Batch:
    page = query_api.parse(body)
    if page.is_gap or page.is_short:
        raise UpstreamError("error", "The query API left out results in the middle of a list.")
    return Batch(page.papers, refused=page.refused)


SOURCES: dict[str, Callable[[Asked, list[str]], bool]] = {
    "listing": _listing,
    "rss": _feed,
    "atom": _feed,
    "oai": _oai,
    "missing": _missing,
    "query": _submitted,
}


# --- the job ----------------------------------------------------------------------------------

AT_NIGHT = ("listing", "rss", "oai", "missing")
BUDGET_SECONDS = 100.0  # with one slow answer within a task's limit; the rest is asked for again
LOOK_BACK_DAYS = 7


def harvest(slot: str, now: datetime, clock: Clock = timezone.now) -> work.Counts:
    """Ask for what is incomplete of the newest issue day and of the week before it.

    A slot by hand names a day, a source and subjects: 2026-11-20/oai/cs.LG+cs.CL/noon.
    """
    began, tried = time.monotonic(), 0
    occasion = slot.partition(_AND_ON)[0]
    for day, source, subjects in _steps(occasion, now):
        if harvests.was_tried(source, day, _name(subjects), occasion):
            continue
        if time.monotonic() - began > BUDGET_SECONDS:
            work.ask("harvest", f"{occasion}{_AND_ON}{now:%H:%M:%S.%f}", now)
            break
        fetch(source, day, subjects, occasion, clock)
        tried += 1
    return {"asked": tried}


_AND_ON = " and on "


def _name(subjects: list[str]) -> str:
    return subjects[0] if len(subjects) == 1 else FOLLOWED


def _steps(slot: str, now: datetime) -> Iterator[tuple[date, str, list[str]]]:
    """What to ask, in order. A feed holds the current batch only: for older days it is no use."""
    _, source, subjects = (*slot.split("/"), "", "")[:3]
    wanted = subjects.split("+") if "/" in slot and subjects else settings.ARXIV_SUBJECTS
    newest = calendar.expected_day(now, harvests.holidays())
    for day in work.days_of(slot) or _incomplete_days(wanted, newest):
        for one in (source,) if source in SOURCES else AT_NIGHT:
            if one in {"rss", "atom"} and day != newest and one != source:
                continue
            if one in {"listing", "oai"}:
                yield from ((day, one, [subject]) for subject in wanted)
            elif wanted:
                yield day, one, wanted


def _incomplete_days(subjects: list[str], newest: date) -> list[date]:
    """The newest issue day, and those of the week before that are known and not settled."""
    if not subjects:
        return []
    unsettled = harvests.unsettled_days(newest - timedelta(days=LOOK_BACK_DAYS))
    newest_is_settled = harvests.is_settled(newest, len(subjects))
    return [] if newest_is_settled and not unsettled else sorted({newest, *unsettled}, reverse=True)
