"""Beginning in each of three ways, with a mouse, by keyboard, without JavaScript; and insight."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.conftest import order, sign_up
from tests.browser.test_loop import shown, tab_to
from tests.browser.test_steering import with_words
from tests.factories import DAY, NOON, profile, rating
from webapp.models import (
    AwaitedSeed,
    Comparison,
    Paper,
    Ranking,
    Rating,
    Reader,
    Round,
    Work,
)
from webapp.services import insight, rankings


@pytest.mark.parametrize("with_javascript", [True, False])
def test_papers_are_brought_along_and_taken_back(open_page, papers, look, with_javascript):
    page = open_page(java_script_enabled=with_javascript)
    sign_up(page)
    page.goto("/welcome/")
    page.click("a:has-text('Bring papers')")
    own = papers["robots"][:3]
    page.fill("#text", f"{own[0]}, {own[1]}\n@misc{{a, eprint={{{own[2]}}}}}\n2401.99999\n{own[0]}")
    page.click("button:has-text('Look what is found')")
    expect(page.locator(".tally")).to_contain_text("3 found and new")
    expect(page.locator(".tally")).to_contain_text("1 named twice")
    expect(page.locator(".tally")).to_contain_text("1 not here")
    assert not Rating.objects.exists()
    found = look(page) if with_javascript else []
    page.locator("[name=paper]").nth(2).uncheck()
    page.click("button:has-text('More like these')")
    expect(page.locator("#message")).to_contain_text("2 papers now speak for you")
    found += look(page) if with_javascript else []
    page.goto("/")
    assert set((order if with_javascript else shown)(page)[:8]) <= set(papers["robots"])
    page.goto("/welcome/")
    page.click("button:has-text('Take the last ones back')")
    expect(page.locator("#message")).to_contain_text("2 papers taken back")
    assert not Rating.objects.filter(value=1).exists()
    assert found == []


@pytest.mark.parametrize("with_javascript", [True, False])
def test_what_is_not_here_is_asked_of_arxiv(open_page, look, settings, with_javascript):
    settings.ARXIV_SUBJECTS = ["cs.LG"]
    page = open_page(java_script_enabled=with_javascript)
    sign_up(page)
    page.goto("/welcome/papers/")
    page.fill("#text", "2401.00001 2401.00002")
    page.click("button:has-text('Look what is found')")
    found = look(page) if with_javascript else []
    page.click("button:has-text('Ask arXiv for these 2')")
    expect(page.locator("#message")).to_contain_text("arXiv is asked for 2 papers")
    page.click("summary:has-text('2 papers asked of arXiv')")
    found += look(page) if with_javascript else []
    page.click("button:has-text('Ask no more')")
    expect(page.locator("#message")).to_contain_text("2 papers are not asked for.")
    assert not AwaitedSeed.objects.exists()
    assert found == []


def test_an_authors_papers_by_keyboard(open_page, papers):
    with_words()
    page = open_page()
    sign_up(page)
    page.goto("/welcome/papers/")
    tab_to(page, "#author")
    page.keyboard.type("Ada Example")
    page.keyboard.press("Enter")
    expect(page.locator("#own ~ .empty")).to_contain_text("No paper here is by Ada Example")


@pytest.mark.parametrize("with_javascript", [True, False])
def test_a_round_is_answered_left_and_taken_up(open_page, papers, look, with_javascript):
    page = open_page(java_script_enabled=with_javascript)
    sign_up(page)
    page.goto("/welcome/")
    page.click("main a:has-text('Begin')")
    found = look(page) if with_javascript else []
    page.click("main button:has-text('Begin')")
    expect(page.locator("h1")).to_have_text("Question 1 of 12")
    found += look(page) if with_javascript else []
    first = page.locator("article h2").inner_text()
    page.click("button:has-text('More like this')")
    expect(page.locator("h1")).to_have_text("Question 2 of 12")
    page.click("#message button:has-text('Undo')")
    expect(page.locator("article h2")).to_have_text(first)
    tab_to(page, "button[value=down]") if with_javascript else page.focus("button[value=down]")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Question 2 of 12")
    page.goto("/")
    page.goto("/welcome/")
    page.click("a:has-text('Go on')")
    for number in range(2, 13):
        expect(page.locator("h1")).to_have_text(f"Question {number} of 12")
        page.click("button:has-text('Skip')")
    expect(page.locator("h1")).to_have_text("That was the last question")
    found += look(page) if with_javascript else []
    assert [row.value for row in Rating.objects.all()] == [-1]
    assert Round.objects.get().answers == [-1] + [0] * 11
    assert found == []


def test_insight_of_a_new_reader_and_of_one_with_a_past(open_page, papers, look):
    page = open_page()
    sign_up(page)
    found = []
    for address in ("/welcome/", "/insight/", "/insight/map/"):
        page.goto(address)
        found += look(page)
    who, now = Reader.objects.get(email="dawn@example.org"), timezone.now()
    Reader.objects.update(compares=True)
    page.goto("/")
    page.click(f"[id='save-{papers['robots'][11]}']")
    expect(page.locator("#message")).to_contain_text("Saved")
    comparison = Comparison.objects.create(rival="upvoted", begins_on=DAY)
    rankings.rerank(profile(who), DAY, now)
    rival = Ranking.objects.get(reader=who, day=DAY)
    Ranking.objects.filter(pk=rival.pk).update(teams=[0] * len(rival.paper_ids))
    page.goto("/")
    page.click(f"[id='more-{papers['robots'][10]}']")
    expect(page.locator("#message")).to_contain_text("More like")
    page.click("[id^='less-']:nth-child(3) >> nth=25")
    expect(page.locator("#message")).to_contain_text("Less like")
    rating(who, Paper.objects.filter(issue_day__lt=DAY).first(), at=NOON - timedelta(days=3))
    settled = insight.Result(9, 2, 1, 25, 0.7, 0.55, 0.85, 0.02)
    Comparison.objects.filter(pk=comparison.pk).update(settled=settled._asdict())
    page.goto("/insight/")
    expect(page.locator("#hits ~ figure")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Against most upvoted")
    expect(page.locator("main")).to_contain_text("This ranking is preferred")
    expect(page.locator("#replay")).to_contain_text("Being worked out")
    insight.replay(Work.objects.get(job="replay").slot, now)
    Work.objects.filter(job="replay").update(state=Work.State.DONE)
    expect(page.locator("#replay")).to_contain_text("more days are needed")
    for summary in page.locator("main summary").all():
        summary.click()
    found += look(page)
    page.click("a:has-text('Map of the newest day')")
    page.wait_for_url("**/insight/map/")
    found += look(page)
    page.click("a:has-text('as a table')")
    page.click("a:has-text('With their places')")
    found += look(page)
    page.goto("/insight/map/")
    tab_to(page, "svg.map a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/papers/*")
    assert found == []


def test_the_map_without_javascript_leads_to_papers(open_page, papers):
    page = open_page(java_script_enabled=False)
    sign_up(page)
    page.click(f"[id='save-{papers['robots'][11]}']")
    page.goto("/insight/map/")
    expect(page.locator("a.liked")).to_have_count(1)
    page.click("a.liked")
    page.wait_for_url(f"**/papers/{papers['robots'][11]}")
