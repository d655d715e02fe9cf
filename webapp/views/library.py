"""A reader's library: what is in it, and the acts on one paper or several together."""

import json
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from webapp.forms import profile_asked
from webapp.models import Rating, Reader
from webapp.queries import library as shelves
from webapp.queries.library import KINDS, SORTS, Wanted
from webapp.queries.readers import Interests
from webapp.services import library as service
from webapp.services import readers as acts
from webapp.views.profiles import mine
from webapp.views.readers import by_reader, named, say

MOST_WORDS = 300
LONGEST_UNDO = 60_000  # characters, of some thousand papers
Undo = tuple[str, str]  # under which name to send what


@require_safe
@login_required
def library(request: HttpRequest) -> HttpResponse:
    """What this reader saved or rated, as far as it is wanted; a page at a time, by key."""
    return _page(request, mine(request), request.GET)


def _page(
    request: HttpRequest,
    interests: Interests,
    query: QueryDict,
    refused: dict[str, Any] | None = None,
) -> HttpResponse:
    """The page that a query asks for; with what an act on it was refused for, as it was sent."""
    wanted, after = _wanted(query), query.get("after", "").replace("\0", "")
    plain = Wanted(kind=wanted.kind)
    asked = {
        name: str(value)
        for name, value in wanted._asdict().items()
        if value != getattr(Wanted(), name)
    }
    context = {
        "shelf": shelves.shelf(interests, wanted, after),
        "wanted": wanted,
        "is_narrowed": wanted._replace(sort=plain.sort) != plain,
        "is_plain": wanted == plain,
        "asked": urlencode(asked),
        "here": urlencode(asked | ({"after": after} if after else {})),
        "after": after,
        "interests": interests,
        "states": [(one.value, str(one.label)) for one in Rating.State],
    }
    status = 400 if refused else 200
    return render(request, "library/library.html", context | (refused or {}), status=status)


def _wanted(query: QueryDict) -> Wanted:
    """What an address asks for; what means nothing here is no wish."""
    text = {name: query.get(name, "").replace("\0", "").strip() for name in query}
    kind, state, sort = text.get("kind", ""), text.get("state", ""), text.get("sort", "")
    return Wanted(
        words=text.get("words", "")[:MOST_WORDS],
        tag=text.get("tag", "")[: service.LONGEST_TAG],
        state=state if state in Rating.State.values else "",
        kind=kind if kind in KINDS else "saved",
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
    """One act on all papers that are ticked, or found; none is changed when one cannot be."""
    interests, now = mine(request), timezone.now()
    if "back" in request.POST or "was" in request.POST:
        return _undone(request, interests.whole.reader, now)
    asked, act = QueryDict(request.POST.get("asked", "")), request.POST.get("act", "")
    reader, chosen = interests.whole.reader, _chosen(request, interests, asked)
    try:
        if not chosen:
            raise service.Refused(gettext("Tick the papers first."))
        said, undo = _do(act, request, reader.pk, chosen, now)
    except service.Refused as refused:
        typed = request.POST.get("tags", "")
        return _page(request, interests, asked, {"why": refused, "ticked": chosen, "typed": typed})
    if act == "out":
        acts.rerank_after(reader, None, now)
    say(request, said, (reverse("together"), *undo) if undo else None)
    return redirect(_back(request))


def _chosen(request: HttpRequest, interests: Interests, asked: QueryDict) -> set[int]:
    """The saved papers that an act is about. Others than the reader's own are 404."""
    if request.POST.get("which") == "all":
        return shelves.saved_of(interests, _wanted(asked))
    return _own(interests.whole.reader, request.POST.getlist("paper"))


def _own(reader: Reader, sent: list[str]) -> set[int]:
    if not all(one.isascii() and one.isdigit() and len(one) < 18 for one in sent):
        raise Http404
    chosen = set(map(int, sent))
    if Rating.objects.filter(reader=reader, pk__in=chosen).count() != len(chosen):
        raise Http404
    return chosen


def _do(
    act: str, request: HttpRequest, reader_id: int, chosen: set[int], now: datetime
) -> tuple[str, Undo | None]:
    """Do it; say what was done, and what takes it back."""
    if act == "out":
        n = service.take_out(reader_id, chosen, now)
        told = ngettext(
            "Taken out of the library: %(n)s paper.", "Taken out of the library: %(n)s papers.", n
        )
        return told % {"n": n}, _short("back", ",".join(map(str, sorted(chosen))))
    if act in Rating.State.values:
        were = service.set_state(reader_id, chosen, act)
        told = ngettext(
            "Now “%(state)s”: %(n)s paper.", "Now “%(state)s”: %(n)s papers.", len(were)
        )
        return told % {"n": len(were), "state": Rating.State(act).label}, _was(were)
    return _tag(act, request, reader_id, chosen)


def _tag(
    act: str, request: HttpRequest, reader_id: int, chosen: set[int]
) -> tuple[str, Undo | None]:
    if act not in ("tag", "untag"):
        raise service.Refused(gettext("Say what to do with them."))
    if not (tags := service.tags_in(request.POST.get("tags", ""))):
        raise service.Refused(gettext("Say which tag."))
    names = ", ".join(tags)
    if act == "tag":
        were = service.tag(reader_id, chosen, tags)
        told = ngettext(
            "Tagged %(tags)s: %(n)s paper.", "Tagged %(tags)s: %(n)s papers.", len(were)
        )
        none = gettext("They have the tag %(tags)s already.")
    else:
        were = service.untag(reader_id, chosen, tags)
        told = ngettext(
            "No longer %(tags)s: %(n)s paper.", "No longer %(tags)s: %(n)s papers.", len(were)
        )
        none = gettext("None of them has the tag %(tags)s.")
    return (told if were else none) % {"n": len(were), "tags": names}, _was(were)


def _was(were: dict[int, service.Kept]) -> Undo | None:
    return _short("was", json.dumps(were)) if were else None


def _short(name: str, value: str) -> Undo | None:
    """What an undo sends, where it is short enough to stand on a page."""
    return (name, value) if len(value) <= LONGEST_UNDO else None


def _undone(request: HttpRequest, reader: Reader, now: datetime) -> HttpResponse:
    """Bring back what was taken out, or tags and states as they were."""
    if back := request.POST.get("back", ""):
        n = service.put_back(reader.pk, _own(reader, back.split(",")), now)
        acts.rerank_after(reader, None, now)
        told = ngettext(
            "Back in the library: %(n)s paper.", "Back in the library: %(n)s papers.", n
        )
    else:
        were = _sent(request.POST.get("was", ""))
        _own(reader, list(were))
        n = service.restore(reader.pk, {int(pk): kept for pk, kept in were.items()})
        told = ngettext("As it was before: %(n)s paper.", "As they were before: %(n)s papers.", n)
    say(request, told % {"n": n}, None)
    return redirect(_back(request))


def _sent(text: str) -> dict[str, service.Kept]:
    """What an undo of ours sent. Anything else is no undo: 404."""
    try:
        return {
            pk: service.Kept(service.tags_in(",".join(tags)), _state(state))
            for pk, (tags, state) in json.loads(text).items()
        }
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise Http404 from error
