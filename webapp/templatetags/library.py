"""One paper in a reader's library: kept like the pieces of cards, all but the form's token."""

from typing import Any

from django import template
from django.template import Context
from django.utils.safestring import SafeString
from django.utils.timezone import localdate

from webapp.models import Rating
from webapp.queries.papers import subject_names
from webapp.templatetags.cards import LATER, buttons, piece

register = template.Library()


@register.simple_tag(takes_context=True)
def shelved(context: Context, rating: Rating) -> SafeString:
    """The paper, what the reader keeps with it, and what can be pressed."""
    paper, interests = rating.paper, context["interests"]
    kept = piece(
        "library/_row.html",
        pk=rating.pk,
        id=paper.arxiv_id,
        title=paper.title,
        authors=tuple(paper.authors),
        subjects=tuple(paper.subjects),
        named=tuple(map(subject_names().get, paper.subjects)),  # under which it is kept, too
        day=paper.issue_day,
        url=paper.url,
        pdf_url=paper.pdf_url,
        is_withdrawn=paper.withdrawn_at is not None,
        **(_said(rating, context["states"]) if rating.saved else {}),
        is_ticked=rating.pk in (context.get("ticked") or ()),
        buttons=buttons(paper, rating),
        interests=tuple((one.pk, one.name) for one in interests.apart),
        interest=rating.profile_id,
        back=LATER,
    )
    return SafeString(kept.replace(LATER, context["back"]))


def _said(rating: Rating, states: list[tuple[str, str]]) -> dict[str, Any]:
    """What a reader says of a saved paper: its state, tags and note."""
    return {
        "is_saved": True,
        # A day of the reader's: what is kept knows no zone.
        "saved_on": rating.saved_at and localdate(rating.saved_at),
        "tags": tuple(rating.tags),
        "note": rating.note,
        "state": rating.state,
        "stage": str(rating.get_state_display()),
        "states": tuple(states),
    }
