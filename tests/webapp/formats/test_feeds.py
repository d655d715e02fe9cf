"""Feeds as text: what is hostile stays text, and two parsers agree on what they read."""

import json
import re
from datetime import UTC, datetime

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tests.webapp.formats.schemas import problems
from webapp.formats.feeds import Entry, Feed, Link, atom, json_feed, rss

SPELL = {"atom": atom, "rss": rss, "json": json_feed}
AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
HOSTILE = [
    *("]]>", "<script>alert(1)</script>", "a < b & c > d", "&amp; &lt; &#0; &bomb;", "<![CDATA[x"),
    *(
        '" onload="x',
        "'",
        "\0\x01\x08\x0b\x1f\x7f\x85\ufffe\uffff",
        "\ud800 half",
        "\U0001d538 \U0001f600 \U0010ffff",
    ),
    *(
        "\u202eeman ruoy",
        "line\nbreak\r\nand\ttab",
        "",
        "   ",
        "<?xml version='1.0'?>",
        "é" * 3_000,
    ),
]


def an_entry(n=1, **fields):
    facts = {
        "id": f"https://arxiv.org/abs/2611.{n:05d}",
        "url": f"https://papers.example.org/papers/2611.{n:05d}",
        "title": "A small study",
        "summary": "We study small things.",
        "authors": ("Ada Example", "Ben Example"),
        "subjects": (("cs.LG", "Machine Learning"),),
        "published": AT,
        "updated": AT,
        "links": (Link("PDF", f"https://arxiv.org/pdf/2611.{n:05d}", "application/pdf"),),
    }
    return Entry(**(facts | fields))


def a_feed(*entries, **fields):
    facts = {
        "id": "tag:papers.example.org,2026:daily",
        "title": "Daily papers",
        "subtitle": "What is new.",
        "url": "https://papers.example.org/papers",
        "updated": AT,
        "entries": list(entries),
        "self_url": "https://papers.example.org/papers/feed.atom",
    }
    return Feed(**(facts | fields))


def parsed(form, feed):
    """By feedparser, without a warning, and as the schema has it."""
    body = SPELL[form](feed)
    assert problems(form, body) == []
    found = feedparser.parse(body)
    assert not found.bozo, found.get("bozo_exception")
    return found


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_two_parsers_read_what_was_written(form):
    found = parsed(form, a_feed(an_entry(1, why="Because you saved it."), an_entry(2)))
    assert found.feed.title == "Daily papers"
    first = found.entries[0]
    assert (first.id, first.title) == (an_entry(1).id, "A small study")
    assert first.link == an_entry(1).url
    assert "Because you saved it." in first.summary
    assert "We study small things." in first.summary
    assert first.published_parsed[:5] == (2026, 11, 20, 9, 30)
    assert [tag.term for tag in first.tags] == ["cs.LG"]


def test_atom_names_every_author_and_where_else_a_paper_is():
    found = parsed("atom", a_feed(an_entry())).entries[0]
    assert [author.name for author in found.authors] == ["Ada Example", "Ben Example"]
    assert [link.href for link in found.links if link.rel == "related"] == [
        "https://arxiv.org/pdf/2611.00001"
    ]


def test_json_has_what_version_1_1_asks():
    body = json_feed(a_feed(an_entry(why="Because."), an_entry(2, authors=(), links=())))
    assert problems("json", body) == []
    first = json.loads(body)["items"][0]
    assert first["authors"] == [{"name": "Ada Example"}, {"name": "Ben Example"}]
    assert first["summary"] == "Because."


@pytest.mark.parametrize("form", SPELL)
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_words(form, text):
    entry = an_entry(title=text, summary=text, authors=(text,), why=text)
    body = SPELL[form](a_feed(entry, title=text or "x", subtitle=text))
    assert problems(form, body) == []
    if form != "json":
        assert not feedparser.parse(body).bozo
    assert b"<script" not in body.replace(b"&lt;script", b"") or form == "json"


@given(st.text())
def test_any_text_at_all_is_written_and_read(text):
    entry = an_entry(title=text, summary=text, authors=(text,), why=text)
    for form, spell in SPELL.items():
        assert problems(form, spell(a_feed(entry))) == []


def test_what_an_entry_says_is_never_markup():
    entry = an_entry(summary="<img src=x onerror=alert(1)> & <b>", why="</p><script>x</script>")
    html = json.loads(json_feed(a_feed(entry)))["items"][0]["content_html"]
    assert re.findall(r"<(\w+)", html) == ["p", "b", "p", "p", "a"]
    root = etree.fromstring(atom(a_feed(entry)))
    tags = {etree.QName(one).localname for one in root.iter("{http://www.w3.org/1999/xhtml}*")}
    assert tags == {"div", "p", "b", "a"}


def test_a_title_is_one_line_and_never_empty_or_endless():
    found = parsed(
        "rss",
        a_feed(an_entry(title="a\n b"), an_entry(2, title="\0"), an_entry(3, title="x" * 900)),
    )
    assert [entry.title for entry in found.entries[:2]] == ["a b", "Untitled"]
    assert len(found.entries[2].title) == 400


def test_a_secret_address_is_not_written():
    feed = a_feed(an_entry(), self_url="")
    for form, spell in SPELL.items():
        assert b"feed.atom" not in spell(feed)
        assert problems(form, spell(feed)) == []


@pytest.mark.parametrize("form", SPELL)
def test_a_feed_of_nothing_is_one_too(form):
    assert problems(form, SPELL[form](a_feed())) == []


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_the_schema_refuses_what_is_missing(form):
    body = SPELL[form](a_feed(an_entry()))
    assert problems(form, re.sub(rb"<title>.*?</title>", b"", body, count=1))
