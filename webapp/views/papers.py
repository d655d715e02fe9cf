"""A paper's own page, and what is made of it for other programs."""

import re
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from webapp.arxiv import identifiers
from webapp.formats import citation as citations
from webapp.formats.bibtex import bibtex
from webapp.formats.citation import Citation, Words
from webapp.formats.coins import coins
from webapp.formats.markdown import markdown
from webapp.formats.ris import ris
from webapp.models import Claim, Paper, Reader
from webapp.queries import papers, readers
from webapp.queries.rankings import Card
from webapp.queries.social import comments, daily
from webapp.services import searches
from webapp.templatetags.papers import mathml, meant, plain
from webapp.views import base_of

SIMILAR = 6
Versions = list[tuple[int, datetime]]


@require_safe
def paper(request: HttpRequest, arxiv_id: str) -> HttpResponse:
    found, versions = _known(arxiv_id)
    ratings = readers.ratings_of(request.user.pk, [found.pk]) if request.user.pk else {}
    reader = request.user if isinstance(request.user, Reader) else None
    facts, claims = _citation(found, versions), comments.claims_on(found, reader)
    context = {
        "base": base_of(request),
        "card": Card(found, 0, ratings.get(found.pk)),
        "public": daily.card_of(found, reader),
        "authors_here": [one.reader for one in claims if one.state == Claim.State.GRANTED],
        "claim": next((one for one in claims if reader and one.reader_id == reader.pk), None),
        "versions": versions,
        "asked": _asked(request, found),
        "citation": facts,
        "title": citations.flat(facts.title),
        "citations": [("BibTeX", "bib", bibtex(facts)), ("RIS", "ris", ris(facts))],
        "coins": coins(facts),
        "similar": searches.similar(found, SIMILAR),
    }
    return render(request, "papers/paper.html", context)


def _asked(request: HttpRequest, found: Paper) -> int | None:
    """The number of the version that the address names, where it is not the one that is shown."""
    named = re.search(r"v(\d{1,4})$", request.path_info, re.ASCII)
    if not named or identifiers.is_doi(found.arxiv_id) or int(named[1]) == found.version:
        return None
    return int(named[1])


@require_safe
def bib_file(request: HttpRequest, arxiv_id: str) -> HttpResponse:
    found = _citation(*_known(arxiv_id))
    return _file(bibtex(found), "application/x-bibtex", f"{citations.file_name(found)}.bib")


@require_safe
def ris_file(request: HttpRequest, arxiv_id: str) -> HttpResponse:
    found = _citation(*_known(arxiv_id))
    kind = "application/x-research-info-systems"
    return _file(ris(found), kind, f"{citations.file_name(found)}.ris")


@require_safe
def md_file(request: HttpRequest, arxiv_id: str) -> HttpResponse:
    paper, versions = _known(arxiv_id)
    found = _citation(paper, versions)
    text = markdown(found, _facts(paper))
    return _file(text, "text/markdown", f"{citations.file_name(found)}.md", "inline")


def _file(text: str, kind: str, name: str, shown: str = "attachment") -> HttpResponse:
    headers = {"Content-Disposition": f'{shown}; filename="{name}"'}
    return HttpResponse(text, content_type=f"{kind}; charset=utf-8", headers=headers)


def _known(arxiv_id: str) -> tuple[Paper, Versions]:
    found = papers.with_versions(arxiv_id)
    if found is None:
        raise Http404(arxiv_id)
    return found


def _citation(paper: Paper, versions: Versions) -> Citation:
    """The paper as the formats know one, its words as they are meant."""
    first = dict(versions).get(1)
    is_arxiv = not identifiers.is_doi(paper.arxiv_id)
    return Citation(
        paper_id=paper.arxiv_id,
        is_arxiv=is_arxiv,
        title=_words(paper.title),
        authors=tuple(citations.name(plain(name)) for name in paper.authors),
        day=first.date() if first else paper.issue_day,
        url=paper.url,
        pdf_url=paper.pdf_url,
        subjects=tuple(paper.subjects),
        doi=next(iter(paper.doi.split()), "" if is_arxiv else paper.arxiv_id),
        journal=plain(paper.journal_ref),
        abstract=_words(paper.abstract),
        is_summary=paper.is_summary,
    )


def _words(text: str) -> tuple[Words, ...]:
    """A formula that can't be understood, or might do something, is prose as it was written."""
    return tuple(
        Words(piece.formula, True) if mathml(piece.formula) else Words(piece.written)
        for piece in meant(text)
    )


def _facts(paper: Paper) -> list[tuple[str, str]]:
    names = papers.subject_names()
    subjects = (f"{names[code]} ({code})" if code in names else code for code in paper.subjects)
    return [
        ("Identifier", paper.label),
        ("Subjects", ", ".join(subjects)),
        ("Issue day", paper.issue_day.isoformat()),
        ("Version", str(paper.version)),
        ("Comments", plain(paper.comments)),
        ("Journal", plain(paper.journal_ref)),
        ("License", paper.license),
        ("Withdrawn", "by its authors" if paper.withdrawn_at else ""),
    ]
