"""A preprint that arXiv does not have: the same pages, its own address."""

import pytest

from tests.factories import DAY, NOON, paper, rating, reader
from webapp.arxiv import biorxiv
from webapp.models import Paper, Rating
from webapp.queries import papers as stored
from webapp.services import papers

pytestmark = pytest.mark.django_db
DOI = "10.1101/2026.11.20.123456"


@pytest.fixture
def preprint():
    posted = biorxiv.Preprint(
        doi=DOI,
        version=1,
        day=DAY,
        title="Cells that remember",
        abstract="What they keep.",
        authors=("A. Example",),
        category="cell biology",
        server="biorxiv",
        license="cc_by",
        published_doi="",
    )
    papers.store([biorxiv.harvested(posted, "biorxiv")], NOON)
    return Paper.objects.get()


def body(client, address, **how):
    return client.get(address, **how).content.decode()


@pytest.mark.parametrize("address", ["/", f"/papers/{DOI}", "/papers?q=remember", "/library/"])
def test_each_page_leads_to_its_doi_and_never_to_arxiv(client, preprint, address):
    somebody = reader()
    rating(somebody, preprint, saved=True)
    client.force_login(somebody)
    html = body(client, address)
    assert f'href="https://doi.org/{DOI}"' in html
    assert f"arxiv.org/abs/{DOI}" not in html
    assert f"arxiv.org/pdf/{DOI}" not in html


@pytest.mark.parametrize("text", [DOI, f"https://doi.org/{DOI}", f"doi:{DOI.upper()}"])
def test_its_doi_finds_it(client, preprint, text):
    assert client.get("/papers", {"q": text}).headers["Location"] == f"/papers/{DOI}"


def test_it_can_be_saved_and_rated(client, preprint):
    client.force_login(reader())
    assert client.post(f"/papers/{DOI}/save/", {"value": "save"}).status_code == 302
    assert client.post(f"/papers/{DOI}/rating/", {"value": "up"}).status_code == 302
    assert Rating.objects.get(paper=preprint).saved


def test_a_reader_may_choose_its_category(client, preprint):
    paper("robots")
    (found,) = stored.of_day(preprint.issue_day, ["biorxiv.cell-biology"])
    assert found == preprint


def test_one_that_is_not_here_is_named_by_its_doi(client):
    html = body(client, f"/papers/{DOI}")
    assert f"doi:{DOI} is not stored here" in html
    assert f"https://doi.org/{DOI}" in html
