"""A login that ends in the middle of something: what was typed is there after the next one."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD, sign_up
from webapp.models import Comment, Rating, Round

WORDS = "Section 3 is <unclear>:\nwhich of both bounds holds?"


@pytest.fixture
def page(open_page, papers):
    page = open_page(expected="401|403|404")
    sign_up(page)
    return page


def end_login():
    Session.objects.update(expire_date=timezone.now() - timedelta(hours=1))


def prove(page):
    page.fill("[name=login]", "dawn@example.org")
    page.fill("[name=password]", PASSWORD)
    page.click("main form button.main")


def test_an_answer_of_a_round_is_given_after_the_login(page, look):
    page.goto("/welcome/round/")
    page.click("button[name=begin]")
    title = page.locator("article.question h2 a")
    asked, called = title.get_attribute("href").rpartition("/")[2], title.inner_text()
    end_login()
    page.click("text=More like this")
    prove(page)
    page.wait_for_url("**/drafts/*/")
    assert Round.objects.get().answers == []
    expect(page.get_by_role("main")).to_contain_text(f"Paper: {called}")
    expect(page.get_by_role("main")).to_contain_text("Choice: More like this")
    assert look(page) == []
    page.click("text=Send it now")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Question 2")
    assert Round.objects.get().answers == [1]
    assert Rating.objects.get().paper.arxiv_id == asked


def test_a_list_that_was_pasted_is_read_after_the_login(page, papers):
    page.goto("/welcome/papers/")
    pasted = "\n".join(papers["robots"])
    page.fill("#text", pasted)
    end_login()
    page.click("text=Look what is found")
    prove(page)
    page.wait_for_url("**/drafts/*/")
    assert page.input_value("textarea") == pasted
    page.click("text=Send it now")
    expect(page.get_by_role("main")).to_contain_text("12 found and new")


def test_comments_of_two_tabs_are_both_there_after_one_login(page, papers, look):
    other = page.context.new_page()
    tabs = (page, other)
    for tab, paper in zip(tabs, papers["primes"], strict=False):
        tab.goto(f"/papers/{paper}/comments")
        tab.fill("[name=body]", f"{WORDS} {paper}")
    end_login()
    for tab in tabs:
        tab.click("main form[method=post] button.main")
        tab.wait_for_url("**/accounts/login/**")
    prove(page)
    page.wait_for_url("**/drafts/*/")
    assert page.input_value("[name=body]") == f"{WORDS} {papers['primes'][0]}"
    assert look(page) == []
    page.fill("[name=body]", f"{WORDS} Or neither?")
    page.click("text=Send it now")
    expect(
        page.locator("article, .comment, li").filter(has_text="Or neither?").first
    ).to_be_visible()
    other.reload()  # the login page of somebody who is logged in leads on
    other.wait_for_url("**/drafts/*/")
    other.click("text=Send it now")
    other.wait_for_url("**/comments**")
    assert [one.body for one in Comment.objects.order_by("pk")] == [
        f"{WORDS} Or neither?",
        f"{WORDS} {papers['primes'][1]}",
    ]


def test_a_form_from_before_the_login_of_another_tab_shows_what_was_typed(page, papers, look):
    page.goto(f"/papers/{papers['primes'][0]}/comments")
    page.fill("[name=body]", WORDS)
    end_login()
    other = page.context.new_page()
    other.goto("/accounts/login/")
    prove(other)
    other.wait_for_url("**/")
    page.click("main form[method=post] button.main")
    expect(page.get_by_role("heading", level=1)).to_have_text("The form was too old")
    assert page.input_value("textarea") == WORDS
    assert look(page) == []
