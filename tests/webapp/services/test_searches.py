"""The search: over the demo's papers the right ones come first; how two orders become one."""

import json
from pathlib import Path

import pytest
from django.db import connection

from tests.factories import indexed, paper, world
from webapp.arxiv import bulk
from webapp.formats.query import parse
from webapp.models import Paper, PaperVector
from webapp.queries.searches import hits
from webapp.queries.searches.asked import read
from webapp.services import runs, searches
from webapp.services.papers import store

pytestmark = pytest.mark.django_db
FIXTURES = Path(__file__).resolve().parents[3] / "fixtures"


def search(text):
    return searches.ranked(read(parse(text), None))


@pytest.fixture
def demo(now):
    """The demo's papers, placed by a model, and PostgreSQL's own statistics of their words."""
    found = [
        bulk.parse_line(line) for line in (FIXTURES / "papers.jsonl").read_bytes().splitlines()
    ]
    store(found, now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE webapp_paper")
    runs.train("night", now)
    topics = json.loads((FIXTURES / "topics.json").read_text())
    return {key: set(topic["papers"]) for key, topic in topics.items()}


# (what is asked, its topic, how many of the first so many are to be of it)
ASKED = [
    ("neural collapse", "neural-collapse", 2, 2),
    ("neural density estimation", "density-estimation", 1, 1),
    ("neural density estimation", "density-estimation", 3, 10),
    ("density estimation", "density-estimation", 3, 7),
    ("diffusion models generalization", "diffusion-generalization", 1, 1),
    ("diffusion models generalization", "diffusion-generalization", 2, 5),
    ("neural differential equations", "neural-differential-equations", 3, 3),
    ("neural pde solvers", "neural-pde-solvers", 1, 1),
    ("neural operators for partial differential equations", "neural-pde-solvers", 1, 1),
    ("neural fields", "neural-fields", 3, 3),
    ("neural radiance fields", "neural-fields", 3, 3),
    ("infinitely wide networks", "wide-networks", 4, 4),
    ("neural tangent kernel of wide networks", "wide-networks", 3, 3),
    ("efficient neural networks", "efficient-networks", 1, 1),
    ("quantization and pruning of neural networks", "efficient-networks", 2, 2),
    ("brain decoding", "neural-decoding", 3, 3),
    ("uncertainty and probability in neural networks", "uncertainty", 2, 2),
    ("probability estimation with uncertainty", "uncertainty", 1, 1),
    ("photometric redshift estimation", "learning-for-astronomy", 1, 1),
    ("cosmological likelihood deep learning", "learning-for-astronomy", 1, 1),
]


def test_over_the_topics_of_the_older_papers_the_right_ones_come_first(demo):
    missed = []
    for text, topic, n, first in ASKED:
        places = [place.paper_id for place in search(text)[:first]]
        found = set(Paper.objects.filter(pk__in=places).values_list("arxiv_id", flat=True))
        if len(found & demo[topic]) < n:
            missed.append((text, sorted(found & demo[topic]), found))
    assert missed == []


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("au:Bradac", 1),
        ("au:Bradač", 1),
        ('au:"Marusa Bradac"', 1),
        ("ti:schrodinger", 1),
        ("ti:Schrödinger", 1),
        ('"schrodinger bridge"', 2),
        ("naive", 1),
        ("naïve", 1),
        ("soren", 1),
        ('au:"Li Yuan"', 1),
        ('au:"Yuan, Li"', 1),
        ('au:"Yuan Wang"', 0),
    ],
)
def test_accents_make_no_difference_and_names_stay_apart(text, n):
    paper(title="On the Schrödinger bridge", authors=["Maruša Bradač", "Li Yuan"])
    paper(title="Naïve guesses", authors=["Yuan Li", "Yuan Chen", "Wang Bo"])
    paper(title="Bridges", abstract='A Schr\\"{o}dinger bridge', authors=["Wei Li", "Søren Yuan"])
    indexed()
    assert len(hits.by_words(read(parse(text), None))) == n


def test_a_hit_without_a_place_stands_by_its_words_alone():
    found = [hits.Hit(pk, 1.0) for pk in (1, 2, 3)]
    assert [place.paper_id for place in searches.fuse(found, {}, [])] == [1, 2, 3]
    far = {1: 500, 3: 0}
    assert [place.paper_id for place in searches.fuse(found, far, [])] == [3, 2, 1]


def test_what_only_the_meaning_finds_is_told_apart_and_follows_the_best():
    found = [hits.Hit(1, 1.0)]
    first, second = searches.fuse(found, {1: 0, 9: 1}, [9])
    assert (first.paper_id, first.by_meaning) == (1, False)
    assert (second.paper_id, second.by_meaning) == (9, True)


def test_a_meaning_found_paper_must_meet_what_must_hold(now):
    papers = world(8)
    indexed()
    runs.train("night", now)
    gone = papers["robots"][0]
    PaperVector.objects.filter(paper=gone).delete()
    listed = {place.paper_id for place in search("robot cat:cs.RO to:2026")}
    assert listed == {one.pk for one in papers["robots"]}
    assert search("robot to:2020") == []


def test_a_common_word_is_looked_for_among_the_newest_and_an_old_title_is_found(monkeypatch):
    monkeypatch.setattr(hits, "NEWEST", 5)
    monkeypatch.setattr(hits, "SAMPLE", 40)
    old = paper("robots", title="Robot grasp")
    old.issue_day = old.issue_day.replace(year=2010)
    old.save()
    world(40)
    indexed()
    found = [hit.paper_id for hit in hits.by_words(read(parse("robot grasp"), None))]
    assert old.pk in found
    assert len(found) < 40
