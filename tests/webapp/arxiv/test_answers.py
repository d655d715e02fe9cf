"""Strangers' bytes: all of an answer is read, or none of it, and the reason is a sentence."""

import pickle
import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.webapp.arxiv import pages
from webapp.arxiv import announcements, biorxiv, daily_papers, listing, mail, oai, query_api
from webapp.arxiv.answers import MOST_TAGS, UpstreamError, shown, xml_root

NEW = "New submissions (showing 1 of 1 entries )"
WHOLE = {
    "oai": (oai.parse, pages.oai(pages.record(), "<resumptionToken>t</resumptionToken>")),
    "oai raw": (oai.parse, pages.oai(pages.record(metadata=pages.RAW))),
    "oai headers": (oai.parse, pages.oai("<header/>", verb="ListIdentifiers")),
    "rss": (lambda body: announcements.parse(body, date(2026, 11, 23)), pages.rss(pages.item())),
    "rss empty": (lambda body: announcements.parse(body, date(2026, 11, 23)), pages.rss()),
    "atom": (lambda body: announcements.parse(body, date(2026, 11, 23)), pages.atom()),
    "query": (query_api.parse, pages.query(pages.entry())),
    "listing": (listing.parse, pages.listing(pages.section(NEW, "2611.00001"))),
    "listing empty": (listing.parse, pages.listing("<p>No updates today.</p>")),
    "daily papers": (daily_papers.parse, pages.DAILY),
    "biorxiv": (biorxiv.parse, pages.BIORXIV),
}
BIG = "x" * 100_000
LAUGHS = "".join("<!ENTITY a{} '{}'>".format(n, f"&a{n - 1};" * 10) for n in range(1, 12))
ATTRIBUTES = " ".join(f"a{n}=''" for n in range(MOST_TAGS + 1))
HOSTILE = {
    "billion laughs": f'<!DOCTYPE r [<!ENTITY a0 "ha">{LAUGHS}]><OAI-PMH>&a11;</OAI-PMH>',
    "laughs late": f'<!--{" " * 9_000}--><!DOCTYPE r [<!ENTITY a0 "ha">{LAUGHS}]>'
    '<OAI-PMH a="&a11;"/>',
    "quadratic": f'<!DOCTYPE r [<!ENTITY a "{BIG}">]><OAI-PMH>{"&a;" * 50_000}</OAI-PMH>',
    "file": '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><OAI-PMH>&a;</OAI-PMH>',
    "network": '<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd"><OAI-PMH/>',
    "deep": f"<OAI-PMH>{'<a>' * 200_000}{'</a>' * 200_000}</OAI-PMH>",
    "many tags": f"<OAI-PMH>{'<a/>' * (MOST_TAGS + 1)}</OAI-PMH>",
    "many attributes": f"<OAI-PMH {ATTRIBUTES}/>",
    "long text": f"<OAI-PMH>{'x' * 11_000_000}</OAI-PMH>",
}
READERS = [*WHOLE]
EVERY_PARSER = {id(parse): parse for parse, _ in WHOLE.values()}.values()


@pytest.mark.parametrize("name", READERS)
def test_it_accepts_the_whole_answer(name):
    parse, body = WHOLE[name]
    parse(body)


@pytest.mark.parametrize("name", READERS)
def test_it_refuses_an_answer_cut_at_any_byte(name):
    parse, body = WHOLE[name]
    for end in range(len(body.rstrip())):
        with pytest.raises(UpstreamError):
            parse(body[:end])


@pytest.mark.parametrize("name", READERS)
def test_it_calls_a_cut_in_the_middle_a_cut(name):
    parse, body = WHOLE[name]
    with pytest.raises(UpstreamError, match="breaks off") as refusal:
        parse(body[: len(body) * 2 // 3])
    assert refusal.value.kind == "truncated"


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("garbage", [b"x", b"<a/>", b"{}", b"\0", b"</rss>", b"<html></html>"])
def test_it_refuses_what_has_something_behind(name, garbage):
    parse, body = WHOLE[name]
    with pytest.raises(UpstreamError):
        parse(body + garbage)


@given(st.sampled_from(READERS), st.data())
@settings(max_examples=300, deadline=None)
def test_a_damaged_answer_is_read_or_refused_and_nothing_else(name, data):
    parse, body = WHOLE[name]
    place = data.draw(st.integers(0, len(body) - 1))
    damaged = body[:place] + data.draw(st.binary(min_size=0, max_size=4)) + body[place + 1 :]
    try:
        parse(damaged)
    except UpstreamError as error:
        assert str(error).endswith((".", "?"))


@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
@settings(max_examples=300, deadline=None)
def test_noise_is_refused(body):
    for parse in EVERY_PARSER:
        with pytest.raises(UpstreamError):
            parse(body)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_xml_is_refused_at_once(name):
    body = HOSTILE[name].encode()
    began = time.thread_time()
    with pytest.raises(UpstreamError) as refusal:
        xml_root(body, {"OAI-PMH"})
    assert time.thread_time() - began < 1
    assert refusal.value.kind == "hostile"


@pytest.mark.parametrize("parse", EVERY_PARSER)
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "empty"),
        (b" \r\n\t ", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"Rate exceeded.", "rate"),
        (b"<html><body>Too Many Requests</body></html>", "rate"),
        (b"Please give a category.", "unknown"),
        (b"<other/>", "unknown"),
    ],
)
def test_every_parser_names_what_is_no_answer(parse, body, kind):
    with pytest.raises(UpstreamError) as refusal:
        parse(body)
    assert refusal.value.kind == kind


