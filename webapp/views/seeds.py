"""Ways to begin: choose subjects, bring papers along, answer a round of questions. None forced."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from webapp.formats.references import TooMuch
from webapp.forms import moment_asked
from webapp.queries import seeds as known
from webapp.services import readers as acts
from webapp.services import seeds as service
from webapp.views.profiles import mine
from webapp.views.readers import by_reader, interest_of, refuse_act, say

LONGEST_NAME = 120
UNCHANGED = "spoken of before, or not here"


@require_safe
@login_required
def welcome(request: HttpRequest) -> HttpResponse:
    """The three ways, and how far the reader has come on each."""
    interests = mine(request)
    context = {"interests": interests, "counts": known.counts(interests.whole.reader_id)}
    return render(request, "seeds/welcome.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def bring(request: HttpRequest) -> HttpResponse:
    """Look before anything is stored: a POST reads a text, ?author= looks for a name."""
    interests = mine(request)
    reader_id = interests.whole.reader_id
    context: dict[str, Any] = {"interests": interests, "most": service.MOST}
    if request.method == "POST":
        context["text"] = text = request.POST.get("text", "")
        try:
            context["preview"] = service.preview(reader_id, text)
        except TooMuch as error:
            context["error"] = str(error)
        return render(
            request, "seeds/bring.html", context, status=400 if "error" in context else 200
        )
    name = " ".join(request.GET.get("author", "").replace("\0", " ").split())[:LONGEST_NAME]
    if name:
        ids = [paper.pk for paper in known.of_author(name)]
        found, spoken, _ = service.sort_out(reader_id, ids)
        context |= {"author": name, "found": found, "known": spoken}
        context["cut_at"] = known.MOST_OF_AUTHOR if len(ids) == known.MOST_OF_AUTHOR else None
    return render(request, "seeds/bring.html", context)


@by_reader
def seed(request: HttpRequest) -> HttpResponse:
    """Like what is ticked; the message that follows takes it back."""
    interests, now = mine(request), timezone.now()
    whole = interests.whole
    if "back" in request.POST:
        return _take_back(request)
    chosen = _numbers(request.POST.getlist("paper"))
    if not chosen:
        return refuse_act(request, "Tick the papers first: nothing was stored.", 400)
    saved = request.POST.get("saved") == "1"
    n = service.seed(whole, chosen, now, interest_of(request), saved=saved)
    acts.rerank_after(whole.reader, None, now)
    where = " and stand in your library" if saved else ""
    told = f"{_n(n)} now speak{'s' if n == 1 else ''} for you{where}."
    if left := len(chosen) - n:
        told += f" {left} stay{'s as it was' if left == 1 else ' as they were'}: {UNCHANGED}."
    say(request, told, (reverse("seed"), "back", now.isoformat()) if n else None)
    return redirect("welcome")


def _take_back(request: HttpRequest) -> HttpResponse:
    moment, now = moment_asked(request.POST, "back"), timezone.now()
    if moment is None:
        raise Http404
    whole = mine(request).whole
    n = service.take_back(whole, moment, now)
    acts.rerank_after(whole.reader, None, now)
    say(request, f"{_n(n)} taken back.", None)
    return redirect("welcome")


def _numbers(sent: list[str]) -> set[int]:
    """Which papers are ticked; what is no number of one is nobody's."""
    if len(sent) > service.MOST or not all(
        one.isascii() and one.isdigit() and len(one) < 18 for one in sent
    ):
        raise Http404
    return {int(one) for one in sent}


def _n(n: int) -> str:
    return "One paper" if n == 1 else f"{n} papers"
