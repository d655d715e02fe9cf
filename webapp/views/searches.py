"""The search over all papers or a reader's own, and keeping a search as an interest."""

import math
from datetime import UTC, date, datetime
from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from webapp.arxiv import identifiers
from webapp.formats.query import LONGEST, Query, parse, plain
from webapp.models import Paper, Reader
from webapp.queries import papers
from webapp.queries.readers import Interests, taken_away
from webapp.queries.searches import hits, spelled
from webapp.queries.searches.asked import FEWEST_LEFT, Asked, read
from webapp.queries.searches.hits import Key, Marked
from webapp.services import profiles, searches, signals
from webapp.services import readers as acts
from webapp.services.searches import Place
from webapp.templatetags.lists import listed
from webapp.views.profiles import mine
from webapp.views.readers import by_reader, named, refuse_act, say

PAGE = 25
SEEDS = 5


class Card(NamedTuple):
    """A paper as it stands on the page."""

    shown: Marked
    by_meaning: bool  # alone
    is_first_alike: bool  # before it end those that have all the words


class Found(NamedTuple):
    """A page of what was found."""

    cards: list[Card]
    n: int | None  # of all pages, that have all the words; None: nobody counted
    following: str  # where the next page begins, nothing at the end
    n_alike: int = 0  # of all pages, with some of the words or alike in meaning


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """GET /papers?q=&order=date&mine=1&after= : a page of what is found, or what to try."""
    text = plain(request.GET.get("q", ""))
    if len(text) > LONGEST:
        return _too_long(request, text)
    query = parse(text, papers.subject_names())
    known_as = _identifier(query.text)
    if known_as and papers.SHOWN.filter(arxiv_id=known_as).exists():
        return redirect("paper", known_as)
    reader_id, own, by_date = _wanted(request)
    asked = read(query, reader_id if own else None)
    found, after = Found([], 0, ""), request.GET.get("after", "")
    if not (query.is_empty or known_as) and (asked.finds or query.first or query.last):
        find = _by_date if by_date else _by_relevance
        found = find(asked, after, reader_id)
    is_missed = found.n == 0 and not (after or own or known_as)
    context = {
        "query": query,
        "found": found,
        "meant": _meant(asked, query.text, by_date=by_date) if is_missed else None,
        "notes": _notes(query, asked),
        "named": [_category(code) for code in asked.codes],
        "unknown": Paper(arxiv_id=known_as) if known_as else None,
        "submit": _submit(known_as or _named_id(query)),
        "after": after,
        "own": own,
        "by_date": by_date,
        "address": _address(query.text, own=own, by_date=by_date),
        "other_order": _address(query.text, own=own, by_date=not by_date),
        "everywhere": _address(query.text, own=False, by_date=by_date),
        "limit": hits.RANKED,
    }
    return render(request, "searches/search.html", context)


def _too_long(request: HttpRequest, text: str) -> HttpResponse:
    """Nothing is looked for: the beginning stands in the box, to be shortened or asked as it is."""
    told = gettext(
        "A question has at most %(most)s characters, and this one has %(n)s: nothing was looked "
        "for. Its beginning is in the box."
    )
    _, own, by_date = _wanted(request)
    context = {
        "query": Query(text=text[:LONGEST].rpartition(" ")[0] or text[:LONGEST]),
        "notes": [told % {"most": f"{LONGEST:,}", "n": f"{len(text):,}"}],
        "is_too_long": True,
        "own": own,
        "by_date": by_date,
    }
    return render(request, "searches/search.html", context, status=414)


def _wanted(request: HttpRequest) -> tuple[int | None, bool, bool]:
    """Who asks, whether of the own library only, and whether the newest come first."""
    reader_id = request.user.pk if isinstance(request.user, Reader) else None
    is_own = reader_id is not None and request.GET.get("mine") == "1"
    return reader_id, is_own, request.GET.get("order") == "date"


def _address(text: str, *, own: bool, by_date: bool) -> str:
    asked = {"q": text} | ({"mine": "1"} if own else {}) | ({"order": "date"} if by_date else {})
    return f"{reverse('search')}?{urlencode(asked)}"


def _by_relevance(asked: Asked, after: str, reader_id: int | None) -> Found:
    places = searches.ranked(asked)
    rest = places
    if key := _place(after):
        rest = [p for p in places if (-p.score, -p.paper_id) > (-key.score, -key.paper_id)]
    page = rest[:PAGE]
    by_meaning = {place.paper_id for place in page if place.by_meaning}
    alike = next((place.paper_id for place in page if not place.has_all), None)
    shown = hits.marked(asked, [place.paper_id for place in page], reader_id)
    cards = [Card(one, one.paper.pk in by_meaning, one.paper.pk == alike) for one in shown]
    following = f"{page[-1].score!r}~{page[-1].paper_id}" if len(rest) > PAGE else ""
    n_all = sum(place.has_all for place in places)
    return Found(cards, n_all, following, len(places) - n_all)


