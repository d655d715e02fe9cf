"""A private feed from the page that makes it to the program that reads it; and how it looks."""

import re
from urllib.request import urlopen

from playwright.sync_api import expect

from tests.browser.conftest import sign_up


def test_a_private_feed_is_made_read_and_revoked_without_javascript(open_page, papers):
    page = open_page(java_script_enabled=False)
    sign_up(page)
    page.goto("/settings/feeds/")
    page.fill("[name=name]", "My reader")
    page.click("button:has-text('Make a private feed')")
    address = page.locator("code").first.inner_text()
    assert re.search(r"/feeds/[\w-]{43}\.atom$", address)
    with urlopen(address) as answer:
        assert b"<entry>" in answer.read()
    page.click("button:has-text('Revoke')")
    expect(page.locator("#message")).to_contain_text("leads nowhere any more")
    assert page.request.get(address).status == 404


def test_how_the_pages_of_feeds_look(open_page, papers, look):
    page = open_page()
    page.goto("/feeds/")
    for summary in page.locator("summary").all():
        summary.click()
    assert look(page) == []
    sign_up(page)
    page.goto("/settings/feeds/")
    assert look(page) == []
    page.fill("[name=name]", "A program " + "w" * 70)
    page.click("button:has-text('Make a private feed')")
    expect(page.locator("#made")).to_contain_text("A program")
    assert look(page) == []
