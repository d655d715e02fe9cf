"""Light and dark: as the system says, or as it was chosen in this browser."""

from playwright.sync_api import expect

from tests.browser.conftest import log_out, sign_up

DARK, LIGHT = "rgb(16, 20, 28)", "rgb(253, 251, 247)"


def paper_of(page):
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_a_theme_is_chosen_in_the_browser_and_given_back_to_the_system(open_page, papers, look):
    page = open_page(color_scheme="light")
    sign_up(page)
    assert paper_of(page) == LIGHT
    page.goto("/settings/")
    expect(page.get_by_label("as the system")).to_be_checked()
    page.get_by_label("always dark").check()
    assert paper_of(page) == DARK
    page.goto("/")
    assert paper_of(page) == DARK
    assert look(page) == []
    page.emulate_media(color_scheme="light")
    log_out(page)
    assert paper_of(page) == DARK
    assert {one["name"] for one in page.context.cookies()} <= {"csrftoken", "sessionid"}
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"


def test_the_choice_is_told_where_it_is_made(open_page, papers):
    page = open_page(color_scheme="dark")
    sign_up(page)
    page.goto("/settings/")
    page.get_by_label("always light").check()
    page.reload()
    expect(page.get_by_label("always light")).to_be_checked()
    assert paper_of(page) == LIGHT
    page.get_by_label("as the system").check()
    page.reload()
    assert paper_of(page) == DARK


def test_without_javascript_the_system_decides_and_no_choice_is_offered(open_page, papers):
    page = open_page(color_scheme="dark", java_script_enabled=False)
    sign_up(page)
    page.goto("/settings/")
    expect(page.get_by_label("always light")).to_be_hidden()
    expect(page.locator("main button.main").first).to_be_visible()
