"""The box "Get trending papers in your inbox"."""

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from webapp.forms import SubscriptionForm
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
