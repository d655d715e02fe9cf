"""The query API: papers, where in the results they stand, and errors dressed as feeds."""

from datetime import date

import pytest

from tests.webapp.arxiv import pages
from webapp.arxiv import query_api
from webapp.arxiv.answers import UpstreamError


def test_it_reads_an_entry():
    (paper,) = query_api.parse(pages.query(pages.entry())).papers
    assert (paper.arxiv_id, paper.version, paper.abstract) == ("2611.00001", 2, "Wrapped words.")
    assert paper.subjects == ("math.NA", "cs.AI")
    assert (paper.issue_day, paper.content_day) == (date(2026, 11, 20), date(2026, 11, 20))
    assert [v.number for v in paper.versions] == [1, 2]


def test_it_reads_old_identifiers_and_missing_dates():
    body = pages.query(pages.entry("math.GT/0309136v1", published="soon"))
    paper = query_api.parse(body).papers[0]
    assert (paper.arxiv_id, paper.issue_day) == ("math/0309136", date(2003, 9, 1))


def test_a_paper_may_be_titled_0():
    assert query_api.parse(pages.query(pages.entry(title="0"))).papers[0].title == "0"


def test_a_paper_may_be_titled_error():
    assert query_api.parse(pages.query(pages.entry(title="Error"))).papers[0].title == "Error"


@pytest.mark.parametrize(
    "address", ["https://arxiv.org/api/errors#a", "http://arxiv.org/api/errors#b", "http://x", ""]
)
def test_an_error_is_never_a_paper(address):
    with pytest.raises(UpstreamError, match="incorrect id") as refusal:
        query_api.parse(pages.query_error(address))
    assert refusal.value.kind == "error"


@pytest.mark.parametrize(
    ("total", "start", "is_gap"), [(0, 0, False), (100, 100, False), (100, 50, True), (1, 0, True)]
)
def test_an_empty_page_amid_results_is_recognised(total, start, is_gap):
    assert query_api.parse(pages.query(total=total, start=start)).is_gap is is_gap


@pytest.mark.parametrize(
    ("total", "per_page", "is_short"), [(1, 10, False), (9, 1, False), (2, 10, True), (9, 2, True)]
)
def test_a_short_page_is_recognised(total, per_page, is_short):
    body = pages.query(pages.entry(), total=total, per_page=per_page)
    assert query_api.parse(body).is_short is is_short


def test_a_bad_entry_is_named_and_the_others_stay():
    page = query_api.parse(pages.query(pages.entry("nonsense"), pages.entry("2611.00007v1")))
    assert [paper.arxiv_id for paper in page.papers] == ["2611.00007"]
    assert page.refused[0].identifier == "http://arxiv.org/abs/nonsense"


@pytest.mark.parametrize("body", [pages.atom(), b"<feed/>"])
def test_another_feed_is_refused(body):
    with pytest.raises(UpstreamError):
        query_api.parse(body)
