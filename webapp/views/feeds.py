"""Where feeds are found: the public ones, and a reader's own with their secret addresses."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from webapp.models import Profile, Reader
from webapp.queries import feeds as known
from webapp.queries import papers, readers
from webapp.services import feeds as service
from webapp.views import base_of
from webapp.views.readers import by_reader
from webapp.views.social.trending import WITHIN

FORMATS = ("atom", "rss", "json")


class InterestChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Profile) -> str:
        return gettext("Everything") if obj.is_whole else obj.name


class FeedForm(forms.Form):
    """Which interest, and what the program that reads it is called."""

    profile = InterestChoice(
        Profile.objects.none(),
        label=gettext_lazy("Interest"),
        empty_label=None,
        error_messages={
            "required": gettext_lazy("Say which interest."),
            "invalid_choice": gettext_lazy("That is no interest of yours."),
        },
    )
    name = forms.CharField(
        label=gettext_lazy("What it is for"),
        max_length=80,
        help_text=gettext_lazy("Such as the name of your feed reader, so that you know it again."),
        error_messages={
            "required": gettext_lazy("Say what it is for."),
            "max_length": gettext_lazy("A name has at most 80 characters."),
        },
    )

    def __init__(self, reader: Reader, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["profile"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Profile.objects.filter(reader=reader, deleted_at=None).order_by("pk")

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())


@require_safe
def feeds(request: HttpRequest) -> HttpResponse:
    """All public feeds by name."""
    context = {"windows": WITHIN, "subjects": papers.subjects_in_use()}
    return render(request, "feeds/feeds.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def private(request: HttpRequest) -> HttpResponse:
    """The list; a POST makes a new one, whose address is shown this once."""
    assert isinstance(request.user, Reader)
    form = FeedForm(request.user, request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form, "most": service.MOST}
    if request.method == "POST" and form.is_valid():
        wish, whole = form.cleaned_data, readers.profile_of(request.user)
        try:
            token = service.make(whole, wish["profile"], wish["name"], timezone.now())
        except service.TooMany as error:
            form.add_error(None, str(error))
        else:
            context |= {"made": wish["name"], "addresses": _addresses(request, token)}
            context["form"] = FeedForm(request.user)
    context["tokens"] = known.tokens_of(request.user.pk)
    answer = render(request, "feeds/private.html", context, status=400 if form.errors else 200)
    answer["Cache-Control"] = "no-store"
    return answer


def _addresses(request: HttpRequest, token: str) -> list[tuple[str, str]]:
    base = base_of(request)
    return [(form, f"{base}{reverse('private_feed', args=[token, form])}") for form in FORMATS]


@by_reader
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    name = service.revoke(request.user.pk or 0, pk)
    if name is None and known.is_another(request.user.pk or 0, pk):
        raise Http404
    if name is None:  # a second click
        messages.info(request, gettext("That address leads nowhere already."))
        return redirect("private_feeds")
    told = gettext("The address for “%(name)s” leads nowhere any more.") % {"name": name}
    messages.success(request, told)
    return redirect("private_feeds")
