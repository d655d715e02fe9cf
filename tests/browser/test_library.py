"""The library in a browser: several papers together, without JavaScript; and how it looks."""

from playwright.sync_api import expect

from tests.browser.conftest import order, sign_up
from webapp.models import Rating, Reader
from webapp.queries import readers


def kept_by(page, papers, n=4):
    """Some saved papers of the reader who is logged in, one with all that can be written."""
    reader = Reader.objects.get()
    for arxiv_id in papers[:n]:
        page.goto(f"/papers/{arxiv_id}")
        page.click(f"[id='save-{arxiv_id}']")
        expect(page.locator(f"[id='save-{arxiv_id}']")).to_have_attribute("aria-pressed", "true")
    first = Rating.objects.filter(readers.SPEAKS, reader=reader).order_by("pk").first()
    first.tags = ["bayes", "a tag of forty characters, or very near", "x" * 40]
    first.note, first.state = "Compare their fig. 3\n\n" + "w" * 200, "reading"
    first.save()
    return reader


def test_several_papers_together_without_javascript(open_page, papers):
    page = open_page(java_script_enabled=False)
    sign_up(page)
    kept_by(page, papers["robots"])
    page.goto("/library/")
    page.click("summary:has-text('several papers')")
    boxes = page.locator("article [type=checkbox]")
    boxes.nth(0).check()
    boxes.nth(1).check()
    page.fill("#tags", "To cite")
    page.press("#tags", "Enter")
    expect(page.locator("#message")).to_contain_text("Tagged to cite: 2 papers.")
    page.select_option("#tag", "to cite")
    page.click("button:has-text('Show')")
    both = order(page)
    assert len(both) == 2
    page.click("summary:has-text('several papers')")
    page.check("[name=which][value=all]")
    page.click("button:has-text('Take out')")
    assert order(page) == []
    page.click("#message button:has-text('Undo')")
    assert order(page) == both
    page.locator("details summary:has-text('note')").first.click()
    page.locator("textarea").first.fill("My thought")
    page.click("button:has-text('Keep') >> nth=0")
    expect(page.locator("article .note")).to_have_text("My thought")


def test_how_the_library_looks(open_page, papers, look):
    page = open_page(expected="400")
    sign_up(page)
    reader = kept_by(page, papers["robots"])
    for address in ("/library/", "/library/?words=xyzzy", "/library/?tag=bayes&sort=title"):
        page.goto(address)
        for summary in page.locator("article summary").all():
            summary.click()
        assert look(page) == []
    row = Rating.objects.filter(reader=reader).first()
    page.goto(f"/library/{row.pk}/")
    assert look(page) == []
    page.fill("main [name=tags]", "y" * 41)
    page.click("main button.main")
    expect(page.locator("[role=alert]")).to_contain_text("at most 40")
    assert look(page) == []


def test_ticking_opens_what_can_be_done_and_one_tick_is_all(open_page, papers):
    page = open_page()
    sign_up(page)
    kept_by(page, papers["robots"], 3)
    page.goto("/library/")
    expect(page.locator("#together")).to_be_hidden()
    page.locator("article [type=checkbox]").first.check()
    expect(page.locator("#together")).to_be_visible()
    page.check("text=Tick all on this page")
    page.click("#together button:has-text('Reading')")
    expect(page.locator("#message")).to_contain_text("Now “reading”: 2 papers.")
    page.click("#message button:has-text('Undo')")
    expect(page.locator("#message")).to_contain_text("As they were before: 2 papers.")
