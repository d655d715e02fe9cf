"""Whole pages without a server: a worker says so, keeps nothing of readers, loses nothing."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import log_out, sign_up

KEPT = """async () => {
    const found = [];
    for (const name of await caches.keys())
        for (const one of await (await caches.open(name)).keys()) found.push(new URL(one.url));
    return found.map(one => one.pathname + one.search).sort();
}"""
NO_SERVER = re.compile("The server can.t be reached")


@pytest.fixture
def page(open_page, papers):
    page = open_page(expected="ERR_INTERNET_DISCONNECTED", service_workers="allow")
    sign_up(page)
    return page


def worked(page):
    """Wait until a worker answers for the pages."""
    page.evaluate(
        """new Promise(done => navigator.serviceWorker.controller ? done()
            : navigator.serviceWorker.addEventListener("controllerchange", () => done()))"""
    )


def test_a_page_without_network_says_so_and_comes_back_by_itself(page, look):
    worked(page)
    page.context.set_offline(True)
    page.click("nav a:has-text('Library')")
    expect(page.locator("h1")).to_have_text(NO_SERVER)
    assert page.url.endswith("/library/")
    assert look(page) == []
    page.context.set_offline(False)
    expect(page.locator("h1")).to_have_text("Library")


def test_the_button_asks_for_the_same_page_again(page):
    worked(page)
    page.context.set_offline(True)
    page.goto("/papers?q=robot")
    page.evaluate("addEventListener('online', event => event.stopImmediatePropagation(), true)")
    page.click("text=Try again")
    expect(page.locator("h1")).to_have_text(NO_SERVER)
    page.context.set_offline(False)
    page.wait_for_url("**/papers?q=robot")
    expect(page.locator("#q")).to_have_value("robot")


def test_a_form_without_network_is_told_as_not_stored_and_is_still_there(page, papers):
    worked(page)
    page.goto(f"/papers/{papers['robots'][0]}/comments")
    page.fill("[name=body]", "Is this bound tight?")
    page.context.set_offline(True)
    page.click("main form[method=post] button.main")
    expect(page.locator("main")).to_contain_text("take it as not stored")
    page.context.set_offline(False)
    page.click("button:has-text('Go back')")
    expect(page.locator("[name=body]")).to_have_value("Is this bound tight?")
    page.click("main form[method=post] button.main")
    expect(page.locator(".words")).to_contain_text("Is this bound tight?")


def test_no_page_of_a_reader_is_kept_and_it_answers_after_the_log_out(page):
    worked(page)
    for address in ("/", "/library/", "/signals/"):
        page.goto(address)
    assert page.evaluate(KEPT) == ["/offline", "/offline?sent"]
    log_out(page)
    page.context.set_offline(True)
    page.goto("/library/")
    expect(page.locator("h1")).to_have_text(NO_SERVER)
    assert "dawn@example.org" not in page.content()


def test_a_newer_worker_takes_the_place_of_the_older(page):
    worked(page)
    page.evaluate("caches.open('of an older edition')")
    page.evaluate("navigator.serviceWorker.getRegistration().then(one => one.unregister())")
    page.reload()
    worked(page)
    assert "of an older edition" not in page.evaluate("caches.keys()")


def test_it_comes_long_after_the_page(page):
    """What a page asks for, and how soon it is painted, is as without it."""
    begun = page.evaluate("navigator.serviceWorker.getRegistration().then(one => !!one)")
    assert not begun
    worked(page)
