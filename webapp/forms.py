"""What people may send, checked at the door."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cache
from itertools import groupby
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext, gettext_lazy

from webapp.arxiv import identifiers
from webapp.models import Profile, Rating, Reader, Rule
from webapp.queries import papers
from webapp.queries.readers import Wish

RATINGS = {"up": Rating.Value.UP, "down": Rating.Value.DOWN, "clear": Rating.Value.NONE}
SAVES = {"save": True, "unsave": False}
MOST_PAGES = 10_000


class RatingForm(forms.Form):
    value = forms.ChoiceField(
        choices=[(name, name) for name in RATINGS],
        error_messages={
            "required": gettext_lazy("Say value=up, down or clear."),
            "invalid_choice": gettext_lazy("That is no rating: say up, down or clear."),
        },
    )


class SaveForm(forms.Form):
    value = forms.ChoiceField(
        choices=[(name, name) for name in SAVES],
        error_messages={
            "required": gettext_lazy("Say value=save or unsave."),
            "invalid_choice": gettext_lazy("That is neither save nor unsave."),
        },
    )


class InterestNameForm(forms.Form):
    """What an interest is called; no two of a reader's alike."""

    name = forms.CharField(
        max_length=80,
        error_messages={
            "required": gettext_lazy("Say what to call it."),
            "max_length": gettext_lazy("A name has at most 80 characters."),
        },
    )

    def __init__(self, taken: Iterable[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.taken = {name.lower() for name in taken}

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        if name.lower() in self.taken:
            told = gettext("You have “%(name)s” already: choose another name.")
            raise ValidationError(told % {"name": name})
        return name


def _percent(value: object, least: int, most: int) -> int:
    text = str(value or "")
    is_short = len(text) <= 3 and text.isascii() and text.isdigit()
    if not (is_short and least <= int(text) <= most):
        told = gettext("Say a whole number from %(least)s to %(most)s.")
        raise ValidationError(told % {"least": least, "most": most})
    return int(text)


MOST_EXPLORED = 30


class SharesForm(forms.Form):
    """The share of each interest, against the others', and its exploration, as quota-7=60."""

    def __init__(self, profiles: list[Profile], data: QueryDict) -> None:
        super().__init__(data)
        self.profiles = profiles
        self.quotas: dict[int, int] = {}
        self.explorations: dict[int, int] = {}

    def clean(self) -> None:
        for one in self.profiles:
            if sent := self.data.get(f"quota-{one.pk}"):
                self.quotas[one.pk] = _percent(sent, 1, 100)
            if sent := self.data.get(f"exploration-{one.pk}"):
                self.explorations[one.pk] = _percent(sent, 0, MOST_EXPLORED)


class InterestForm(forms.Form):
    """Which interest a paper is to speak for."""

    value = forms.ModelChoiceField(
        Profile.objects.none(),
        error_messages={
            "required": gettext_lazy("Say which interest, by its number."),
            "invalid_choice": gettext_lazy("That is no interest of yours."),
        },
    )

    def __init__(self, reader: Reader, data: QueryDict) -> None:
        super().__init__(data)
        field = self.fields["value"]
        assert isinstance(field, forms.ModelChoiceField)
        own = Profile.objects.filter(reader=reader, deleted_at=None)
        field.queryset = own.exclude(name=Profile.WHOLE)


EFFECTS = {"mute": Rule.Effect.MUTE, "boost": Rule.Effect.BOOST, "clear": 0}


class RuleForm(forms.Form):
    """One wish, as mute=term:graph or boost=author:Ada Example or clear=subject:cs.LG.

    Or as three fields, kind, value and effect: for those who write it themselves.
    """

    remark = ""  # of what is stored all the same

    def clean(self) -> None:
        name = next((name for name in EFFECTS if name in self.data), "")
        kind, _, value = str(self.data.get(name, "")).partition(":")
        if not name:
            name, kind = str(self.data.get("effect", "")), str(self.data.get("kind", ""))
            value = str(self.data.get("value", ""))
        value = " ".join(value.replace("\0", " ").split())
        if name not in EFFECTS or kind not in Rule.Kind.values:
            told = gettext("Say what to mute or boost: a term, an author or a subject.")
            raise ValidationError(told)
        if not 0 < len(value) <= 120:
            raise ValidationError(gettext("Say which one, in at most 120 characters."))
        if kind == "term" and EFFECTS[name] and not papers.has_words(value):
            told = gettext("“%(word)s” is in every paper, or is no word: choose another.")
            raise ValidationError(told % {"word": value})
        effect = int(EFFECTS[name])
        # What is taken back is named as it was stored.
        self.wish = Wish(kind, self._as_stored(kind, value) if effect else value, effect)

    def _as_stored(self, kind: str, value: str) -> str:
        """As papers spell it, since a rule in another spelling would meet none of them."""
        if kind == "subject":
            if code := papers.code_spelled(value):
                return code
            told = gettext("No category is called “%(code)s”: give its code, such as cs.LG.")
            raise ValidationError(told % {"code": value})
        if kind == "author":
            if name := papers.author_spelled(value):
                return name
            self.remark = gettext("No paper here has an author of that name yet.")
        return value


def moment_asked(query: QueryDict, name: str) -> datetime | None:
    """?name=2026-11-23T10:00:00.5+00:00; anything else is no wish."""
    return _moment(query.get(name, ""))


def key_asked(query: QueryDict) -> tuple[datetime, int] | None:
    """?before=<moment>~<number>: where the page before ended; anything else is the beginning."""
    moment, _, number = query.get("before", "").partition("~")
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        return None
    found = _moment(moment)
    return (found, int(number)) if found else None


def _moment(text: str) -> datetime | None:
    """An instant; in UTC, since PostgreSQL knows no offset of a day."""
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


class SubjectsForm(forms.Form):
    """The subjects of a reader's profile; none ticked means all."""

    subjects = forms.MultipleChoiceField(
        required=False,
        error_messages={"invalid_choice": gettext_lazy("That is not a subject here.")},
    )

    def __init__(self, offered: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["subjects"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = offered


# Files of the system's zone folder that name no place.
NO_ZONES = {"Factory", "localtime", "posixrules"}


@cache
def time_zones() -> list[tuple[Any, list[tuple[str, str]]]]:
    """Every IANA name, by region: what a browser may report, old spellings too."""
    names = sorted(available_timezones() - NO_ZONES, key=lambda name: ("/" not in name, name))
    regions = groupby(names, key=lambda name: name.split("/")[0] if "/" in name else "")
    return [
        (
            region or gettext_lazy("Others"),
            [(name, name.removeprefix(f"{region}/").replace("_", " ")) for name in group],
        )
        for region, group in regions
    ]


class TimeZoneForm(forms.Form):
    time_zone = forms.ChoiceField(
        choices=time_zones,
        label=gettext_lazy("Time zone"),
        widget=forms.Select(attrs={"translate": "no"}),  # names, the same everywhere
        error_messages={
            "required": gettext_lazy("Say which time zone."),
            "invalid_choice": gettext_lazy("There is no such time zone."),
        },
    )


class ComparisonsForm(forms.Form):
    """Whether the reader takes part; a box that is not ticked is not sent."""

    compares = forms.BooleanField(
        required=False, label=gettext_lazy("Take part in comparisons"), label_suffix=""
    )


class UpvotesForm(forms.Form):
    """Whether the reader's upvotes teach; a box that is not ticked is not sent."""

    teach = forms.BooleanField(
        required=False, label=gettext_lazy("Let my upvotes teach the model"), label_suffix=""
    )


class LeaveForm(forms.Form):
    """The account's own address, typed: nobody leaves in passing."""

    address = forms.CharField(
        max_length=254, label=gettext_lazy("Type your e-mail address to confirm"), label_suffix=""
    )

    def __init__(self, own: str, data: Any = None) -> None:
        super().__init__(data)
        self.own = own

    def clean_address(self) -> str:
        if self.cleaned_data["address"].lower() != self.own.lower():
            raise forms.ValidationError(gettext("That is not the address of this account."))
        return self.own


class VersionForm(forms.Form):
    """The version of a paper that a reader has seen."""

    value = forms.IntegerField(
        min_value=1,
        max_value=32_767,
        error_messages={
            "required": gettext_lazy("Say which version, as value=2."),
            "invalid": gettext_lazy("A version is a number."),
        },
    )


class SubmissionForm(forms.Form):
    """A paper in any spelling: identifier, DOI, address."""

    paper = forms.CharField(
        label=gettext_lazy("arXiv number, DOI or address of a paper"),
        max_length=300,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
        error_messages={
            "required": gettext_lazy("Say which paper."),
            "max_length": gettext_lazy("No identifier or address of a paper is so long."),
        },
    )

    def clean_paper(self) -> str:
        text = self.cleaned_data["paper"]
        try:
            return identifiers.named(text)
        except ValueError as error:
            if doi := identifiers.bare_doi(text):
                return doi
            told = gettext("%(reason)s. Give its arXiv number, such as 2504.08385, or its DOI.")
            told %= {"reason": error}
            raise ValidationError(told) from error


# What controls a terminal or turns the direction of the words around it.
_UNSEEN = re.compile("[\0-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SEEN = re.compile(r"[^\W_\u115f\u1160\u3164\uffa0]")  # the last four are letters without a shape


class Words(forms.CharField):
    """Plain words of people for people: as they are typed, without what cannot be seen."""

    def to_python(self, value: Any) -> str:
        return _UNSEEN.sub("", str(value or "").replace("\r\n", "\n")).strip()


def _text(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class CommentForm(forms.Form):
    body = Words(
        label=gettext_lazy("Your comment"), max_length=5_000, widget=_text(6),
        error_messages={"required": gettext_lazy("Write something first.")},
    )  # fmt: skip


class ReasonForm(forms.Form):
    why = Words(label=gettext_lazy("What is wrong with it"), max_length=500, widget=_text(3))


class DecisionForm(forms.Form):
    reason = Words(label=gettext_lazy("Reason"), max_length=500)


class ClaimForm(forms.Form):
    note = Words(
        label=gettext_lazy("How can an editor see that you are an author?"),
        max_length=1_000,
        widget=_text(4),
        help_text=gettext_lazy(
            "Such as your name in the list, and a page of your institution that names you."
        ),
    )


class PickForm(forms.Form):
    value = forms.ChoiceField(
        choices=[("pick", "pick"), ("unpick", "unpick")],
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), gettext_lazy("Say value=pick or unpick.")
        ),
    )
    note = Words(label=gettext_lazy("Note"), max_length=280, required=False)


class NameForm(forms.Form):
    name = Words(
        label=gettext_lazy("Name"), max_length=80, required=False,
        help_text=gettext_lazy("Left empty, others see “a reader”. Your address is never shown."),
    )  # fmt: skip

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if "@" in name:
            raise ValidationError(gettext("A name holds no @: your address is not for others."))
        if name and not _SEEN.search(name):
            told = gettext("A name holds a letter or a digit that others can see.")
            raise ValidationError(told)
        return name


def day_asked(query: QueryDict, name: str = "day") -> date | None:
    """?day=2026-11-23; anything else is no wish."""
    try:
        return date.fromisoformat(query.get(name, ""))
    except ValueError:
        return None


def no_day_asked(query: QueryDict, name: str = "day") -> str:
    """What stands where a day should, such as 2026-02-30, to say so; nothing where all is well."""
    text = query.get(name, "").replace("\0", "").strip()
    return text[:40] if text and day_asked(query, name) is None else ""


def profile_asked(query: QueryDict, name: str = "profile") -> int | None:
    """?profile=7; nothing is no wish, and what is no number is nobody's."""
    text = query.get(name, "")
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def page_asked(query: QueryDict) -> int:
    """?page=3; anything else is the first."""
    text = query.get("page", "")
    return min(max(int(text[:9]), 1), MOST_PAGES) if text.isascii() and text.isdigit() else 1
