"""What was expected of arXiv and what came; for the operator, how each source answers."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import user_passes_test
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from webapp.arxiv import calendar
from webapp.forms import day_asked
from webapp.models import Reader
from webapp.queries import harvests
from webapp.services import work

DAYS_SHOWN, TROUBLES_SHOWN = 15, 20


def is_operator(user: object) -> bool:
    return isinstance(user, Reader) and user.is_staff


@require_safe
def coverage(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    context = {
        "follows": settings.ARXIV_SUBJECTS,
        "days": harvests.newest_days(DAYS_SHOWN),
        "next_at": calendar.next_announcement(now, harvests.holidays()),
        "troubles": harvests.troubles(TROUBLES_SHOWN),
    }
    if is_operator(request.user):
        context |= {"sources": harvests.last_by_source(), "gates": harvests.gates()}
    return render(request, "harvests/coverage.html", context)


@require_POST
@user_passes_test(is_operator)
def fetch_again(request: HttpRequest) -> HttpResponse:
    """Ask for one day once more; a worker does it, in arXiv's polite line."""
    now, day = timezone.now(), day_asked(request.POST)
    if day is None:
        messages.error(request, "Say which day, as YYYY-MM-DD.")
    else:
        work.ask("harvest", f"{day}/all//asked {now:%Y-%m-%dT%H:%M:%S}", now)
        messages.success(request, f"A worker will ask for {day:%A} {day.day} {day:%B} again.")
    return redirect("coverage")
