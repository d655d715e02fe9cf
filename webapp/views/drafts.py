"""What was typed into a form whose login had ended: kept in the session, given back after it."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from webapp.models import Reader
from webapp.queries.readers import who_held

KEPT = "drafts"  # of the session: the drafts by key
LEFT = "left"  # of the session: who logged out of it
MOST = 100_000  # characters of all drafts together
MOST_FIELDS = 1_000
KEPT_FOR = 86_400  # seconds without a login
# What says where a form stood or which button was pressed: one click says it again.
OF_THE_PLACE = {"next", "day", "page", "profile"}
NOT_TYPED = {*OF_THE_PLACE, "csrfmiddlewaretoken", "draft", "value"}
NOT_OURS = ("/accounts/", "/admin/")  # forms with passwords among them
SHORT = 24  # characters of what is rather chosen than typed


class Field(NamedTuple):
    name: str
    value: str

    @property
    def label(self) -> str:
        return self.name.replace("_", " ").capitalize()

    @property
    def is_typed(self) -> bool:
        return self.is_long or " " in self.value.strip() or len(self.value) > SHORT

    @property
    def is_long(self) -> bool:
        return "\n" in self.value or len(self.value) > 80


def fields_of(request: HttpRequest) -> list[Field]:
    """What a form of ours sent; nothing, where one click sends it again."""
    if request.path.startswith(NOT_OURS):
        return []
    lists = request.POST.lists()
    sent = [Field(name, str(value)) for name, values in lists for value in values if value]
    if all(one.name in NOT_TYPED for one in sent):
        return []
    return [one for one in sent if one.name not in ("csrfmiddlewaretoken", "draft")]


def kept_for_the_login(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a form that is answered with the login page is there again after it."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return get_response(request)
        before = request.user.pk
        response = get_response(request)
        after = request.user.pk
        if before and not after:
            request.session[LEFT] = before
            request.session.set_expiry(KEPT_FOR)
        elif not before and _asks_for_login(response) and not request.path.startswith(NOT_OURS):
            return _kept(request, response)
        elif after and "draft" in request.POST and response.status_code < 400:
            _forget(request, request.POST["draft"])
        return response

    return answer


def _asks_for_login(response: HttpResponse) -> bool:
    login = reverse("account_login")
    return response.status_code == 302 and urlsplit(response["Location"]).path == login


def _kept(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Lead to the login, and from there to what was typed; what is too much is shown at once."""
    fields = fields_of(request)
    if not fields:
        messages.info(request, gettext("Log in first: nothing was stored."))
        return response
    drafts = request.session.get(KEPT, {})
    key = salted_hmac(request.path, repr(fields)).hexdigest()[:16]  # twice the same is once
    drafts[key] = {
        "path": request.path,
        "back": _back(request, response),
        "fields": fields,
        "reader": _reader(request),
    }
    is_much = len(fields) > MOST_FIELDS or _size(drafts.values()) > MOST
    # Without a limit, whoever has no account at all could fill the database.
    if is_much or not ratelimit.consume(request, action="draft"):
        login = f"{reverse('account_login')}?{urlencode({'next': _back(request, response)})}"
        context = {"fields": fields, "login": login}
        return render(request, "drafts/copy.html", context, status=401)
    request.session[KEPT] = drafts
    request.session.set_expiry(KEPT_FOR)  # a login sets it anew
    messages.info(request, gettext("Log in first: nothing was stored, and what you sent is kept."))
    following = urlencode({"next": reverse("draft", args=[key])})
    return HttpResponseRedirect(f"{reverse('account_login')}?{following}")


def _size(drafts: Iterable[dict[str, Any]]) -> int:
    return sum(len(name) + len(value) for one in drafts for name, value in one["fields"])


def _back(request: HttpRequest, response: HttpResponse) -> str:
    """The page on which the form stood: the one the browser names, or where the answer leads."""
    page = urlsplit(request.headers.get("Referer", ""))
    if page.netloc == request.get_host() and page.path.startswith("/"):
        return f"/{page.path.lstrip('/')}" + (f"?{page.query}" if page.query else "")
    return parse_qs(urlsplit(response["Location"]).query).get("next", [reverse("feed")])[0]


def _reader(request: HttpRequest) -> int | None:
    """Whose login it was that ended, as far as that is known."""
    if left := request.session.get(LEFT):
        return int(left)
    return who_held(request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""))


def drafts_of(request: HttpRequest) -> dict[str, dict[str, Any]]:
    """What is kept for who is logged in. What another reader typed is not there."""
    kept: dict[str, dict[str, Any]] = request.session.get(KEPT, {})
    return {key: one for key, one in kept.items() if one["reader"] in (None, request.user.pk)}


def _forget(request: HttpRequest, key: str) -> None:
    kept = request.session.get(KEPT, {})
    if kept.pop(key, None):
        request.session[KEPT] = kept


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def draft(request: HttpRequest, key: str) -> HttpResponse:
    """What was typed, to be sent again by a button; a POST throws it away."""
    assert isinstance(request.user, Reader)
    found = drafts_of(request).get(key)
    if request.method == "POST":
        _forget(request, key)
        return redirect(found["back"] if found else "feed")
    context: dict[str, Any] = {"key": key, "draft": found}
    if found:
        fields = [Field(*one) for one in found["fields"]]
        context["typed"] = [one for one in fields if one.is_typed and one.name != "next"]
        context["others"] = [one for one in fields if one not in context["typed"]]
        context["told"] = [one for one in context["others"] if one.name not in OF_THE_PLACE][:9]
    return render(request, "drafts/draft.html", context, status=200 if found else 404)
