"""A round of questions about papers, one at a time."""

from textwrap import shorten
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods

from webapp.models import Paper, Rating, Reader
from webapp.queries import papers, seeds
from webapp.queries import rounds as asked
from webapp.services import readers as acts
from webapp.services import rounds as service
from webapp.templatetags.papers import plain
from webapp.views.profiles import mine
from webapp.views.readers import refuse_act, say

ANSWERS = {"up": Rating.Value.UP, "down": Rating.Value.DOWN, "skip": Rating.Value.NONE}
SAID = {
    "up": gettext_lazy("More like “%(paper)s”."),
    "down": gettext_lazy("Less like “%(paper)s”."),
    "skip": gettext_lazy("Skipped “%(paper)s”."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def round_(request: HttpRequest) -> HttpResponse:
    """The next question, how to begin, or what was answered; a POST begins or answers."""
    if request.method == "POST":
        return _act(request)
    assert isinstance(request.user, Reader)
    context: dict[str, Any] = {"standing": asked.standing(request.user.pk), "n": service.QUESTIONS}
    if context["standing"].is_done:
        context |= {"counts": seeds.counts(request.user.pk), "enough": seeds.ENOUGH}
    return render(request, "rounds/round.html", context)


def _act(request: HttpRequest) -> HttpResponse:
    reader, now = request.user, timezone.now()
    assert isinstance(reader, Reader)
    if "begin" in request.POST:
        return _begin(request)
    name = request.POST.get("back") or request.POST.get("paper", "")
    paper = get_object_or_404(papers.SHOWN, arxiv_id=name.replace("\0", ""))
    if "back" in request.POST:
        if service.take_back(reader, paper, now):
            acts.rerank_after(reader, None, now)
        return redirect("round")
    value = request.POST.get("value", "")
    if value not in ANSWERS:
        return refuse_act(request, gettext("Say up, down or skip: nothing was stored."), 400)
    if service.answer(reader, paper, ANSWERS[value], now):
        if ANSWERS[value]:
            acts.rerank_after(reader, None, now)
        say(request, _told(value, paper), (reverse("round"), "back", paper.arxiv_id))
    else:
        messages.info(request, gettext("That question was answered already."))
    return redirect("round")


def _told(value: str, paper: Paper) -> str:
    return str(SAID[value]) % {"paper": shorten(plain(paper.title), 80, placeholder=" …")}


def _begin(request: HttpRequest) -> HttpResponse:
    try:
        service.begin(mine(request), timezone.now())
    except service.NothingToAsk as error:
        return refuse_act(request, str(error), 409)
    return redirect("round")
