"""What is trending, with the formula that says why."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from webapp.queries.social import trends as known
from webapp.services.social import trends
from webapp.views import base_of
from webapp.views.social.daily import cards_for

LABELS = {
    "day": gettext_lazy("24 hours"),
    "week": gettext_lazy("7 days"),
    "month": gettext_lazy("30 days"),
}
WITHIN = {
    "day": gettext_lazy("in the last 24 hours"),
    "week": gettext_lazy("in the last 7 days"),
    "month": gettext_lazy("in the last 30 days"),
}
OF = {
    "day": gettext_lazy("of the last 24 hours"),
    "week": gettext_lazy("of the last 7 days"),
    "month": gettext_lazy("of the last 30 days"),
}


@require_safe
def trending(request: HttpRequest) -> HttpResponse:
    """GET ?window=day, week or month; anything else is the week."""
    window = request.GET.get("window", "")
    window = window if window in trends.WINDOWS else "week"
    after = request.GET.get("after", "")
    key = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
    page = known.trending_page(window, key)
    context = {
        "base": base_of(request),
        "page": page,
        "cards": cards_for(request.user, page.cards) if page else [],
        "is_first": not key,
        "window": window,
        "labels": LABELS,
        "within": WITHIN[window],
        "of": OF[window],
        "config": trends.WINDOWS[window],
        "learned_days": trends.LEARNED_DAYS,
        "most": trends.MOST,
    }
    return render(request, "social/trending.html", context)
