"""A reader's acts: rate, save, see, choose a time zone."""

import json
from collections.abc import Callable
from functools import wraps
from textwrap import shorten
from typing import Any

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from webapp.forms import (
    RATINGS,
    SAVES,
    ComparisonsForm,
    RatingForm,
    SaveForm,
    TimeZoneForm,
    UpvotesForm,
    VersionForm,
    day_asked,
    page_asked,
    profile_asked,
)
from webapp.models import Paper, Rating, Reader
from webapp.queries import insight, papers, rankings, readers
from webapp.services import readers as service
from webapp.services.digests import personal
from webapp.views import is_part
from webapp.views.rankings import NoInterest, feed_context

# The page's own login limits hold for the admin too.
admin_login = secure_admin_login(admin.site.login)

SAID = {
    ("rating", "up"): gettext_lazy("More like “%(title)s”."),
    ("rating", "down"): gettext_lazy("Less like “%(title)s”."),
    ("rating", "clear"): gettext_lazy("Rating of “%(title)s” taken back."),
    ("save", "save"): gettext_lazy("Saved “%(title)s”."),
    ("save", "unsave"): gettext_lazy("“%(title)s” is no longer saved."),
}
ADDRESSES = {"rating": "rate", "save": "save", "seen": "see"}
FOR_ALL = gettext_lazy("That interest was taken away, so this counts for all interests.")
# What an act takes: who, of which paper, what, and on the page of which interest.
Act = Callable[[Reader, Paper, Any, int | None], None]
SEEN = gettext_lazy("Version %(version)s of “%(title)s” is the one you have seen.")


def act(kind: str, form_class: type[Form]) -> Callable[..., Callable[..., HttpResponse]]:
    """What rating, saving and seeing share: who, which paper, which value, and the answer."""

    def decorate(do: Act) -> Callable[..., HttpResponse]:
        @require_POST
        @wraps(do)
        def view(request: HttpRequest, arxiv_id: str) -> HttpResponse:
            if not isinstance(request.user, Reader):
                return log_in_first(request)
            paper = get_object_or_404(papers.SHOWN, arxiv_id=arxiv_id)
            form = form_class(request.POST)
            if not form.is_valid():
                return refuse(request, paper, str(form.errors["value"][0]), 400)
            try:
                return _do(do, request, paper, kind, form.cleaned_data["value"])
            except NoInterest:
                why = gettext("That is no interest of yours, so nothing was stored.")
                return refuse(request, paper, why, 404)
            except service.Withdrawn:
                why = gettext(
                    "Its authors have withdrawn this paper, so it can't be rated or saved."
                )
                return refuse(request, paper, why, 409)

        return view

    return decorate


def _do(do: Act, request: HttpRequest, paper: Paper, kind: str, value: Any) -> HttpResponse:
    """Store it, rank the page anew, and tell."""
    reader = request.user
    assert isinstance(reader, Reader)
    before = readers.ratings_of(reader.pk, [paper.pk]).get(paper.pk)
    interest, is_taken_away = page_of(request)
    do(reader, paper, value, interest)
    told = _told(kind, value, paper) + (f" {FOR_ALL}" if is_taken_away else "")
    if kind != "seen":  # which ranks nothing
        told += _ranked_anew(request, reader, paper, is_less=value == "down")
    said = {"said": told, "acted_on": paper, "undo": _undo(kind, value, before, paper)}
    return _answer(request, paper, said)


def _told(kind: str, value: Any, paper: Paper) -> str:
    title = shorten(paper.title, 80, placeholder=" …")
    told = str(SEEN if kind == "seen" else SAID[kind, value])
    return told % {"version": value, "title": title}


@act("rating", RatingForm)
def rate(reader: Reader, paper: Paper, value: str, interest: int | None) -> None:
    service.rate(reader, paper, RATINGS[value], timezone.now(), interest)


@act("save", SaveForm)
def save(reader: Reader, paper: Paper, value: str, interest: int | None) -> None:
    service.save(reader, paper, SAVES[value], timezone.now(), interest)