@pytest.mark.parametrize("parse", EVERY_PARSER)
@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE html><html><head><title>503 First Byte</title></head><body></body></html>",
        b"\n<HTML><head><TITLE>Down</TITLE></head></HTML>",
        b"<!doctype html><html></html>",
    ],
)
def test_a_web_page_is_no_answer(parse, body):
    with pytest.raises(UpstreamError) as refusal:
        parse(body)
    assert refusal.value.kind == "html"


def test_a_page_in_xml_is_a_web_page_too():
    body = b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><p>Down</p></html>'
    with pytest.raises(UpstreamError, match="web page"):
        oai.parse(body)


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("ISO-8859-1", "iso-8859-1"),
        ("UTF-16", "utf-16"),
        ("UTF-8", "utf-8-sig"),
        ("windows-1252", "cp1252"),
        ("US-ASCII", "ascii"),
    ],
)
def test_it_reads_the_declared_encoding(declared, encoding):
    name = "Zoe" if encoding == "ascii" else "Zoë"
    text = pages.query(pages.entry(title=name)).decode().replace("UTF-8", declared)
    assert query_api.parse(text.encode(encoding)).papers[0].title == name


def test_it_refuses_an_encoding_that_is_not_the_declared_one():
    body = pages.query(pages.entry(title="Zoë")).decode().encode("iso-8859-1")
    with pytest.raises(UpstreamError):
        query_api.parse(body)


def test_it_reads_past_instructions_comments_and_cdata():
    text = pages.query(pages.entry(title="<![CDATA[a < b]]><!-- no --> &amp; c")).decode()
    body = text.replace("?>", '?>\n<?xml-stylesheet href="x.css"?><!-- generated -->', 1).encode()
    assert query_api.parse(body).papers[0].title == "a < b & c"


def test_it_reads_any_prefix():
    body = pages.oai(pages.record()).decode()
    for name in ("OAI-PMH", "ListRecords", "record", "header", "identifier", "metadata"):
        body = body.replace(f"<{name}", f"<o:{name}").replace(f"</{name}", f"</o:{name}")
    page = oai.parse(body.replace('xmlns="http://www.o', 'xmlns:o="http://www.o').encode())
    assert [paper.arxiv_id for paper in page.papers] == ["2611.00001"]


def test_a_paper_may_be_about_rates():
    assert len(query_api.parse(pages.query(pages.entry(title="Rate exceeded"))).papers) == 1


def test_an_error_survives_the_way_between_processes():
    error = pickle.loads(pickle.dumps(UpstreamError("error", "Why.", "badVerb")))
    assert (error.kind, error.sentence, error.code) == ("error", "Why.", "badVerb")


def test_a_strangers_words_are_tamed():
    assert shown('a\n\x07"b"' + "c" * 500) == "\"a 'b'" + "c" * 72 + '..."'


@pytest.mark.parametrize(
    "body", [b"[NaN]", b"[1e999999]", b"[" * 100_000, b"[" + b"9" * 9_999 + b"]"]
)
def test_hostile_json_is_refused(body):
    with pytest.raises(UpstreamError):
        daily_papers.parse(body)


def test_a_week_cut_between_two_records_is_refused():
    rule = "-" * 78
    body = f"{rule}\n\\\\\n/* Fri, 3 Mar 2023 */\n\\\\\n".encode()
    body += pages.mailed("2303.00001", abstract=False).encode()
    for end in range(len(body.rstrip())):
        with pytest.raises(UpstreamError):
            mail.parse(body[:end])


def test_a_mail_cut_before_its_closing_line_is_refused():
    body = pages.letter(pages.mailed("2306.07777"), pages.mailed("2306.07778"))
    for end in range(body.index(b"\nFor help")):
        with pytest.raises(UpstreamError):
            mail.parse(body[:end])
