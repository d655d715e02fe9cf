"""The feed as people meet it: visitors, readers, other days, weight and number of queries."""

import gzip
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import DAY, paper, rating, reader, world
from webapp.services import readers, runs

pytestmark = pytest.mark.django_db
SENTENCE = (
    r"For every $\epsilon > 0$ we bound the norm $\|f_i\|_2 \le C n^{-1/2}$ & show it is tight. "
)


@pytest.fixture
def ranked(client, now):
    """A reader of robots, logged in, on a day of three topics."""
    older, today = world(4, DAY - timedelta(days=3)), world(12)
    runs.train("test", now)
    who = reader()
    client.force_login(who)
    for liked in older["robots"]:
        rating(who, liked)
    readers.rerank_after(who, DAY, now)
    return who, today


def body(client, address="/", **headers):
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def shown(html):
    return re.findall(r'<article data-arxiv-id="([^"]+)"', html)


def n_queries(client):
    client.get("/")  # a process asks for the names of subjects once
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get("/").status_code == 200
    return len(caught)


def test_a_visitor_sees_the_newest_day_newest_first(client):
    paper(day=DAY - timedelta(days=1))
    today = [paper().arxiv_id for _ in range(3)]
    assert shown(body(client)) == sorted(today, reverse=True)


def test_a_visitor_is_invited_and_has_nothing_to_press(client):
    paper()
    html = body(client)
    assert "/accounts/signup/" in html
    assert "formaction" not in html


def test_a_readers_day_begins_with_what_they_like_and_says_why(client, ranked):
    _, today = ranked
    html = body(client)
    assert set(shown(html)[:10]) <= {p.arxiv_id for p in today["robots"]}
    assert "ranked for you from 4 saves and ratings" in html
    assert "Because you saved or liked" in html
    assert "shared terms:" in html


def test_an_explored_paper_says_so_and_gives_no_other_reason(client, now):
    older = world(4, DAY - timedelta(days=3))
    world(30)
    runs.train("test", now)
    who = reader()
    rating(who, older["robots"][0])
    readers.rerank_after(who, DAY, now)
    client.force_login(who)
    cards = body(client).split("<article")[1:]
    explored = [card for card in cards if "Outside your habit" in card]
    assert 1 <= len(explored) <= 3
    assert not any("Because you saved" in card for card in explored)
    assert not any("Outside your habit" in card for card in cards[:4])


def test_a_reader_without_acts_sees_newest_first_and_how_to_begin(client, ranked):
    client.force_login(reader())
    html = body(client)
    assert shown(html) == sorted(shown(html), reverse=True)
    assert "save or rate papers and this list follows you" in html


def test_a_reader_whose_day_is_not_ranked_yet_is_told_so(client):
    who = reader()
    rating(who, paper())
    client.force_login(who)
    assert "this day is not ranked yet" in body(client)


@pytest.mark.parametrize("follows", [[], ["cs.RO", "math.NT", "astro-ph.GA"]])
def test_the_number_of_queries_does_not_grow_with_the_day(client, ranked, settings, follows):
    settings.ARXIV_SUBJECTS = follows
    settings.PAPERS_PER_PAGE = 10
    at_ten = n_queries(client)
    settings.PAPERS_PER_PAGE = 20
    assert n_queries(client) == at_ten <= 8


def test_newest_first_needs_no_more_queries_than_a_ranked_day(client, settings):
    settings.ARXIV_SUBJECTS = ["cs.RO", "math.NT"]
    world(10)
    client.force_login(reader())
    assert n_queries(client) <= 8


