"""A triage that is interrupted: no network, a lost login, two tabs, double clicks."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD, log_in, order, sign_up
from tests.browser.test_loop import pressed, stored
from webapp.models import Rating


@pytest.fixture
def page(open_page, papers):
    page = open_page(expected="ERR_INTERNET_DISCONNECTED|htmx:|401|403|Response Status Error")
    sign_up(page)
    return page


def test_an_act_without_network_says_so_and_can_be_repeated(page):
    before = order(page)
    page.focus(f"[id='save-{before[3]}']")
    page.context.set_offline(True)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("so nothing was stored")
    assert (order(page), stored()) == (before, set())
    page.context.set_offline(False)
    pressed(page, f"save-{before[3]}").to_be_focused()
    page.keyboard.press("Enter")
    pressed(page, f"save-{before[3]}").to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("status")).to_contain_text("Saved")


def test_an_act_that_takes_long_says_that_it_goes_on(page):
    one, held = order(page)[0], []

    def hold(route):
        held.append(route)

    page.route("**/save/", hold)
    page.click(f"[id='save-{one}']")
    expect(page.get_by_role("status")).to_contain_text("Still at it")
    held[0].continue_()
    expect(page.get_by_role("status")).to_contain_text("Saved")
    expect(page.locator("#message .working")).to_have_count(0)


def test_a_login_lost_half_way_leads_back_to_the_same_day(page, papers):
    first, second = order(page)[:2]
    page.click(f"[id='save-{first}']")
    pressed(page, f"save-{first}").to_have_attribute("aria-pressed", "true")
    page.context.clear_cookies(name="sessionid")
    page.click(f"[id='save-{second}']")
    expect(page.get_by_role("status")).to_contain_text("logged out, so nothing was stored")
    page.click("#message a")
    page.fill("[name=login]", "dawn@example.org")
    page.fill("[name=password]", PASSWORD)
    page.click("main form button.main")
    page.wait_for_url("**/?day=*")
    pressed(page, f"save-{first}").to_have_attribute("aria-pressed", "true")
    page.click(f"[id='save-{second}']")
    pressed(page, f"save-{second}").to_have_attribute("aria-pressed", "true")
    assert stored() == {(first, 0, True), (second, 0, True)}


def test_a_page_from_before_a_new_login_says_that_it_is_too_old(page):
    one = order(page)[0]
    page.context.clear_cookies()
    other = page.context.new_page()
    log_in(other)
    page.click(f"[id='save-{one}']")
    expect(page.get_by_role("status")).to_contain_text("Reload it and do it again")
    page.reload()
    page.click(f"[id='save-{one}']")
    pressed(page, f"save-{one}").to_have_attribute("aria-pressed", "true")


def test_two_tabs_that_say_the_same_save_once(page):
    one = order(page)[0]
    other = page.context.new_page()
    other.goto("/")
    for tab in (page, other):
        tab.click(f"[id='save-{one}']")
        pressed(tab, f"save-{one}").to_have_attribute("aria-pressed", "true")
    assert Rating.objects.get().saved


def test_a_double_click_is_one_act(page):
    one = order(page)[3]
    page.dblclick(f"[id='save-{one}']")
    pressed(page, f"save-{one}").to_have_attribute("aria-pressed", "true")
    expect(page.locator("form.htmx-request")).to_have_count(0)
    assert stored() == {(one, 0, True)}


def test_two_hasty_clicks_on_one_button_are_one_act(page):
    one = order(page)[0]
    page.evaluate("id => [1, 2].forEach(() => document.getElementById(id).click())", f"save-{one}")
    pressed(page, f"save-{one}").to_have_attribute("aria-pressed", "true")
    expect(page.locator("form.htmx-request")).to_have_count(0)
    assert stored() == {(one, 0, True)}
