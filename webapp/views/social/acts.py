"""Upvoting a paper, and who did."""

from textwrap import shorten

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from webapp.models import Paper, Reader
from webapp.queries import papers
from webapp.queries.social import daily
from webapp.services.social import upvotes
from webapp.views import is_part
from webapp.views.readers import back_of, log_in_first, refuse

UPVOTES = {"upvote": True, "undo": False}
SAID = {
    True: gettext_lazy("Upvoted “%(title)s”; everybody can see it."),
    False: gettext_lazy("Upvote of “%(title)s” taken back."),
}


@require_POST
def upvote(request: HttpRequest, arxiv_id: str) -> HttpResponse:
    """POST value=upvote or undo."""
    if not isinstance(request.user, Reader):
        return log_in_first(request)
    paper = get_object_or_404(papers.SHOWN, arxiv_id=arxiv_id)
    wanted = UPVOTES.get(request.POST.get("value", ""))
    if wanted is None:
        return refuse(request, paper, gettext("Say value=upvote or undo."), 400)
    try:
        upvotes.upvote(request.user, paper, wanted, timezone.now())
    except upvotes.Withdrawn:
        why = gettext("Its authors have withdrawn this paper, so it can't be upvoted.")
        return refuse(request, paper, why, 409)
    title = shorten(paper.title, 80, placeholder=" …")
    return _answer(request, paper, SAID[wanted] % {"title": title})


def _answer(request: HttpRequest, paper: Paper, told: str) -> HttpResponse:
    """The button anew for htmx, else the page again."""
    if not is_part(request):
        messages.success(request, told, extra_tags="paper")
        return HttpResponseRedirect(f"{back_of(request)}#paper-{paper.arxiv_id}")
    assert isinstance(request.user, Reader)
    card = daily.card_of(paper, request.user)
    context = {"public": card, "paper": paper, "next": back_of(request), "said": told}
    return render(request, "social/_upvote.html", context)


@require_safe
def upvoters(request: HttpRequest, arxiv_id: str) -> HttpResponse:
    """The names of those who upvoted a paper."""
    paper = get_object_or_404(papers.SHOWN, arxiv_id=arxiv_id)
    before = request.GET.get("before", "")
    key = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    found = daily.upvoters(paper, key)
    shown = found[: daily.UPVOTERS]
    more = shown[-1].pk if len(found) > len(shown) else None
    context = {"paper": paper, "upvotes": shown, "more": more, "is_first": key is None}
    return render(request, "social/upvoters.html", context)
