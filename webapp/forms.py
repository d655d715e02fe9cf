"""What people may send, checked at the door."""

import re
from datetime import date
from functools import cache
from itertools import groupby
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict

from webapp.arxiv import calendar, identifiers
from webapp.models import Rating, Subscription

RATINGS = {"up": Rating.Value.UP, "down": Rating.Value.DOWN, "clear": Rating.Value.NONE}
SAVES = {"save": True, "unsave": False}
MOST_PAGES = 10_000


class RatingForm(forms.Form):
    value = forms.ChoiceField(
        choices=[(name, name) for name in RATINGS],
        error_messages={
            "required": "Say value=up, down or clear.",
            "invalid_choice": "That is no rating: say up, down or clear.",
        },
    )


class SaveForm(forms.Form):
    value = forms.ChoiceField(
        choices=[(name, name) for name in SAVES],
        error_messages={
            "required": "Say value=save or unsave.",
            "invalid_choice": "That is neither save nor unsave.",
        },
    )


class SubjectsForm(forms.Form):
    """The subjects of a reader's profile; none ticked means all."""

    subjects = forms.MultipleChoiceField(
        required=False, error_messages={"invalid_choice": "That is not a subject here."}
    )

    def __init__(self, offered: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["subjects"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = offered


# Files of the system's zone folder that name no place.
NO_ZONES = {"Factory", "localtime", "posixrules"}


@cache
def time_zones() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every IANA name, by region: what a browser may report, old spellings too."""
    names = sorted(available_timezones() - NO_ZONES, key=lambda name: ("/" not in name, name))
    regions = groupby(names, key=lambda name: name.split("/")[0] if "/" in name else "Others")
    return [
        (region, [(name, name.removeprefix(f"{region}/").replace("_", " ")) for name in group])
        for region, group in regions
    ]


class TimeZoneForm(forms.Form):
    time_zone = forms.ChoiceField(
        choices=time_zones,
        error_messages={
            "required": "Say which time zone.",
            "invalid_choice": "There is no such time zone.",
        },
    )


class ComparisonsForm(forms.Form):
    """Whether the reader takes part; a box that is not ticked is not sent."""

    compares = forms.BooleanField(required=False, label="Take part in comparisons", label_suffix="")


class VersionForm(forms.Form):
    """The version of a paper that a reader has seen."""

    value = forms.IntegerField(
        min_value=1,
        max_value=32_767,
        error_messages={
            "required": "Say which version, as value=2.",
            "invalid": "A version is a number.",
        },
    )


class SubmissionForm(forms.Form):
    """A paper in any spelling: identifier, DOI, address."""

    paper = forms.CharField(
        label="arXiv number, DOI or address of a paper",
        max_length=300,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
        error_messages={
            "required": "Say which paper.",
            "max_length": "No identifier or address of a paper is so long.",
        },
    )

    def clean_paper(self) -> str:
        text = self.cleaned_data["paper"]
        try:
            return identifiers.named(text)
        except ValueError as error:
            if doi := identifiers.bare_doi(text):
                return doi
            raise ValidationError(f"{error}. Try such as 2504.08385.") from error


# What controls a terminal or turns the direction of the words around it.
_UNSEEN = re.compile("[\0-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class Words(forms.CharField):
    """Plain words of people for people: as they are typed, without what cannot be seen."""

    def to_python(self, value: Any) -> str:
        return _UNSEEN.sub("", str(value or "").replace("\r\n", "\n")).strip()


def _text(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class CommentForm(forms.Form):
    body = Words(
        label="Your comment", max_length=5_000, widget=_text(6),
        error_messages={"required": "Write something first."},
    )  # fmt: skip


class ReasonForm(forms.Form):
    why = Words(label="What is wrong with it", max_length=500, widget=_text(3))


class DecisionForm(forms.Form):
    reason = Words(label="Reason", max_length=500)


class ClaimForm(forms.Form):
    note = Words(
        label="How can an editor see that you are an author?", max_length=1_000, widget=_text(4),
        help_text="Such as your name in the list, and a page of your institution that names you.",
    )  # fmt: skip


class PickForm(forms.Form):
    value = forms.ChoiceField(
        choices=[("pick", "pick"), ("unpick", "unpick")],
        error_messages={
            "required": "Say value=pick or unpick.",
            "invalid_choice": "Say value=pick or unpick.",
        },
    )
    note = Words(label="Note", max_length=280, required=False)


class SubscriptionForm(forms.Form):
    """Where to send trending papers, and how often."""

    address = forms.EmailField(label="E-mail address", max_length=254)
    cadence = forms.ChoiceField(
        label="How often", choices=Subscription.Cadence, initial=Subscription.Cadence.WEEKLY
    )

    def clean_address(self) -> str:
        return str(self.cleaned_data["address"]).lower()


class NameForm(forms.Form):
    name = Words(
        label="Name", max_length=80, required=False,
        help_text="Left empty, others see “a reader”. Your address is never shown.",
    )  # fmt: skip

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if "@" in name:
            raise ValidationError("A name holds no @: your address is not for others.")
        return name


SOURCES = {
    "": "every source of the night",
    "listing": "listing pages",
    "rss": "RSS feed",
    "atom": "Atom feed",
    "oai": "OAI-PMH",
    "oai_raw": "OAI-PMH with all versions",
    "oai_dc": "OAI-PMH as Dublin Core",
    "missing": "missing papers by their numbers",
    "query": "query API",
}


def _followed() -> list[tuple[str, str]]:
    return [("", "every category"), *((code, code) for code in settings.ARXIV_SUBJECTS)]


def _has_issues(day: date) -> None:
    if not calendar.FIRST <= day <= calendar.LAST:
        raise ValidationError(f"arXiv announces nothing on {day}.")


class FetchForm(forms.Form):
    """Which day to ask arXiv for again: whole, of one source, of one category."""

    day = forms.DateField(
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        validators=[_has_issues],
        error_messages={
            "required": "Say which day, as YYYY-MM-DD.",
            "invalid": "Say which day, as YYYY-MM-DD.",
        },
    )
    source = forms.ChoiceField(
        choices=list(SOURCES.items()),
        required=False,
        error_messages={"invalid_choice": "There is no such source."},
    )
    subject = forms.ChoiceField(
        choices=_followed,
        required=False,
        label="Category",
        error_messages={"invalid_choice": "This instance does not follow that category."},
    )


def day_asked(query: QueryDict) -> date | None:
    """?day=2026-11-23; anything else is no wish."""
    try:
        return date.fromisoformat(query.get("day", ""))
    except ValueError:
        return None


def page_asked(query: QueryDict) -> int:
    """?page=3; anything else is the first."""
    text = query.get("page", "")
    return min(max(int(text), 1), MOST_PAGES) if text.isascii() and text.isdigit() else 1
