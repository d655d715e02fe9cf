"""A paper's own page, and the search over all of them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from webapp.arxiv import identifiers
from webapp.models import Paper, Reader
from webapp.queries import papers, readers
from webapp.queries.rankings import Card
from webapp.queries.social import daily

FOUND = 50
LONGEST_QUERY = 250


@require_safe
def paper(request: HttpRequest, arxiv_id: str) -> HttpResponse:
    found = get_object_or_404(papers.SHOWN, arxiv_id=arxiv_id)
    ratings = readers.ratings_of(request.user.pk, [found.pk]) if request.user.pk else {}
    reader = request.user if isinstance(request.user, Reader) else None
    context = {
        "card": Card(found, 0, ratings.get(found.pk)),
        "public": daily.card_of(found, reader),
        "versions": papers.versions(found),
    }
    return render(request, "papers/paper.html", context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    text = " ".join(request.GET.get("q", "").replace("\0", " ").split())[:LONGEST_QUERY]
    named = _identifier(text)
    if named and papers.SHOWN.filter(arxiv_id=named).exists():
        return redirect("paper", named)
    found = papers.search(text, FOUND) if text and not named else []
    ratings = {}
    if isinstance(request.user, Reader):
        ratings = readers.ratings_of(request.user.pk, [paper.pk for paper in found])
    cards = [Card(hit, n + 1, ratings.get(hit.pk)) for n, hit in enumerate(found)]
    unknown = Paper(arxiv_id=named) if named else None
    context = {"q": text, "cards": cards, "limit": FOUND, "unknown": unknown}
    return render(request, "papers/search.html", context)


def _identifier(text: str) -> str:
    """The arXiv number or DOI that somebody looks for, in any spelling; else nothing."""
    try:
        return identifiers.named(text)
    except ValueError:
        return ""