def _by_date(asked: Asked, after: str, reader_id: int | None) -> Found:
    found = hits.by_date(asked, _key(after), PAGE + 1)
    shown = hits.marked(asked, found[:PAGE], reader_id)
    following = ""
    if len(found) > PAGE and shown:
        following = f"{shown[-1].paper.issue_day}~{shown[-1].paper.arxiv_id}"
    n = None if after or following else len(shown)
    cards = [Card(one, by_meaning=False, is_first_alike=False) for one in shown]
    return Found(cards, n, following)


def _place(after: str) -> Place | None:
    """Where a page by relevance ended; nonsense is the beginning."""
    score, _, number = after.partition("~")
    try:
        place = Place(int(number), float(score), by_meaning=False)
    except ValueError:
        return None
    return place if math.isfinite(place.score) else None


def _key(after: str) -> Key | None:
    day, _, arxiv_id = after.replace("\0", "").partition("~")
    try:
        return Key(date.fromisoformat(day), arxiv_id[:120]) if arxiv_id else None
    except ValueError:
        return None


def _meant(asked: Asked, text: str, *, by_date: bool) -> tuple[str, str] | None:
    """What may have been meant, and where it is looked for."""
    better = spelled.meant(asked, text)
    return (better, _address(better, own=False, by_date=by_date)) if better else None


def _category(code: str) -> tuple[str, str, str]:
    """A category that the words name: code, name, and where its papers are."""
    address = _address(f"cat:{code}", own=False, by_date=True)
    return code, papers.subject_names()[code], address


def _notes(query: Query, asked: Asked) -> list[str]:
    """What was not done as it was asked, and why."""
    notes = list(query.notes)
    if asked.left_out:
        told = gettext("%(words)s: in every paper, so not looked for.")
        notes.append(told % {"words": listed(asked.left_out[:8])})
    if asked.n_words > FEWEST_LEFT:
        told = gettext("Of %(n)s words the %(kept)s rarest were looked for: %(words)s.")
        rare = ", ".join(word.name for word in asked.words)
        notes.append(told % {"n": asked.n_words, "kept": FEWEST_LEFT, "words": rare})
    return notes


def _identifier(text: str) -> str:
    """The arXiv number or DOI that somebody looks for, in any spelling; else nothing."""
    try:
        return identifiers.named(text)
    except ValueError:
        return ""


def _named_id(query: Query) -> str:
    """What `id:` asks for; nothing without one."""
    terms = (term for choice in query.wanted for term in choice)
    return next((term.codes[0] for term in terms if term.field == "id"), "")


def _submit(arxiv_id: str) -> str:
    """Where to bring a paper, with its number filled in."""
    return reverse("submit") + (f"?{urlencode({'paper': arxiv_id})}" if arxiv_id else "")


@by_reader
def keep(request: HttpRequest) -> HttpResponse:
    """Make an interest of a search: its best papers count as liked, its words as wished for."""
    whole, now = mine(request).whole, timezone.now()
    query = parse(request.POST.get("q", ""), papers.subject_names())
    asked = read(query, None)
    best = searches.ranked(asked)[:SEEDS] if asked.finds and not query.is_empty else []
    if not best:
        return refuse_act(request, gettext("Nothing is found by it, so nothing was kept."), 400)
    seeds = papers.by_ids(place.paper_id for place in best)
    try:
        kept = signals.keep_search(whole, query, list(seeds.values()), now)
    except (profiles.TooMany, signals.TooManyRules) as error:
        return refuse_act(request, str(error), 409)
    if kept.is_new:
        acts.rerank_after(whole.reader, None, now)
        value = f"{kept.profile.pk}~{now.isoformat()}"
        say(request, _told(kept), (reverse("unkeep_search"), "kept", value))
    else:
        again = gettext("This search is kept already, as the interest “%(name)s”.")
        say(request, again % {"name": kept.profile}, None)
    return redirect(named(request) or "profiles")


def _told(kept: signals.Kept) -> str:
    n, m = kept.n_papers, kept.n_rules
    told = gettext(
        "Kept as the interest “%(name)s”: “more like this” of %(papers)s, and %(rules)s for its "
        "words and authors. Each can be taken back."
    )
    return told % {
        "name": kept.profile,
        "papers": ngettext("%(n)s paper", "%(n)s papers", n) % {"n": n},
        "rules": ngettext("%(n)s rule", "%(n)s rules", m) % {"n": m},
    }


@by_reader
def unkeep(request: HttpRequest) -> HttpResponse:
    """Take it all back: the interest, its rules, and what was said of its papers."""
    interests, now = mine(request), timezone.now()
    number, at = _kept(request.POST)
    profile = next((one for one in interests.apart if one.pk == number), None)
    if profile is None and number in _gone(interests):
        return redirect("profiles")  # a second click
    if profile is None:
        raise Http404
    signals.unkeep_search(interests.whole, profile, at, now)
    acts.rerank_after(interests.whole.reader, None, now)
    told = gettext("“%(name)s” and what it was seeded with are taken back.")
    say(request, told % {"name": profile}, None)
    return redirect(named(request) or "profiles")


def _gone(interests: Interests) -> set[int]:
    return {one.pk for one in taken_away(interests.whole.reader_id)}


def _kept(sent: QueryDict) -> tuple[int, datetime]:
    number, _, moment = sent.get("kept", "").partition("~")
    try:
        at = datetime.fromisoformat(moment)
        return int(number), at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Http404 from None
