"""Public upvotes, from both levels of an item."""

import json
from datetime import date

import pytest

from tests.webapp.arxiv import pages
from webapp.arxiv import daily_papers
from webapp.arxiv.answers import UpstreamError


def parse(value):
    return daily_papers.parse(json.dumps(value).encode())


def test_it_reads_both_levels():
    (paper,) = daily_papers.parse(pages.DAILY).papers
    assert paper == ("2611.00001", 42, date(2026, 11, 23), "Outer")


def test_it_reads_a_single_paper():
    (paper,) = parse({"id": "2611.00001", "upvotes": 1, "publishedAt": "2026-11-19"}).papers
    assert (paper.upvotes, paper.day) == (1, None)


def test_the_day_of_the_daily_page_is_not_the_papers_own():
    row = {"id": "2611.00001", "submittedOnDailyAt": "2026-11-24T01:02:03.000Z"}
    assert parse([{"paper": row, "publishedAt": "bad"}]).papers[0].day == date(2026, 11, 24)


def test_a_day_may_be_empty():
    assert parse([]) == ((), ())


@pytest.mark.parametrize("upvotes", [-1, 1.5, "7", True, None, 10**9, [1]])
def test_what_is_no_count_is_named(upvotes):
    found = parse([{"paper": {"id": "2611.00001", "upvotes": upvotes}}])
    assert (found.papers, found.refused[0].identifier) == ((), "2611.00001")


@pytest.mark.parametrize("row", [{"paper": {"id": "x"}}, {"paper": 1}, {"id": None}, {"paper": {}}])
def test_a_bad_item_is_named_and_the_others_stay(row):
    found = parse([row, {"paper": {"id": "2611.00007"}}])
    assert [paper.arxiv_id for paper in found.papers] == ["2611.00007"]
    assert len(found.refused) == 1


@pytest.mark.parametrize("value", [{"error": "Not found"}, {}, 1, "x", [1], None, [{"a": 1}]])
def test_another_answer_is_refused(value):
    with pytest.raises(UpstreamError):
        parse(value)
