"""Announcement feeds: what is in the batch and as what; never which batch it is."""

from datetime import date

import pytest

from tests.webapp.arxiv import pages
from webapp.arxiv import announcements
from webapp.arxiv.answers import UpstreamError
from webapp.arxiv.decide import Kind, Known, decide

DAY = date(2026, 11, 23)


def parse(body):
    return announcements.parse(body, DAY)


@pytest.mark.parametrize("body", [pages.rss(pages.item()), pages.atom()])
def test_it_reads_both_kinds_of_feed(body):
    (item,) = parse(body).items
    assert item.announce_type == "new"
    assert (item.paper.arxiv_id, item.paper.version) == ("2611.00001", 1)
    assert (item.paper.issue_day, item.paper.day_is_derived) == (DAY, False)
    assert item.paper.abstract.startswith("Some words.")
    assert item.paper.authors[0] == "Ada Example"


@pytest.mark.parametrize("kind", ["new", "cross", "replace", "replace-cross"])
def test_it_keeps_the_kind_of_announcement(kind):
    assert parse(pages.rss(pages.item(kind=kind))).items[0].announce_type == kind


def test_a_replacement_has_no_issue_day_of_its_own():
    paper = parse(pages.rss(pages.item("2502.01234v3", "replace"))).papers[0]
    assert (paper.issue_day, paper.day_is_derived) == (date(2025, 2, 3), True)


def test_the_kind_is_read_from_the_description_too():
    text = pages.item(kind="cross").replace("<arxiv:announce_type>cross</arxiv:announce_type>", "")
    assert parse(pages.rss(text)).items[0].announce_type == "cross"


def test_an_empty_feed_is_a_result_of_its_own():
    feed = parse(pages.rss())
    assert (feed.items, feed.refused) == ((), ())
    assert (feed.skip_days, feed.feed_day) == (("Saturday", "Sunday"), DAY)


def test_a_document_of_two_channels_is_refused():
    second = f"<channel>{pages.item('2611.00002v1')}</channel></rss>"
    body = pages.rss(pages.item()).decode().replace("</rss>", second)
    with pytest.raises(UpstreamError, match="2 channels"):
        announcements.parse(body.encode(), date(2026, 11, 23))


def test_the_feeds_own_error_is_an_error():
    with pytest.raises(UpstreamError, match=r"Feed error for query: cs\.XX") as refusal:
        parse(pages.rss(title="Feed error for query: cs.XX"))
    assert refusal.value.kind == "error"


@pytest.mark.parametrize(
    "body",
    [
        b"<rss/>",
        b"<rss><channel><title>Another blog</title></channel></rss>",
        b"<feed><id>http://arxiv.org/api/x</id></feed>",
        pages.query(pages.entry()),
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>',
    ],
)
def test_another_feed_is_refused(body):
    with pytest.raises(UpstreamError) as refusal:
        parse(body)
    assert refusal.value.kind == "unknown"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (pages.item("2513.00001v1"), "no month"),
        (pages.item(kind="moved"), "no kind of announcement"),
        (pages.item().replace("cs.LG", "<b/>?"), "not a category"),
    ],
)
def test_a_bad_item_is_named_and_the_others_stay(bad, reason):
    feed = parse(pages.rss(bad, pages.item("2611.00007v1")))
    assert [paper.arxiv_id for paper in feed.papers] == ["2611.00007"]
    assert reason in feed.refused[0].sentence


@pytest.mark.parametrize(
    ("creator", "authors"),
    [
        ("Ada Example, Ben Other", ("Ada Example", "Ben Other")),
        ("Ada Example, Jr., Ben Other", ("Ada Example Jr.", "Ben Other")),
        ("The Hands and Heads Collaboration", ("The Hands and Heads Collaboration",)),
        ("", ()),
        (", ".join(f"A{n}" for n in range(3_000)), tuple(f"A{n}" for n in range(3_000))),
    ],
)
def test_it_splits_the_authors_at_commas(creator, authors):
    assert parse(pages.rss(pages.item(creator=creator))).papers[0].authors == authors


def test_the_authors_of_any_other_source_win():
    feed = parse(pages.rss(pages.item())).papers[0]
    oai = feed._replace(authors=("Ada Example, Jr.",), content_day=date(2026, 11, 22), version=None)
    known = Known(feed.content_hash, DAY, False, feed.content_day, 1)
    assert decide(oai, known).kind is Kind.CHANGED
    known = Known(oai.content_hash, DAY, False, oai.content_day, 1)
    assert decide(feed, known).kind is Kind.SAME


def test_optional_elements_are_read():
    extra = "<arxiv:DOI>10.1/x</arxiv:DOI><arxiv:journal_reference>J. 1</arxiv:journal_reference>"
    paper = parse(pages.rss(pages.item(extra=extra))).papers[0]
    assert (paper.doi, paper.journal_ref, paper.license) == ("10.1/x", "J. 1", "http://l")


def test_markup_in_a_summary_stays_text():
    text = pages.item().replace("Some words.", "&lt;script&gt;alert(1)&lt;/script&gt; &amp;eacute;")
    assert (
        parse(pages.rss(text)).papers[0].abstract.startswith("<script>alert(1)</script> &eacute;")
    )
