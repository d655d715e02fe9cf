"""A reader's own letters: which, when, how long; what the next would hold, the last ones' fate."""

from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from webapp.letterforms import NewPersonalForm, PersonalForm
from webapp.models import Reader, Subscription
from webapp.queries import digests, readers
from webapp.queries.social import submissions
from webapp.services.digests import letters as service
from webapp.services.digests import personal, subscriptions

form_view = require_http_methods(["GET", "HEAD", "POST"])


@form_view
@login_required
def letters(request: HttpRequest) -> HttpResponse:
    """The list, and a form for another; what stops letters is said."""
    reader = request.user
    assert isinstance(reader, Reader)
    interests = readers.interests_of(reader.pk)
    choices = [(one.pk, one.name) for one in interests.apart]
    hindrance = _hindrance(reader)
    form = NewPersonalForm(choices, _places(reader, None), _today(reader), request.POST or None)
    if request.method == "POST" and not hindrance and form.is_valid():
        wish, now = form.wish, timezone.now()
        pk = personal.make(reader, form.cleaned_data["profile"], wish, now)
        messages.success(request, gettext("Letters come to you from now on."))
        return redirect("letter", pk)
    status = 400 if form.is_bound and not hindrance else 403 if form.is_bound else 200
    own = digests.of_reader(reader)
    context = {"form": form, "letters": own, "hindrance": hindrance, **_facts()}
    return render(request, "digests/letters.html", context, status=status)


def _facts() -> dict[str, Any]:
    return {"operator": settings.OPERATOR_EMAIL, "now": timezone.now()}


def _today(reader: Reader) -> Any:
    return timezone.now().astimezone(readers.zone_of(reader)).date()


def _hindrance(reader: Reader) -> Any:
    """Why no letter may go to this reader: "unverified", a suppression, or nothing."""
    if found := digests.suppression_of(reader.email):
        return found
    return "" if submissions.may_take_part(reader) else "unverified"


def _places(reader: Reader, profile_id: int | None) -> list[tuple[int, str]]:
    """What a reader's own newest day offers as a measure, in words."""
    told = gettext("only such as my best %(n)s of a day, as “%(title)s”")
    return [
        (at.place, told % {"n": at.place, "title": Truncator(at.title).chars(60)})
        for at in digests.places(reader, profile_id)
    ]


def _mine(request: HttpRequest, pk: int) -> Subscription:
    assert isinstance(request.user, Reader)
    found = next((one for one in digests.of_reader(request.user) if one.pk == pk), None)
    if found is None:
        raise Http404  # another reader's, or nobody's
    return found


@form_view
@login_required
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them: change, pause, end; the last ones; the next."""
    one = _mine(request, pk)
    assert one.reader is not None
    places, today = _places(one.reader, one.profile_id), _today(one.reader)
    if one.least_place and one.least_place not in dict(places):
        told = gettext("as chosen before: my best %(n)s of a day") % {"n": one.least_place}
        places.append((one.least_place, told))
    form = PersonalForm(places, today, request.POST or None, initial=_as_it_is(one))
    if request.method == "POST" and _did(request, one, form):
        return redirect("letter", pk)
    context = {
        "form": form,
        "one": one,
        "last": digests.last_letters(one),
        "hindrance": _hindrance(one.reader),
        "is_held": one.held_until is not None and one.held_until > today,
        **_facts(),
    }
    status = 400 if request.method == "POST" else 200
    return render(request, "digests/letter.html", context, status=status)


def _as_it_is(one: Subscription) -> dict[str, Any]:
    names = ("cadence", "days", "hour", "most", "least_place", "tells_empty", "held_until")
    return {name: getattr(one, name) for name in names}


def _did(request: HttpRequest, one: Subscription, form: PersonalForm) -> bool:
    """Pause, resume, end or store; False where what was sent makes no sense."""
    act, now = request.POST.get("act", ""), timezone.now()
    assert one.reader is not None
    if act == "pause":
        subscriptions.pause(one)
        messages.success(request, gettext("No letters until you resume them."))
    elif act == "end":
        subscriptions.end(one, now)
        messages.success(request, gettext("No more of these letters."))
    elif act == "resume":
        if _hindrance(one.reader):
            return False
        subscriptions.resume(one, now)
        messages.success(request, gettext("Letters go out again."))
    elif form.is_valid():
        personal.change(one, form.wish, now)
        messages.success(request, gettext("Stored."))
    else:
        return False
    return True


TEXT = "text/plain; charset=utf-8"
# A letter brings its own style, as mail has to; it runs nothing and is framed here alone.
IN_A_FRAME = {
    "default-src": [NONE],
    "script-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "frame-ancestors": [SELF],
    "sandbox": ["allow-popups"],
}


@require_safe
@login_required
@xframe_options_sameorigin
@csp_replace(IN_A_FRAME)  # type: ignore[arg-type]
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter that would go out now, as HTML or with ?part=text as text."""
    one, now = _mine(request, pk), timezone.now()
    made = service.preview(one, digests.wish_of(one).local_day(now), now)
    if made is None:
        return HttpResponse(gettext("There is nothing to send now."), content_type=TEXT)
    if request.GET.get("part") == "text":
        return HttpResponse(made.body, content_type=TEXT)
    return HttpResponse(made.alternatives[0][0])
