"""What a request meets; here what belongs to no noun: facts for every page, time, refusals."""

import hashlib
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from csp.constants import NONCE
from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import is_valid_path, reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from webapp.arxiv import identifiers
from webapp.models import Paper, Reader
from webapp.queries.readers import zone_of
from webapp.templatetags import frame
from webapp.views.drafts import drafts_of, fields_of

# Feeds are the same for everybody: who asks is not looked up, and nothing varies by cookies.
FOR_PROGRAMS = (".atom", ".rss", ".json")
LONGEST_WAY = 8_000  # characters of an address that forms and links lead back to


def instance(request: HttpRequest) -> dict[str, Any]:
    """Context of every page."""
    user, here = getattr(request, "user", None), _here(request)
    is_reader = isinstance(user, Reader)
    return {
        "version": settings.VERSION,
        "mail_folder": settings.MAIL_FOLDER,
        "zone": timezone.get_current_timezone_name(),
        "is_reader": is_reader,
        "drafts": drafts_of(request) if is_reader else {},
        # What each form of a list sends; a visitor's page has none, and so needs no cookie.
        "back": _fields(csrfmiddlewaretoken=get_token(request), next=here) if is_reader else "",
        "log_in": f"{reverse('account_login')}?{urlencode({'next': here})}",
    }


def _here(request: HttpRequest) -> str:
    here = request.get_full_path()
    return here if len(here) <= LONGEST_WAY else request.path[:LONGEST_WAY]


def _fields(**values: str) -> SafeString:
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', values.items())


def in_the_readers_time(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: every time on a page is in its reader's zone."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.path.endswith(FOR_PROGRAMS):
            return get_response(request)
        with timezone.override(zone_of(request.user)):
            return get_response(request)

    return answer


def only_utf8(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: other charsets can bring what no text holds. Browsers send UTF-8 alone."""

    def answer(request: HttpRequest) -> HttpResponse:
        charset = (request.content_params or {}).get("charset", "utf-8")
        if charset.lower() not in {"utf-8", "utf8"}:
            return HttpResponse(gettext("Send UTF-8."), status=415, content_type="text/plain")
        return get_response(request)

    return answer


def never_blank(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: the address of an act that is opened by itself says so; Django says nothing."""

    def answer(request: HttpRequest) -> HttpResponse:
        answered = get_response(request)
        if answered.status_code != 405 or answered.content or request.method != "GET":
            return answered
        why = gettext("This address takes what a button sends, and shows nothing by itself.")
        page = render(request, "refused.html", {"error": why}, status=405)
        page["Allow"] = answered["Allow"]
        return page

    return answer


def base_of(request: HttpRequest) -> str:
    """Where this instance is to be found: as its operator says, else as it was asked."""
    return settings.PUBLIC_URL or request.build_absolute_uri("/").rstrip("/")


def is_part(request: HttpRequest) -> bool:
    """True where htmx swaps a part; going back in history it wants the whole page again."""
    asked = request.headers
    return asked.get("HX-Request") == "true" and "HX-History-Restore-Request" not in asked


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a valid token: mostly a page that was open while one logged in elsewhere."""
    if is_part(request):
        why = gettext("This page is too old, so nothing was stored. Reload it and do it again.")
        return render(request, "_message.html", {"error": why}, status=403)
    page = request.headers.get("Referer", "")
    here = url_has_allowed_host_and_scheme(page, {request.get_host()}, request.is_secure())
    # For copying only: that it was the reader who sent it is what could not be shown.
    fields = [one for one in fields_of(request) if one.is_typed]
    context = {"back": page if here else reverse("feed"), "fields": fields}
    return render(request, "403_csrf.html", context, status=403)


@csp_update({"style-src": [NONCE]})  # where it is shown, nothing else can be asked for
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """GET /offline : what a browser's worker shows where no server answers; ?sent of a form."""
    return render(request, "offline.html", {"was_sent": "sent" in request.GET})


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """GET /sw.js : at the root, because a worker answers for what lies below its address.

    Browsers take another worker when a letter of it has changed, so it names what it keeps.
    """
    script = f'const EDITION = "{_edition()}";\n{frame.inlined("offline.js")}'
    answer = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


@cache
def _edition() -> str:
    """Names the pages that a worker keeps, by all that they say."""
    both = [render_to_string("offline.html", {"was_sent": sent}) for sent in (False, True)]
    return hashlib.sha256("".join(both).encode()).hexdigest()[:16]


def _without_stroke(request: HttpRequest) -> str:
    """What is asked for, less the stroke at its end, where that is a page."""
    bare = request.path_info.rstrip("/")
    if request.method != "GET" or bare == request.path_info or not is_valid_path(bare):
        return ""
    query = request.META.get("QUERY_STRING", "")
    return f"{bare}?{query}" if query else bare


def _spelt_otherwise(request: HttpRequest) -> str:
    """The page of a paper that is named after /papers/ in whatever spelling, as it is pasted."""
    before, _, asked = request.path_info.partition("/papers/")
    if before or request.method != "GET" or request.resolver_match:
        return ""
    try:
        # On the way here two strokes may have become one.
        return reverse("paper", args=[identifiers.named(re.sub("^(https?:)/+", r"\1//", asked))])
    except ValueError:
        return ""


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address or a paper that is not here, with a way on; what is meant clearly is forgiven."""
    if meant := _without_stroke(request) or _spelt_otherwise(request):
        return redirect(meant)
    match = request.resolver_match
    arxiv_id = match.kwargs.get("arxiv_id") if match else None
    lost = Paper(arxiv_id=arxiv_id) if arxiv_id else None  # which knows its own address
    if is_part(request):
        why = gettext("There is no such page here.")
        if lost:
            why = gettext("%(paper)s is not stored here.") % {"paper": lost.label}
        return render(request, "_message.html", {"error": why}, status=404)
    can_bring = bool(lost and settings.ARXIV_SUBJECTS and not identifiers.is_doi(lost.arxiv_id))
    return render(request, "404.html", {"lost": lost, "can_bring": can_bring}, status=404)