@act("seen", VersionForm)
def see(reader: Reader, paper: Paper, version: int, _: int | None) -> None:
    service.see(reader, paper, version)


def interest_of(request: HttpRequest) -> int | None:
    """The interest on whose page the reader acts, if it is one of theirs."""
    try:
        return page_of(request)[0]
    except NoInterest:
        return None


def page_of(request: HttpRequest) -> tuple[int | None, bool]:
    """The same, and whether it was taken away meanwhile. NoInterest: it never was theirs."""
    asked, reader_id = profile_asked(request.POST), request.user.pk or 0
    if asked is None:
        return None, False
    if found := readers.interests_of(reader_id).named(asked):
        return None if found.is_whole else found.pk, False
    if all(one.pk != asked for one in readers.taken_away(reader_id)):
        raise NoInterest
    return None, True


def _ranked_anew(request: HttpRequest, reader: Reader, paper: Paper, *, is_less: bool) -> str:
    """Rank the page's day again, or the card's; of less of something, say what it moved there."""
    day = day_asked(request.POST) or day_asked(request.POST, "of")
    if not (is_less and day):
        service.rerank_after(reader, day, timezone.now())
        return ""
    shown = interest_of(request) or readers.profile_of(reader).pk
    before = rankings.stored_order(shown, day)
    service.rerank_after(reader, day, timezone.now())
    return moved(paper.pk, before, rankings.stored_order(shown, day))


def moved(paper: int, before: list[int], after: list[int]) -> str:
    """What less of a paper did to a day, in words."""
    if before == after or paper not in before or paper not in after:
        return ""
    first = settings.PAPERS_PER_PAGE
    others = len(set(before[:first]) - set(after[:first]) - {paper})
    told = gettext("It went from place %(before)s to %(after)s.")
    if others:
        told = ngettext(
            "It went from place %(before)s to %(after)s, and %(n)s more left the first %(first)s.",
            "It went from place %(before)s to %(after)s, and %(n)s more left the first %(first)s.",
            others,
        )
    places = {"before": before.index(paper) + 1, "after": after.index(paper) + 1}
    return " " + told % (places | {"n": others, "first": first})


def refuse(request: HttpRequest, paper: Paper, why: str, status: int) -> HttpResponse:
    """Nothing was stored; say why, where the reader looks."""
    name = "_message.html" if is_part(request) else "refused.html"
    context = {"error": why, "paper": paper, "where": named(request)}
    return render(request, name, context, status=status)


def refuse_act(request: HttpRequest, why: str, status: int) -> HttpResponse:
    """The same of an act that is about no paper."""
    name = "_message.html" if is_part(request) else "refused.html"
    return render(request, name, {"error": why, "where": named(request)}, status=status)


def say(request: HttpRequest, said: str, undo: tuple[str, str, str] | None) -> None:
    """Tell on the next page what was done; `undo` is an address, a name and a value to send."""
    messages.success(request, said, extra_tags=json.dumps(undo) if undo else "")


def log_in_first(request: HttpRequest) -> HttpResponse:
    """A form that outlived its login: nothing was stored, and one click leads back."""
    login = f"{reverse('account_login')}?{urlencode({'next': back_of(request)})}"
    if is_part(request):
        why = gettext("You are logged out, so nothing was stored.")
        return render(request, "_message.html", {"error": why, "login": login}, status=401)
    return redirect(login)  # on the way out `drafts` keeps what was typed


