"""Citing a paper: read, copied, and without a script still there."""

from playwright.sync_api import expect

from tests.factories import paper


def test_a_citation_is_copied(open_page, live_server, look):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    shown = paper()
    page.goto(f"/papers/{shown.arxiv_id}")
    page.click("summary:has-text('Cite')")
    assert look(page) == []
    page.click("button:has-text('Copy the BibTeX')")
    expect(page.locator("#message")).to_have_text("BibTeX copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.input_value("#cite-bib")
    assert copied.startswith("@misc{")


def test_a_browser_without_a_clipboard_copies_the_selection(open_page, live_server):
    page = open_page()
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.add_init_script("document.execCommand = () => false")
    shown = paper()
    page.goto(f"/papers/{shown.arxiv_id}")
    page.click("summary:has-text('Cite')")
    page.click("button:has-text('Copy the RIS')")
    expect(page.locator("#message")).to_contain_text("copy it from there")
    assert page.evaluate("getSelection().toString()").startswith("TY  - UNPB")


def test_without_a_script_there_is_the_text_and_no_button(open_page, live_server):
    page = open_page(java_script_enabled=False)
    shown = paper()
    page.goto(f"/papers/{shown.arxiv_id}")
    page.click("summary:has-text('Cite')")
    expect(page.locator("#cite-ris")).to_be_visible()
    expect(page.locator("[data-copies]:visible")).to_have_count(0)
    with page.expect_download() as download:
        page.click("text=Download")
    assert download.value.suggested_filename == f"arxiv-{shown.arxiv_id}.bib"
