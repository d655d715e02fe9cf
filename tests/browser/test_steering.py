"""Interests, mutes and the ledger by mouse, by keyboard and without JavaScript; and through axe."""

from django.db import connection
from playwright.sync_api import expect

from tests.browser.conftest import order, sign_up
from tests.browser.test_loop import shown, tab_to
from webapp.models import Paper, Rating, Rule


def save(page, paper):
    page.click(f"[id='save-{paper}']")
    expect(page.locator(f"[id='save-{paper}']")).to_have_attribute("aria-pressed", "true")


def with_words():
    """What the import does for a paper's words."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE webapp_paper SET search = setweight(to_tsvector('english', abstract), 'B')"
        )


def having(word):
    """The papers that a mute of a word takes away; there are some."""
    found = Paper.objects.filter(abstract__icontains=word).values_list("arxiv_id", flat=True)
    assert found
    return set(found)


def test_steering_by_mouse(open_page, papers, look):
    with_words()
    page = open_page()
    sign_up(page)
    save(page, papers["robots"][11])
    before = order(page)
    term = page.locator(".why button").first
    word = term.inner_text()
    term.click()
    expect(page.locator("#message")).to_contain_text(f"“{word}” is muted")
    assert not set(order(page)) & having(word)
    page.click("#undo")
    expect(page.locator("#message")).to_contain_text("neither muted nor boosted")
    assert order(page) == before
    page.locator("a:has-text('Why?')").first.click()
    page.wait_for_url("**/why/**")
    expect(page.locator("table.shares")).to_be_visible()
    found = look(page)
    page.click("button[name=boost][value='subject:cs.RO']")
    expect(page.locator("#message")).to_contain_text("More of “cs.RO”")
    found += look(page)
    for address in ("/signals/?effects=1", "/signals/reset/", "/history/", "/catch-up/"):
        page.goto(address)
        found += look(page)
    page.goto("/signals/")
    page.locator("td a:has-text('Show')").first.click()
    found += look(page)
    assert found == []


def test_a_term_that_is_muted_while_a_save_is_under_way_waits_its_turn(open_page, papers):
    with_words()
    page = open_page()
    sign_up(page)
    save(page, papers["robots"][11])
    other = papers["primes"][11]
    word = page.locator(".why button").first.inner_text()
    page.evaluate(
        """id => {
            document.getElementById(id).click();
            document.querySelector(".why button").click();
        }""",
        f"save-{other}",
    )
    expect(page.locator("#message")).to_contain_text(f"“{word}” is muted")
    assert Rule.objects.filter(value=word).exists()
    assert Rating.objects.filter(paper__arxiv_id=other, saved=True).exists()


def test_interests_by_keyboard(open_page, papers, look):
    page = open_page()
    sign_up(page)
    save(page, papers["robots"][11])
    page.goto("/profiles/")
    found = look(page)
    tab_to(page, "#id_name")
    page.keyboard.type("Primes")
    page.keyboard.press("Enter")
    expect(page.locator("#message")).to_contain_text("“Primes” is kept apart")
    page.goto(page.get_attribute("a:has-text('Page of Primes')", "href"))
    save(page, papers["primes"][11])
    page.goto("/")
    expect(page.locator("nav[aria-label=Interests]")).to_be_visible()
    assert len(set(order(page)[:10]) & set(papers["primes"])) >= 5
    found += look(page)
    page.goto("/library/")
    found += look(page)
    page.goto("/profiles/")
    found += look(page)
    slider = page.locator("[type=range]").first
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(slider.locator("xpath=following-sibling::output")).to_have_text("15 %")
    page.click("a:has-text('Name and subjects of Primes')")
    assert found + look(page) == []


def test_steering_without_javascript(open_page, papers):
    with_words()
    page = open_page(java_script_enabled=False)
    sign_up(page)
    page.click(f"[id='save-{papers['robots'][11]}']")
    page.goto("/")
    word = page.locator(".why button").first.inner_text()
    page.locator(".why button").first.click()
    assert not set(shown(page)) & having(word)
    assert Rule.objects.count() == 1
    page.click("#message button:has-text('Undo')")
    assert not Rule.objects.exists()
    assert set(shown(page)[:5]) <= set(papers["robots"])
    page.goto("/signals/")
    page.click("button:has-text('Switch off')")
    assert Rating.objects.get().paused_at
    page.click("#message button:has-text('Undo')")
    assert Rating.objects.get().paused_at is None
    page.goto("/history/")
    page.fill("#paper", f"https://arxiv.org/abs/{papers['robots'][0]}")
    page.click("button:has-text('Look')")
    page.wait_for_url("**/why/**")
    expect(page.locator("#main")).to_contain_text("place")
