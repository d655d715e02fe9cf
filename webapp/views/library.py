"""A reader's library: what is in it, and the acts on one paper or several together."""

from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from webapp.forms import profile_asked
from webapp.models import Rating
from webapp.queries import library as shelves
from webapp.queries.library import KINDS, SORTS, Wanted
from webapp.services import library as service
from webapp.services import readers as acts
from webapp.views.profiles import mine
from webapp.views.readers import by_reader, named, refuse_act, say

MOST_WORDS = 300


@require_safe
@login_required
def library(request: HttpRequest) -> HttpResponse:
    """What this reader saved or rated, as far as it is wanted; a page at a time, by key."""
    wanted, interests = _wanted(request.GET), mine(request)
    after = request.GET.get("after", "").replace("\0", "")
    asked = {name: str(value) for name, value in wanted._asdict().items() if value}
    if wanted.sort == "saved":
        del asked["sort"]
    context = {
        "shelf": shelves.shelf(interests, wanted, after),
        "wanted": wanted,
        "is_narrowed": bool(asked.keys() - {"sort"}),
        "only_changed": wanted.kind == "changed",
        "asked": urlencode(asked),
        "after": after,
        "interests": interests,
        "states": [(one.value, str(one.label)) for one in Rating.State],
    }
    return render(request, "library/library.html", context)


def _wanted(query: QueryDict) -> Wanted:
    """What an address asks for; what means nothing here is no wish."""
    text = {name: query.get(name, "").replace("\0", "").strip() for name in query}
    kind, state, sort = text.get("kind", ""), text.get("state", ""), text.get("sort", "")
    if query.get("changed") == "1":
        kind = "changed"
    return Wanted(
        words=text.get("words", "")[:MOST_WORDS],
        tag=text.get("tag", "")[: service.LONGEST_TAG],
        state=state if state in Rating.State.values else "",
        kind=kind if kind in KINDS else "",
        interest=profile_asked(query, "interest"),
        sort=sort if sort in SORTS else "saved",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Tags, note and state of one saved paper; what is refused stands in the form again."""
    own = Rating.objects.select_related("paper").filter(reader=request.user.pk)
    # Taken out in another tab, what was written meanwhile stands in the form again.
    rating = get_object_or_404(own if request.method == "POST" else own.filter(saved=True), pk=pk)
    written = {"tags": ", ".join(rating.tags), "note": rating.note, "state": rating.state}
    error = ""
    if request.method == "POST":
        written |= {name: request.POST.get(name, old) for name, old in written.items()}
        try:
            if not rating.saved:
                raise service.Refused(gettext("It is in your library no longer."))
            tags, note = service.tags_in(written["tags"]), service.note_in(written["note"])
            service.annotate(rating, tags, note, _state(written["state"]))
        except service.Refused as refused:
            error = str(refused)
        else:
            say(
                request,
                gettext("Kept what you wrote about %(paper)s.") % {"paper": rating.paper.label},
                None,
            )
            return redirect(f"{_back(request)}#paper-{rating.paper.arxiv_id}")
    context = {"rating": rating, "paper": rating.paper, "written": written, "error": error}
    context |= {
        "states": [(one.value, str(one.label)) for one in Rating.State],
        "next": named(request),
    }
    return render(request, "library/keep.html", context, status=400 if error else 200)


def _state(name: str) -> str:
    if name not in Rating.State.values:
        raise service.Refused(gettext("Say to read, reading or read."))
    return name


def _back(request: HttpRequest) -> str:
    return named(request) or reverse("library")


@by_reader
def together(request: HttpRequest) -> HttpResponse:
    """One act on all papers that are ticked; none of them is changed when one cannot be."""
    reader, act, now = mine(request).whole.reader, request.POST.get("act", ""), timezone.now()
    back = request.POST.get("back", "")
    chosen = _numbers(back.split(",") if back else request.POST.getlist("paper"))
    if not chosen:
        return refuse_act(request, gettext("Tick the papers first: nothing was changed."), 400)
    if Rating.objects.filter(reader=reader, pk__in=chosen).count() != len(chosen):
        raise Http404
    try:
        said = _do("back" if back else act, request, reader.pk, chosen, now)
    except service.Refused as refused:
        unchanged = gettext("Nothing was changed.")
        return refuse_act(request, f"{refused} {unchanged}", 400)
    undo = None
    if back or act == "out":
        acts.rerank_after(reader, None, now)
    if act == "out" and not back:
        undo = (reverse("together"), "back", ",".join(map(str, sorted(chosen))))
    say(request, said, undo)
    return redirect(_back(request))


def _numbers(sent: list[str]) -> set[int]:
    """Which papers are ticked; more than a page holds, and what is no number, are refused."""
    if len(sent) > shelves.PAGE or not all(
        one.isascii() and one.isdigit() and len(one) < 18 for one in sent
    ):
        raise Http404
    return {int(one) for one in sent}


def _do(act: str, request: HttpRequest, reader_id: int, chosen: set[int], now: datetime) -> str:
    """Do it, and say what was done."""
    if act == "out":
        n = service.take_out(reader_id, chosen, now)
        told = ngettext(
            "Taken out of the library: %(n)s paper.", "Taken out of the library: %(n)s papers.", n
        )
        return told % {"n": n}
    if act == "back":
        n = service.put_back(reader_id, chosen, now)
        told = ngettext(
            "Back in the library: %(n)s paper.", "Back in the library: %(n)s papers.", n
        )
        return told % {"n": n}
    if act in Rating.State.values:
        n = service.set_state(reader_id, chosen, act)
        told = ngettext("Now “%(state)s”: %(n)s paper.", "Now “%(state)s”: %(n)s papers.", n)
        return told % {"n": n, "state": Rating.State(act).label}
    return _tag(act, request, reader_id, chosen)


def _tag(act: str, request: HttpRequest, reader_id: int, chosen: set[int]) -> str:
    if act not in ("tag", "untag"):
        raise service.Refused(gettext("Say what to do with them."))
    if not (tags := service.tags_in(request.POST.get("tags", ""))):
        raise service.Refused(gettext("Say which tag."))
    if act == "tag":
        n = service.tag(reader_id, chosen, tags)
        told = ngettext("Tagged %(tags)s: %(n)s paper.", "Tagged %(tags)s: %(n)s papers.", n)
    else:
        n = service.untag(reader_id, chosen, tags)
        told = ngettext("No longer %(tags)s: %(n)s paper.", "No longer %(tags)s: %(n)s papers.", n)
    return told % {"n": n, "tags": ", ".join(tags)}
