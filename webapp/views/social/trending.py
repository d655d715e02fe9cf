"""What is trending, with the formula that says why."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from webapp.queries.social import trends as known
from webapp.services.social import trends
from webapp.views.social.daily import cards_for

LABELS = {"day": "24 hours", "week": "7 days", "month": "30 days"}


@require_safe
def trending(request: HttpRequest) -> HttpResponse:
    """GET ?window=day, week or month; anything else is the week."""
    window = request.GET.get("window", "")
    window = window if window in trends.WINDOWS else "week"
    after = request.GET.get("after", "")
    key = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
    page = known.trending_page(window, key)
    context = {
        "page": page,
        "cards": cards_for(request.user, page.cards) if page else [],
        "is_first": not key,
        "window": window,
        "labels": LABELS,
        "config": trends.WINDOWS[window],
        "learned_days": trends.LEARNED_DAYS,
        "most": trends.MOST,
    }
    return render(request, "social/trending.html", context)
