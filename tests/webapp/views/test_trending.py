"""The page of what is trending, and the formula on it."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import paper, reader
from webapp.services.social import trends, upvotes

pytestmark = pytest.mark.django_db


def body(client, address="/papers/trending"):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def shown(html):
    return re.findall(r'<article data-arxiv-id="([^"]+)"', html)


def liked(n, at=None):
    """So many papers, each with an upvote more than the one before."""
    found, people = [paper() for _ in range(n)], [reader() for _ in range(n)]
    now = at or timezone.now()
    for k, one in enumerate(found):
        for who in people[: k + 1]:
            upvotes.upvote(who, one, True, now)
    trends.compute_trend("test", now)
    return found


def test_the_highest_score_stands_first(client):
    first, second, third = liked(3)
    assert shown(body(client)) == [third.arxiv_id, second.arxiv_id, first.arxiv_id]


def test_before_anything_is_upvoted_or_computed_it_says_so(client):
    upvotes.upvote(reader(), paper(), True, timezone.now() - timedelta(days=20))
    assert "has not been yet" in body(client)
    assert "Nothing was upvoted" not in body(client)
    trends.compute_trend("test", timezone.now())
    assert "Nothing was upvoted in the last 24 hours" in body(client, "/papers/trending?window=day")


def test_the_printed_formula_has_the_constants_of_the_code(client):
    for window, config in trends.WINDOWS.items():
        html = body(client, f"/papers/trending?window={window}")
        numbers = set(re.findall(r"<mn>([\d.]+)</mn>", html.split("The formula", 1)[1]))
        assert f"{config.half_life_hours:g}" in numbers
        assert f"{config.public_weight:g}" in numbers
        assert f"{config.size_power:g}" in numbers
        assert f"{config.size_even + config.size_prior:g}" in numbers
        assert f"after {config.half_life_hours:g} hours it counts half" in html
        assert f"never more than {config.hour_most:g}" in html


def test_a_window_is_chosen_and_nonsense_is_the_week(client):
    old = liked(1, timezone.now() - timedelta(days=20))
    trends.compute_trend("later", timezone.now())
    assert shown(body(client)) == []
    assert shown(body(client, "/papers/trending?window=month")) == [old[0].arxiv_id]
    assert "last 7 days" in body(client, "/papers/trending?window=x%00")


def test_a_long_order_is_read_part_by_part(client, settings):
    settings.PAPERS_PER_PAGE = 2
    papers = liked(5)
    address, seen = "/papers/trending", []
    for _ in range(5):
        html = body(client, address)
        seen += shown(html)
        more = re.search(r'href="(\?window[^"]+)" rel="next"', html)
        if not more:
            break
        address = "/papers/trending" + more[1].replace("&amp;", "&")
    assert seen == [one.arxiv_id for one in reversed(papers)]


@pytest.mark.parametrize("after", ["x", "-1", "9" * 40, "%00", "0"])
def test_a_place_that_makes_no_sense_is_the_beginning(client, after):
    one = liked(1)[0]
    assert shown(body(client, f"/papers/trending?after={after}")) == [one.arxiv_id]


def test_what_was_withdrawn_since_is_left_out(client):
    gone = liked(1)[0]
    gone.withdrawn_at = timezone.now()
    gone.save()
    assert shown(body(client)) == []


def test_as_many_queries_for_many_papers_as_for_few(client):
    client.force_login(reader())
    liked(1)
    body(client)
    with CaptureQueriesContext(connection) as few:
        body(client)
    liked(8)
    with CaptureQueriesContext(connection) as many:
        body(client)
    assert len(many) == len(few) <= 7
