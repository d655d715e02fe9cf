"""arXiv's query API: what is known by number, and the papers of older days."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import partial

from django.conf import settings

from webapp.arxiv import calendar, query_api
from webapp.arxiv.answers import UpstreamError
from webapp.arxiv.records import HarvestedPaper
from webapp.models import Harvest
from webapp.queries import harvests
from webapp.queries import seeds as brought_along
from webapp.queries.social import submissions as brought_in
from webapp.services import coverage, seeds
from webapp.services.social import submissions
from webapp.services.sources.asking import Asked, Batch, ask, begin_again, ended, keep

IDS_AT_ONCE = 100
MOST_SOUGHT = 300  # numbers of one try, three requests
RESULTS_AT_ONCE = 1_000
MOST_RESULTS = 30_000  # by its manual; beyond, it answers with an error
_CUT_OFF = timedelta(hours=6)  # before an announcement; what came later is for the next one


def missing(asked: Asked) -> bool:
    """The papers that were announced and that no source has brought, by their numbers."""
    wanted = harvests.missing_ids(asked.subjects, asked.row.day)
    for ids in _portions(wanted):
        batch = _by_number(asked, ids)
        if batch is None:
            return False
        keep(asked, batch, wanted)
    return True


def sought(asked: Asked) -> bool:
    """Numbers that no listing names: what they turn out to be is remembered, whatever it is."""
    wanted = harvests.ids_to_seek(asked.clock(), MOST_SOUGHT)
    for ids in _portions(wanted):
        batch = _by_number(asked, ids)
        if batch is None:
            return False
        found = {paper.arxiv_id: _is_followed(paper, asked.subjects) for paper in batch.papers}
        ours = tuple(paper for paper in batch.papers if found[paper.arxiv_id])
        keep(asked, batch._replace(papers=ours))
        coverage.settle(ids, found, asked.clock())
    return True


def brought(asked: Asked) -> bool:
    """What readers have submitted or brought along, of whatever categories."""
    submitted = brought_in.waiting(asked.clock(), MOST_SOUGHT)
    wanted = [*submitted, *brought_along.to_ask_for(asked.clock(), MOST_SOUGHT)]
    for ids in _portions(list(dict.fromkeys(wanted))[:MOST_SOUGHT]):
        batch = _by_number(asked, ids)
        if batch is None:
            submissions.unanswered(ids, asked.row.error, asked.clock())
            seeds.unanswered(ids, asked.row.error, asked.clock())
            return False
        keep(asked, batch)
        submissions.settle(ids, asked.clock())
        seeds.settle(ids, asked.clock())
    return True


def submitted(asked: Asked) -> bool:
    """Back-fill: what was submitted for an issue day, slice by slice, as long as they may be."""
    start = int(asked.row.cursor or 0)
    while start < MOST_RESULTS:
        page = ask(asked, settings.ARXIV_API_URL, _slice(asked, start), partial(_results, start))
        if page is None:
            return False
        start += page.n_entries
        is_more = page.n_entries >= RESULTS_AT_ONCE or start < (page.total or 0)
        keep(asked, Batch(page.papers, refused=page.refused, cursor=f"{start}" if is_more else ""))
        if not is_more:
            return True
    begin_again(asked.row)
    said = f"The query API gives {MOST_RESULTS:,} results at most; name fewer categories."
    ended(asked, Harvest.State.REFUSED, said)
    return False


def _slice(asked: Asked, start: int) -> dict[str, str]:
    """Neighbouring days' spans meet: a paper held back by moderation is in one of them."""
    day, holidays = asked.row.day, harvests.holidays()
    first = calendar.announcement(calendar.previous_issue_day(day, holidays)) - _CUT_OFF
    last = calendar.announcement(day)
    query = " OR ".join(f"cat:{_pattern(subject)}" for subject in asked.subjects)
    return {
        "search_query": f"({query}) AND submittedDate:[{first:%Y%m%d%H%M} TO {last:%Y%m%d%H%M}]",
        "start": f"{start}",
        "max_results": f"{RESULTS_AT_ONCE}",
        "sortBy": "submittedDate",
        "sortOrder": "ascending",
    }


def _pattern(subject: str) -> str:
    """An archive stands for its categories, if it has any: cs for cs.AI and the others."""
    return f"{subject}.*" if len(harvests.parts_of(subject)) > 1 else subject


def _portions(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + IDS_AT_ONCE] for start in range(0, len(ids), IDS_AT_ONCE))


def _by_number(asked: Asked, ids: Sequence[str]) -> Batch | None:
    params = {"id_list": ",".join(ids), "max_results": f"{len(ids)}"}
    return ask(asked, settings.ARXIV_API_URL, params, _entries)


def _is_followed(paper: HarvestedPaper, subjects: Iterable[str]) -> bool:
    """A category, or an archive as a whole."""
    wanted = {*subjects}
    return any(code in wanted or code.partition(".")[0] in wanted for code in paper.subjects)


def _entries(body: bytes) -> Batch:
    """What came of a list of numbers; those that arXiv does not have are left out of it."""
    page = query_api.parse(body)
    return Batch(page.papers, refused=page.refused)


def _results(start: int, body: bytes) -> query_api.Page:
    page = query_api.parse(body)
    if page.start not in {None, start}:
        said = f"The query API was asked for results from {start:,} on and has others."
        raise UpstreamError("error", said)
    if page.is_gap or page.is_short:
        raise UpstreamError("error", "The query API left out results in the middle of a list.")
    return page
