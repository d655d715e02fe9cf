"""Feeds as programs meet them: what stands in them, and what costs nothing the next time."""

import json
import re
from datetime import timedelta

import feedparser
import pytest
from django.contrib.postgres.search import SearchVector
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import DAY, paper, reader
from tests.webapp.formats.schemas import problems
from webapp.models import Paper
from webapp.services.social import trends, upvotes

pytestmark = pytest.mark.django_db
FORMS = ("atom", "rss", "json")
PUBLIC = (
    "/papers/feed.{}",
    "/papers/trending.{}",
    "/papers/subject/cs.RO/feed.{}",
    "/papers/search/feed.{}?q=robot",
)
EACH = [*(address.format("atom") for address in PUBLIC), "/papers/feed.rss", "/papers/feed.json"]


def robot(day=DAY, **fields):
    """A paper that the search finds, too."""
    one = paper("robots", day, **fields)
    Paper.objects.filter(pk=one.pk).update(search=SearchVector("title", "abstract"))
    return one


def change(one, **fields):
    Paper.objects.filter(pk=one.pk).update(**fields)


@pytest.fixture
def some(now):
    """Three papers of robots; one of them upvoted, so it trends."""
    found = [robot() for _ in range(3)]
    upvotes.upvote(reader(), found[1], True, timezone.now())
    trends.compute_trend("test", timezone.now())
    return found


def ids(client, address, form="atom"):
    """Which papers stand in a feed, by its parser."""
    answer = client.get(address.format(form))
    assert answer.status_code == 200
    assert problems(form, answer.content) == []
    if form == "json":
        found = [item["id"] for item in json.loads(answer.content)["items"]]
    else:
        feed = feedparser.parse(answer.content)
        assert not feed.bozo
        found = [entry.id for entry in feed.entries]
    return [one.removeprefix("https://arxiv.org/abs/") for one in found]


def n_queries(client, address, status=200, **headers):
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address, headers=headers).status_code == status
    return len(caught)


@pytest.mark.parametrize("address", PUBLIC)
def test_the_three_forms_hold_the_same_papers(client, some, address):
    one, *others = (ids(client, address, form) for form in FORMS)
    assert one
    assert others == [one, one]


@pytest.mark.parametrize("address", ["/papers", "/papers/trending"])
def test_a_feed_has_the_order_of_its_page(client, some, address):
    shown = re.findall(r'<article data-arxiv-id="([^"]+)"', client.get(address).content.decode())
    feed = "/papers/feed.{}" if address == "/papers" else "/papers/trending.{}"
    assert ids(client, feed) == shown
    assert shown[0] == some[1].arxiv_id


def test_the_daily_feed_is_of_the_newest_day(client):
    paper(day=DAY - timedelta(days=1))
    newest = paper()
    assert ids(client, PUBLIC[0]) == [newest.arxiv_id]


def test_the_daily_feed_is_of_the_newest_announced_day_with_what_was_brought_elsewhere(client):
    newest, liked = paper(), paper()
    upvotes.upvote(reader(), liked, True, timezone.now())
    upvotes.place(newest, DAY + timedelta(days=1), timezone.now())  # as it was done once
    assert ids(client, PUBLIC[0]) == [liked.arxiv_id, newest.arxiv_id]


def test_a_window_is_chosen_and_nonsense_is_the_week(client, some):
    trends.compute_trend("later", timezone.now() + timedelta(days=3))
    assert ids(client, "/papers/trending.{}?window=day") == []
    assert ids(client, "/papers/trending.{}?window=x%00") == [some[1].arxiv_id]


def test_a_category_goes_back_over_days_and_an_archive_holds_its_parts(client):
    old, new = robot(DAY - timedelta(days=9)), robot()
    other = paper(subjects=["cs.CL", "cs.RO"], day=DAY - timedelta(days=1))
    paper("primes")
    expected = [new.arxiv_id, other.arxiv_id, old.arxiv_id]
    assert ids(client, "/papers/subject/cs.RO/feed.{}") == expected
    assert ids(client, "/papers/subject/cs/feed.{}") == expected
    assert ids(client, "/papers/subject/cs.CL/feed.{}") == [other.arxiv_id]


def test_an_old_name_of_a_category_finds_the_new_one(client):
    one = paper(subjects=["eess.SY"])
    assert ids(client, "/papers/subject/cs.SY/feed.{}") == [one.arxiv_id]


@pytest.mark.parametrize("code", ["cs.XX", "x", "%00", "%F0%9F%98%80", "..", "a" * 300])
def test_what_is_no_category_is_not_found(client, code):
    assert client.get(f"/papers/subject/{code}/feed.atom").status_code == 404


def test_a_search_brings_the_newest_first(client):
    old, new = robot(DAY - timedelta(days=2)), robot()
    paper("primes")
    assert ids(client, "/papers/search/feed.{}?q=tactile") == [new.arxiv_id, old.arxiv_id]
    assert ids(client, "/papers/search/feed.{}?q=nothing-has-this") == []


