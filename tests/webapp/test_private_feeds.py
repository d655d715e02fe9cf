"""What stands in a reader's own feeds, and what it costs the next time."""

import json
import re
from datetime import timedelta

import feedparser
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import DAY, interests, paper, profile, rating, world
from tests.webapp.formats.schemas import problems
from webapp.models import FeedToken, Paper, Ranking, Rating, Rule, Visit
from webapp.services import feeds, profiles, readers, runs
from webapp.services.papers import withdraw

pytestmark = pytest.mark.django_db
TOKEN = re.compile(r"/feeds/([\w-]{43})\.atom")


def make(who, one=None, name="Reader"):
    return feeds.make(profile(who), one or profile(who), name, timezone.now())


def address(token, form="atom"):
    return f"/feeds/{token}.{form}"


def read(token):
    """As a program does: without cookies."""
    answer = Client().get(address(token))
    assert answer.status_code == 200
    assert problems("atom", answer.content) == []
    feed = feedparser.parse(answer.content)
    assert not feed.bozo
    return feed


def ids(token):
    return [entry.id.rpartition("/")[2] for entry in read(token).entries]


def shown(client, page="/"):
    html = client.get(page).content.decode()
    return re.findall(r'<article data-arxiv-id="([^"]+)"', html)


# --- what stands in it --------------------------------------------------------------


def test_it_has_the_order_of_the_page_with_reasons(client, who, ranked):
    token = make(who)
    assert ids(token)[:30] == shown(client)
    first = read(token).entries[0]
    assert "Place 1 of 36, score " in first.summary
    assert "Because you saved or liked “Robot study" in first.summary
    assert read(token).feed.title == "For you · Firstlight"
    assert read(token).feed.link == "http://testserver/"


def test_an_explored_paper_says_so(client, who, ranked):
    Ranking.objects.update(explored=[2])
    told = [entry.summary for entry in read(make(who)).entries]
    assert [n for n, text in enumerate(told, 1) if "Outside your habit" in text] == [2]


def test_each_interest_has_a_feed_and_the_whole_names_them(client, who, ranked, now):
    primes = profiles.make(profile(who), "Primes", now)
    liked = Paper.objects.filter(subjects=["math.NT"], issue_day=DAY - timedelta(days=3))
    readers.save(who, liked.first(), True, now, primes.pk)
    readers.rerank_after(who, DAY, now)
    token = make(who, primes)
    assert ids(token)[:30] == shown(client, f"/?profile={primes.pk}")
    assert read(token).feed.title == "For you: Primes · Firstlight"
    whole = [entry.summary for entry in read(make(who)).entries]
    assert any(", for Primes." in text for text in whole)


def test_before_anything_is_said_it_is_newest_first_without_reasons(client, who):
    world(12)
    token = make(who)
    assert ids(token)[:30] == shown(client)
    assert "Place" not in read(token).entries[0].summary


def test_without_papers_it_is_empty(who):
    assert ids(make(who)) == []


def test_hostile_reasons_leave_it_whole(who, ranked):
    Paper.objects.exclude(issue_day=DAY).update(title="]]> <b>&x; \x08\u202e \ud7ff")
    token = make(who)
    assert len(ids(token)) == 36
    for form in ("rss", "json"):
        assert problems(form, Client().get(address(token, form)).content) == []


@pytest.mark.parametrize("is_heard", [True, False])
def test_what_is_muted_is_never_in_it(client, who, ranked, now, is_heard):
    """Nor while the stored order has not heard of it."""
    token = make(who)
    robots = {one.arxiv_id for one in ranked["robots"]}
    assert robots & set(ids(token))
    Rule.objects.create(
        profile=profile(who), kind="subject", value="cs.RO", effect=-1, created_at=now
    )
    profiles.changed(profile(who), timezone.now())
    if is_heard:
        readers.rerank_after(who, DAY, now)
    assert not robots & set(ids(token))
    assert ids(token)


def test_a_mute_of_one_interest_leaves_the_others_alone(who, ranked, now):
    primes = profiles.make(profile(who), "Primes", now)
    first = interests(who).apart[0]
    readers.rerank_after(who, DAY, now)
    whole, own = make(who), make(who, primes)
    Rule.objects.create(profile=primes, kind="subject", value="cs.RO", effect=-1, created_at=now)
    robots = {one.arxiv_id for one in ranked["robots"]}
    assert robots & set(ids(make(who, first)))
    assert robots & set(ids(whole))
    assert not robots & set(ids(own))


