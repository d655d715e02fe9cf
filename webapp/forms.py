"""What people may send, checked at the door."""

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from webapp.models import Rating

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
