"""The daily pages: which days there are, what comes first on them, what is new."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import DAY, paper, reader
from webapp.models import Entry, Visit
from webapp.queries.social import daily
from webapp.services.social import submissions, upvotes

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 16)


def body(client, address, status=200):
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def shown(html):
    return re.findall(r'<article data-arxiv-id="([^"]+)"', html)


def upvote(paper, n=1, at=None):
    for _ in range(n):
        upvotes.upvote(reader(), paper, True, at or timezone.now())


# --- which days


def test_anybody_reads_the_newest_day(client):
    paper(day=MONDAY)
    newest = paper(day=DAY)
    assert shown(body(client, "/papers")) == [newest.arxiv_id]
    assert shown(body(client, "/")) == [newest.arxiv_id]


def test_a_reader_keeps_the_feed_at_the_front(client):
    paper()
    client.force_login(reader())
    assert 'id="feed"' in body(client, "/")


def test_with_a_question_it_is_the_search(client):
    paper()
    assert "<h1>Search</h1>" in body(client, "/papers?q=")


def test_without_any_paper_it_says_so(client):
    for address in ("/papers", "/papers/date/2026-11-20", "/papers/week/2026-W47"):
        assert "No papers yet" in body(client, address)


def test_a_day_without_papers_shows_the_one_before_and_says_so(client):
    before, _ = paper(day=MONDAY), paper(day=DAY)
    html = body(client, "/papers/date/2026-11-18")
    assert shown(html) == [before.arxiv_id]
    assert "There are no papers of Wednesday 18 November 2026; this is Monday 16" in html
    assert '<link rel="canonical" href="/papers/date/2026-11-16">' in html


def test_before_the_first_day_it_shows_the_first_and_says_so(client):
    first = paper(day=MONDAY)
    html = body(client, "/papers/date/2020-01-01")
    assert shown(html) == [first.arxiv_id]
    assert "the first that has some" in html


def test_neighbours_skip_empty_days(client):
    for day in (MONDAY, DAY, DAY + timedelta(days=3)):
        paper(day=day)
    html = body(client, f"/papers/date/{DAY}")
    assert 'href="/papers/date/2026-11-16" rel="prev"' in html
    assert 'href="/papers/date/2026-11-23" rel="next"' in html


def test_a_day_on_which_something_was_only_brought_has_a_page_and_is_not_the_newest(client):
    old, other, saturday = paper(day=MONDAY), paper(day=MONDAY), date(2026, 11, 21)
    upvotes.place(old, saturday, timezone.now())  # as it was done once
    assert shown(body(client, "/papers")) == [old.arxiv_id, other.arxiv_id]
    assert shown(body(client, "/")) == [old.arxiv_id, other.arxiv_id]
    assert shown(body(client, f"/papers/date/{saturday}")) == [old.arxiv_id]


def test_an_old_paper_that_is_brought_takes_its_place_among_the_newest(client):
    old, liked, _ = paper(day=MONDAY), paper(), paper()
    upvote(old, 2)
    upvote(liked)
    submissions.submit(reader(name="Ada Example"), old.arxiv_id, timezone.now())
    html = body(client, "/papers")
    assert shown(html)[:2] == [old.arxiv_id, liked.arxiv_id]
    assert "Submitted by Ada Example" in html


def test_a_paper_that_is_brought_keeps_place_and_upvotes_on_the_day_of_its_announcement(client):
    first, old, _, _ = (paper(day=MONDAY) for _ in range(4))
    paper()
    upvote(first, 2)
    upvote(old)
    submissions.submit(reader(), old.arxiv_id, timezone.now())
    html = body(client, f"/papers/date/{MONDAY}")
    assert shown(html)[:2] == [first.arxiv_id, old.arxiv_id]
    assert re.findall(r"</span> (\d+)<", html)[:3] == ["2", "1", "0"]


@pytest.mark.parametrize("address", ["/papers/week/2026-W47", "/papers/month/2026-11"])
def test_a_paper_with_both_its_days_in_a_period_stands_there_once(client, address):
    old, newest = paper(day=MONDAY), paper()
    submissions.submit(reader(), old.arxiv_id, timezone.now())
    assert shown(body(client, address)) == [old.arxiv_id, newest.arxiv_id]


@pytest.mark.parametrize(
    "address",
    [
        *("date/2026-02-30", "date/2026-2-3", "date/20261123", "date/0000-01-01", "date/x"),
        *("date/9999-12-31", "week/2026-W54", "week/2026-W00", "week/2026-47", "month/2026-13"),
        *(
            "month/2026-00",
            "month/2026-11-20",
            "month/9999-12",
            "date/2026-11-2%00",
            "week/9999-W52",
        ),
    ],
)
def test_what_is_no_day_is_clearly_not_here(client, address):
    paper()
    html = body(client, f"/papers/{address}", status=404)
    assert "There is no " in html
    assert "as 2026-11-23" in html


@pytest.mark.parametrize("address", ["date/1990-01-01", "week/1990-W01", "month/0001-01"])
def test_a_day_long_before_all_others_leads_to_the_first(client, address):
    first = paper()
    html = body(client, f"/papers/{address}")
    assert shown(html) == [first.arxiv_id]
    assert "the first that has some" in html


def test_a_day_to_come_is_not_here_yet(client):
    paper()
    for far in ("date/2150-01-01", "week/2150-W01", "month/9998-12"):
        assert "has not come yet" in body(client, f"/papers/{far}", status=404)
    ahead = timezone.localdate() + timedelta(days=1)
    assert "has not come yet" in body(client, f"/papers/date/{ahead}", status=404)
    paper(day=ahead)  # preprints of a weekend stand on its Monday
    assert len(shown(body(client, f"/papers/date/{ahead}"))) == 1


def test_a_week_and_a_month_hold_their_days(client):
    monday, friday, before = paper(day=MONDAY), paper(day=DAY), paper(day=date(2026, 10, 30))
    assert shown(body(client, "/papers/week/2026-W47")) == [friday.arxiv_id, monday.arxiv_id]
    assert shown(body(client, "/papers/month/2026-11")) == [friday.arxiv_id, monday.arxiv_id]
    html = body(client, "/papers/month/2026-10")
    assert shown(html) == [before.arxiv_id]
    assert 'href="/papers/month/2026-11" rel="next"' in html


@pytest.mark.parametrize(
    ("week", "called"),
    [
        ("2026-W47", "16\u201320 November 2026"),
        ("2026-W40", "28 September \u2013 2 October 2026"),
        ("2026-W53", "28 December 2026 \u2013 1 January 2027"),  # of the year of its Thursday
    ],
)
def test_a_week_is_called_by_its_days(client, week, called):
    paper(day=date.fromisocalendar(2026, int(week[-2:]), 5))
    assert f"</small> {called}</h1>" in body(client, f"/papers/week/{week}")


# --- what comes first


def test_what_readers_upvote_comes_first_then_the_rest_newest_first(client):
    first, second, third, fourth = (paper() for _ in range(4))
    upvote(first)
    upvote(third, 2)
    order = [third.arxiv_id, first.arxiv_id, fourth.arxiv_id, second.arxiv_id]
    assert shown(body(client, "/papers")) == order


def test_a_long_day_is_read_part_by_part_and_nothing_is_lost(client, settings):
    settings.PAPERS_PER_PAGE = 3
    papers = [paper() for _ in range(11)]
    for n, one in enumerate(papers[:5]):
        upvote(one, n % 3 + 1)
    address, seen = "/papers", []
    for _ in range(10):
        html = body(client, address)
        seen += shown(html)
        more = re.search(r'href="([^"]+)" rel="next">More papers', html)
        if not more:
            break
        address = more[1].replace("&amp;", "&")
    assert sorted(seen) == sorted(one.arxiv_id for one in papers)
    assert len(seen) == 11


@pytest.mark.parametrize(
    "after", ["x", "e1-2-3", "r2026-13-01-2611.1", "%00", "e" + "9" * 50, "-1"]
)
def test_a_key_that_makes_no_sense_is_the_beginning(client, after):
    here = paper()
    assert shown(body(client, f"/papers/date/{DAY}?after={after}")) == [here.arxiv_id]


def test_withdrawn_papers_stand_in_their_places_and_are_marked(client):
    liked, _, gone = paper(), paper(), paper(withdrawn_at=timezone.now())
    upvote(liked)
    liked.withdrawn_at = timezone.now()
    liked.save()
    html = body(client, "/papers")
    assert shown(html)[:2] == [liked.arxiv_id, gone.arxiv_id]
    assert html.count("Withdrawn by its authors") == 2


def test_a_withdrawn_paper_has_nothing_to_press(client):
    paper(withdrawn_at=timezone.now())
    assert "log in to upvote" not in body(client, "/papers")
    client.force_login(reader())
    html = body(client, "/papers")
    assert "<button" not in html[html.index("<article") : html.index("</article>")]


def test_old_numbers_and_dois_have_their_place(client):
    old, other = paper(arxiv_id="hep-th/9901001"), paper(arxiv_id="10.1101/2026.01.02.123")
    assert set(shown(body(client, "/papers"))) == {old.arxiv_id, other.arxiv_id}


def test_the_field_for_a_day_leads_to_its_page(client):
    paper()
    answer = client.get("/papers?date=2026-11-18&cat=cs.RO")
    assert (answer.status_code, answer.url) == (302, "/papers/date/2026-11-18?cat=cs.RO")
    assert client.get("/papers?date=2026-11-18").url == "/papers/date/2026-11-18"
    assert "There is no day 18/11" in body(client, "/papers?date=18/11", status=404)


def test_a_day_tells_how_many_papers_it_has_with_what_was_brought(client):
    old = paper("robots", day=MONDAY)
    for topic in ("robots", "primes"):
        paper(topic)
    submissions.submit(reader(), old.arxiv_id, timezone.now())
    assert ">3 papers<" in body(client, "/papers")
    assert ">2 papers in cs.RO<" in body(client, f"/papers/date/{DAY}?cat=cs.RO")
    assert ">1 paper<" in body(client, f"/papers/date/{MONDAY}")


def test_the_letter_of_a_day_has_also_what_was_brought_away_from_it():
    brought, other = paper(), paper()
    upvote(brought)
    Entry.objects.update(day=DAY + timedelta(days=1))
    led = daily.leading("date", [], frozenset(), 9)
    assert [(one.paper, one.entry and one.entry.n_upvotes) for one in led] == [
        (brought, 1),
        (other, None),
    ]


# --- for one reader


def test_what_came_since_the_last_visit_is_marked_as_new(client):
    now, who = timezone.now(), reader()
    paper(created_at=now - timedelta(days=2))
    fresh = paper(created_at=now - timedelta(hours=2))
    upvotes.visit(who, now - timedelta(days=1))
    client.force_login(who)
    html = body(client, "/papers")
    assert html.count('class="new"') == 1
    assert html.index(fresh.arxiv_id) < html.index('class="new"')


def test_the_marks_stay_for_the_whole_visit(client):
    now, who = timezone.now(), reader()
    paper(created_at=now - timedelta(hours=2))
    upvotes.visit(who, now - timedelta(days=1))
    client.force_login(who)
    assert client.post("/papers/seen/", headers={"HX-Request": "true"}).status_code == 204
    assert 'class="new"' in body(client, "/papers")
    upvotes.visit(who, now + timedelta(hours=3))
    Visit.objects.update(last_at=now)
    assert 'class="new"' not in body(client, "/papers")


def test_an_upvote_does_not_make_a_paper_new_again(client):
    now, who = timezone.now(), reader()
    seen = paper(created_at=now - timedelta(days=2))
    who.date_joined = now - timedelta(days=9)
    who.save()
    upvotes.visit(who, now - timedelta(days=1))
    upvote(seen, at=now - timedelta(hours=2))
    client.force_login(who)
    assert 'class="new"' not in body(client, "/papers")


def test_an_old_paper_is_new_once_when_it_is_brought(client):
    now, who = timezone.now(), reader()
    old = paper(created_at=now - timedelta(days=900))
    who.date_joined = now - timedelta(days=9)
    who.save()
    upvotes.visit(who, now - timedelta(days=1))
    upvotes.place(old, DAY + timedelta(days=1), now - timedelta(hours=2))
    client.force_login(who)
    assert body(client, "/papers").count('class="new"') == 1
    Visit.objects.update(last_at=now - timedelta(hours=1, minutes=30))
    assert 'class="new"' not in body(client, "/papers")


def test_reading_changes_nothing(client):
    paper()
    client.force_login(reader())
    body(client, "/papers")
    assert not Visit.objects.exists()


def test_a_visit_is_noted_without_javascript_and_only_for_readers(client):
    assert client.post("/papers/seen/").status_code == 302
    assert not Visit.objects.exists()
    client.force_login(reader())
    answer = client.post("/papers/seen/", {"next": "/papers"}, follow=True)
    assert answer.redirect_chain == [("/papers", 302)]
    assert "Your visit is noted" in answer.content.decode()
    assert Visit.objects.count() == 1


@pytest.mark.parametrize("address", ["/papers", "/papers/week/2026-W47", "/papers/month/2026-11"])
def test_a_page_has_as_many_queries_for_many_papers_as_for_few(client, settings, address):
    settings.PAPERS_PER_PAGE = 30
    client.force_login(reader())
    upvote(paper())
    body(client, address)  # a process asks for the names of subjects once

    def n_queries():
        with CaptureQueriesContext(connection) as seen:
            body(client, address)
        return len(seen)

    few = n_queries()
    for one in [paper() for _ in range(40)][:20]:
        upvote(one)
    assert n_queries() <= few <= 7