def test_what_is_withdrawn_is_not_in_it(who, ranked):
    token = make(who)
    gone = ids(token)[0]
    withdraw([gone], timezone.now())
    assert gone not in ids(token)


def test_reading_marks_nothing_as_seen_and_says_nothing(client, who, ranked):
    token = make(who)
    before = (list(Rating.objects.values()), list(Visit.objects.values()))
    read(token)
    assert (list(Rating.objects.values()), list(Visit.objects.values())) == before


def test_at_most_50(who):
    world(20)
    assert len(ids(make(who))) == 50


# --- what it costs ------------------------------------------------------------------


def n_queries(token, status=200, **headers):
    with CaptureQueriesContext(connection) as caught:
        assert Client().get(address(token), headers=headers).status_code == status
    return len(caught)


def test_what_is_known_costs_one_query_and_the_first_of_a_day_two(who, ranked):
    token = make(who)
    tag = Client().get(address(token))["ETag"]
    assert n_queries(token, 304, **{"if-none-match": tag}) == 1
    FeedToken.objects.update(last_used_on=timezone.now().date() - timedelta(days=1))
    assert n_queries(token, 304, **{"if-none-match": tag}) == 2
    assert FeedToken.objects.get().last_used_on == timezone.now().date()
    answer = Client().get(address(token), headers={"if-none-match": tag})
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "private, no-cache"


def test_the_day_of_reading_is_shown_and_no_more(client, who, ranked):
    token = make(who)
    assert "never read" in client.get("/settings/feeds/").content.decode()
    read(token)
    assert "never read" not in client.get("/settings/feeds/").content.decode()


@pytest.mark.parametrize("name", ["act", "mute", "paper", "title", "reason", "interest", "name"])
def test_a_change_is_told(who, ranked, name):
    token = make(who)
    before = Client().get(address(token))
    now = timezone.now() + timedelta(minutes=5)
    if name == "act":
        readers.rate(who, ranked["primes"][0], Rating.Value.UP, now)
        readers.rerank_after(who, DAY, now)
    elif name == "mute":
        Rule.objects.create(
            profile=profile(who), kind="subject", value="cs.RO", effect=-1, created_at=now
        )
        profiles.changed(profile(who), now)
    elif name == "paper":
        paper("robots", changed_at=now)
    elif name == "title":
        Paper.objects.filter(pk=ranked["robots"][0].pk).update(title="Else", changed_at=now)
    elif name == "reason":
        Paper.objects.exclude(issue_day=DAY).update(title="Else", changed_at=now)
    else:
        primes = profiles.make(profile(who), "Primes", now)
        readers.rerank_after(who, DAY, now)
        if name == "name":
            before = Client().get(address(token))
            profiles.rename(profile(who), primes, "Other primes")
    tag = {"if-none-match": before["ETag"]}
    assert Client().get(address(token), headers=tag).status_code == 200
    if name != "name":
        since = {"if-modified-since": before["Last-Modified"]}
        assert Client().get(address(token), headers=since).status_code == 200


def test_as_many_queries_for_50_papers_as_for_10(who, now):
    for topic, n in (("robots", 4), ("primes", 6)):
        for _ in range(n):
            paper(topic)
    runs.train("test", now)
    rating(who, Paper.objects.filter(subjects=["cs.RO"]).first())
    readers.rerank_after(who, DAY, now)
    token = make(who)
    read(token)  # a process asks for the names of subjects once; the day is noted once
    few = n_queries(token)
    world(20)
    runs.train("test", now + timedelta(days=1))
    readers.rerank_after(who, DAY, now + timedelta(days=1))
    assert len(ids(token)) == 50
    assert n_queries(token) == few <= 8


def test_every_form_of_it_is_whole(who, ranked):
    token = make(who)
    for form in ("atom", "rss", "json"):
        answer = Client().get(address(token, form))
        assert problems(form, answer.content) == []
        assert Client().head(address(token, form))["Content-Length"] == answer["Content-Length"]
    items = json.loads(answer.content)["items"]
    assert items[0]["summary"].startswith("Place 1 of 36")
