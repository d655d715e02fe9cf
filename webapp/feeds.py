"""Feeds for programs: what the pages show first, as Atom, RSS and JSON Feed.

Nobody is looked up by a login here, so a feed is the same for whoever asks. Whether a request has
all of it already is told by one query; only what is new is read and written out.
"""

from collections.abc import Callable
from datetime import UTC, datetime, time
from hashlib import sha256
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import get_language, gettext, gettext_lazy
from django.views.decorators.http import require_safe

from webapp.arxiv import identifiers
from webapp.formats import feeds as written
from webapp.formats.feeds import Entry, Feed, Link
from webapp.formats.query import parse
from webapp.mail.compose import Line
from webapp.models import Paper
from webapp.queries import feeds as known
from webapp.queries.papers import codes_of, subject_names
from webapp.queries.rankings import Card
from webapp.services import feeds as service
from webapp.templatetags.papers import plain
from webapp.views import base_of
from webapp.views.social.trending import OF

FORMATS: dict[str, tuple[str, Callable[[Feed], bytes]]] = {
    "atom": ("application/atom+xml", written.atom),
    "rss": ("application/rss+xml", written.rss),
    "json": ("application/feed+json", written.json_feed),
}
LONGEST_QUERY = 2_000
PUBLIC = "public, max-age=300"
PRIVATE = "private, no-cache"  # a revoked address leads nowhere at once
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)  # of a feed that has never held anything
EXPLORED = gettext_lazy(
    "Outside your habit: one of a few places a day for papers unlike those you saved or liked."
)


class Head(NamedTuple):
    """What a feed is called, and the page that shows the same."""

    name: str  # within the instance; it never changes
    title: str
    subtitle: str
    page: str


# --- public -------------------------------------------------------------------------


@require_safe
def daily(request: HttpRequest, form: str) -> HttpResponse:
    told = gettext("What readers upvote, bring and discuss first; then all else of the day.")
    head = Head("daily", gettext("Daily papers"), told, reverse("daily"))
    return _public(request, form, head, known.daily())


@require_safe
def trending(request: HttpRequest, form: str) -> HttpResponse:
    """GET ?window=day, week or month; anything else is the week, as on the page."""
    window = request.GET.get("window", "")
    window = window if window in OF else "week"
    query = {"window": window}
    head = Head(
        f"trending/{window}",
        # Translators: %(of)s is "of the last 24 hours", "of the last 7 days" …
        gettext("Trending papers %(of)s") % {"of": OF[window]},
        gettext("By upvotes, recent ones first."),
        f"{reverse('trending')}?{urlencode(query)}",
    )
    return _public(request, form, head, known.trending(window), query)


