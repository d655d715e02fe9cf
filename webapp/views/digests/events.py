"""What the mail provider tells: bounces, complaints, wishes to get no more."""

from importlib import import_module

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from webapp.mail.events import told
from webapp.services.digests import bounces


@csrf_exempt  # the provider has no cookie: it knows the secret of ANYMAIL_WEBHOOK_SECRET
@require_http_methods(["HEAD", "POST"])
def events(request: HttpRequest, provider: str) -> HttpResponse:
    """POST of the configured provider; what is not authentic or not whole is refused with 400."""
    if provider != settings.EMAIL_PROVIDER or not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        raise Http404
    if request.method == "HEAD":
        return HttpResponse()
    known = {one.name: one.callback for one in import_module("anymail.urls").urlpatterns}
    hook = known[f"{provider}_tracking_webhook"].view_class()
    hook.run_validators(request)
    try:
        found = [one for event in hook.parse_events(request) if (one := told(event))]
    except (ValueError, LookupError, TypeError, AttributeError):
        return HttpResponse(gettext("This is not what the provider sends."), status=400)
    bounces.note(found, timezone.now())
    return HttpResponse()
