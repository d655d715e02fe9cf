"""A paper's page and the search."""

import re

import pytest
from django.contrib.postgres.search import SearchVector
from django.template.loader import render_to_string
from django.utils import timezone

from tests.factories import paper, rating, reader
from webapp.models import Paper

pytestmark = pytest.mark.django_db


def body(client, address, status=200):
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def shown(html):
    return re.findall(r'<article data-arxiv-id="([^"]+)"', html)


def test_a_page_tells_all_that_is_known(client):
    known = paper(
        authors=["Ada Example", "Paul Erd\\H{o}s"],
        comments="12 pages",
        doi="10.1000/182",
        journal_ref="J. Ex. 3",
        license="http://creativecommons.org/licenses/by/4.0/",
    )
    known.versions.create(number=2, submitted_at=timezone.now())
    html = body(client, f"/papers/{known.arxiv_id}")
    for fact in ("Paul Erdős", "12 pages", "https://doi.org/10.1000/182", "J. Ex. 3", "by/4.0"):
        assert fact in html
    assert f"https://arxiv.org/abs/{known.arxiv_id}v2" in html
    assert f"https://arxiv.org/pdf/{known.arxiv_id}" in html


def test_every_spelling_of_an_identifier_finds_the_paper(client):
    known = paper(arxiv_id="math/0309136")
    assert known.abstract in body(client, "/papers/math.GT/0309136v2")


def test_an_unknown_identifier_leads_to_arxiv_and_to_the_search(client):
    html = body(client, "/papers/2611.99999", status=404)
    assert "https://arxiv.org/abs/2611.99999" in html
    assert 'href="/papers?q="' in html


def test_an_unknown_identifier_can_be_brought_where_arxiv_is_asked(client, settings):
    way = "/papers/submit?paper=hep-th%2F9901001"
    assert way not in body(client, "/papers/hep-th/9901001", status=404)
    settings.ARXIV_SUBJECTS = ["cs.LG"]
    assert way in body(client, "/papers/hep-th/9901001", status=404)
    assert 'value="hep-th/9901001"' not in body(client, way)  # to a stranger there is no form
    client.force_login(reader())
    assert 'value="hep-th/9901001"' in body(client, way)


@pytest.mark.parametrize(
    "pasted",
    [
        *(
            "arXiv:2611.99999",
            "2611.99999.pdf",
            "2611.99999v2.pdf",
            "https://arxiv.org/abs/2611.99999",
        ),
        *("https:/arxiv.org/pdf/2611.99999", "arxiv.org/abs/2611.99999v1"),
    ],
)
def test_an_identifier_in_another_spelling_leads_to_the_paper_known_or_not(client, pasted):
    answer = client.get(f"/papers/{pasted}")
    assert (answer.status_code, answer.url) == (302, "/papers/2611.99999")


def test_what_names_no_paper_or_is_sent_to_another_spelling_is_led_nowhere(client):
    assert client.get("/papers/arXiv:2613.99999").status_code == 404
    assert client.get("/papers/https://example.org/").status_code == 404
    assert client.post("/papers/arXiv:2611.99999").status_code == 404


def test_a_version_that_is_not_shown_is_told_of(client):
    known = paper(version=2)
    page = f"/papers/{known.arxiv_id}"
    assert "v99 is not known here; this is v2" in body(client, f"{page}v99")
    older = body(client, f"{page}v1")
    assert f'<a href="https://arxiv.org/abs/{known.arxiv_id}v1">v1</a> stands at arXiv' in older
    for address in (page, f"{page}v2"):
        assert 'class="notice"' not in body(client, address)


def test_an_unknown_address_is_404_without_an_arxiv_link(client):
    html = body(client, "/nowhere", status=404)
    assert "There is no such page here" in html
    assert "arxiv.org/abs" not in html


def test_a_withdrawn_paper_says_so_and_offers_nothing_to_press(client):
    gone = paper(withdrawn_at=timezone.now())
    client.force_login(reader())
    html = body(client, f"/papers/{gone.arxiv_id}")
    assert "have withdrawn this paper" in html
    assert "aria-pressed" not in html


