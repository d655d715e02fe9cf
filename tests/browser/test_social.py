"""The public pages in a browser: axe, upvotes with and without JavaScript, submissions."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD, log_in, sign_up
from tests.factories import DAY, paper
from webapp.models import Comment, Entry, Paper, Reader, Submission, Subscription, Visit
from webapp.services.social import comments, submissions, trends, upvotes


@pytest.fixture
def liked(papers):
    """One paper that somebody else upvoted, one that was brought."""
    now = timezone.now()
    other = Reader.objects.create_user("ada@example.org", "x", name="Ada Example")
    one = Paper.objects.get(arxiv_id=papers["robots"][0])
    upvotes.upvote(other, one, True, now)
    submissions.submit(other, papers["primes"][0], now)
    return one


def test_public_pages_of_a_stranger(open_page, liked, look):
    page = open_page(expected="404")
    found = []
    for address in (
        *("/papers", f"/papers/date/{DAY}", "/papers/week/2026-W47", "/papers/month/2026-11"),
        *("/papers/date/2026-11-19", "/papers/date/2026-02-30", "/papers/submit"),
        f"/papers/{liked.arxiv_id}/upvotes",
    ):
        page.goto(address)
        found += look(page)
    assert found == []


def test_public_pages_of_a_reader(open_page, liked, look):
    page = open_page()
    sign_up(page)
    page.goto(f"/papers/date/{DAY}")
    page.locator(f"[id='up-{liked.arxiv_id}']").click()
    expect(page.locator("#message")).to_contain_text("Upvoted")
    found = look(page)
    gone = paper(withdrawn_at=timezone.now())
    Submission.objects.create(
        arxiv_id="2611.99999", reader=Reader.objects.get(email="dawn@example.org"), day=DAY,
        submitted_at=timezone.now(), next_at=timezone.now(), state="waiting",
    )  # fmt: skip
    Entry.objects.create(paper=gone, day=DAY, created_at=DAY_START, changed_at=DAY_START)
    for address in (f"/papers/date/{DAY}", "/papers/submit"):
        page.goto(address)
        found += look(page)
    assert found == []


DAY_START = timezone.now()
# The status of the next answer, once all that listens has heard of it.
AFTER_REQUEST = """new Promise(done => document.addEventListener("htmx:afterRequest", event =>
    setTimeout(() => done(event.detail.xhr.status)), {once: true}))"""


@pytest.mark.parametrize("java_script_enabled", [True, False])
def test_upvoting_and_taking_back(open_page, liked, java_script_enabled):
    page = open_page(java_script_enabled=java_script_enabled)
    sign_up(page)
    page.goto(f"/papers/date/{DAY}")
    button = page.locator(f"[id='up-{liked.arxiv_id}']")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#message")).to_contain_text("everybody can see it")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_contain_text("2")
    assert Entry.objects.get(pk=liked.pk).n_upvotes == 2
    if java_script_enabled:
        expect(button).to_be_focused()
    button.click()
    expect(button).to_contain_text("1")
    expect(button).to_have_attribute("aria-pressed", "false")


def test_a_visit_is_noted_by_itself(open_page, liked):
    page = open_page()
    sign_up(page)
    page.goto("/papers")
    assert page.evaluate(AFTER_REQUEST) == 204
    assert Visit.objects.count() == 1
    expect(page.locator("#message")).to_be_empty()


def test_a_visit_that_cannot_be_noted_is_no_concern_of_its_reader(open_page, liked):
    page = open_page(expected="401")
    sign_up(page)
    page.goto("/papers")
    page.context.clear_cookies(name="sessionid")
    assert page.evaluate(AFTER_REQUEST) == 401
    expect(page.locator("#message")).to_be_empty()


def test_a_paper_is_brought_without_javascript(open_page, papers):
    page = open_page(java_script_enabled=False)
    sign_up(page)
    page.goto("/papers/submit")
    page.fill("[name=paper]", f"https://arxiv.org/abs/{papers['robots'][3]}v2")
    page.click("main button.main")
    expect(page.locator("#message")).to_contain_text("newest daily page")
    page.goto("/papers")
    first = page.locator("article").first
    expect(first).to_have_attribute("data-arxiv-id", papers["robots"][3])
    expect(first.locator(".public")).to_contain_text("Submitted by a reader")


def test_discussing_picking_and_claiming(open_page, liked, look):
    """A reader comments and claims, an editor answers: by keyboard and without JavaScript."""
    page = open_page(java_script_enabled=False)
    sign_up(page)
    page.goto(f"/papers/{liked.arxiv_id}/comments")
    page.fill("[name=body]", "Is $x<y$ needed?")
    page.locator("main button.main").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".words")).to_contain_text("Is $x<y$ needed?")
    page.goto(f"/papers/{liked.arxiv_id}/claim")
    page.fill("[name=note]", "I am the first author.")
    page.click("main button.main")
    expect(page.locator("main .notice")).to_contain_text("has not looked yet")
    other = Reader.objects.get(email="ada@example.org")
    comments.report(other, Comment.objects.get(), "Off topic", timezone.now())
    other.is_editor = True
    other.set_password(PASSWORD)
    other.save()
    page = open_page()
    log_in(page, "ada@example.org")
    page.goto(f"/papers/{liked.arxiv_id}")
    page.click("summary:has-text('pick this paper')")
    page.fill("[name=note]", "Read this one.")
    page.click("button:has-text('Pick it')")
    expect(page.locator(".pick")).to_contain_text("pick")
    found = look(page)
    comment = Comment.objects.get()
    for address in (
        *("/papers/moderation", f"/papers/{liked.arxiv_id}/comments", "/settings/name/"),
        *(f"/papers/{liked.arxiv_id}/claim", f"/papers/comments/{comment.pk}/report"),
        *("/subscribe", f"/papers/date/{DAY}", "/papers/trending"),
    ):
        page.goto(address)
        found += look(page)
    page.goto("/papers/moderation")
    page.fill(f"[id='claim-{liked.claims.get().pk}']", "It is so.")
    page.click("button:has-text('Grant')")
    expect(page.locator("#message")).to_contain_text("Granted")
    page.fill(f"[id='reason-{comment.pk}']", "Off topic.")
    page.click("button:has-text('Hide')")
    expect(page.locator("#message")).to_contain_text("Hidden")
    assert found + look(page) == []


def test_a_comment_is_edited_deleted_and_brought_back(open_page, liked, look):
    page = open_page()
    sign_up(page)
    page.goto(f"/papers/{liked.arxiv_id}/comments")
    page.fill("[name=body]", "First thought")
    page.click("main button.main")
    page.goto(f"/papers/comments/{Comment.objects.get().pk}/edit")
    found = look(page)
    page.fill("[name=body]", "Second thought")
    page.click("main button.main")
    expect(page.locator(".words")).to_contain_text("Second thought")
    page.click("button:has-text('Delete')")
    expect(page.locator("#message")).to_contain_text("is deleted")
    page.click("#message button:has-text('Undo')")
    expect(page.locator(".words")).to_contain_text("Second thought")
    assert found + look(page) == []


def test_trending_and_the_box(open_page, liked, look):
    trends.compute_trend("test", timezone.now())
    page = open_page()
    page.goto("/papers/trending")
    expect(page.locator("article")).to_have_count(1)
    assert page.locator(".equation mfrac").count() == 1
    page.click("summary:has-text('What an upvote')")
    found = look(page)
    page.click("a:has-text('Subscribe by e-mail')")
    page.fill("[name=address]", "dusk@example.org")
    page.click("main button.main")
    expect(page.locator("#message")).to_contain_text("Nothing else is sent before")
    assert Subscription.objects.count() == 1
    assert found + look(page) == []
