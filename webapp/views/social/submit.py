"""Bringing a paper, and what became of it."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from webapp.arxiv import identifiers
from webapp.forms import SubmissionForm
from webapp.models import Reader, Submission
from webapp.queries.social import submissions as known
from webapp.services.social import submissions
from webapp.views import is_part
from webapp.views.readers import log_in_first

SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def submit(request: HttpRequest) -> HttpResponse:
    """GET: the form and one's own submissions, to htmx these alone; POST paper=..."""
    if request.method != "POST":
        return _page(request, SubmissionForm(initial={"paper": request.GET.get("paper", "")[:300]}))
    if not isinstance(request.user, Reader):
        return log_in_first(request)
    form = SubmissionForm(request.POST)
    if not form.is_valid():
        return _page(request, form, 400)
    try:
        row, is_mine = submissions.submit(request.user, form.cleaned_data["paper"], timezone.now())
    except submissions.Refused as refused:
        form.add_error("paper", str(refused))
        return _page(request, form, 409)
    messages.success(request, _said(row, is_mine, request.user))
    return redirect("submit")


def _said(row: Submission, is_new: bool, reader: Reader) -> str:
    is_waiting = row.state == Submission.State.WAITING
    told = gettext("%(paper)s is on the newest daily page now.")
    if not is_new and row.reader_id == reader.pk:
        told = gettext("You have submitted %(paper)s already, on %(day)s.")
    elif not is_new:
        told = gettext("%(name)s has submitted %(paper)s already, on %(day)s.")
    elif is_waiting:
        told = gettext("%(paper)s is not here yet: arXiv will be asked for it in its turn.")
    facts = {"paper": identifiers.label(row.arxiv_id), "day": formatted(row.day, "j F Y")}
    waits = gettext("It is still being fetched.") if is_waiting and not is_new else ""
    return f"{told % (facts | {'name': _name(row)})} {waits}".rstrip()


def _name(row: Submission) -> str:
    return (row.reader and row.reader.name) or gettext("A reader")


def _page(request: HttpRequest, form: SubmissionForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "a_day": submissions.A_DAY, "fetches": bool(settings.ARXIV_SUBJECTS)}
    if isinstance(request.user, Reader):
        mine = known.submissions_of(request.user, SHOWN)
        context["mine"] = mine
        context["are_waiting"] = any(row.state == Submission.State.WAITING for row in mine)
        context["may"] = known.may_take_part(request.user)
    name = "social/_submissions.html" if is_part(request) else "social/submit.html"
    return render(request, name, context, status=status)
