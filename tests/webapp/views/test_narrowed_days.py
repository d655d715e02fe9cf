"""Daily pages narrowed to a category, or to an archive."""

import re
from datetime import timedelta

import pytest

from tests.factories import DAY, paper
from tests.webapp.views.test_daily import MONDAY, body, shown, upvote

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("page", ["date/2026-11-20", "week/2026-W47", "month/2026-11"])
def test_a_category_narrows_a_day_a_week_and_a_month(client, page):
    robots, _, liked, _ = paper("robots"), paper("primes"), paper("robots"), paper("galaxies")
    upvote(liked)
    upvote(paper("galaxies"), 2)
    for cat in ("cs.RO", "cs"):
        html = body(client, f"/papers/{page}?cat={cat}")
        assert shown(html) == [liked.arxiv_id, robots.arxiv_id]
        assert re.search(
            f'<option(?: value="cs" translate="yes")? selected>(?:All of )?{cat}</option>', html
        )


def test_an_old_name_of_a_category_narrows_to_the_new_one(client):
    one, _ = paper(subjects=["eess.SY"]), paper()
    assert shown(body(client, f"/papers/date/{DAY}?cat=cs.SY")) == [one.arxiv_id]


@pytest.mark.parametrize("cat", ["nonsense", "cs.LG'", "%00", "x" * 300])
def test_what_is_no_category_is_not_here(client, cat):
    paper()
    body(client, f"/papers/date/{DAY}?cat={cat}", status=404)


def test_a_day_without_papers_of_a_category_says_so_and_leads_to_all(client):
    paper("robots")
    html = body(client, f"/papers/date/{DAY}?cat=math")
    assert "Nothing of Friday 20 November 2026 is in math." in html
    assert f'<a href="/papers/date/{DAY}">All of its papers</a>' in html


def test_a_narrowed_day_is_read_part_by_part_and_nothing_is_lost(client, settings):
    settings.PAPERS_PER_PAGE = 2
    papers = [paper(topic) for topic in ["robots", "primes"] * 4]
    for one in papers[:4]:
        upvote(one)
    address, seen = f"/papers/date/{DAY}?cat=cs.RO", []
    while address:
        html = body(client, address)
        seen += shown(html)
        more = re.search(r'href="([^"]+)" rel="next">More papers', html)
        address = more and more[1].replace("&amp;", "&")
    assert sorted(seen) == [one.arxiv_id for one in papers[::2]]


def test_links_from_a_narrowed_page_keep_the_category(client):
    for day in (MONDAY, DAY, DAY + timedelta(days=3)):
        paper("robots", day)
    html = body(client, f"/papers/date/{DAY}?cat=cs.RO")
    for address in ("date/2026-11-16", "date/2026-11-23", "week/2026-W47", "month/2026-11"):
        assert f'href="/papers/{address}?cat=cs.RO"' in html
    assert '<input type="hidden" name="cat" value="cs.RO">' in html
