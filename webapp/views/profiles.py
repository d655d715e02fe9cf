"""The interests that a reader keeps apart, each with its subjects, share and exploration."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from webapp.forms import MOST_EXPLORED, InterestForm, InterestNameForm, SharesForm, SubjectsForm
from webapp.models import Paper, Profile, Reader
from webapp.queries import papers, readers
from webapp.services import profiles as service
from webapp.services import readers as acts
from webapp.templatetags.lists import quoted
from webapp.views.readers import back_of, by_reader, named, refuse, refuse_act


def mine(request: HttpRequest) -> readers.Interests:
    assert isinstance(request.user, Reader)
    return readers.interests_of(request.user.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def profiles(request: HttpRequest) -> HttpResponse:
    """The list; a POST makes a new one."""
    interests = mine(request)
    taken = [Profile.WHOLE, *(one.name for one in interests.apart)]
    form = InterestNameForm(taken, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            made = service.make(interests.whole, form.cleaned_data["name"], now)
        except service.TooMany as error:
            form.add_error("name", str(error))
        else:
            acts.rerank_after(interests.whole.reader, None, now)
            messages.success(request, _told(made, mine(request), is_first=not interests.apart))
            return redirect("profiles")
    return _list(request, interests, {"form": form})


def _told(made: Profile, interests: readers.Interests, *, is_first: bool) -> str:
    """What a new interest takes of the others, and where the first one came from."""
    told = gettext(
        "“%(name)s” is kept apart from now on. Once you save or rate in it, it takes"
        " %(percent)s %% of the page, and the others give way in proportion."
    )
    told %= {"name": made.name, "percent": interests.percents[made.pk]}
    if is_first:
        rest = gettext("What you said before speaks for “%(name)s”, which you can name anew.")
        told += " " + rest % {"name": interests.apart[0].name}
    return told


def _list(
    request: HttpRequest, interests: readers.Interests, more: dict[str, Any], status: int = 200
) -> HttpResponse:
    counts = readers.n_said(interests)
    total = sum(one.quota for one in interests.each if counts[one.pk]) or 1
    shares, each = interests.percents, interests.each
    now = {one.pk: round(100 * one.quota / total) for one in each}
    rows = [(one, counts.get(one.pk, 0), now[one.pk], shares[one.pk]) for one in each]
    context = {
        "interests": interests,
        "rows": rows,
        "default": settings.EXPLORATION_PERCENT,
        "most_explored": MOST_EXPLORED,
        "most": service.MOST,
        "gone": readers.taken_away(interests.whole.reader_id),
    }
    return render(request, "profiles/profiles.html", context | more, status=status)


@by_reader
def share_out(request: HttpRequest) -> HttpResponse:
    """Set the shares and the exploration of all interests at once."""
    interests = mine(request)
    form = SharesForm(interests.each, request.POST)
    if not form.is_valid():
        return _list(request, interests, {"shares": form, "form": InterestNameForm([])}, 400)
    now = timezone.now()
    service.share_out(interests.whole, form.quotas, form.explorations, now)
    acts.rerank_after(interests.whole.reader, None, now)
    told = gettext("Shares and exploration are stored; the feed follows them.")
    messages.success(request, told)
    return redirect("profiles")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def profile(request: HttpRequest, pk: int) -> HttpResponse:
    """The name and the subjects of one interest."""
    interests = mine(request)
    found = interests.named(pk)
    if found is None or found not in interests.each:
        raise Http404
    offered = papers.subjects_in_use()
    choices = [(subject.code, subject.name) for subject in offered]
    sent = request.POST if request.method == "POST" else None
    form = SubjectsForm(choices, sent)
    taken = [Profile.WHOLE, *(one.name for one in interests.apart if one != found)]
    name = InterestNameForm(taken, sent or {"name": found.name})
    is_named = found.is_whole or name.is_valid()
    if sent is not None and form.is_valid() and is_named:
        try:
            if not found.is_whole:
                service.rename(interests.whole, found, name.cleaned_data["name"])
        except service.Taken as error:
            name.add_error("name", str(error))
        else:
            service.choose_subjects(found, form.cleaned_data["subjects"], timezone.now(), None)
            messages.success(request, gettext("Your subjects are stored; the feed follows them."))
            page = reverse("feed") + ("" if found.is_whole else f"?profile={found.pk}")
            return redirect(named(request) or page)
    chosen = set(sent.getlist("subjects") if sent is not None else found.subjects)
    context = {"form": form, "name": name, "chosen": chosen, "profile": found}
    a_day = papers.n_a_day()
    context["offered"] = [(subject, a_day.get(subject.code, 0)) for subject in offered]
    context |= {"next": (sent or request.GET).get("next", "")}
    return render(request, "profiles/profile.html", context)


@by_reader
def take_away(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an interest away; the page that follows offers to bring it back."""
    interests = mine(request)
    found = interests.named(pk)
    if found is None and any(one.pk == pk for one in readers.taken_away(interests.whole.reader_id)):
        return redirect("profiles")  # a second click
    if found is None or found.is_whole:
        raise Http404
    now = timezone.now()
    service.take_away(interests.whole, found, now)
    acts.rerank_after(interests.whole.reader, None, now)
    told = gettext("“%(name)s” is taken away. What it held speaks for the first.")
    messages.success(request, told % {"name": found.name})
    return redirect("profiles")


@by_reader
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring an interest back that was taken away."""
    interests = mine(request)
    gone = readers.taken_away(interests.whole.reader_id)
    found = next((one for one in gone if one.pk == pk), None)
    if found is None and any(one.pk == pk for one in interests.apart):
        return redirect("profiles")  # a second click
    if found is None:
        raise Http404
    now = timezone.now()
    try:
        names = service.restore(interests.whole, found, now)
    except service.TooMany as error:
        return refuse_act(request, str(error), 409)
    acts.rerank_after(interests.whole.reader, None, now)
    told = ngettext("%(names)s is back.", "%(names)s are back.", len(names))
    messages.success(request, told % {"names": quoted(names)})
    return redirect("profiles")


@by_reader
def move(request: HttpRequest, arxiv_id: str) -> HttpResponse:
    """Let a rated paper speak for another interest."""
    assert isinstance(request.user, Reader)
    paper = get_object_or_404(papers.SHOWN, arxiv_id=arxiv_id)
    form = InterestForm(request.user, request.POST)
    if not form.is_valid():
        return refuse(request, paper, str(form.errors["value"][0]), 400)
    return _moved(request, paper, form.cleaned_data["value"])


def _moved(request: HttpRequest, paper: Paper, to: Profile) -> HttpResponse:
    now, interests = timezone.now(), mine(request)
    service.move(interests.whole, paper, to, now)
    acts.rerank_after(interests.whole.reader, None, now)
    messages.success(request, gettext("It speaks for “%(name)s” now.") % {"name": to.name})
    return redirect(f"{back_of(request)}#paper-{paper.arxiv_id}")
