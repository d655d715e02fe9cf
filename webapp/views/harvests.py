"""What was expected of arXiv and what came; for the operator, how each source answers."""

from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from webapp.arxiv import calendar, outlook
from webapp.arxiv.coverage import Kind, State, said
from webapp.forms import day_asked, no_day_asked
from webapp.harvestforms import SOURCES, FetchForm
from webapp.models import Coverage, Harvest, Reader
from webapp.queries import harvests, papers, readers
from webapp.services import work
from webapp.views import is_part

WEEK = timedelta(days=6)  # from a week's last day to its first
MOST_TROUBLES = 200
RECENTLY = timedelta(days=1)
LONGEST_TRY = timedelta(minutes=10)


class Line(NamedTuple):
    """One category on one day."""

    subject: str
    state: str
    sentence: str  # as it was written down
    expected: int | None
    counts: list[int]  # in the order of the day's sources
    missing_ids: list[str]

    @property
    def word(self) -> str:
        return Kind(self.state).word


class ShownDay(NamedTuple):
    day: date
    state: str
    sentence: str
    sources: list[str]
    lines: list[Line]
    holes: str = ""  # what became of missing numbers that no listing named

    @property
    def is_open(self) -> bool:
        return self.state in {"partial", "late", "stale"}

    @property
    def word(self) -> str:
        return Kind(self.state).word


@require_safe
def coverage(request: HttpRequest) -> HttpResponse:
    """GET /coverage/?day= : the seven days up to this one, else up to the newest."""
    clock = outlook.Clock(timezone.now(), readers.zone_of(request.user))
    holidays, _ = harvests.outlook_facts([], [])
    due = calendar.expected_day(clock.now, holidays)
    last = min(day_asked(request.GET) or date.max, due)
    last = max(last, date.min + 2 * WEEK)
    known = harvests.neighbours(last - WEEK, last)
    context = {
        "follows": settings.ARXIV_SUBJECTS,
        "next_one": outlook.next_one(clock, holidays),
        "days": _days(last, known.first, clock, holidays),
        "troubles": harvests.troubles_between(last - WEEK, last, MOST_TROUBLES),
        "older": known.older,
        "newer": min(known.newer + WEEK, due) if known.newer and known.newer <= due else None,
        "last": last,
        "no_day": no_day_asked(request.GET),
    }
    return render(request, "harvests/coverage.html", context)


def _days(
    last: date, known_since: date | None, clock: outlook.Clock, holidays: outlook.Holidays
) -> list[ShownDay]:
    """Newest first. Of days before the first that was asked for nothing is said."""
    first, days = last - WEEK, [last - timedelta(days=n) for n in range(7)]
    rows = harvests.coverage_between(first, last)
    follows = settings.ARXIV_SUBJECTS or sorted({row.subject for day in rows for row in rows[day]})
    _, counts = harvests.outlook_facts(days, follows)
    n_here, holes = papers.n_by_day(first, last, follows), harvests.holes_of(days)
    found = []
    for day in days:
        if day in rows or (known_since and day >= known_since):
            count = outlook.Count(*counts[day]) if day in counts else None
            state = outlook.state_of(day, count, n_here.get(day, 0), clock, holidays)
            shown = _shown(day, state, rows.get(day, []), clock, holidays)
            found.append(shown._replace(holes=holes.get(day, "")))
    return found


def _shown(
    day: date,
    state: State,
    rows: list[Coverage],
    clock: outlook.Clock,
    holidays: outlook.Holidays,
) -> ShownDay:
    sources = sorted({source for row in rows for source in row.received})
    lines = [
        Line(
            row.subject,
            *_told(row, clock, holidays),
            row.expected,
            [len(row.received.get(source, ())) for source in sources],
            row.missing_ids,
        )
        for row in rows
    ]
    return ShownDay(day, state.kind.value, state.sentence, sources, lines)


def _told(row: Coverage, clock: outlook.Clock, holidays: outlook.Holidays) -> tuple[str, str]:
    """What was said when the row was written; what only waited then is looked at anew."""
    if row.state != "waiting":
        return row.state, row.sentence
    count = outlook.Count(row.expected, len(row.missing_ids), row.listed_day)
    state = outlook.state_of(row.day, count, 0, clock, holidays)
    return state.kind.value, state.sentence


# --- the operator's part ------------------------------------------------------------------------


def for_the_operator(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For others there is no such page."""

    @login_required
    @wraps(view)
    def only_staff(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (isinstance(request.user, Reader) and request.user.is_staff):
            raise Http404
        return view(request, *args, **kwargs)

    return only_staff


class Source(NamedTuple):
    last: Harvest
    trouble: Harvest | None
    next_at: datetime | None  # None: within a quarter of an hour


@require_safe
@for_the_operator
def sources(request: HttpRequest) -> HttpResponse:
    """How each source answers, what is being fetched, and a form to fetch again."""
    now = timezone.now()
    requests, running = harvests.requests(now - RECENTLY), harvests.running(now - LONGEST_TRY)
    context = {
        "requests": requests,
        "running": running,
        "is_going_on": bool(running) or any(one.is_open for one in requests),
        "now": now,
    }
    if is_part(request):
        return render(request, "harvests/_requests.html", context)
    holidays = harvests.holidays()
    newest = calendar.expected_day(now, holidays)
    context |= {
        "sources": _sources(newest, holidays),
        "gates": harvests.gates(),
        "form": FetchForm(initial={"day": day_asked(request.GET) or newest}),
    }
    return render(request, "harvests/sources.html", context)


def _sources(newest: date, holidays: Collection[date]) -> list[Source]:
    """While the newest day is not settled they are asked again; then they wait for the next."""
    troubles = harvests.last_trouble_by_source()
    following = calendar.next_issue_day(newest, holidays)
    is_settled = harvests.is_settled(newest, settings.ARXIV_SUBJECTS)

    def next_at(last: Harvest) -> datetime | None:
        if last.source in AT_ANY_HOUR:
            return last.started_at + PAUSE if last.state == Harvest.State.DONE else None
        due = calendar.due_since(following, DUE_AS.get(last.source, "listing"))
        return due if is_settled else None

    return [
        Source(last, troubles.get(last.source), next_at(last)) for last in harvests.last_by_source()
    ]


# Which entry of arXiv's calendar a source goes by.
DUE_AS: dict[str, calendar.Source] = {
    "rss": "feed",
    "atom": "feed",
    "oai": "oai",
    "oai_raw": "oai",
    "oai_dc": "oai",
    "missing": "query",
    "sought": "query",
    "query": "query",
}
AT_ANY_HOUR = {"biorxiv", "medrxiv", "daily_papers"}
PAUSE = timedelta(hours=6)  # of those, after an answer


@require_POST
@for_the_operator
def fetch_again(request: HttpRequest) -> HttpResponse:
    """Ask for a day once more, whole or in part; a worker does it, in arXiv's polite line."""
    form, now = FetchForm(request.POST), timezone.now()
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, str(errors[0]))
        return redirect("sources")
    day, source, subject = (form.cleaned_data[name] for name in ("day", "source", "subject"))
    parts = (said(day), SOURCES.get(source), subject)
    what = {"what": ", ".join(str(part) for part in parts if part)}
    if harvests.is_requested(day, source, subject):
        messages.info(request, gettext("%(what)s is being asked for already.") % what)
    else:
        work.ask("harvest", harvests.slot_of_request(day, source, subject, now), now)
        messages.success(request, gettext("A worker will ask for %(what)s.") % what)
    return redirect("sources")