@require_safe
def subject(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """One category, or an archive with all of its parts."""
    names, code = subject_names(), identifiers.ALIASES.get(code, code)
    codes = codes_of(code)
    if not codes:
        raise Http404
    title = gettext("All of %(archive)s") % {"archive": code}
    if code in names:
        title = f"{names[code]} ({code})"
    head = Head(f"subject/{code}", title, gettext("The newest papers."), reverse("feeds"))
    return _public(request, form, head, known.of_subjects(codes))


@require_safe
def search(request: HttpRequest, form: str) -> HttpResponse:
    """The newest papers that a search finds."""
    text = " ".join(request.GET.get("q", "").replace("\0", " ").split())[:LONGEST_QUERY]
    asked = parse(text, subject_names())
    if not text:
        return _refused(gettext("Say what to look for: ?q=..."), 400)
    query = {"q": text}
    page = f"{reverse('search')}?{urlencode(query)}"
    title = gettext("Search for “%(words)s”") % {"words": text}
    told = gettext("The newest papers with these words.")
    head = Head(f"search/{quote(text, safe='')}", title, told, page)
    return _public(request, form, head, known.of_search(asked), query)


def _public(
    request: HttpRequest,
    form: str,
    head: Head,
    listed: known.Listed,
    query: dict[str, str] | None = None,
) -> HttpResponse:
    base = base_of(request)
    here = f"{base}{request.path}" + (f"?{urlencode(query)}" if query else "")
    updated = max(listed.changed, default=BEGINNING)

    def write() -> Feed:
        entries = [_entry(base, paper) for paper in known.words(listed)]
        return _feed(base, head, updated, entries, here)

    seed = (head, here, listed.ids, listed.changed)
    answer = _answer(request, form, seed, listed.modified, write)
    answer["Cache-Control"] = PUBLIC
    return answer


# --- a reader's own -----------------------------------------------------------------


@require_safe
def private(request: HttpRequest, token: str, form: str) -> HttpResponse:
    """An interest, to whoever knows its token. What is unknown, revoked or closed looks alike."""
    found = known.private(token)
    if found is None:
        return _closed(_refused(gettext("There is no such feed."), 404))
    if found.last_used_on != (today := timezone.now().date()):
        service.note_use(found.token_id, today)
    base = base_of(request)
    seed = (base, found.profile_id, found.state)
    answer = _answer(request, form, seed, found.modified, lambda: _own(base, found))
    return _closed(answer)


def _own(base: str, found: known.Private) -> Feed:
    """Its own address is left out: who passes an entry on would pass the secret on."""
    own = known.own(found)
    page = reverse("feed") + (f"?profile={found.profile_id}" if own.name else "")
    title, told = gettext("For you"), gettext("The newest day in your own order.")
    if own.name:
        title = gettext("For you: %(interest)s") % {"interest": own.name}
    head = Head(f"interest/{found.profile_id}", title, told, page)
    n_papers = own.page.n_papers if own.page else 0
    entries = [_entry(base, card.paper, _why(card, n_papers)) for card in own.cards]
    return _feed(base, head, found.modified, entries)


def _why(card: Card, n_papers: int) -> str:
    """Why a paper stands where it stands; nothing of a day that is not ranked."""
    if card.score is None:
        return ""
    place = gettext("Place %(rank)s of %(n)s, score %(score).2f.")
    if card.interest:
        place = gettext("Place %(rank)s of %(n)s, score %(score).2f, for %(interest)s.")
    facts = {"rank": card.rank, "n": n_papers, "score": card.score, "interest": card.interest}
    line = Line(card.paper, card.because, card.terms, card.shared_percent)
    return f"{place % facts} {EXPLORED if card.is_explored else line.why}".rstrip()


def _closed(answer: HttpResponse) -> HttpResponse:
    """With what keeps an address to those who have it."""
    answer["Cache-Control"] = PRIVATE
    answer["Referrer-Policy"] = "no-referrer"
    return answer


# --- what all share -----------------------------------------------------------------


def _feed(base: str, head: Head, updated: datetime, entries: list[Entry], here: str = "") -> Feed:
    host = urlsplit(settings.ADDRESS).hostname or "localhost"
    return Feed(
        id=f"tag:{host},2026:{head.name}",  # RFC 4151: it stays where the address moves
        title=f"{head.title} · Firstlight",
        subtitle=head.subtitle,
        url=f"{base}{head.page}",
        updated=updated,
        entries=entries,
        self_url=here,
        language=get_language() or "en",
    )


def _entry(base: str, paper: Paper, why: str = "") -> Entry:
    """A paper is known by its address at its source, without version: one in all feeds."""
    announced = datetime.combine(paper.issue_day, time(), UTC)
    names = subject_names()
    links = [Link("arXiv" if paper.pdf_url else "DOI", paper.url)]
    if paper.pdf_url:
        links.append(Link("PDF", paper.pdf_url, "application/pdf"))
    bib = f"{base}{reverse('bib', args=[paper.arxiv_id])}"
    links.append(Link("BibTeX", bib, "application/x-bibtex"))
    return Entry(
        id=paper.url,
        url=f"{base}{reverse('paper', args=[paper.arxiv_id])}",
        title=plain(paper.title),
        summary=_summary(paper),
        authors=tuple(plain(name) for name in paper.authors),
        subjects=tuple((code, names.get(code, code)) for code in paper.subjects),
        published=announced,
        updated=max(announced, paper.changed_at),
        links=tuple(links),
        why=why,
    )


def _summary(paper: Paper) -> str:
    abstract = str(plain(paper.abstract))
    if not paper.is_summary:
        return abstract
    by_us = gettext("Summary by Firstlight.")
    return f"{by_us} {abstract}"


def _answer(
    request: HttpRequest,
    form: str,
    seed: tuple[Any, ...],
    modified: datetime | None,
    write: Callable[[], Feed],
) -> HttpResponse:
    """The feed, or that nothing changed (RFC 9110). The tag is made of what decides each byte."""
    kind, spell = FORMATS[form]
    tag = sha256(repr((settings.VERSION, get_language(), form, seed)).encode()).hexdigest()[:32]
    etag, stamp = f'"{tag}"', int(modified.timestamp()) if modified else None
    answer = get_conditional_response(request, etag, stamp)
    if answer is None:
        answer = HttpResponse(spell(write()), content_type=f"{kind}; charset=utf-8")
    answer["ETag"] = etag
    if stamp:
        answer["Last-Modified"] = http_date(stamp)
    return answer


def _refused(why: str, status: int) -> HttpResponse:
    return HttpResponse(why, status=status, content_type="text/plain; charset=utf-8")
