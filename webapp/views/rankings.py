"""The feed: one day's papers, in this reader's order."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from webapp.forms import day_asked, page_asked
from webapp.models import Reader
from webapp.queries import papers, rankings, readers


@require_safe
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
    if isinstance(user, Reader):
        profile = readers.profile_of(user)
        return {
            "feed": rankings.feed_page(profile, day, page),
            "profile": profile,
            "wanted": wanted,
        }
    return {"feed": rankings.newest_page(day, page, []), "wanted": wanted}


def is_part(request: HttpRequest) -> bool:
    """True where htmx swaps the list; going back in history it wants the whole page again."""
    asked = request.headers
    return asked.get("HX-Request") == "true" and "HX-History-Restore-Request" not in asked
