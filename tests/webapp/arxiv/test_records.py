"""What every source's text goes through."""

from datetime import UTC, date, datetime

import pytest

from webapp.arxiv.records import (
    HarvestedPaper,
    author_names,
    clean,
    moment,
    once,
    split_authors,
    subject_codes,
)


def stated(arxiv_id="2611.00001", title="A", day=20, version=None):
    at = date(2026, 11, day)
    return HarvestedPaper(arxiv_id, at, False, at, title, "", (), (), version=version)


def test_blanks_are_collapsed_and_control_characters_removed():
    assert clean(" a\n\tb\x00\x1b[31mc\u202egpj\x85 ", "title") == "a b [31mc gpj"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("A. One, B. Two and C. Three", ("A. One", "B. Two", "C. Three")),
        ("A. One (1), B. Two (2, 3 and 4) ((1) X, (2) Y (Z))", ("A. One", "B. Two")),
        ("A. One, Jr., B. Two, III", ("A. One Jr.", "B. Two III")),
        ("ATLAS Collaboration: A. One", ("ATLAS Collaboration", "A. One")),
        ("  ", ()),
    ],
)
def test_one_string_of_authors_is_split(text, names):
    assert split_authors(text) == names


def test_a_name_without_end_is_refused():
    with pytest.raises(ValueError, match="name is longer"):
        split_authors("(" * 5_000)


def test_marks_between_authors_are_no_authors():
    assert author_names(["Keck Array", ":", "", "A. One"]) == ("Keck Array", "A. One")


def test_too_many_authors_are_refused():
    with pytest.raises(ValueError, match="10001 authors"):
        author_names(["A"] * 10_001)


def test_a_paper_stated_twice_is_kept_once():
    papers = [stated(title="new", version=2), stated(title="old", day=23, version=1)]
    assert [paper.title for paper in once([*papers, stated("2611.00002")])] == ["new", "A"]


@pytest.mark.parametrize(
    "text",
    [
        *("Mon, 23 Nov 2026 19:33:21 GMT", "2026-11-23T19:33:21Z", " 2026-11-23T14:33:21-05:00\n"),
        *("Mon, 23 Nov 26 14:33:21 -0500", "23 Nov 2026 19:33:21 +0000"),
    ],
)
def test_it_reads_a_time_as_mail_or_as_iso(text):
    assert moment(text) == datetime(2026, 11, 23, 19, 33, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "2026-11-23T19:33:21", "2026-02-30T00:00:00Z", "0001-01-01T00:00:00Z"),
        *("9999-12-31T23:59:59Z", "2107-01-01T00:00:00Z", "Mon, 23 Nov 99999999999 1:1:1 GMT"),
        *("Mon, 23 Nov 2026 19:33:21 +99999999999999", "Mon, 31 Feb 2026 1:1:1 GMT", "1 " * 500),
    ],
)
def test_a_time_that_cannot_be_is_none(text):
    assert moment(text) is None


@pytest.mark.parametrize("other", ["05C15", "68Txx", "11-04", "I.2.7", "F.2.m", "60K"])
def test_codes_of_other_schemes_are_left_out(other):
    assert subject_codes(["math.CO,", other, "cs.DM"]) == ("math.CO", "cs.DM")


def test_a_code_of_no_scheme_is_named():
    with pytest.raises(ValueError, match="<b>"):
        subject_codes(["cs.LG", "<b>"])
