"""The pieces that a card is put together from: rendered once, and kept for whoever meets the same.

A piece sees what it is given and nothing else, and is kept under all of that. So nothing goes
stale, and nothing of one reader can show up with another: what differs is another piece.
"""

import secrets
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import quote

from django import template
from django.template import Context
from django.template.loader import get_template
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from webapp.models import Paper, Rating
from webapp.queries.papers import subject_names
from webapp.templatetags.papers import opening

if TYPE_CHECKING:
    from django.template.backends.django import Template as DjangoTemplate

register = template.Library()
ALONE = 'method="post" hx-post="/" hx-target="this" hx-swap="outerHTML"'
KEPT = 12_000  # about 30 MB, the words of four thousand papers and their buttons

# Stands where something is put in afterwards; what people write cannot look like it.
LATER = f"\ue000{secrets.token_hex(8)}"


@register.simple_tag(takes_context=True, name="card")
def whole(context: Context, card: Any, *, public: bool = False) -> SafeString:
    """A paper on a list, put together here: a template takes twice as long as all its pieces.

    In a feed one form is around all cards; elsewhere each has its own.
    """
    paper, feed = card.paper, context.get("feed")
    name, acted = _name(paper.arxiv_id), bool(feed) and context.get("acted_on") == paper
    parts = [f'<article data-arxiv-id="{name}" id="paper-{name}"{_ACTED if acted else ""}>\n']
    if public:
        parts.append(_vote(context, card))
    if card.rank:
        parts.append(f'<p class="rank">{card.rank}</p>\n')
    parts += [heading(card, feed), reason(card, feed)]
    if public:
        parts.append(public_line(card))
    parts += [words(paper), "\n", _own(context, card, name), "\n</article>\n"]
    return SafeString("".join(parts))


_ACTED = ' class="acted"'


@lru_cache(maxsize=KEPT)
def _name(arxiv_id: str) -> str:
    return escape(arxiv_id)


def _vote(context: Context, card: Any) -> str:
    if not context.get("is_reader"):
        return upvotes_of_others(card, context["log_in"])
    return f'<form class="upvote" {ALONE}>{context["back"]}{upvotes(card)}</form>'


def _own(context: Context, card: Any, name: str) -> str:
    """What only this reader can press."""
    if not context.get("is_reader"):
        return ""
    pressed = buttons(card.paper, card.rating)
    if context.get("feed"):
        return pressed
    # Where days are told apart, an act says what it moved on its paper's own.
    of = (
        f'<input type="hidden" name="of" value="{card.paper.issue_day}">'
        if context.get("by_day")
        else ""
    )
    return f'<form id="acts-{name}" class="single" {ALONE}>{context["back"]}{of}{pressed}</form>'


def piece(name: str, **given: Any) -> SafeString:
    return _piece(name, tuple(given.items()))


@lru_cache(maxsize=KEPT)
def _piece(name: str, given: tuple[tuple[str, Any], ...]) -> SafeString:
    found = cast("DjangoTemplate", get_template(name))
    return found.template.render(Context(dict(given)))


@register.filter
def heading(card: Any, feed: Any) -> SafeString:
    """Title, authors, subjects and where to read it; in a feed without the day."""
    paper = card.paper
    return piece(
        "papers/_heading.html",
        id=paper.arxiv_id,
        title=paper.title,
        authors=tuple(paper.authors),
        subjects=tuple(paper.subjects),
        named=tuple(map(subject_names().get, paper.subjects)),  # under which it is kept, too
        day=None if feed else paper.issue_day,
        url=paper.url,
        pdf_url=paper.pdf_url,
        interest=card.interest,
        is_withdrawn=paper.withdrawn_at is not None,
    )


@register.filter
def reason(card: Any, feed: Any) -> SafeString:
    """Why it stands where it stands; nothing where nothing is known. In a feed terms are muted.

    Hardly any two are alike, so it is not kept, and a template would take half the page's time.
    """
    because = card.because
    if not because and not card.is_explored:
        return SafeString()
    told = _wordings()
    why = told.explored if card.is_explored else _because(card, because, mutes=bool(feed))
    page, day = _page(card.paper.arxiv_id), card.paper.issue_day
    return SafeString(f'<p class="why">{why} <a href="{page}/why/?day={day}">{told.ask}</a></p>\n')


class Wordings(NamedTuple):
    """What reasons are made of, in the instance's one language."""

    explored: str
    itself: str
    because: str
    with_terms: str
    others: str
    ask: str


