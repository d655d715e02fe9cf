"""What stands around a page and is the same on the next: kept like the pieces of cards."""

from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.middleware.csrf import get_token
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from webapp.models import Reader
from webapp.templatetags.cards import LATER, piece

register = template.Library()
# Pages that the account's menu leads to.
OF_THE_ACCOUNT = {
    *("catch_up", "history", "signals", "reset", "insight", "map", "welcome", "bring", "round"),
    *("account_email", "account_change_password", "time_zone", "letters", "letter", "name"),
    *("mfa_index", "private_feeds", "queue", "takeout", "leave"),
}
PROOF = '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'


@register.simple_tag
@cache
def inlined(name: str) -> SafeString:
    """A script of ours that is too short to be asked for by itself."""
    found = finders.find(name)
    assert isinstance(found, str), name
    return SafeString(Path(found).read_text())


@register.simple_tag
def still(name: str) -> SafeString:
    """A part that is the same on every page that has it."""
    return piece(name, version=settings.VERSION)


@register.simple_tag(takes_context=True)
def navigation(context: Context) -> SafeString:
    """The links to everything, with the place where one is; the form's token is put in last."""
    request: Any = context.get("request")  # none where even an error could not be told in order
    user: Any = context.get("user")
    match, is_reader = request and request.resolver_match, isinstance(user, Reader)
    kept = piece(
        "_nav.html",
        here=match.url_name if match else "",
        in_menu=bool(match) and match.url_name in OF_THE_ACCOUNT,
        searches=bool(request) and "q" in request.GET,
        user=str(user) if is_reader else "",
        is_editor=is_reader and user.is_editor,
        token=LATER,
    )
    if not is_reader:
        return kept
    return SafeString(kept.replace(LATER, format_html(PROOF, get_token(request))))


@register.simple_tag(takes_context=True)
def days(context: Context, place: str) -> SafeString:
    """The way to the day before and the next one; a page has it twice, told apart by a name."""
    given: dict[str, Any] = {"day": context["feed"].day, "also": context.get("also", "")}
    return piece("rankings/_days.html", place=place, **given)


@register.simple_tag(takes_context=True)
def formula(context: Context) -> SafeString:
    """How a trend is worked out, with the weights that it was worked out with."""
    page: Any = context["page"]
    return piece(
        "social/_formula.html",
        config=context["config"],
        learned_days=context["learned_days"],
        most=context["most"],
        of=str(context["of"]),
        hours=tuple(page.row.hours) if page else (),
    )
