"""A whole triage, by keyboard alone and without JavaScript: from opening a day to tagging."""

from datetime import timedelta

import pytest
from django.contrib.postgres.search import SearchVector
from playwright.sync_api import expect

from tests.browser.conftest import order, sign_up
from tests.browser.test_loop import pressed, shown, stored, tab_to
from tests.factories import DAY
from webapp.models import Paper, Rating

EARLIER = f"/?day={DAY - timedelta(days=3)}"


@pytest.fixture
def found(papers):
    """The same papers, which a search finds."""
    Paper.objects.update(search=SearchVector("title", "abstract", config="english"))
    return papers


def test_a_whole_triage_by_keyboard_alone(open_page, found):
    page = open_page()
    sign_up(page)
    page.goto(EARLIER)
    first, second = order(page)[:2]

    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("article.paper h1")).to_be_visible()
    expect(page.locator(".abstract")).to_contain_text("We study")
    page.go_back()  # Alt+Left is the browser's own key, which a page never sees
    page.keyboard.press("j")
    page.keyboard.press("s")
    pressed(page, f"save-{first}").to_have_attribute("aria-pressed", "true")
    tab_to(page, f"[id='less-{second}']")
    page.keyboard.press("d")
    pressed(page, f"less-{second}").to_have_attribute("aria-pressed", "true")
    page.keyboard.press("z")
    pressed(page, f"less-{second}").to_have_attribute("aria-pressed", "false")
    assert stored() == {(first, 0, True)}

    page.keyboard.press("n")
    expect(page.locator("h1")).to_have_text(f"{DAY:%A} {DAY.day} {DAY:%B %Y}")

    page.goto("/")
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type("tactile grasp")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=tactile*")
    page.keyboard.press("j")
    hit = page.evaluate("document.activeElement.closest('article').dataset.arxivId")
    page.keyboard.press("s")
    pressed(page, f"save-{hit}").to_have_attribute("aria-pressed", "true")

    tab_to(page, "nav[aria-label=Main] a[href='/library/']", 600)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Library")
    tab_to(page, "article summary")
    page.keyboard.press("Enter")
    tab_to(page, "article input[name=tags]")
    page.keyboard.type("to read twice")
    page.keyboard.press("Enter")
    expect(page.locator(".tag")).to_have_text("to read twice")
    assert Rating.objects.get(paper__arxiv_id=hit).tags == ["to read twice"]


def test_the_way_back_shows_what_was_done_since(open_page, found):
    page = open_page()
    sign_up(page)
    page.goto(EARLIER)
    first, second = order(page)[:2]
    page.click(f"[id='save-{first}']")
    pressed(page, f"save-{first}").to_have_attribute("aria-pressed", "true")
    page.click(f"[id='t-{second}'] a")
    page.click(f"[id='less-{second}']")
    pressed(page, f"less-{second}").to_have_attribute("aria-pressed", "true")
    page.go_back()
    pressed(page, f"save-{first}").to_have_attribute("aria-pressed", "true")
    pressed(page, f"less-{second}").to_have_attribute("aria-pressed", "true")
    page.go_forward()
    pressed(page, f"less-{second}").to_have_attribute("aria-pressed", "true")


def test_a_whole_triage_without_javascript(open_page, found):
    page = open_page(java_script_enabled=False)
    sign_up(page)
    page.goto(EARLIER)
    first, second = shown(page)[:2]

    page.click(f"[id='t-{first}'] a")
    expect(page.locator(".abstract")).to_contain_text("We study")
    page.go_back()
    page.click(f"[id='save-{first}']")
    pressed(page, f"save-{first}").to_have_attribute("aria-pressed", "true")
    page.click(f"[id='less-{second}']")
    pressed(page, f"less-{second}").to_have_attribute("aria-pressed", "true")
    page.click("#message button:has-text('Undo')")
    pressed(page, f"less-{second}").to_have_attribute("aria-pressed", "false")
    assert stored() == {(first, 0, True)}

    page.click("a[rel=next] >> nth=0")
    expect(page.locator("h1")).to_have_text(f"{DAY:%A} {DAY.day} {DAY:%B %Y}")
    page.fill("#find", "tactile grasp")
    page.press("#find", "Enter")
    hit = shown(page)[0]
    page.click(f"[id='save-{hit}']")
    pressed(page, f"save-{hit}").to_have_attribute("aria-pressed", "true")

    page.click("nav[aria-label=Main] a:has-text('Library')")
    page.locator("article summary").first.click()
    page.fill("article input[name=tags] >> nth=0", "to read twice")
    page.click("article button:has-text('Keep') >> nth=0")
    expect(page.locator(".tag")).to_have_text("to read twice")
    assert Rating.objects.get(paper__arxiv_id=hit).tags == ["to read twice"]
