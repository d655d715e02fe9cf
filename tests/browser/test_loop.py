"""The daily loop by mouse, by keyboard alone, and without JavaScript; and what goes wrong."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import HOME, PASSWORD, log_in, log_out, order, sign_up
from webapp.models import Rating
from webapp.queries import readers


def pressed(page, button):
    return expect(page.locator(f"[id='{button}']"))


def tab_to(page, selector, most=250):
    """Press Tab until the focus is there, as one does."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def stored():
    acts = Rating.objects.filter(readers.SPEAKS)
    return set(acts.values_list("paper__arxiv_id", "value", "saved"))


def test_the_loop_by_mouse(open_page, papers):
    page = open_page()
    sign_up(page)
    log_out(page)
    log_in(page)
    newest_first = order(page)
    liked, saved = papers["robots"][10], papers["robots"][11]

    page.click(f"[id='save-{saved}']")
    pressed(page, f"save-{saved}").to_have_attribute("aria-pressed", "true")
    expect(page.locator("#message")).to_contain_text("Saved")
    after_one = order(page)
    assert after_one != newest_first
    page.click(f"[id='more-{liked}']")
    pressed(page, f"more-{liked}").to_have_attribute("aria-pressed", "true")
    assert set(order(page)[:10]) <= set(papers["robots"])
    expect(page.locator(".state")).to_contain_text("ranked for you from 2 saves and ratings")

    page.click("#undo")
    pressed(page, f"more-{liked}").to_have_attribute("aria-pressed", "false")
    assert order(page) == after_one
    page.click(f"[id='save-{saved}']")
    pressed(page, f"save-{saved}").to_have_attribute("aria-pressed", "false")
    assert order(page) == newest_first
    assert stored() == set()
    log_out(page)
    expect(page.locator(".invitation")).to_be_visible()


def test_the_loop_by_keyboard_alone(open_page, papers):
    page = open_page()
    page.goto("/")
    tab_to(page, ".skip")
    tab_to(page, "a[href='/accounts/signup/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts/signup/")
    for name, text in (
        ("email", "key@example.org"),
        ("password1", PASSWORD),
        ("password2", PASSWORD),
    ):
        tab_to(page, f"[name={name}]")
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_url("**/welcome/")
    tab_to(page, "main a[href='/']")
    page.keyboard.press("Enter")
    page.wait_for_url(HOME)
    newest_first = order(page)
    liked = papers["robots"][11]

    tab_to(page, f"[id='more-{liked}']")
    page.keyboard.press("Enter")
    pressed(page, f"more-{liked}").to_have_attribute("aria-pressed", "true")
    pressed(page, f"more-{liked}").to_be_focused()
    pressed(page, f"more-{liked}").to_be_in_viewport()
    assert order(page)[0] == liked
    tab_to(page, "#undo", 400)
    page.keyboard.press("Enter")
    pressed(page, f"more-{liked}").to_have_attribute("aria-pressed", "false")
    pressed(page, f"more-{liked}").to_be_focused()
    assert order(page) == newest_first

    page.keyboard.press("Home")
    page.goto("/")
    tab_to(page, ".menu summary")
    page.keyboard.press("Enter")
    tab_to(page, ".menu button")
    page.keyboard.press("Enter")
    page.wait_for_url(HOME)
    expect(page.locator(".invitation")).to_be_visible()


def test_the_loop_without_javascript(open_page, papers):
    page = open_page(java_script_enabled=False)
    sign_up(page)
    log_out(page)
    log_in(page)
    newest_first = shown(page)
    liked, saved = papers["robots"][10], papers["robots"][11]

    page.click(f"[id='save-{saved}']")
    page.wait_for_url(f"**/?day=*#paper-{saved}")
    pressed(page, f"save-{saved}").to_have_attribute("aria-pressed", "true")
    expect(page.locator("#message")).to_contain_text("Saved")
    page.click(f"[id='more-{liked}']")
    page.wait_for_url(f"**/?day=*#paper-{liked}")
    assert set(shown(page)[:10]) <= set(papers["robots"])
    page.click(f"[id='more-{liked}']")
    pressed(page, f"more-{liked}").to_have_attribute("aria-pressed", "false")
    page.click(f"[id='save-{saved}']")
    pressed(page, f"save-{saved}").to_have_attribute("aria-pressed", "false")
    assert shown(page) == newest_first
    log_out(page)
    expect(page.locator(".invitation")).to_be_visible()