@lru_cache(maxsize=1)
def _wordings() -> Wordings:
    """Looked up once: looking up takes longer than putting a reason together."""
    return Wordings(
        gettext(
            "<b>Outside your habit:</b> one of a few places a day "
            "for papers unlike those you saved or liked."
        ),
        gettext("You saved or liked it"),
        gettext("Because you saved or liked %(paper)s"),
        gettext("Because you saved or liked %(paper)s; shared terms: %(terms)s"),
        gettext("%(n)s %% from other readers"),
        gettext("Why?"),
    )


def _because(card: Any, because: Paper, *, mutes: bool) -> str:
    """Escaped; the nearest saved paper, the terms they share, and what other readers add."""
    words = _wordings()
    told = words.itself
    if because.pk != card.paper.pk:
        title = opening(because.title, 80)
        given = {"paper": f'<a href="{_page(because.arxiv_id)}">{title}</a>'}
        if card.terms:
            given["terms"] = " · ".join([_term(term, mutes) for term in card.terms])
        told = (words.with_terms if card.terms else words.because) % given
    if card.shared_percent > 0:
        told += f" <span>{words.others % {'n': card.shared_percent}}</span>"
    return told


def _term(term: str, mutes: bool) -> str:
    return _muting(term) if mutes else escape(term)


@lru_cache(maxsize=KEPT)
def _muting(term: str) -> str:
    return piece("papers/_term.html", term=term)


@lru_cache(maxsize=KEPT)
def _page(arxiv_id: str) -> str:
    return escape(reverse("paper", args=[arxiv_id]))


@register.filter
def words(paper: Paper) -> SafeString:
    """The beginning of the abstract, folded."""
    return piece(
        "papers/_words.html",
        id=paper.arxiv_id,
        abstract=paper.abstract,
        is_summary=paper.is_summary,
    )


@register.filter
def buttons(paper: Paper, rating: Rating | None) -> SafeString:
    """Save, more, less, as this reader has pressed them; and what changed since it was saved."""
    saved = bool(rating and rating.saved)
    seen = rating.saved_version if rating and saved else None
    return piece(
        "papers/_buttons.html",
        id=paper.arxiv_id,
        saved=saved,
        value=rating.value if rating else 0,
        is_withdrawn=paper.withdrawn_at is not None,
        **(_change(paper, seen) if seen and seen < paper.version else {}),
    )


def _change(paper: Paper, seen: int) -> dict[str, Any]:
    address = {"url": paper.url, "has_versions": bool(paper.pdf_url)}
    return {"seen": seen, "version": paper.version, **address}


@register.filter
def upvotes(card: Any) -> SafeString:
    """The button in its form."""
    return piece(
        "social/_button.html",
        id=card.paper.arxiv_id,
        n=card.entry.n_upvotes if card.entry else 0,
        is_upvoted=card.is_upvoted,
        is_withdrawn=card.paper.withdrawn_at is not None,
    )


@register.filter
def upvotes_of_others(card: Any, log_in: str) -> SafeString:
    """A stranger sees the number, and the way to a login that leads back to this paper.

    The way holds the page's address, of which anybody can make up any number: it is not kept.
    """
    kept = piece(
        "social/_others.html",
        id=card.paper.arxiv_id,
        n=card.entry.n_upvotes if card.entry else 0,
        is_withdrawn=card.paper.withdrawn_at is not None,
        log_in=LATER,
    )
    return SafeString(kept.replace(LATER, escape(log_in) + _anchor(card.paper.arxiv_id)))


@lru_cache(maxsize=KEPT)
def _anchor(arxiv_id: str) -> str:
    """Of a card, within an address within an address."""
    return quote(f"#paper-{arxiv_id}", safe="")


@register.filter
def public_line(card: Any) -> SafeString | str:
    """What readers and editors said of it in public; nothing where nobody did."""
    entry, score = card.entry, card.score
    if entry is None:
        return piece("social/_public.html", is_new=True) if card.is_new else ""
    pick, submission = entry.pick, entry.submission
    return piece(
        "social/_public.html",
        id=card.paper.arxiv_id,
        is_new=card.is_new,
        is_picked=pick is not None,
        note=pick.note if pick else "",
        score=score,
        divisor=card.divisor if score is not None else 1.0,
        subject=card.paper.subjects[0] if card.divisor != 1 and card.paper.subjects else "",
        is_submitted=submission is not None,
        by=submission.reader.public_name if submission and submission.reader else "",
        n_public=entry.n_public,
        n_comments=entry.n_comments,
    )
