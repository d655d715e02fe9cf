"""The page on which papers are brought."""

from datetime import date

import pytest
from django.utils import timezone

from tests.factories import paper, reader
from webapp.models import Submission
from webapp.services.social import submissions

pytestmark = pytest.mark.django_db


@pytest.fixture
def who(client):
    found = reader(name="Ada Example")
    client.force_login(found)
    return found


def submit(client, text):
    return client.post("/papers/submit", {"paper": text}, follow=True)


def test_a_stranger_reads_the_rules_and_is_shown_the_door(client):
    html = client.get("/papers/submit").content.decode()
    assert f"{submissions.A_DAY} papers a day" in html
    assert "/accounts/login/?next=/papers/submit" in html
    assert client.post("/papers/submit", {"paper": "2611.00001"}).url.startswith("/accounts/login/")
    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        *("{}", " arXiv:{}v2 ", "https://arxiv.org/abs/{}v1", "http://www.arxiv.org/pdf/{}.pdf"),
        *("https://doi.org/10.48550/arXiv.{}", "https://huggingface.co/papers/{}"),
        *("https://www.alphaxiv.org/abs/{}v3", "scirate.com/arxiv/{}"),
        "https://ar5iv.labs.arxiv.org/html/{}",
    ],
)
def test_every_spelling_brings_the_paper(client, who, text):
    known = paper()
    html = submit(client, text.format(known.arxiv_id)).content.decode()
    assert Submission.objects.get().paper == known
    assert "is on the newest daily page now" in html


def test_an_address_of_biorxiv_brings_its_preprint(client, who):
    known = paper(arxiv_id="10.1101/2026.01.02.123456")
    submit(client, "https://www.biorxiv.org/content/10.1101/2026.01.02.123456v2.full.pdf")
    assert Submission.objects.get().paper == known


@pytest.mark.parametrize(
    "text", ["", "x", "2513.00001", "\0", "<script>", "9" * 5000, "https://example.org/", "10.1/x"]
)
def test_what_names_no_paper_is_refused_with_a_sentence(client, who, text):
    answer = submit(client, text)
    assert answer.status_code == 400
    assert "This was not accepted" in answer.content.decode()
    assert not Submission.objects.exists()


def test_what_cannot_be_taken_says_why(client, who):
    answer = submit(client, "2611.99999")
    assert answer.status_code == 409
    assert "fetches no papers" in answer.content.decode()
    assert 'value="2611.99999"' in answer.content.decode()


def test_a_refusal_is_told_once_and_belongs_to_its_field(client, who):
    html = submit(client, "https://example.org/").content.decode()
    assert html.count("is not an arXiv identifier") == 1
    assert 'aria-describedby="id_paper_error"' in html
    assert 'id="id_paper_error"' in html


@pytest.mark.parametrize("text", ["10.1103/PhysRevLett.1", "https://doi.org/10.1103/PhysRevLett.1"])
def test_a_doi_that_is_not_here_says_what_to_do(client, who, settings, text):
    assert "under an arXiv number, submit it by that" in submit(client, text).content.decode()
    settings.ARXIV_SUBJECTS = ["cs.LG"]
    assert "submit it by its arXiv number" in submit(client, text).content.decode()


def test_it_promises_to_ask_arxiv_only_where_arxiv_is_asked(client, who, settings):
    promise, page = "is asked for at arXiv", "/papers/submit"
    assert promise not in client.get(page).content.decode()
    settings.ARXIV_SUBJECTS = ["cs.LG"]
    assert promise in client.get(page).content.decode()


def test_twice_is_told_kindly(client, who):
    known = paper()
    submit(client, known.arxiv_id)
    Submission.objects.update(day=date(2026, 12, 1))
    html = submit(client, known.arxiv_id).content.decode()
    assert f"You have submitted arXiv:{known.arxiv_id} already, on 1 December 2026." in html
    client.force_login(reader())
    assert "Ada Example has submitted" in submit(client, known.arxiv_id).content.decode()


def test_who_brought_it_to_which_page_stands_on_its_own_page_and_on_the_form(client, who):
    old, newest = paper(day=date(2026, 3, 2)), paper()
    html = submit(client, old.arxiv_id).content.decode()
    page = f'the page of <a href="/papers/date/{newest.issue_day}">20 November 2026</a>'
    assert page in html
    html = client.get(f"/papers/{old.arxiv_id}").content.decode()
    assert f"Submitted by Ada Example, to {page}" in html


def test_what_waits_says_so_and_is_looked_at_again(client, who, settings):
    settings.ARXIV_SUBJECTS = ["cs.LG"]
    html = submit(client, "2611.99999").content.decode()
    assert "arXiv will be asked for it in its turn" in html
    assert 'hx-trigger="every 4s"' in html
    part = client.get("/papers/submit", headers={"HX-Request": "true"}).content.decode()
    assert part.startswith('<div id="mine"')


def test_what_was_not_taken_says_why(client, who):
    now = timezone.now()
    Submission.objects.create(
        arxiv_id="2611.99999", reader=who, day=now.date(), submitted_at=now, state="refused",
        reason="arXiv has no <such> paper.", next_at=now,
    )  # fmt: skip
    assert (
        "not taken: arXiv has no &lt;such&gt; paper."
        in client.get("/papers/submit").content.decode()
    )


def test_other_readers_submissions_are_not_listed(client, who):
    submissions.submit(reader(), paper().arxiv_id, timezone.now())
    assert "Your submissions" not in client.get("/papers/submit").content.decode()
