"""Triage by single keys, and turning them off."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import order, sign_up
from tests.browser.test_loop import pressed


@pytest.fixture
def page(open_page, papers):
    page = open_page()
    sign_up(page)
    return page


def test_a_day_is_triaged_by_single_keys(page, papers):
    first, second = order(page)[:2]
    page.keyboard.press("j")
    expect(page.locator(f"[id='t-{first}'] a")).to_be_focused()
    page.keyboard.press("s")
    pressed(page, f"save-{first}").to_have_attribute("aria-pressed", "true")
    page.keyboard.press("z")
    pressed(page, f"save-{first}").to_have_attribute("aria-pressed", "false")
    page.keyboard.press("j")
    expect(page.locator(f"[id='t-{second}'] a")).to_be_focused()
    page.keyboard.press("d")
    expect(page.locator("#message")).to_contain_text("Less like")
    page.keyboard.press("z")
    pressed(page, f"less-{second}").to_have_attribute("aria-pressed", "false")
    page.keyboard.press("u")
    pressed(page, f"more-{second}").to_have_attribute("aria-pressed", "true")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.locator("article.paper")).to_be_visible()


def test_the_keys_are_told_and_can_be_turned_off(page, papers, look):
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert look(page) == []
    page.get_by_label("Keys are on").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("j")
    expect(page.locator("h2 a:focus")).to_have_count(0)


def test_what_is_typed_is_no_key(page, papers):
    page.goto("/papers?q=galaxies")
    page.fill("#q", "")
    page.type("#q", "jsud?")
    expect(page.locator("#q")).to_have_value("jsud?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    expect(page.locator("[aria-pressed=true]")).to_have_count(0)


def test_enter_opens_what_was_just_saved(page, papers):
    first = order(page)[0]
    page.keyboard.press("j")
    page.keyboard.press("s")
    pressed(page, f"save-{first}").to_have_attribute("aria-pressed", "true")
    expect(page.locator(f"[id='t-{first}'] a")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/papers/{first}")
    pressed(page, f"save-{first}").to_have_attribute("aria-pressed", "true")


def test_a_key_that_is_held_is_one_act(page, papers):
    first, sent = order(page)[0], []
    page.on("request", lambda request: sent.append(request.method))
    page.keyboard.press("j")
    for _ in range(5):
        page.keyboard.down("s")
    page.keyboard.up("s")
    pressed(page, f"save-{first}").to_have_attribute("aria-pressed", "true")
    assert sent.count("POST") == 1


def test_the_keys_work_on_a_papers_own_page(page, papers):
    one = papers["robots"][0]
    page.goto(f"/papers/{one}")
    page.keyboard.press("s")
    pressed(page, f"save-{one}").to_have_attribute("aria-pressed", "true")


def test_days_are_turned_by_keys(page, papers):
    newest = page.locator("h1").text_content()
    page.keyboard.press("p")
    expect(page.locator("h1")).not_to_have_text(newest)
    page.keyboard.press("n")
    expect(page.locator("h1")).to_have_text(newest)


def test_the_menu_closes_as_menus_do(page, papers):
    menu = page.locator("details.menu > div")
    for close in (lambda: page.keyboard.press("Escape"), lambda: page.click("h1")):
        page.click("summary:has-text('Account')")
        expect(menu).to_be_visible()
        close()
        expect(menu).to_be_hidden()