def test_a_search_of_fields_and_dates_is_asked_as_the_page_asks_it(client):
    titled, _ = robot(title="Graspable"), robot(abstract="We study graspable things.")
    assert ids(client, "/papers/search/feed.{}?q=ti:graspable") == [titled.arxiv_id]
    assert ids(client, f"/papers/search/feed.{{}}?q=graspable+to:{DAY.year - 1}") == []


@pytest.mark.parametrize("query", ["", "?q=", "?q=%20%00"])
def test_a_search_for_nothing_says_so(client, query):
    assert client.get(f"/papers/search/feed.atom{query}").status_code == 400


@pytest.mark.parametrize(
    "q", ["%00robot", "'%22)(:%7C%26!", "a" * 4_000, "%3Cb%3E", "%ED%A0%80", "-"]
)
@pytest.mark.parametrize("form", FORMS)
def test_hostile_searches_are_feeds(client, some, q, form):
    ids(client, f"/papers/search/feed.{{}}?q={q}", form)


def test_what_was_withdrawn_is_nowhere(client, some):
    change(some[1], withdrawn_at=timezone.now())
    for address in PUBLIC:
        assert some[1].arxiv_id not in ids(client, address)


@pytest.mark.parametrize("address", EACH)
def test_hostile_papers_leave_a_feed_whole(client, address):
    words = "]]> <script>alert(1)</script> &bomb; \x08 \x1f \u202e \ud7ff \ufffe \U0001f916 $a<b$"
    one = robot(title=words, abstract=words + " robot", authors=[words, "B"])
    upvotes.upvote(reader(), one, True, timezone.now())
    trends.compute_trend("test", timezone.now())
    form = re.search(r"\.(atom|rss|json)", address)[1]
    assert ids(client, address, form) == [one.arxiv_id]
    assert b"<script>" not in client.get(address).content or form == "json"


def test_an_empty_instance_has_feeds(client):
    for address in EACH:
        assert ids(client, address, re.search(r"\.(atom|rss|json)", address)[1]) == []


def test_a_preprint_of_elsewhere_has_no_pdf_and_its_own_id(client):
    paper(arxiv_id="10.1101/2026.11.01.123456", subjects=["biorxiv.genomics"])
    entry = feedparser.parse(client.get("/papers/feed.atom").content).entries[0]
    assert entry.id == "https://doi.org/10.1101/2026.11.01.123456"
    assert [link.type for link in entry.links if link.rel == "related"] == [
        "text/html",
        "application/x-bibtex",
    ]


def test_an_entry_leads_to_the_page_arxiv_the_pdf_and_a_citation(client):
    one = paper()
    entry = feedparser.parse(client.get("/papers/feed.atom").content).entries[0]
    assert entry.link == f"http://testserver/papers/{one.arxiv_id}"
    assert [link.href for link in entry.links if link.rel == "related"] == [
        f"https://arxiv.org/abs/{one.arxiv_id}",
        f"https://arxiv.org/pdf/{one.arxiv_id}",
        f"http://testserver/papers/{one.arxiv_id}.bib",
    ]
    for link in (entry.link, f"/papers/{one.arxiv_id}.bib"):
        assert client.get(link).status_code == 200


def test_an_id_stays_where_version_and_order_change_and_updated_tells_of_it(client, some):
    before = feedparser.parse(client.get(PUBLIC[2].format("atom")).content).entries
    changed = timezone.now()
    change(some[0], version=2, title="A new title", changed_at=changed)
    after = feedparser.parse(client.get(PUBLIC[2].format("atom")).content).entries
    assert [entry.id for entry in after] == [entry.id for entry in before]
    assert after[-1].title == "A new title"
    assert after[-1].updated == f"{changed:%Y-%m-%dT%H:%M:%SZ}"
    assert after[-1].published == before[-1].published == "2026-11-20T00:00:00Z"
    assert after[0].updated == before[0].updated


def test_the_public_address_is_the_operators(client, some, settings):
    settings.PUBLIC_URL = "https://papers.example.org"
    body = client.get("/papers/search/feed.atom?q=robot%20arm&junk=1").content.decode()
    assert 'href="https://papers.example.org/papers/search/feed.atom?q=robot+arm"' in body
    assert "testserver" not in body


def test_at_most_50(client):
    for _ in range(55):
        robot()
    assert len(ids(client, PUBLIC[0])) == len(ids(client, PUBLIC[2])) == 50


# --- conditional requests -----------------------------------------------------------


@pytest.mark.parametrize("address", EACH)
def test_what_is_known_costs_two_queries_at_most(client, some, address):
    first = client.get(address)
    headers = {"if-none-match": first["ETag"]}
    assert n_queries(client, address, 304, **headers) <= 2
    again = client.get(address, headers=headers)
    assert again.content == b""
    for name in ("ETag", "Last-Modified", "Cache-Control"):
        assert again[name] == first[name]
    assert client.get(address, headers={"if-none-match": '"other"'}).status_code == 200


