"""What became of letters: for whoever runs the instance."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from webapp.models import Digest
from webapp.queries import digests
from webapp.services.digests import bounces, sending
from webapp.views.harvests import for_the_operator

STATES = {
    Digest.State.QUEUED: gettext_lazy("queued"),
    Digest.State.COMPOSING: gettext_lazy("composing"),
    Digest.State.SENDING: gettext_lazy("sending"),
    Digest.State.SENT: gettext_lazy("sent"),
    Digest.State.EMPTY: gettext_lazy("empty"),
    Digest.State.FAILED: gettext_lazy("failed"),
    Digest.State.UNKNOWN: gettext_lazy("unknown"),
}


@require_safe
@for_the_operator
def sent(request: HttpRequest) -> HttpResponse:
    """Letters per day, what waits, what went wrong, who gets nothing any more."""
    now = timezone.now()
    asked = request.GET.get("before", "")
    before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 18 else None
    suppressed = digests.suppressions(before)
    context = {
        "states": STATES,
        "days": [(day, [n.get(one, 0) for one in STATES]) for day, n in digests.per_day(now)],
        "oldest": digests.oldest_waiting(),
        "troubles": [(one, sending.address_of(one.subscription)) for one in digests.troubles()],
        "suppressions": suppressed,
        "before": suppressed[-1].pk if len(suppressed) == digests.LAST_TROUBLES else None,
        "now": now,
    }
    return render(request, "digests/sent.html", context)


@require_POST
@for_the_operator
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """Let an address have letters again."""
    if bounces.lift(pk):
        told = gettext("Lifted: its letters begin again when they are asked for.")
        messages.success(request, told)
    return redirect("mail")


@require_POST
@for_the_operator
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a letter once more; one that may have arrived only with sure=1."""
    is_unknown = Digest.objects.filter(pk=pk, state=Digest.State.UNKNOWN).exists()
    if is_unknown and request.POST.get("sure") != "1":
        told = gettext("It may have arrived: say that a second one is all right.")
        messages.error(request, told)
    elif sending.again(pk, timezone.now()):
        messages.success(request, gettext("A worker sends it once more."))
    else:
        messages.info(request, gettext("Nothing to do: it is on its way, or was sent."))
    return redirect("mail")
