"""What an operator may ask arXiv for again, checked at the door."""

from datetime import date

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy

from webapp.arxiv import calendar

SOURCES = {
    "": gettext_lazy("every source of the night"),
    "listing": gettext_lazy("listing pages"),
    "rss": gettext_lazy("RSS feed"),
    "atom": gettext_lazy("Atom feed"),
    "oai": "OAI-PMH",
    "oai_raw": gettext_lazy("OAI-PMH with all versions"),
    "oai_dc": gettext_lazy("OAI-PMH as Dublin Core"),
    "missing": gettext_lazy("missing papers by their numbers"),
    "query": gettext_lazy("query API"),
}


def _followed() -> list[tuple[str, str]]:
    return [("", gettext("every category")), *((code, code) for code in settings.ARXIV_SUBJECTS)]


def _has_issues(day: date) -> None:
    if not calendar.FIRST <= day <= calendar.LAST:
        raise ValidationError(gettext("arXiv announces nothing on %(day)s.") % {"day": day})


class FetchForm(forms.Form):
    """Which day to ask arXiv for again: whole, of one source, of one category."""

    day = forms.DateField(
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        validators=[_has_issues],
        label=gettext_lazy("Day"),
        error_messages=dict.fromkeys(
            ("required", "invalid"), gettext_lazy("Say which day, as YYYY-MM-DD.")
        ),
    )
    source = forms.ChoiceField(
        choices=list(SOURCES.items()),
        required=False,
        label=gettext_lazy("Source"),
        error_messages={"invalid_choice": gettext_lazy("There is no such source.")},
    )
    subject = forms.ChoiceField(
        choices=_followed,
        required=False,
        label=gettext_lazy("Category"),
        error_messages={
            "invalid_choice": gettext_lazy("This instance does not follow that category.")
        },
    )
