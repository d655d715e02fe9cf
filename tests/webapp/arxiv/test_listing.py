"""The page of new listings: its date, its counts, and no row more or less than it says."""

from datetime import date

import pytest

from tests.webapp.arxiv import pages
from webapp.arxiv import listing
from webapp.arxiv.answers import UpstreamError

TWO = pages.section("New submissions (showing 2 of 2 entries)", "2611.00001", "2611.00002")
CROSS = pages.section("Cross submissions (showing 1 of 1 entries )", "math/0309136")
OTHERS = pages.section("Replacement submissions (showing first 1 of 1,250 entries)", "2502.01234")


def test_it_reads_the_date_and_the_counts():
    page = listing.parse(pages.listing(TWO, CROSS, OTHERS))
    assert page.day == date(2026, 11, 23)
    assert page.expected == {"new": 2, "cross": 1, "replace": 1_250}
    assert page.ids == ("2611.00001", "2611.00002", "math/0309136", "2502.01234")
    assert not page.is_whole


def test_a_page_with_everything_is_whole():
    assert listing.parse(pages.listing(TWO, CROSS)).is_whole


@pytest.mark.parametrize(("total", "is_whole"), [(3, True), (1_253, False)])
def test_the_total_tells_of_other_pages(total, is_whole):
    extra = f"<div class='paging'>Total of {total:,} entries </div>"
    assert listing.parse(pages.listing(TWO, CROSS, extra=extra)).is_whole is is_whole


@pytest.mark.parametrize("n", ["1", "2,000"])
def test_a_total_in_an_abstract_is_not_the_lists(n):
    said = f"Our data set has a total of {n} entries".encode()
    page = listing.parse(pages.listing(TWO, CROSS).replace(b"Title: A", said))
    assert page.total is None
    assert page.is_whole


@pytest.mark.parametrize(
    "showing", ["showing", "showing first", "continued, showing", "continued, showing last"]
)
def test_it_reads_every_way_to_say_how_many(showing):
    heading = f"New submissions for Monday, 23 November 2026 ({showing} 1 of 9 entries )"
    page = listing.parse(pages.listing(pages.section(heading, "2611.00001v2")))
    assert (page.ids, page.expected["new"]) == (("2611.00001",), 9)


def test_a_category_without_news_has_no_sections():
    page = listing.parse(pages.listing("<p>No updates today.</p>"))
    assert (page.sections, sum(page.expected.values())) == ((), 0)


def test_it_reads_the_catch_up_page():
    body = pages.listing(TWO).replace(
        b"Showing new listings for Monday, 23 November 2026",
        b"Catchup results for Artificial Intelligence on Mon, 23 Nov 2026",
    )
    assert listing.parse(body).day == date(2026, 11, 23)


def test_attributes_and_blanks_do_not_matter():
    body = pages.listing(TWO).replace(b'title="Abstract"', b"class=x TITLE = 'Abstract'")
    body = body.replace(b"<h3>", b"<H3 class='a'>\n ").replace(b"showing 2", b"showing\n <b>2</b>")
    assert len(listing.parse(body).ids) == 2


@pytest.mark.parametrize(
    "sections",
    [
        [],
        [pages.section("New submissions (showing 2 of 2 entries)", "2611.00001")],
        [pages.section("New submissions (showing 1 of 1 entries)", "2611.00001", "2611.00002")],
        [pages.section("New submissions (showing 2 of 2 entries)", "2611.00001", "2611.00001")],
        [pages.section("New submissions (showing 2 of 1 entries)", "2611.00001", "2611.00002")],
        [pages.section("New submissions", "2611.00001")],
        [pages.section("New submissions (showing 1 of 1 entries)", "nonsense")],
        [TWO.replace('title="Abstract"', "", 1)],
        [TWO, TWO],
        [TWO, "<p>Total of 1 entries</p>"],
    ],
)
def test_a_page_that_is_not_what_it_says_is_refused(sections):
    with pytest.raises(UpstreamError):
        listing.parse(pages.listing(*sections))


@pytest.mark.parametrize(
    "day", ["Tuesday, 23 November 2026", "Monday, 31 November 2026", "Monday, 23 Brumaire 2026", ""]
)
def test_a_date_that_does_not_exist_is_refused(day):
    with pytest.raises(UpstreamError):
        listing.parse(pages.listing(TWO, day=day))


def test_a_page_of_errors_is_a_web_page():
    body = b"<html><head><title>503 Service Unavailable</title></head></html>"
    with pytest.raises(UpstreamError, match="503") as refusal:
        listing.parse(body)
    assert refusal.value.kind == "html"


@pytest.mark.parametrize(
    "body", [b"<!--x--></html>", b"<html></html>", b"<!doctype html></html>", b"<html>\0</html>"]
)
def test_a_page_without_anything_is_refused(body):
    with pytest.raises(UpstreamError):
        listing.parse(body)


def test_what_stands_in_a_comment_is_not_said():
    with pytest.raises(UpstreamError):
        listing.parse(pages.listing("<!-- <p>No updates today.</p> -->"))


def test_a_page_nested_without_end_loses_rows_and_is_refused():
    deep = "<div>" * 100_000
    with pytest.raises(UpstreamError):
        listing.parse(pages.listing(deep, TWO))
