"""Trending mail for an address: asked for, confirmed, changed and ended without an account."""

from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from webapp.letterforms import SubscriptionForm, TrendingForm
from webapp.mail import tokens
from webapp.models import Subscription
from webapp.queries import digests, papers
from webapp.services.digests import subscriptions
from webapp.views.readers import named

NOTED = gettext_lazy(
    "Noted: look into your mail for a link. Nothing else is sent before the address is confirmed, "
    "and unconfirmed ones are forgotten after a week."
)
form_view = require_http_methods(["GET", "HEAD", "POST"])


@form_view
def subscribe(request: HttpRequest) -> HttpResponse:
    """POST address=, cadence=, …  The answer is the same for every address."""
    offered = papers.subjects_in_use()
    form = SubscriptionForm(_choices(offered), request.POST or None)
    if request.method == "POST" and form.is_valid():
        address = form.cleaned_data["address"]
        if not ratelimit.consume(request, action="subscribe", key=address):
            return render(request, "429.html", status=429)
        subscriptions.subscribe(address, form.wish, timezone.now())
        messages.success(request, NOTED)
        return redirect(named(request) or "subscribe")
    status = 400 if request.method == "POST" else 200
    context = {"form": form, "offered": offered}
    return render(request, "digests/subscribe.html", context, status=status)


def _choices(offered: list[Any]) -> list[tuple[str, str]]:
    return [(subject.code, subject.name) for subject in offered]


@form_view
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, POST begins the letters; a link does it once."""
    try:
        found = subscriptions.asked_by(token)
    except (tokens.Invalid, subscriptions.Stale) as error:
        return _broken(request, error)
    if request.method == "POST" and not subscriptions.confirm(found, timezone.now()):
        return _broken(request, subscriptions.Stale())
    context = {"subscription": found, "is_done": request.method == "POST"}
    with timezone.override(digests.wish_of(found).zone):
        return render(request, "digests/confirm.html", context)


def _broken(request: HttpRequest, error: ValueError) -> HttpResponse:
    facts = {
        "is_old": isinstance(error, tokens.Expired),
        "is_used": isinstance(error, subscriptions.Stale),
        "days": tokens.TO_CONFIRM.days,
    }
    return render(request, "digests/unknown.html", facts, status=400)


@form_view
def manage(request: HttpRequest, key: str) -> HttpResponse:
    """What comes and when, changed by whoever has a letter; a reader's own are in the settings."""
    found = subscriptions.of_key(key)
    if found is None or not (found.confirmed_at or found.reader):
        return render(request, "digests/unknown.html", status=400)
    if found.reader:
        return redirect("letters")
    offered = papers.subjects_in_use()
    form = TrendingForm(_choices(offered), request.POST or None, initial=_as_it_is(found))
    if request.method == "POST" and _did(request, found, form):
        return redirect("manage", key)
    status = 400 if form.is_bound and not form.is_valid() else 200
    context = {"subscription": found, "form": form, "offered": offered}
    with timezone.override(digests.wish_of(found).zone):
        return render(request, "digests/manage.html", context, status=status)


def _as_it_is(one: Subscription) -> dict[str, Any]:
    names = ("cadence", "days", "hour", "time_zone", "subjects")
    return {name: getattr(one, name) for name in names if getattr(one, name) != ""}


def _did(request: HttpRequest, one: Subscription, form: TrendingForm) -> bool:
    """Pause, resume or store; False where what was sent makes no sense."""
    act, now = request.POST.get("act", ""), timezone.now()
    if one.ended_at:
        messages.error(request, gettext("These letters have ended: subscribe again to have them."))
    elif act == "pause":
        subscriptions.pause(one)
        messages.success(request, gettext("No letters until you resume them."))
    elif act == "resume":
        subscriptions.unpause(one, now)
        messages.success(request, gettext("Letters go out again."))
    elif form.is_valid():
        subscriptions.change(one, form.wish, now)
        messages.success(request, gettext("Stored."))
    else:
        return False
    return True


@csrf_exempt  # RFC 8058: the provider posts without cookies; the key is what it has to know
@form_view
def unsubscribe(request: HttpRequest, key: str) -> HttpResponse:
    """GET asks, POST ends the letters; twice is fine, and needs no login."""
    found = subscriptions.of_key(key)
    if found is None:
        return render(request, "digests/unknown.html", status=400)
    if request.method == "POST":
        subscriptions.end(found, timezone.now())
    context = {"subscription": found, "is_done": request.method == "POST"}
    return render(request, "digests/unsubscribe.html", context)
