"""The announcement as text: three parts of a mail, the days of a week, a month without days."""

from datetime import date

import pytest

from tests.webapp.arxiv import pages
from webapp.arxiv import mail
from webapp.arxiv.answers import UpstreamError

REPLACED = "replaced with revised version Thu, 8 Jun 2023 08:03:26 GMT   (25kb,D)"


def test_it_reads_the_three_parts_of_a_mail():
    read = mail.parse(
        pages.letter(
            pages.mailed("2306.07777"),
            pages.mailed("2306.07778", " (*cross-listing*)"),
            pages.mailed("2204.08888", "", REPLACED, abstract=False),
            pages.mailed("2204.08889", " (*cross-listing*)", REPLACED, abstract=False),
        )
    )
    assert [read.count(kind) for kind in ("new", "cross", "replace")] == [1, 1, 2]
    assert read.day == date(2023, 6, 9)


def test_it_reads_a_record():
    (item,) = mail.parse(pages.letter(pages.mailed("2306.07777"))).items
    assert (item.paper.title, item.paper.subjects) == ("On letters and folds", ("math.AG",))
    assert item.paper.authors == ("Ada Example", "Ben Other")
    assert item.paper.abstract == r"Words \\ at the line's end."
    assert (item.paper.issue_day, item.paper.day_is_derived) == (date(2023, 6, 9), False)


def test_a_mail_may_be_empty():
    assert mail.parse(pages.letter()).items == ()


def test_it_reads_the_days_of_a_week():
    rule = "-" * 78
    days = [f"{rule}\n\\\\\n/* {day} */\n\\\\\n" for day in ("Fri, 3 Mar 2023", "Thu, 2 Mar 2023")]
    records = [pages.mailed(f"2303.0000{n}", abstract=False) for n in (1, 2)]
    read = mail.parse("".join([days[0], records[0], days[1], records[1]]).encode())
    assert [item.paper.issue_day.day for item in read.items] == [3, 2]
    assert read.day is None


def test_it_reads_the_revisions_of_a_month():
    dates = "Date: Tue, 30 Dec 2014 21:00:46 GMT\nDate (revised v2): Tue, 13 Jan 2015 06:32:55 GMT"
    (item,) = mail.parse(pages.mailed("1501.00013", "", dates, abstract=False).encode()).items
    assert (item.paper.version, item.paper.day_is_derived) == (2, True)


def test_a_bad_record_is_named_and_the_others_stay():
    read = mail.parse(pages.letter(pages.mailed("2313.00001"), pages.mailed("2306.07777")))
    assert [item.paper.arxiv_id for item in read.items] == ["2306.07777"]
    assert "no month" in read.refused[0].sentence


@pytest.mark.parametrize("body", [b"# Notes\n\n\\\\\n", b"Dear all,\n", b"Date: soon\n"])
def test_other_text_is_refused(body):
    with pytest.raises(UpstreamError) as refusal:
        mail.parse(body)
    assert refusal.value.kind == "unknown"
