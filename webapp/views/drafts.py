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
from django.urls import Resolver404, resolve, reverse
from django.utils.crypto import salted_hmac
from django.utils.http import urlencode
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods

from webapp.models import Paper, Reader
from webapp.queries import papers, signals
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
# What a form does, by the name of its address.
ACTS = {
    "discussion": gettext_lazy("A comment"),
    "edit_comment": gettext_lazy("A change of your comment"),
    "report_comment": gettext_lazy("A report of a comment"),
    "claim": gettext_lazy("That you are an author"),
    "submit": gettext_lazy("A paper for the daily page"),
    "name": gettext_lazy("Your public name"),
    "bring": gettext_lazy("Papers to bring along"),
    "seed": gettext_lazy("Papers to bring along"),
    "round": gettext_lazy("An answer in a round of questions"),
    "profiles": gettext_lazy("A new interest"),
    "profile": gettext_lazy("Name and subjects of an interest"),
    "share_out": gettext_lazy("Shares and exploration of your interests"),
    "move": gettext_lazy("A paper for another interest"),
    "steer": gettext_lazy("A mute or a boost"),
    "signals": gettext_lazy("A change of your signals"),
    "keep": gettext_lazy("What you keep with a paper"),
    "together": gettext_lazy("An act on papers of your library"),
    "keep_search": gettext_lazy("An interest made of a search"),
    "letters": gettext_lazy("A letter"),
    "letter": gettext_lazy("A letter"),
    "private_feeds": gettext_lazy("A private feed"),
    "time_zone": gettext_lazy("Your time zone"),
}
LABELS = {
    "body": gettext_lazy("Your comment"),
    "note": gettext_lazy("Note"),
    "why": gettext_lazy("What is wrong with it"),
    "reason": gettext_lazy("Reason"),
    "text": gettext_lazy("BibTeX, RIS, arXiv numbers, DOIs or addresses"),
    "name": gettext_lazy("Name"),
    "tags": gettext_lazy("Tags"),
    "state": gettext_lazy("How far you have read"),
    "subjects": gettext_lazy("Subjects"),
    "paper": gettext_lazy("Paper"),
    "every": gettext_lazy("Papers"),
    "saved": gettext_lazy("Save them in my library too"),
    "quota": gettext_lazy("Share"),
    "exploration": gettext_lazy("Exploration"),
    "mute": gettext_lazy("Mute"),
    "boost": gettext_lazy("Boost"),
    "clear": gettext_lazy("Take back"),
    "pause": gettext_lazy("Switch off"),
    "resume": gettext_lazy("Switch on"),
    "remove": gettext_lazy("Take back"),
    "time_zone": gettext_lazy("Time zone"),
    "value": gettext_lazy("Choice"),
}
CHOICES = {
    "up": gettext_lazy("More like this"),
    "down": gettext_lazy("Less like this"),
    "skip": gettext_lazy("Skip"),
}
SHORT = 24  # characters of what is rather chosen than typed


class Field(NamedTuple):
    name: str
    value: str

    @property
    def label(self) -> str:
        name = self.name.partition("-")[0]  # quota-7 is the share of one interest
        return str(LABELS.get(name, self.name.replace("_", " ").capitalize()))

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
    """What is kept for who is logged in. What another reader typed is not there.

    Nor is what is being sent at this moment.
    """
    kept: dict[str, dict[str, Any]] = request.session.get(KEPT, {})
    sent = request.POST.get("draft")
    own = {key: one for key, one in kept.items() if one["reader"] in (None, request.user.pk)}
    return {key: one for key, one in own.items() if key != sent}


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
        told = [one for one in context["others"] if one.name not in OF_THE_PLACE][:9]
        context["told"] = [(one.label, _meant(one, request.user.pk)) for one in told]
        context["act"], context["paper"] = _act(found["path"])
    return render(request, "drafts/draft.html", context, status=200 if found else 404)


def _act(path: str) -> tuple[str, Paper | None]:
    """What a form at this address does, and to which paper."""
    try:
        found = resolve(path)
    except Resolver404:
        return "", None
    name = found.kwargs.get("arxiv_id")
    return str(ACTS.get(found.url_name or "", "")), papers.known_as(name) if name else None


def _meant(field: Field, reader_id: int) -> str:
    """A field's value, in words where it is the number of something."""
    kind, _, number = field.value.partition(":")
    if kind in ("act", "rule"):
        return signals.called(reader_id, kind, _number(number)) or field.value
    if field.name == "paper":
        paper = papers.by_ids([_number(kind)]).get(_number(kind)) or papers.known_as(field.value)
        return paper.title if paper else field.value
    if field.name == "value":
        return str(CHOICES.get(field.value, field.value))
    return field.value.replace(",", ", ") if field.name == "every" else field.value


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0
