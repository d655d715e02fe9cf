"""The feed: one day's papers, in this reader's order."""

from datetime import date
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from webapp.arxiv import outlook
from webapp.forms import day_asked, no_day_asked, page_asked, profile_asked
from webapp.models import Reader
from webapp.queries import harvests, history, papers, rankings, readers
from webapp.views import is_part


@require_safe
@vary_on_headers("HX-Request")
def feed(request: HttpRequest) -> HttpResponse:
    """GET /?day=&page=&profile= : the page, or only the list part when htmx asks."""
    try:
        context = feed_context(request.user, day_asked(request.GET), request.GET)
    except NoInterest:
        return _taken_away(request)
    if is_part(request):
        return render(request, "rankings/_list.html", context)
    context["no_day"] = no_day_asked(request.GET)
    profile = context.get("profile")
    clock = outlook.Clock(timezone.now(), readers.zone_of(request.user))
    subjects = profile.subjects if profile else []
    context["outlook"] = outlook_of(context["feed"], subjects, clock)
    return render(request, "rankings/feed.html", context)


class NoInterest(Http404):
    """A page of an interest that is not there, or of another reader's."""


def _taken_away(request: HttpRequest) -> HttpResponse:
    """Of one's own: that it is gone, and the way back. Else 404."""
    gone = readers.taken_away(request.user.pk or 0)
    found = next((one for one in gone if one.pk == profile_asked(request.GET)), None)
    if found is None:
        raise Http404
    return render(request, "rankings/taken_away.html", {"gone": found}, status=410)


def outlook_of(
    feed: rankings.FeedPage | None, subjects: list[str], clock: outlook.Clock
) -> outlook.Outlook | None:
    """The line above the feed; none where arXiv is not asked, or was not asked for that day."""
    followed = outlook.followed(settings.ARXIV_SUBJECTS, subjects)
    if not followed:
        return outlook.not_followed() if settings.ARXIV_SUBJECTS else None
    shown, n_here = (feed.day.day, feed.n_papers) if feed else (None, 0)
    days = outlook.days_to_ask(shown, clock.now)
    holidays, known = harvests.outlook_facts(days, followed)
    counts = {day: outlook.Count(*count) for day, count in known.items()}
    if feed is None or feed.day.following is None:
        told = outlook.newest(shown, n_here, counts, clock, holidays)
        others = outlook.beside(settings.ARXIV_SUBJECTS, subjects)
        return told._replace(sentences=[told.sentences[0], *others, *told.sentences[1:]])
    count = counts.get(feed.day.day)
    return count and outlook.earlier(feed.day.day, count, n_here, clock, holidays)


def feed_context(
    user: Any, wanted: date | None, query: QueryDict, *, is_answer: bool = False
) -> dict[str, Any]:
    """The same for the page and for the list that answers a rating.

    NoInterest where a page is asked for that is none of theirs; who acts on such a page is
    answered with the list of all.
    """
    page = page_asked(query)
    is_ahead = wanted is not None and wanted > timezone.localdate()
    context: dict[str, Any] = {"wanted": wanted, "is_ahead": is_ahead, "acted_on": None}
    if isinstance(user, Reader):
        interests = readers.interests_of(user.pk)
        asked = profile_asked(query)
        profile = interests.whole if asked is None else interests.named(asked)
        if profile is None and not is_answer:
            raise NoInterest
        profile = profile or interests.whole
        context |= {"profile": profile, "interests": interests}
        away = None if wanted else history.away(interests.whole, timezone.now())
        context["away"] = away
        day = away.today if away else papers.day_near(wanted)
        context["also"] = "" if profile.is_whole else f"&profile={profile.pk}"
        return context | {"feed": day and rankings.feed_page(interests, day, page, profile)}
    day = papers.day_near(wanted)
    return context | {"feed": day and rankings.newest_page(day, page, [])}