def test_a_withdrawn_paper_that_was_saved_can_be_let_go(client):
    gone, who = paper(withdrawn_at=timezone.now()), reader()
    rating(who, gone, 0, saved=True)
    client.force_login(who)
    html = body(client, f"/papers/{gone.arxiv_id}")
    assert re.findall(r'value="(\w+)" aria-pressed', html) == ["unsave"]


def test_a_summary_names_itself_in_a_sentence(client):
    ours = paper(is_summary=True)
    assert "not the authors\u2019 abstract" in body(client, f"/papers/{ours.arxiv_id}")


def test_a_visitor_is_shown_the_door_and_the_way_back(client):
    known = paper()
    html = body(client, f"/papers/{known.arxiv_id}")
    assert f"/accounts/login/?next=/papers/{known.arxiv_id}" in html


def test_many_authors_are_folded_but_all_there(client):
    crowd = paper(authors=[f"Author {n}" for n in range(300)])
    html = body(client, f"/papers/{crowd.arxiv_id}")
    assert "and 288 more" in html
    assert "Author 299" in html


def test_math_and_scripts_in_one_abstract(client):
    both = paper(abstract="We show $x<y$ <script>alert(1)</script>")
    html = body(client, f"/papers/{both.arxiv_id}")
    assert "<mo>&lt;</mo>" in html
    assert "&lt;script&gt;" in html


def test_search_finds_words_and_keeps_them_in_the_field(client):
    wanted = paper("robots")
    paper("primes")
    Paper.objects.update(search=SearchVector("title", "abstract"))
    html = body(client, "/papers?q=tactile+grasp")
    assert shown(html) == [wanted.arxiv_id]
    assert 'value="tactile grasp"' in html


def test_search_without_a_hit_says_so(client):
    assert "No paper here has “xyzzy”" in body(client, "/papers?q=xyzzy")


def test_search_escapes_what_was_typed(client):
    html = body(client, '/papers?q="><script>alert(1)</script>')
    assert "<script>alert" not in html


@pytest.mark.parametrize("q", ["%00", "%22", "-", "or", "'", "a" * 2000, "%F0%9F%A6%8A", "((("])
def test_search_survives_what_is_no_query(client, q):
    body(client, f"/papers?q={q}")


def test_search_for_an_identifier_leads_to_its_paper(client):
    known = paper()
    answer = client.get("/papers", {"q": f"https://arxiv.org/abs/{known.arxiv_id}v3"})
    assert answer.status_code == 302
    assert answer.url == f"/papers/{known.arxiv_id}"


def test_search_for_an_unknown_identifier_says_that_it_is_not_here(client):
    assert "2611.99999 is not stored here" in body(client, "/papers?q=2611.99999")


def test_a_name_with_an_apostrophe_is_escaped_once(client):
    named = paper(authors=["Cian O'Donnell", "A & B Collaboration"])
    html = client.get(f"/papers/{named.arxiv_id}").content.decode()
    assert "O&#x27;Donnell, A &amp; B Collaboration" in html
    assert "&amp;#x27;" not in html


@pytest.mark.parametrize("address", ["/", "/papers", "/nowhere", "/coverage/", "/accounts/login/"])
def test_every_page_thanks_arxiv_and_claims_no_endorsement(client, address):
    html = " ".join(client.get(address).content.decode().split())
    assert "Thank you to arXiv for use of its open access interoperability." in html
    assert (
        "was not reviewed or approved by, nor does it necessarily express or reflect the policies "
        "or opinions of, arXiv" in html
    )


@pytest.mark.parametrize("name", ["400.html", "403.html", "429.html", "500.html"])
def test_the_pages_for_the_worst_thank_too(name):
    assert "Thank you to arXiv" in render_to_string(name)


def test_codes_of_subjects_come_with_their_names(client):
    shown = paper(subjects=["cs.LG", "zz.ZZ"])
    assert '<abbr title="Machine Learning">cs.LG</abbr>' in client.get("/").content.decode()
    html = client.get(f"/papers/{shown.arxiv_id}").content.decode()
    assert "Machine Learning (cs.LG), zz.ZZ" in html
