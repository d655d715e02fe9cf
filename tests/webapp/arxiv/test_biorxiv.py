"""bioRxiv: a row for each version, numbers that may be text, days without zeros."""

import json
from datetime import date

import pytest

from tests.webapp.arxiv import pages
from webapp.arxiv import biorxiv
from webapp.arxiv.answers import UpstreamError

ANSWER = json.loads(pages.BIORXIV)
ROW = ANSWER["collection"][0]


def parse(message=None, rows=None):
    answer = {
        "messages": [ANSWER["messages"][0] | (message or {})],
        "collection": ANSWER["collection"] if rows is None else rows,
    }
    return biorxiv.parse(json.dumps(answer).encode())


def one(**fields):
    return parse({"count": 1, "total": 1}, [ROW | fields])


def test_it_keeps_the_newest_version_of_a_preprint():
    page = parse()
    (preprint,) = page.preprints
    assert (preprint.doi, preprint.version) == ("10.1101/2026.11.20.123456", 2)
    assert (preprint.title, preprint.day) == ("Cells, again", date(2026, 7, 2))
    assert page.n_rows == 2


def test_it_turns_names_round():
    assert one().preprints[0].authors == ("A. Example", "B. Other")


def test_a_day_may_lack_its_zeros():
    assert one().preprints[0].day == date(2026, 6, 30)


@pytest.mark.parametrize(
    ("message", "following"),
    [
        ({}, 2),
        ({"total": 5, "cursor": 3, "count": "2"}, None),
        ({"total": "100", "cursor": "30"}, 32),
        ({"total": 2}, None),
    ],
)
def test_the_next_page_begins_where_this_one_ended(message, following):
    assert parse(message).next_cursor == following


def test_no_posts_is_a_result():
    page = biorxiv.parse(b'{"messages":[{"status":"no posts found"}],"collection":[]}')
    assert (page.preprints, page.next_cursor) == ((), None)


@pytest.mark.parametrize(
    "message", [{"count": 3}, {"status": "bad request"}, {"total": "many"}, {"cursor": -1}]
)
def test_an_answer_that_contradicts_itself_is_refused(message):
    with pytest.raises(UpstreamError):
        parse(message)


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"messages":[]}', b'{"messages":[1]}', b'"x"'])
def test_another_answer_is_refused(body):
    with pytest.raises(UpstreamError):
        biorxiv.parse(body)


@pytest.mark.parametrize(
    "fields",
    [
        *({"doi": "x"}, {"doi": None}, {"date": "2026-13-1"}, {"date": 7}, {"version": "0"}),
        *({"title": 7}, {"authors": ["A"]}),
    ],
)
def test_a_bad_row_is_named(fields):
    page = one(**fields)
    assert (page.preprints, len(page.refused)) == ((), 1)


@pytest.mark.parametrize(
    ("fields", "day", "derived"),
    [
        ({"date": "2026-11-20"}, date(2026, 11, 20), False),
        ({"date": "2026-11-21"}, date(2026, 11, 23), False),  # a Saturday
        ({"date": "2026-12-02", "version": "2"}, date(2026, 11, 20), True),  # of the DOI
        (
            {"date": "2026-12-02", "version": "2", "doi": "10.1101/123456"},
            date(2026, 12, 2),
            True,
        ),
        (
            {"date": "2026-12-02", "version": "2", "doi": "10.1101/2026.13.40.1"},
            date(2026, 12, 2),
            True,
        ),
    ],
)
def test_its_issue_day_is_that_of_posting(fields, day, derived):
    paper = biorxiv.harvested(one(**fields).preprints[0], "biorxiv")
    assert (paper.issue_day, paper.day_is_derived) == (day, derived)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("cell biology", "medrxiv.cell-biology"),
        ("Infectious Diseases (except HIV/AIDS)", "medrxiv.infectious-diseases"),
        ("hiv/aids", "medrxiv.hiv-aids"),
        ("", "medrxiv"),
    ],
)
def test_its_category_becomes_a_subject(name, code):
    assert biorxiv.category("medrxiv", name) == code


@pytest.mark.parametrize("doi", ["10.1101/a/b", "10.1101/<b>", "10.48550", "10.1101/" + "1" * 101])
def test_a_doi_that_could_not_stand_in_an_address_is_refused(doi):
    assert one(doi=doi).refused[0].identifier == doi


def test_a_withdrawn_one_says_so():
    preprint = one(title="WITHDRAWN: Cells").preprints[0]
    assert biorxiv.harvested(preprint, "biorxiv").is_withdrawn
