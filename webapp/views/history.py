"""The past of a reader's days: why a paper stood there, why it did not, and what was missed."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from webapp.arxiv import identifiers
from webapp.forms import RATINGS, day_asked, no_day_asked
from webapp.models import Paper, Reader
from webapp.queries import history as record
from webapp.queries import papers, readers
from webapp.queries.rankings import Card
from webapp.services import history as service
from webapp.services import signals
from webapp.services.rankings import OPEN_DAYS
from webapp.views.profiles import mine
from webapp.views.readers import refuse_act, say

FIRST_LOOK = timedelta(days=7)  # of a reader who has never said how far they are
MOST_AUTHORS = 8
WIDTH = 100  # of a bar, in units of its picture


@require_safe
@login_required
def why(request: HttpRequest, arxiv_id: str) -> HttpResponse:
    """Where a paper stood and what its score was made of; or what kept it away."""
    interests = mine(request)
    found = papers.SHOWN.filter(arxiv_id=arxiv_id).first()
    if found is None:
        context = {"unknown": Paper(arxiv_id=arxiv_id), "followed": settings.ARXIV_SUBJECTS}
        return render(request, "history/unknown.html", context, status=404)
    placed = record.placed(interests.whole, found.pk)
    asked = day_asked(request.GET)
    one = next((row for row in placed if asked in {None, row.day}), None)
    told = service.why(interests, found, one) if one else None
    lost = service.lost(interests, found)
    context = {"paper": found, "placed": placed, "why": told, "lost": lost, "interests": interests}
    context["first"] = record.first_placed(interests.whole, found.pk).get(
        one.day if one else asked or found.issue_day
    )
    context["bars"] = bars(told.shares) if told else []
    context["steering"] = steering(interests, found, one.terms if one else [])
    context["interest"] = one and interests.named(one.profile)
    context["asked"] = asked_act = request.GET.get("if", "")
    if asked_act in {"up", "down"} and one:
        value = RATINGS[asked_act].value
        moves = signals.what_if(interests, found, value, one.day, timezone.now())
        context["moved"] = _titles(moves) if moves else []
        context["itself"] = moves and moves.itself
    context["rating"] = readers.ratings_of(interests.whole.reader_id, [found.pk]).get(found.pk)
    return render(request, "history/why.html", context)


def _titles(moves: signals.Preview) -> list[tuple[Paper, int, int]]:
    """Each paper that would move, with its place now and then; what rises comes first."""
    each = [*moves.rise, *moves.fall]
    known = papers.by_ids(pk for pk, _, _ in each)
    return [(known[pk], now, then) for pk, now, then in each if pk in known]


def steering(
    interests: readers.Interests, paper: Paper, terms: list[str]
) -> list[tuple[str, str, list[tuple[str, int]]]]:
    """What of a paper can be muted or boosted, and what is: (kind, heading, (value, effect))."""
    wishes = interests.wishes_of(interests.whole)
    ruled = {(wish.kind, wish.value): wish.effect for wish in wishes}
    held = [
        ("term", gettext("Terms"), terms),
        ("author", gettext("Authors"), paper.authors[:MOST_AUTHORS]),
        ("subject", gettext("Subjects"), paper.subjects),
    ]
    return [
        (kind, heading, [(value, ruled.get((kind, value), 0)) for value in values])
        for kind, heading, values in held
    ]


def bars(shares: list[tuple[str, float]]) -> list[dict[str, Any]]:
    """Each share with its bar: from the line of nothing, to the right what adds."""
    least = min(0.0, *(value for _, value in shares))
    span = max(0.0, *(value for _, value in shares)) - least or 1.0
    zero = round(WIDTH * -least / span, 2)
    return [
        {
            "name": name,
            "value": value,
            "zero": zero,
            "x": round(zero + min(0.0, WIDTH * value / span), 2),
            "width": round(WIDTH * abs(value) / span, 2),
            "is_less": value < 0,
        }
        for name, value in shares
    ]


@require_safe
@login_required
def history(request: HttpRequest) -> HttpResponse:
    """The days on record, and by which run; ?paper= leads to where that paper stood.

    With ?day= one of them as it was first ranked.
    """
    if day := day_asked(request.GET):
        first = record.first_order(mine(request).whole, day)
        return render(request, "history/first.html", {"day": day, "first": first})
    asked = " ".join(request.GET.get("paper", "").replace("\0", " ").split())[:250]
    error = ""
    if asked:
        try:
            return redirect("why", identifiers.named(asked))
        except ValueError:
            error = gettext(
                "That names no paper: give an arXiv number, a DOI, or an address of either."
            )
    interests = mine(request)
    rows = list(record.days(interests.whole, day_asked(request.GET, "before")))
    more = rows[record.DAYS - 1].day if len(rows) > record.DAYS else None
    context = {"rows": rows[: record.DAYS], "more": more, "asked": asked, "error": error}
    return render(request, "history/history.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def catch_up(request: HttpRequest) -> HttpResponse:
    """The best since the last visit; a POST says that the reader is through with it, or not."""
    if request.method == "POST":
        return _caught_up(request)
    interests, now = mine(request), timezone.now()
    away = record.away(interests.whole, now)
    since = day_asked(request.GET) or away.since or (away.newest and away.newest - FIRST_LOOK)
    context: dict[str, Any] = {"newest": away.newest, "no_day": no_day_asked(request.GET)}
    context["by_day"] = True  # of the cards, each its own
    if away.newest and since:
        context |= {"since": since, "is_visit": since == away.since}
        context["came"] = record.since(interests.whole, since, OPEN_DAYS, now)
        context["cards"] = _best(interests, since)
        context["is_ranked"] = bool(context["cards"])
        if not context["cards"]:
            found = record.unranked(interests, since, service.BEST)
            context["cards"] = [Card(paper, n) for n, paper in enumerate(found, start=1)]
    return render(request, "history/catch_up.html", context)


def _best(interests: readers.Interests, since: date) -> list[Card]:
    best = service.best_since(interests, since)
    shown = papers.by_ids(pk for row in best for pk in (row.paper, row.because))
    names = {one.pk: one.name for one in interests.apart}
    return [
        Card(
            shown[row.paper],
            n,
            because=shown.get(row.because),
            terms=row.terms,
            interest=names.get(row.profile or 0, ""),
        )
        for n, row in enumerate(best, start=1)
    ]


def _caught_up(request: HttpRequest) -> HttpResponse:
    reader, newest = request.user, papers.day_near(None)
    assert isinstance(reader, Reader)
    before, day = reader.caught_up_on, day_asked(request.POST)
    if day is None and request.POST.get("day"):
        return refuse_act(request, gettext("That is not a day, so nothing was stored."), 400)
    if day and newest:  # nobody can be through with what has not come
        day = min(day, newest.day)
    service.catch_up(reader, day)
    undo = (reverse("catch_up"), "day", str(before or ""))
    say(request, _through(day), undo if day else None)
    return redirect("catch_up")


def _through(day: date | None) -> str:
    if day is None:
        return gettext("Undone.")
    return gettext("All up to %(day)s is marked as seen.") % {"day": formatted(day, "j F")}