def test_thirty_long_papers_with_math_weigh_less_than_60_kb(client, now):
    title = "A rather long title on bounded operators in weighted spaces and their $L^p$ norms"
    names = [f"Firstname M. Surname-{n}" for n in range(9)]
    for _ in range(30):
        paper(title=title, abstract=SENTENCE * 15, authors=names, subjects=["math.FA", "math.CA"])
    runs.train("test", now)
    who = reader()
    rating(who, paper(title=title, abstract=SENTENCE * 15, day=DAY - timedelta(days=1)))
    readers.rerank_after(who, DAY, now)
    client.force_login(who)
    html = body(client)
    assert len(shown(html)) == 30
    assert len(html.encode()) < 60_000
    assert len(gzip.compress(html.encode())) < 30_000


def test_htmx_gets_the_list_alone(client, ranked):
    html = body(client, hx_request="true")
    assert "<html" not in html
    assert '<form id="feed"' in html


def test_a_cache_keeps_the_list_and_the_page_apart(client):
    paper()
    assert "HX-Request" in client.get("/").headers["Vary"]


def test_going_back_in_history_gets_the_whole_page(client, ranked):
    assert "<html" in body(client, hx_request="true", hx_history_restore_request="true")


def test_a_day_without_papers_shows_the_one_before_and_says_so(client):
    paper(day=DAY)  # a Friday
    paper(day=DAY + timedelta(days=3))
    html = body(client, f"/?day={DAY + timedelta(days=1)}")
    assert (
        "No papers were announced on Saturday 21 November 2026; this is Friday 20 November." in html
    )


def test_a_day_to_come_shows_the_newest_and_says_so(client):
    paper()
    assert "has not come yet; this is the newest day" in body(client, "/?day=2999-01-01")


def test_a_day_before_all_papers_shows_the_first_and_says_so(client):
    paper()
    assert "this is the first day, Friday 20 November 2026" in body(client, "/?day=1999-01-01")


def test_a_past_day_after_all_papers_shows_the_newest_and_says_so(client):
    today = timezone.localdate()
    paper(day=today - timedelta(days=5))
    assert "here yet; this is the newest day" in body(client, f"/?day={today}")


def test_skipped_days_are_named_in_the_link_to_the_next(client):
    paper(day=DAY)
    paper(day=DAY + timedelta(days=3))
    html = body(client, f"/?day={DAY}")
    assert re.search(r"Mon 23 November <small>\(no papers on 21\u201322 November\)", html)


def test_a_page_beyond_the_last_is_the_last(client, settings):
    settings.PAPERS_PER_PAGE = 2
    world(1)
    assert "Page 2 of 2" in body(client, "/?page=99")


def test_no_papers_at_all_says_how_they_come_in(client):
    assert "import_papers" in body(client)


def test_a_day_without_papers_in_the_readers_subjects_says_so(client):
    who = reader()
    paper(subjects=["math.NT"])
    who.profiles.update(subjects=["cs.RO"])
    client.force_login(who)
    html = body(client)
    assert "in your subjects" in html
    assert shown(html) == []


@pytest.mark.parametrize("query", ["?day=yesterday", "?page=-1", "?page=x", "?day=2026-02-30"])
def test_a_wish_that_makes_no_sense_is_no_wish(client, query):
    paper()
    assert len(shown(body(client, f"/{query}"))) == 1


def test_scripts_in_a_paper_stay_text(client):
    evil = '<script>alert(1)</script><img src=x onerror="alert(2)">'
    paper(title=evil, abstract=evil, authors=[evil], comments=evil)
    html = body(client)
    assert "<script>alert" not in html
    assert "<img src=x" not in html


def test_a_summary_says_that_it_is_one(client):
    paper(is_summary=True)
    assert "Summary by Firstlight" in body(client)


def test_what_others_said_is_never_shown(client):
    liked = paper()
    rating(reader(), liked, saved=True)
    client.force_login(reader())
    assert 'aria-pressed="true"' not in body(client)


def test_a_policy_forbids_foreign_and_inline_scripts(client):
    paper()
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe-inline" not in policy


def test_a_get_changes_nothing_and_needs_no_cookie(client):
    paper()
    assert not Client().get("/").cookies
