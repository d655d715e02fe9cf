"""The daily pages: a day, a week, a month; open to everybody."""

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from webapp.arxiv import identifiers, outlook
from webapp.models import Reader
from webapp.queries import papers, rankings, readers
from webapp.queries.social import daily
from webapp.services.social import upvotes
from webapp.views import base_of, is_part
from webapp.views.rankings import feed, outlook_of
from webapp.views.readers import back_of, log_in_first
from webapp.views.searches import search


@require_safe
@vary_on_headers("HX-Request")
def front(request: HttpRequest) -> HttpResponse:
    """A reader's own feed; to a stranger the newest daily page."""
    if isinstance(request.user, Reader) or request.GET:
        return feed(request)
    return _page(request, "date", None) or feed(request)


@require_safe
def newest(request: HttpRequest) -> HttpResponse:
    """The newest daily page; with ?q= the search."""
    if "q" in request.GET:
        return search(request)
    if day := request.GET.get("date"):
        return _led(request, day)
    return _page(request, "date", None) or render(request, "social/nothing.html")


def _led(request: HttpRequest, day: str) -> HttpResponse:
    """From the field that asks for a day to its page."""
    try:
        daily.first_day("date", day)
    except ValueError:
        return render(request, "social/no_day.html", {"kind": "date", "name": day}, status=404)
    return redirect(reverse("date", args=[day]) + _narrowed(request)[1])


def _narrowed(request: HttpRequest) -> tuple[str, str, list[str]]:
    """GET ?cat=cs.LG, or ?cat=cs for all of an archive: the code, what links keep, the categories.

    What is no category is not here.
    """
    wanted = request.GET.get("cat", "")
    if not wanted:
        return "", "", []
    code = identifiers.ALIASES.get(wanted, wanted)
    if codes := papers.codes_of(code):
        return code, f"?cat={code}", codes
    raise Http404(wanted)


@require_safe
def period(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    """One day, week or month; one without papers is answered with the nearest earlier one."""
    try:
        wanted = daily.first_day(kind, name)
    except ValueError:
        return render(request, "social/no_day.html", {"kind": kind, "name": name}, status=404)
    return _page(request, kind, wanted) or render(request, "social/nothing.html")


def _page(request: HttpRequest, kind: str, wanted: date | None) -> HttpResponse | None:
    """The page, or None where there is no paper at all."""
    cat, kept, codes = _narrowed(request)
    found = daily.near(kind, wanted, codes)
    if found is None:
        return None
    shown = found.period
    if wanted and shown.first < wanted > timezone.localdate():
        context = {"kind": kind, "is_ahead": True, "wanted": wanted}
        return render(request, "social/no_day.html", context, status=404)
    page = daily.daily_page(shown, request.GET.get("after", ""), codes)
    context = {
        "base": base_of(request),
        "found": found,
        "kind": kind,
        "cat": cat,
        "kept": kept,
        "page": page,
        "cards": cards_for(request.user, page.cards),
        "wanted": wanted if wanted and wanted != shown.first else None,
        "is_first": "after" not in request.GET,
        "outlook": None if isinstance(request.user, Reader) else _outlook(found),
    }
    return render(request, "social/daily.html", context)


def _outlook(found: daily.Found) -> outlook.Outlook | None:
    """How the newest day stands, to strangers; readers are told above their feed."""
    if found.following or not settings.ARXIV_SUBJECTS:
        return None
    n_papers = papers.of_day(found.day).count()
    day = rankings.FeedPage(papers.Day(found.day, None, None), [], 1, 1, n_papers, is_ranked=False)
    return outlook_of(day, [], outlook.Clock(timezone.now(), readers.zone_of(None)))


def cards_for(user: Any, cards: list[daily.Listed]) -> list[daily.Listed]:
    return daily.for_reader(cards, user, timezone.now()) if isinstance(user, Reader) else cards


@require_POST
def seen(request: HttpRequest) -> HttpResponse:
    """What stands on the daily pages now will not be marked as new on the next visit."""
    if not isinstance(request.user, Reader):
        return log_in_first(request)
    upvotes.visit(request.user, timezone.now())
    if is_part(request):
        return HttpResponse(status=204)
    told = gettext("Your visit is noted: what comes after it will be marked as new.")
    messages.success(request, told)
    return redirect(back_of(request))
