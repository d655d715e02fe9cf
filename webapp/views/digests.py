"""The box "Get trending papers in your inbox"."""

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from webapp.forms import SubscriptionForm
from webapp.mail import tokens
from webapp.models import Paper, Rating, Reader
from webapp.services import readers as acts
from webapp.services.digests import subscriptions
from webapp.views.readers import named

NOTED = (
    "Noted. Nothing is sent before the address is confirmed, and unconfirmed ones are forgotten "
    "after a week."
)


@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """POST address=, cadence=. The answer is the same for every address."""
    form = SubscriptionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if not ratelimit.consume(request, action="subscribe"):
            return render(request, "429.html", status=429)
        wish = form.cleaned_data
        subscriptions.subscribe(wish["address"], wish["cadence"], timezone.now())
        messages.success(request, NOTED)
        return redirect(named(request) or "subscribe")
    status = 400 if form.errors else 200
    return render(request, "digests/subscribe.html", {"form": form}, status=status)


@csrf_exempt  # RFC 8058: the provider posts without cookies; the key is what it has to know
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, key: str) -> HttpResponse:
    """GET asks, POST ends the letters; twice is fine, and needs no login."""
    found = subscriptions.of_key(key)
    if found is None:
        return render(request, "digests/unknown.html", status=400)
    if request.method == "POST":
        subscriptions.end(found, timezone.now())
    context = {"subscription": found, "is_done": request.method == "POST"}
    return render(request, "digests/unsubscribe.html", context)


ACTS = {"save": "Save", "more": "More like this", "less": "Less like this"}


@require_http_methods(["GET", "HEAD", "POST"])
def act_by_mail(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the paper with three buttons; POST act=save, more or less does it."""
    try:
        reader_id, paper_id = tokens.paper_of(token)
    except tokens.Invalid as error:
        facts = {"is_old": isinstance(error, tokens.Expired)}
        return render(request, "digests/unknown.html", facts, status=400)
    reader = Reader.objects.filter(pk=reader_id, is_active=True).first()
    paper = Paper.objects.defer("search").filter(pk=paper_id).first()
    if reader is None or paper is None:
        return render(request, "digests/unknown.html", status=400)
    asked = request.POST.get("act") or request.GET.get("act", "")
    context: dict[str, object] = {
        "paper": paper,
        "acts": ACTS,
        "asked": asked if asked in ACTS else "",
    }
    if request.method != "POST":
        return render(request, "digests/act.html", context)
    if asked not in ACTS:
        return render(request, "digests/act.html", context, status=400)
    return _acted(request, reader, paper, context)


def _acted(
    request: HttpRequest, reader: Reader, paper: Paper, context: dict[str, object]
) -> HttpResponse:
    now, asked = timezone.now(), context["asked"]
    try:
        if asked == "save":
            acts.save(reader, paper, True, now)
        else:
            value = Rating.Value.UP if asked == "more" else Rating.Value.DOWN
            acts.rate(reader, paper, value, now)
    except acts.Withdrawn:
        return render(request, "digests/act.html", context | {"is_withdrawn": True}, status=409)
    acts.rerank_after(reader, None, now)
    return render(request, "digests/act.html", context | {"is_done": True})


@login_required
def letters(request: HttpRequest) -> HttpResponse:
    """A reader's own letters."""
    return render(request, "digests/letters.html")
