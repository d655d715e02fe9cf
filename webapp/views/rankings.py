"""The feed: one day's papers, in this reader's order."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from webapp.forms import day_asked, page_asked
from webapp.models import Reader
from webapp.queries import papers, rankings, readers
from webapp.views import is_part


@require_safe
@vary_on_headers("HX-Request")
def feed(request: HttpRequest) -> HttpResponse:
    """GET /?day=&page= : the page, or only the list part when htmx asks."""
    context = feed_context(request.user, day_asked(request.GET), page_asked(request.GET))
    name = "rankings/_list.html" if is_part(request) else "rankings/feed.html"
    return render(request, name, context)


def feed_context(user: Any, wanted: date | None, page: int) -> dict[str, Any]:
    """The same for the page and for the list that answers a rating."""
    day = papers.day_near(wanted)
    if day is None:
        return {"feed": None, "wanted": wanted}
    is_ahead = wanted is not None and wanted > timezone.localdate()
    context = {"wanted": wanted, "is_ahead": is_ahead}
    if isinstance(user, Reader):
        profile = readers.profile_of(user)
        return context | {"feed": rankings.feed_page(profile, day, page), "profile": profile}
    return context | {"feed": rankings.newest_page(day, page, [])}