def shown(page):
    """The order as the markup has it: without JavaScript nothing can be evaluated."""
    return re.findall(r'<article data-arxiv-id="([^"]+)"', page.content())


def test_the_skip_link_leads_to_the_content(open_page, papers):
    page = open_page()
    page.goto("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_hasty_acts_are_all_stored(open_page, papers):
    page = open_page()
    sign_up(page)
    hasty = [papers["robots"][11], papers["primes"][11], papers["galaxies"][11]]
    page.evaluate("ids => ids.forEach(id => document.getElementById('save-' + id).click())", hasty)
    for one in hasty:
        pressed(page, f"save-{one}").to_have_attribute("aria-pressed", "true")
    assert stored() == {(one, 0, True) for one in hasty}


def test_a_lost_network_says_so_and_keeps_the_page(open_page, papers):
    page = open_page(expected="ERR_FAILED|htmx:")
    sign_up(page)
    before = order(page)
    page.route("**/save/", lambda route: route.abort())
    page.click(f"[id='save-{before[3]}']")
    expect(page.locator("#message")).to_contain_text("so nothing was stored")
    assert order(page) == before


def test_an_answer_that_is_no_part_is_not_put_into_the_page(open_page, papers):
    page = open_page(expected="502|Response Status Error")
    sign_up(page)
    before = order(page)
    answer = {"status": 502, "content_type": "text/html", "body": "<html><h1>Bad Gateway</h1>"}
    page.route("**/save/", lambda route: route.fulfill(**answer))
    page.click(f"[id='save-{before[0]}']")
    expect(page.locator("#message")).to_contain_text("The server could not answer")
    assert order(page) == before


def test_a_page_that_outlived_its_login_says_so(open_page, papers):
    page = open_page(expected="401|Response Status Error|403")
    sign_up(page)
    page.context.clear_cookies(name="sessionid")
    page.click(f"[id='save-{papers['robots'][11]}']")
    expect(page.locator("#message")).to_contain_text("You are logged out")
    page.click("#message a")
    page.wait_for_url("**/accounts/login/?next=*")


def test_acts_on_a_papers_own_page_are_undone_there(open_page, papers):
    page = open_page()
    sign_up(page)
    one = papers["primes"][5]
    page.goto(f"/papers/{one}")
    page.click(f"[id='save-{one}']")
    pressed(page, f"save-{one}").to_have_attribute("aria-pressed", "true")
    page.click("#undo")
    pressed(page, f"save-{one}").to_have_attribute("aria-pressed", "false")
    assert stored() == set()


def test_abstracts_are_open_on_wide_screens_and_folded_on_small_ones(open_page, papers):
    page = open_page()
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/")
    abstract = page.locator("article details p").first
    expect(abstract).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 800})
    expect(abstract).not_to_be_visible()
    page.locator("article summary").first.click()
    expect(abstract).to_be_visible()


def test_what_was_said_can_be_put_away(open_page, papers, look):
    page = open_page()
    sign_up(page)
    first = order(page)[0]
    page.click(f"[id='save-{first}']")
    expect(page.locator("#message")).to_contain_text("Saved")
    found = look(page)
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.locator("#message")).to_be_empty()
    expect(page.locator("#main")).to_be_focused()
    assert stored() == {(first, 0, True)}
    page.goto("/settings/")  # a page without the scripts of lists
    page.click("main button.main:has-text('Store') >> nth=0")
    expect(page.locator("#message")).not_to_be_empty()
    found += look(page)
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.locator("#message")).to_be_empty()
    assert found == []
