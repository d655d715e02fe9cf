"""One line in, one record or one reason out."""

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from webapp.arxiv.bulk import parse_line

ANNOUNCED = {
    "id": "2611.00001v2",
    "date": "2026-11-20",
    "title": "On\n  lines",
    "abstract": "Some text.",
    "authors": ["Ada Example", "Ben Example"],
    "categories": ["math.IT", "cs.IT", "cs.LG"],
    "comments": None,
}
BULK = {
    "id": "hep-th/9901001",
    "title": "Old ways",
    "abstract": "  Wrapped\n  text. ",
    "authors": "A. Example and B. Other",
    "authors_parsed": [["Example", "Ada", ""], ["Other", "Ben", "Jr."]],
    "categories": "hep-th math.MP",
    "versions": [
        {"version": "v2", "created": "Mon, 8 Feb 1999 10:00:00 GMT"},
        {"version": "v1", "created": "Fri, 1 Jan 1999 10:00:00 GMT"},
    ],
    "update_date": "2009-10-31",
    "doi": "10.1/x",
    "journal-ref": None,
    "comments": "12 pages",
    "license": None,
}


def line(base, **fields):
    row = {k: v for k, v in (base | fields).items() if v != "missing"}
    return json.dumps(row).encode()


def test_it_reads_an_announced_paper():
    paper = parse_line(line(ANNOUNCED))
    assert (paper.arxiv_id, paper.version) == ("2611.00001", 2)
    assert (paper.issue_day, paper.day_is_derived) == (date(2026, 11, 20), False)
    assert paper.title == "On lines"
    assert paper.subjects == ("cs.IT", "cs.LG")
    assert (paper.comments, paper.doi) == ("", None)


def test_it_reads_arxivs_bulk_shape():
    paper = parse_line(line(BULK))
    assert paper.authors == ("Ada Example", "Ben Other Jr.")
    assert paper.subjects == ("hep-th", "math-ph")
    assert [v.number for v in paper.versions] == [1, 2]
    assert paper.versions[0].submitted_at == datetime(1999, 1, 1, 10, tzinfo=UTC)
    assert (paper.issue_day, paper.day_is_derived) == (date(1999, 1, 4), True)
    assert (paper.doi, paper.journal_ref, paper.content_day) == ("10.1/x", "", date(2009, 10, 31))


def test_it_takes_the_flat_authors_where_none_are_parsed():
    paper = parse_line(line(BULK, authors_parsed="missing"))
    assert paper.authors == ("A. Example", "B. Other")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"id": "missing"}, "id is missing"),
        ({"id": 7}, "id is not text"),
        ({"id": "2611.1"}, "not an arXiv identifier"),
        ({"title": " "}, "title is empty"),
        ({"title": "x" * 3_001}, "title is longer"),
        ({"abstract": ["x"]}, "abstract is not text"),
        ({"date": "20.11.2026"}, "date is not a day"),
        ({"date": "1990-01-01"}, "before arXiv began"),
        ({"authors": "Ada"}, "authors is not a list"),
        ({"authors": []}, "0 authors"),
        ({"authors": ["A"] * 10_001}, "10001 authors"),
        ({"authors": [None]}, "name is not text"),
        ({"categories": None}, "categories is not a list"),
        ({"categories": ["<script>"]}, "is not a category"),
        ({"categories": ["cs.LG"] * 61}, "61 categories"),
    ],
)
def test_it_says_what_is_wrong(fields, reason):
    with pytest.raises(ValueError, match=reason):
        parse_line(line(ANNOUNCED, **fields))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"versions": []}, "versions is not a list"),
        ({"versions": [{"version": "v0", "created": "x"}]}, "a version is not readable"),
        ({"versions": ["v1"]}, "a version is not readable"),
        ({"versions": [{"version": "v1", "created": 5}]}, "a version is not readable"),
        (
            {"versions": [{"version": "v1", "created": "Fri, 31 Dec 9999 23:18:00 -1200"}]},
            "a version is not readable",
        ),
        ({"update_date": "missing"}, "update_date is missing"),
        ({"doi": 3}, "doi is not text"),
    ],
)
def test_it_says_what_is_wrong_with_the_bulk_shape(fields, reason):
    with pytest.raises(ValueError, match=reason):
        parse_line(line(BULK, **fields))


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"{", "not JSON"),
        (b"[]", "not a JSON object"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_it_refuses_what_is_no_object(raw, reason):
    with pytest.raises(ValueError, match=reason):
        parse_line(raw)


def test_it_takes_control_characters_and_half_surrogates_away():
    paper = parse_line(line(ANNOUNCED, title="a\u0000b\ud800c"))
    assert paper.title == "a b c"
    paper.content_hash.encode()


versions = st.lists(
    st.fixed_dictionaries(
        {"version": st.sampled_from(["v1", "v2", "v0", 1, None])},
        optional={"created": st.one_of(st.none(), st.integers(), st.text(max_size=40))},
    ),
    max_size=3,
)


anything = st.one_of(
    versions, st.none(), st.text(max_size=30), st.integers(), st.lists(st.text(max_size=9))
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from([*ANNOUNCED, *BULK]), anything, max_size=9))
def test_whatever_comes_is_a_record_or_a_reason(fields):
    for base in (ANNOUNCED, BULK):
        try:
            assert parse_line(line(base, **fields)).title
        except ValueError as error:
            assert str(error)
