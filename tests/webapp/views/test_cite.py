"""A paper's facts for machines: files, meta tags, and what a page offers to copy."""

import html
import re
from datetime import UTC, datetime

import pytest

from tests.factories import paper, reader

pytestmark = pytest.mark.django_db


def metas(page, name):
    return [html.unescape(x) for x in re.findall(rf'<meta name="{name}" content="([^"]*)"', page)]


@pytest.mark.parametrize(
    ("ending", "kind", "begins", "shown"),
    [
        ("bib", "application/x-bibtex", "@misc{arxiv-2611.00077,", "attachment"),
        ("ris", "application/x-research-info-systems", "TY  - UNPB\r\n", "attachment"),
        ("md", "text/markdown", "# Small study", "inline"),
    ],
)
def test_a_paper_as_a_file(client, ending, kind, begins, shown):
    paper(arxiv_id="2611.00077", title="Small study")
    answer = client.get(f"/papers/2611.00077.{ending}")
    assert answer.status_code == 200
    assert answer["Content-Type"] == f"{kind}; charset=utf-8"
    assert answer["Content-Disposition"] == f'{shown}; filename="arxiv-2611.00077.{ending}"'
    assert answer.content.decode().startswith(begins)


@pytest.mark.parametrize("known", ["math/0309136", "10.1101/2026.01.02.345678"])
@pytest.mark.parametrize("ending", ["bib", "ris", "md"])
def test_old_numbers_and_dois_have_files_too(client, known, ending):
    paper(arxiv_id=known)
    answer = client.get(f"/papers/{known}.{ending}")
    assert answer.status_code == 200
    assert known in answer.content.decode().replace("\\_", "_")


@pytest.mark.parametrize("ending", ["bib", "ris", "md"])
def test_files_are_only_read_and_only_of_papers_that_are_here(client, ending):
    known = paper()
    assert client.get(f"/papers/2611.99999.{ending}").status_code == 404
    assert client.post(f"/papers/{known.arxiv_id}.{ending}").status_code == 405


def test_the_year_is_that_of_the_first_version(client):
    known = paper()
    known.versions.create(number=2, submitted_at=datetime(2026, 1, 2, tzinfo=UTC))
    assert "year = {2026}" in client.get(f"/papers/{known.arxiv_id}.bib").content.decode()
    known.versions.create(number=1, submitted_at=datetime(2024, 5, 6, tzinfo=UTC))
    assert "year = {2024}" in client.get(f"/papers/{known.arxiv_id}.bib").content.decode()
    page = client.get(f"/papers/{known.arxiv_id}").content.decode()
    assert metas(page, "citation_publication_date") == ["2024/05/06"]


def test_reference_managers_recognise_the_page(client):
    known = paper(
        title='On "$x<y$" & more',
        authors=["Paul Erd\\H{o}s", "Ada Example"],
        doi="10.1000/182 10.2/3",
    )
    page = client.get(f"/papers/{known.arxiv_id}").content.decode()
    assert metas(page, "citation_title") == ['On "$x<y$" & more']
    assert metas(page, "citation_author") == ["Erdős, Paul", "Example, Ada"]
    assert metas(page, "citation_publication_date") == ["2026/11/20"]
    assert metas(page, "citation_arxiv_id") == [known.arxiv_id]
    assert metas(page, "citation_doi") == ["10.1000/182"]
    assert metas(page, "citation_pdf_url") == [f"https://arxiv.org/pdf/{known.arxiv_id}"]
    assert metas(page, "citation_abstract_html_url") == [f"https://arxiv.org/abs/{known.arxiv_id}"]
    span = re.search(r'<span class="Z3988" title="([^"]+)"></span>', page)
    assert "rft.genre=preprint&" in html.unescape(span[1])


def test_a_preprint_from_elsewhere_has_no_number_of_arxiv(client):
    known = paper(arxiv_id="10.1101/2026.01.02.345678", subjects=["biorxiv.genomics"])
    page = client.get(f"/papers/{known.arxiv_id}").content.decode()
    assert metas(page, "citation_arxiv_id") == metas(page, "citation_pdf_url") == []
    assert metas(page, "citation_doi") == [known.arxiv_id]


def test_the_page_offers_what_the_files_hold(client):
    known = paper(title="</textarea><script>alert(1)</script>")
    page = client.get(f"/papers/{known.arxiv_id}").content.decode()
    assert "<script>alert" not in page
    for ending in ("bib", "ris"):
        shown = re.search(rf'<textarea id="cite-{ending}"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
        file = client.get(f"/papers/{known.arxiv_id}.{ending}").content.decode()
        assert html.unescape(shown[1]) == file


def test_a_formula_that_might_do_something_is_only_words(client):
    known = paper(title=r"Read $\input{secrets}$ aloud")
    entry = client.get(f"/papers/{known.arxiv_id}.bib").content.decode()
    assert r"\textbackslash{}input" in entry


def test_a_page_takes_few_queries(client, django_assert_max_num_queries):
    known = paper()
    known.versions.create(number=1, submitted_at=datetime(2026, 1, 2, tzinfo=UTC))
    address = f"/papers/{known.arxiv_id}"
    client.get(address)
    # A paper that has no place yet is looked for by the words of its title: three of these.
    with django_assert_max_num_queries(8):
        client.get(address)
    client.force_login(reader())
    with django_assert_max_num_queries(10):
        client.get(address)


# --- previews of links


def previews(client, address):
    page = client.get(address).content.decode()
    found = dict(re.findall(r'<meta property="og:(\w+)" content="([^"]*)">', page))
    assert html.unescape(found["description"]) == metas(page, "description")[0]
    return found, re.findall(r'<link rel="canonical" href="([^"]+)">', page)


def test_a_paper_describes_itself_where_its_address_is_pasted(client, settings):
    settings.PUBLIC_URL = "https://papers.example.org"
    known = paper(title='On "$x<y$" & more', abstract="Words of \\emph{ours}. " * 30)
    found, canonical = previews(client, f"/papers/{known.arxiv_id}v1")
    assert (found["type"], html.unescape(found["title"])) == ("article", 'On "$x<y$" & more')
    assert found["description"].startswith("Words of ours. Words")
    assert len(found["description"]) == 200
    assert found["url"] == f"https://papers.example.org/papers/{known.arxiv_id}"
    assert canonical == [f"/papers/{known.arxiv_id}"]


@pytest.mark.parametrize(
    ("address", "title", "canonical"),
    [
        ("/papers", "Daily papers · Friday 20 November 2026", "/papers/date/2026-11-20"),
        ("/papers/month/2026-11", "Daily papers · November 2026", "/papers/month/2026-11"),
        ("/papers/trending", "Trending papers", "/papers/trending?window=week"),
    ],
)
def test_lists_describe_themselves_where_their_address_is_pasted(client, address, title, canonical):
    paper()
    found, links = previews(client, address)
    assert (found["type"], found["title"]) == ("website", title)
    assert found["url"] == f"http://testserver{canonical}"
    assert links == [canonical]