@pytest.mark.parametrize("address", EACH)
def test_a_moment_serves_where_no_tag_is_sent(client, some, address):
    headers = {"if-modified-since": client.get(address)["Last-Modified"]}
    assert client.get(address, headers=headers).status_code == 304
    assert client.get(address, headers=headers | {"if-none-match": '"x"'}).status_code == 200
    early = {"if-modified-since": "Mon, 02 Nov 2026 00:00:00 GMT"}
    assert client.get(address, headers=early).status_code == 200


def changes(name, some):
    """Something that a feed has to tell."""
    now = timezone.now() + timedelta(minutes=5)
    if name == "a new paper":
        robot(day=DAY, changed_at=now)
    elif name == "another title":
        change(some[1], title="Another robot", changed_at=now)
    elif name == "withdrawn":
        change(some[1], withdrawn_at=now, changed_at=now)
    else:
        for _ in range(2):
            upvotes.upvote(reader(), some[0], True, now)
        trends.compute_trend("later", now)


@pytest.mark.parametrize("address", EACH)
@pytest.mark.parametrize("name", ["a new paper", "another title", "withdrawn", "another order"])
def test_a_change_is_told_to_whoever_knows_an_older_state(client, some, address, name):
    before = client.get(address)
    changes(name, some)
    after = client.get(address, headers={"if-none-match": before["ETag"]})
    is_same = client.get(address).content == before.content
    assert after.status_code == (304 if is_same else 200)
    assert (after["ETag"] == before["ETag"]) == is_same
    if not is_same:
        headers = {"if-modified-since": before["Last-Modified"]}
        assert client.get(address, headers=headers).status_code == 200


def test_the_tag_goes_by_what_is_written(client, some):
    tags = {client.get(address)["ETag"] for address in EACH}
    assert len(tags) == len(EACH)
    assert all(re.fullmatch(r'"[0-9a-f]{32}"', tag) for tag in tags)  # strong
    assert client.get(EACH[0])["ETag"] == client.get(EACH[0] + "?junk=1")["ETag"]


@pytest.mark.parametrize("address", EACH)
def test_it_is_public_the_same_for_all_and_asks_for_no_cookie(client, some, address):
    stranger = client.get(address)
    client.force_login(reader())
    mine = client.get(address)
    assert mine.content == stranger.content
    for answer in (stranger, mine):
        assert answer["Cache-Control"] == "public, max-age=300"
        assert "Cookie" not in answer.get("Vary", "")
        assert not answer.cookies
    assert n_queries(client, address, 304, **{"if-none-match": stranger["ETag"]}) <= 2


@pytest.mark.parametrize("address", EACH)
def test_head_tells_the_same_without_the_body(client, some, address):
    got, told = client.get(address), client.head(address)
    assert told.content == b""
    for name in ("ETag", "Last-Modified", "Content-Type", "Content-Length"):
        assert told[name] == got[name]
    assert client.post(address).status_code == 405


@pytest.mark.parametrize("address", EACH)
def test_as_many_queries_for_50_papers_as_for_10(client, address):
    found = [robot() for _ in range(10)]
    who = reader()
    for one in found:
        upvotes.upvote(who, one, True, timezone.now())
    trends.compute_trend("test", timezone.now())
    client.get(address)  # a process asks for the names of subjects once
    few = n_queries(client, address)
    for _ in range(40):
        upvotes.upvote(who, robot(), True, timezone.now())
    trends.compute_trend("later", timezone.now())
    assert n_queries(client, address) == few <= 3


# --- where they are found -----------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "feed"),
    [
        ("/papers", "/papers/feed.{}"),
        ("/papers/trending?window=day", "/papers/trending.{}?window=day"),
        ("/papers?q=robot+arm%26", "/papers/search/feed.{}?q=robot%20arm%26"),
        ("/feeds/", "/papers/feed.{}"),
    ],
)
def test_pages_tell_where_their_feeds_are(client, some, page, feed):
    html = client.get(page).content.decode()
    kinds = ("application/atom+xml", "application/rss+xml", "application/feed+json")
    for form, kind in zip(FORMS, kinds, strict=True):
        address = feed.format(form)
        assert re.search(
            f'rel="alternate" type="{re.escape(kind)}" [^>]*href="{re.escape(address)}"', html
        )
        assert f'<a href="{address}"' in html
        assert client.get(address)["Content-Type"] == f"{kind}; charset=utf-8"


def test_the_page_of_feeds_names_every_category_in_use(client, some):
    html = client.get("/feeds/").content.decode()
    assert "/papers/subject/cs.RO/feed.atom" in html
    assert "/papers/subject/math.NT/feed.atom" not in html