def by_reader(do: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate what only a reader's POST does; a login page, fetched, could not send it again."""

    @require_POST
    @wraps(do)
    def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not isinstance(request.user, Reader):
            return log_in_first(request)
        return do(request, *args, **kwargs)

    return view


def named(request: HttpRequest) -> str:
    """The page of ours that `next` names, if it does."""
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    # A bare word would be taken for the name of a view.
    return wanted if is_ours and wanted.startswith("/") else ""


def back_of(request: HttpRequest) -> str:
    """Where the form stood: the page named by `next`, or its page of the feed."""
    if wanted := named(request):
        return wanted
    place = {"day": day_asked(request.POST), "page": page_asked(request.POST)}
    place["profile"] = profile_asked(request.POST)
    query = urlencode({name: str(value) for name, value in place.items() if value and value != 1})
    return reverse("feed") + (f"?{query}" if query else "")


def _answer(request: HttpRequest, paper: Paper, said: dict[str, Any]) -> HttpResponse:
    """The re-ranked list for htmx, else the page again."""
    reader = request.user
    assert isinstance(reader, Reader)
    day = day_asked(request.POST)
    if not is_part(request):
        back = said.get("undo")
        tags = json.dumps([*back, "paper"]) if back else "paper"
        messages.success(request, said["said"], extra_tags=tags)
        return HttpResponseRedirect(f"{back_of(request)}#paper-{paper.arxiv_id}")
    if day:
        context = feed_context(reader, day, request.POST, is_answer=True) | said
        return render(request, "rankings/_list.html", context)
    rating = readers.ratings_of(reader.pk, [paper.pk]).get(paper.pk)
    context = said | {"paper": paper, "rating": rating, "next": back_of(request)}
    context["of"] = day_asked(request.POST, "of")
    return render(request, "papers/_acts.html", context)


def _undo(
    kind: str, value: Any, before: Rating | None, paper: Paper
) -> tuple[str, str, Any] | None:
    """What brings back what was said before: where to send what under which name."""
    earlier: Any
    if kind == "seen":
        earlier = before.saved_version if before and before.saved_version else value
    elif kind == "save":
        earlier = "save" if before and before.saved else "unsave"
    else:
        earlier = next(name for name, n in RATINGS.items() if n == (before.value if before else 0))
    if earlier == value:
        return None
    return reverse(ADDRESSES[kind], args=[paper.arxiv_id]), "value", earlier


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def time_zone(request: HttpRequest) -> HttpResponse:
    """The settings: in which zone times are told, and whether to take part in comparisons."""
    assert isinstance(request.user, Reader)
    now = {"time_zone": readers.zone_of(request.user).key}
    form = TimeZoneForm(request.POST if request.method == "POST" else None, initial=now)
    if request.method == "POST" and form.is_valid():
        service.choose_time_zone(request.user, form.cleaned_data["time_zone"])
        personal.moved(request.user, timezone.now())
        told = gettext("Times are told in %(zone)s.")
        messages.success(request, told % {"zone": form.cleaned_data["time_zone"]})
        return redirect(named(request) or reverse("time_zone"))
    comparisons = ComparisonsForm(initial={"compares": request.user.compares})
    upvotes = UpvotesForm(initial={"teach": request.user.upvotes_teach})
    forms = {"form": form, "comparisons": comparisons, "upvotes": upvotes}
    context = forms | {"now": timezone.now(), "compared": insight.open_now()}
    return render(request, "readers/time_zone.html", context)


@by_reader
def compare(request: HttpRequest) -> HttpResponse:
    """Take part in comparisons of rankers, or no longer."""
    assert isinstance(request.user, Reader)
    form = ComparisonsForm(request.POST)
    compares = form.is_valid() and form.cleaned_data["compares"]
    service.take_part(request.user, compares, timezone.now())
    yes, no = gettext("You take part in comparisons."), gettext("You take no part in comparisons.")
    messages.success(request, yes if compares else no)
    return redirect(named(request) or "time_zone")


@by_reader
def upvotes(request: HttpRequest) -> HttpResponse:
    """Let public upvotes teach the model that all readers share, or no longer."""
    assert isinstance(request.user, Reader)
    form = UpvotesForm(request.POST)
    teach = form.is_valid() and form.cleaned_data["teach"]
    service.let_upvotes_teach(request.user, teach)
    yes = gettext("Your upvotes teach the model.")
    no = gettext("Your upvotes do not teach the model.")
    messages.success(request, yes if teach else no)
    return redirect("time_zone")
