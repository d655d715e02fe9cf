"""The search in a browser: with a keyboard, without JavaScript, and how it looks."""

from playwright.sync_api import expect

from tests.browser.conftest import order, sign_up
from tests.factories import indexed, paper
from webapp.models import Profile, Rating


def search(page, text):
    page.fill("#q", text)
    page.press("#q", "Enter")
    page.wait_for_url("**q=*")


def test_from_words_to_an_interest_and_back_without_javascript(open_page, papers):
    indexed()
    page = open_page(java_script_enabled=False)
    sign_up(page)
    page.fill("#find", "tactile robot")
    page.press("#find", "Enter")
    page.wait_for_url("**q=tactile*")
    assert set(papers["robots"]) <= set(order(page))
    expect(page.locator("article mark").first).to_be_visible()
    page.click("a:has-text('The newest first')")
    page.wait_for_url("**order=date*")
    assert order(page) == sorted(order(page), reverse=True)
    page.click("a:has-text('The best first')")
    page.wait_for_url(lambda address: "order" not in address)
    page.click("button:has-text('Keep as an interest')")
    expect(page.locator("#message")).to_contain_text("Kept as the interest “tactile robot”")
    assert Rating.objects.filter(profile__search="tactile robot", value=1).count() == 5
    page.click("#message button:has-text('Undo')")
    expect(page.locator("#message")).to_contain_text("are taken back")
    assert not Profile.objects.filter(deleted_at=None).exclude(name="all").exists()


def test_saving_on_the_page_and_looking_in_the_library_by_keyboard(open_page, papers):
    indexed()
    page = open_page()
    sign_up(page)
    page.goto("/papers?q=")
    page.keyboard.type("tactile robot")
    page.keyboard.press("Enter")
    expect(page.locator("article").first).to_be_visible()
    first = order(page)[0]
    page.keyboard.press("Tab")
    page.locator("body").press("j")
    page.keyboard.press("s")
    expect(page.locator(f"[id='save-{first}']")).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Only my library").check()
    page.press("#q", "Enter")
    page.wait_for_url("**mine=1*")
    assert order(page) == [first]


def test_how_the_search_looks(open_page, papers, look):
    paper(title=r"Robots on $\mathbb{R}^n$ with tactile_and_very_long_names" + "x" * 80)
    indexed()
    page = open_page()
    sign_up(page)
    found = []
    for address in (
        "/papers?q=",
        "/papers?q=tactile+robot+galaxy",
        "/papers?q=tactile+robot&order=date",
        "/papers?q=tactile+from:2026-02-30+-survey+cat:cs.XX",
        "/papers?q=xyzzy&mine=1",
        "/papers?q=-robot",
        "/papers?q=2611.99999",
    ):
        page.goto(address)
        found += look(page)
    page.click("summary:has-text('How to ask')")
    found += look(page)
    assert found == []
