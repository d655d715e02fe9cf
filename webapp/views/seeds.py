"""Ways to begin: choose subjects, bring papers along, answer a round of questions. None forced."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from webapp.arxiv import identifiers
from webapp.formats.references import TooMuch
from webapp.forms import moment_asked
from webapp.queries import seeds as known
from webapp.services import readers as acts
from webapp.services import seeds as service
from webapp.views.profiles import mine
from webapp.views.readers import by_reader, interest_of, refuse_act, say

LONGEST_NAME = 120


@require_safe
@login_required
def welcome(request: HttpRequest) -> HttpResponse:
    """The three ways, and how far the reader has come on each."""
    interests = mine(request)
    counts = known.counts(interests.whole.reader_id)
    context = {
        "interests": interests,
        "counts": counts,
        "enough": known.ENOUGH,
        "awaited": known.awaited(interests.whole.reader_id),
    }
    return render(request, "seeds/welcome.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def bring(request: HttpRequest) -> HttpResponse:
    """Look before anything is stored: a POST reads a text, ?author= looks for a name."""
    interests = mine(request)
    reader_id = interests.whole.reader_id
    context: dict[str, Any] = {"interests": interests, "most": service.MOST}
    context |= {"awaited": known.awaited(reader_id), "asks": bool(settings.ARXIV_SUBJECTS)}
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
    every = request.POST.get("every")  # of a list, whatever is ticked in it
    chosen = _numbers(every.split(",") if every else request.POST.getlist("paper"))
    if not chosen:
        return refuse_act(request, gettext("Tick the papers first: nothing was stored."), 400)
    saved = request.POST.get("saved") == "1"
    n = service.seed(whole, chosen, now, interest_of(request), saved=saved)
    acts.rerank_after(whole.reader, None, now)
    told = _told(n, len(chosen) - n, saved=saved)
    say(request, told, (reverse("seed"), "back", now.isoformat()) if n else None)
    return redirect("welcome")


def _told(n: int, left: int, *, saved: bool) -> str:
    """How many papers speak for the reader now, and how many stay as they were."""
    if saved:
        told = ngettext(
            "One paper now speaks for you and stands in your library.",
            "%(n)s papers now speak for you and stand in your library.",
            n,
        )
    else:
        told = ngettext("One paper now speaks for you.", "%(n)s papers now speak for you.", n)
    told %= {"n": n}
    if not left:
        return told
    others = ngettext(
        "%(n)s stays as it was: spoken of before, or not here.",
        "%(n)s stay as they were: spoken of before, or not here.",
        left,
    )
    return f"{told} {others % {'n': left}}"


def _take_back(request: HttpRequest) -> HttpResponse:
    moment, now = moment_asked(request.POST, "back"), timezone.now()
    if moment is None:
        raise Http404
    whole = mine(request).whole
    n = service.take_back(whole, moment, now)
    acts.rerank_after(whole.reader, None, now)
    told = ngettext("One paper taken back.", "%(n)s papers taken back.", n)
    say(request, told % {"n": n}, None)
    return redirect("welcome")


@by_reader
def await_papers(request: HttpRequest) -> HttpResponse:
    """Have arXiv asked for papers of a bibliography that are not here; or ask no more."""
    whole, now = mine(request).whole, timezone.now()
    if "stop" in request.POST:
        n = service.stop_waiting(whole.reader_id, moment_asked(request.POST, "stop"))
        told = ngettext("One paper is not asked for.", "%(n)s papers are not asked for.", n)
        say(request, told % {"n": n}, None)
        return redirect("bring")
    if not settings.ARXIV_SUBJECTS:
        return refuse_act(request, gettext("This instance fetches no papers by itself."), 400)
    saved = request.POST.get("saved") == "1"
    wanted = _identifiers(request.POST.get("papers", ""))
    n = service.await_papers(whole, wanted, now, interest_of(request), saved=saved)
    told = ngettext(
        "arXiv is asked for one paper; it speaks for you once it is here.",
        "arXiv is asked for %(n)s papers; they speak for you once they are here.",
        n,
    )
    if not n:
        told = gettext("arXiv is asked for all of that already, or for as many as can wait.")
    say(request, told % {"n": n}, (reverse("await_papers"), "stop", now.isoformat()) if n else None)
    return redirect("bring")


def _identifiers(sent: str) -> list[str]:
    """Numbers of arXiv, apart by commas, as the preview has written them."""
    try:
        return [identifiers.parse(one).arxiv_id for one in sent[:10_000].split(",")]
    except ValueError:
        raise Http404 from None


def _numbers(sent: list[str]) -> set[int]:
    """Which papers are ticked; what is no number of one is nobody's."""
    if len(sent) > service.MOST or not all(
        one.isascii() and one.isdigit() and len(one) < 18 for one in sent
    ):
        raise Http404
    return {int(one) for one in sent}
