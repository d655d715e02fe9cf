"""What people may say about letters, checked at the door."""

import re
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext, gettext_lazy

from webapp.forms import time_zones
from webapp.models import Subscription

HOURS = [(hour, f"{hour:02}:00") for hour in range(24)]
USUAL_HOUR = 7
Cadence = Subscription.Cadence
# One way of writing each mailbox: quoted or encoded, another would get round what was asked for it.
PLAIN = re.compile(r"(?!.*=\?)[!#-'*+/-9=?^-~.-]+@[\x21-\x7e]+")


class WishForm(forms.Form):
    """How often, when, and by whose clock; what is not said is as usual."""

    cadence = forms.ChoiceField(
        label=gettext_lazy("How often"), choices=Cadence, initial=Cadence.WEEKLY
    )
    days = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Days"),
        choices=list(WEEKDAYS.items()),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("For letters every week, one; for chosen weekdays, all of them."),
        error_messages={"invalid_choice": gettext_lazy("That is no day of a week.")},
    )
    hour = forms.TypedChoiceField(
        label=gettext_lazy("From which hour on"),
        choices=HOURS,
        coerce=int,
        required=False,
        initial=USUAL_HOUR,
    )

    def clean_hour(self) -> int:
        hour = self.cleaned_data["hour"]
        return USUAL_HOUR if hour == "" else int(hour)

    def clean(self) -> None:
        cadence, days = self.cleaned_data.get("cadence"), sorted(self.cleaned_data.get("days", []))
        if cadence == Cadence.DAYS and not days and "days" not in self.errors:
            self.add_error("days", gettext("Say which days."))
        several = {Cadence.DAYS: 7, Cadence.WEEKLY: 1}
        self.cleaned_data["days"] = days[: several.get(Cadence(cadence), 0)] if cadence else []


class TrendingForm(WishForm):
    """What trending mail is to hold, and when it is to come."""

    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=time_zones,
        required=False,
        widget=forms.Select(attrs={"translate": "no"}),
    )
    subjects = forms.MultipleChoiceField(
        label=gettext_lazy("Categories"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("That is not a category here.")},
    )

    def __init__(self, offered: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        subjects = self.fields["subjects"]
        assert isinstance(subjects, forms.MultipleChoiceField)
        subjects.choices = offered
        self.fields["time_zone"].initial = settings.DEFAULT_TIME_ZONE

    def clean_subjects(self) -> list[str]:
        return sorted(set(self.cleaned_data["subjects"]))

    def clean_time_zone(self) -> str:
        return self.cleaned_data["time_zone"] or settings.DEFAULT_TIME_ZONE

    @property
    def wish(self) -> dict[str, Any]:
        """As a subscription has it."""
        names = ("cadence", "days", "hour", "time_zone", "subjects")
        return {name: self.cleaned_data[name] for name in names}


class SubscriptionForm(TrendingForm):
    """The same, and where to send it."""

    address = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    field_order = ("address", "cadence", "days", "hour", "time_zone", "subjects")

    def clean_address(self) -> str:
        address = str(self.cleaned_data["address"]).lower()
        if len(address) > 254 or not PLAIN.fullmatch(address):  # lowered, some letters grow
            raise ValidationError(gettext("Enter a valid email address."))
        return address


class PersonalForm(WishForm):
    """A reader's own letters about all interests, or about one."""

    most = forms.IntegerField(
        label=gettext_lazy("Papers in a letter, at most"),
        initial=15,
        validators=[MinValueValidator(1), MaxValueValidator(30)],
        widget=forms.NumberInput(attrs={"min": 1, "max": 30}),
    )
    least_place = forms.TypedChoiceField(
        label=gettext_lazy("How good they have to be"),
        coerce=int,
        empty_value=None,
        required=False,
    )
    tells_empty = forms.BooleanField(
        label=gettext_lazy("Tell me also when there is nothing, and why"),
        label_suffix="",
        required=False,
    )
    held_until = forms.DateField(
        label=gettext_lazy("No letters before"),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy(
            "Such as the first day after a holiday: then one letter has the best of it."
        ),
        error_messages={"invalid": gettext_lazy("Say which day, as YYYY-MM-DD.")},
    )

    def __init__(
        self, places: list[tuple[int, str]], today: date, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        least = self.fields["least_place"]
        assert isinstance(least, forms.TypedChoiceField)
        least.choices = [("", gettext("every paper may come, the best first")), *places]

    def clean_held_until(self) -> date | None:
        day: date | None = self.cleaned_data["held_until"]
        if day and (day - self.today).days > 366:
            raise ValidationError(
                gettext("That is more than a year ahead: pause the letters instead.")
            )
        return day if day and day > self.today else None

    @property
    def wish(self) -> dict[str, Any]:
        names = ("cadence", "days", "hour", "most", "least_place", "tells_empty", "held_until")
        return {name: self.cleaned_data[name] for name in names}


class NewPersonalForm(PersonalForm):
    """The same, and about which interest."""

    profile = forms.TypedChoiceField(
        label=gettext_lazy("Papers of"), coerce=int, empty_value=None, required=False
    )
    field_order = ("profile",)

    def __init__(self, interests: list[tuple[int, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        profile = self.fields["profile"]
        assert isinstance(profile, forms.TypedChoiceField)
        profile.choices = [("", gettext("all my interests")), *interests]
