"""Letters in a browser: from the box through the mail to the end, with and without JavaScript."""

import email
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.conftest import sign_up
from tests.factories import rating
from webapp.mail import tokens
from webapp.models import Digest, Paper, Rating, Reader, Subscription
from webapp.services import readers
from webapp.services.digests import confirming, letters, sending

ADDRESS = "night@example.org"


@pytest.fixture
def mailbox(live_server, settings, tmp_path):
    """A function that has owed mail sent and gives the path of the last link of it."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH, settings.ACCOUNT_RATE_LIMITS = str(tmp_path), {}

    def newest(pattern):
        now = timezone.now()
        confirming.answer("test", now)
        sending.send("test", now, timezone.now, letters.compose)
        path = max(Path(tmp_path).glob("*.log"), key=lambda one: one.stat().st_mtime_ns)
        text = email.message_from_string(path.read_text().split("\n" + "-" * 79)[0])
        part = next(one for one in text.walk() if one.get_content_type() == "text/plain")
        words = part.get_payload(decode=True).decode()
        return re.search(rf"https?://[^/\s]+(/{pattern}/\S+)", words)[1]

    return newest


@pytest.mark.parametrize("with_scripts", [True, False])
def test_a_stranger_subscribes_confirms_changes_and_leaves(
    open_page, papers, mailbox, look, with_scripts
):
    page = open_page(java_script_enabled=with_scripts, expected="400")
    look = look if with_scripts else lambda _: []  # axe is a script
    page.goto("/papers/trending")
    page.click("a:has-text('Subscribe by e-mail')")
    found = look(page)
    page.fill("[name=address]", ADDRESS)
    page.select_option("[name=cadence]", "days")
    page.click("main button:has-text('Subscribe')")
    expect(page.locator("main [role=alert]")).to_contain_text("Say which days")
    found += look(page)
    page.check("label:has-text('Thursday') input")
    page.click("summary:has-text('Categories')")
    page.check("[name=subjects][value='cs.RO']")
    page.click("main button:has-text('Subscribe')")
    expect(page.locator("#message")).to_contain_text("look into your mail")
    link = mailbox("confirm")
    page.goto(link)
    found += look(page)
    page.click("main button:has-text('Confirm')")
    expect(page.locator("h1")).to_have_text("Confirmed")
    found += look(page)
    page.goto(link)
    expect(page.locator("main")).to_contain_text("It was used before")
    found += look(page)
    one = Subscription.objects.get()
    assert (one.days, one.subjects) == ([3], ["cs.RO"])
    Digest.objects.create(
        subscription=one, day=one.next_at.date(), queued_at=one.next_at, next_at=one.created_at
    )
    page.goto(mailbox("subscriptions"))
    expect(page.locator("[name=subjects][value='cs.RO']")).to_be_checked()
    found += look(page)
    page.select_option("[name=cadence]", "daily")
    page.click("main button:has-text('Store')")
    expect(page.locator("#message")).to_contain_text("Stored")
    page.click("main button:has-text('Pause')")
    expect(page.locator("main")).to_contain_text("but are paused")
    page.click("a:has-text('No more of these letters')")
    found += look(page)
    page.click("main button:has-text('Unsubscribe')")
    expect(page.locator("h1")).to_have_text("No more of these letters")
    assert found + look(page) == []
    assert Subscription.objects.get().ended_why == "asked"


@pytest.mark.parametrize("with_scripts", [True, False])
def test_a_reader_chooses_letters_looks_at_the_next_and_holds_them(
    open_page, papers, look, with_scripts
):
    page = open_page(java_script_enabled=with_scripts)
    look = look if with_scripts else lambda _: []
    sign_up(page)
    page.goto("/settings/")
    page.click("main a:has-text('choose days')")
    found = look(page)
    who = Reader.objects.get()
    rating(who, Paper.objects.get(arxiv_id=papers["robots"][0]), saved=True)
    readers.rerank_after(who, Paper.objects.order_by("-issue_day")[0].issue_day, timezone.now())
    page.reload()
    page.select_option("[name=cadence]", "monthly")
    page.select_option("[name=least_place]", "10")
    page.click("main button:has-text('Send me these')")
    expect(page.locator("h1")).to_contain_text("all interests")
    one = Subscription.objects.get()
    for n, state in enumerate(Digest.State.values):
        at = one.created_at - timedelta(days=20 + n)
        fields = {"queued_at": at, "next_at": at, "sent_at": at, "error": "451 later" * (n % 2)}
        Digest.objects.create(subscription=one, day=at.date(), state=state, **fields)
    page.reload()
    expect(page.locator("[name=least_place]")).to_have_value("10")
    shown = page.frame_locator("iframe")
    page.locator("iframe").scroll_into_view_if_needed()
    expect(shown.locator("body")).to_contain_text("papers for you")
    found += look(page)
    page.click("main button:has-text('Pause')")
    expect(page.locator(".state")).to_contain_text("paused")
    page.click("main button:has-text('Resume')")
    page.fill("[name=held_until]", str(timezone.now().date() + timedelta(days=9)))
    page.click("main button:has-text('Store')")
    expect(page.locator(".state")).to_contain_text("on hold until")
    page.click("a:has-text('← All letters')")
    expect(page.locator("main li")).to_contain_text("on hold until")
    found += look(page)
    sending.suppress("dawn@example.org", "bounced", "550 no such user", timezone.now())
    page.reload()
    expect(page.locator(".notice")).to_contain_text("550 no such user")
    assert found + look(page) == []


def test_a_link_in_a_letter_saves_after_a_press(open_page, papers, look):
    page = open_page()
    reader = Reader.objects.create_user(ADDRESS, "x")
    one = Paper.objects.get(arxiv_id=papers["robots"][0])
    page.goto(f"/mail/{tokens.for_paper(reader.pk, one.pk)}?act=save")
    found = look(page)
    assert not Rating.objects.exists()
    page.click("main button.main")
    expect(page.locator("main")).to_contain_text(re.compile("saved", re.IGNORECASE))
    assert Rating.objects.get().saved
    assert found + look(page) == []


def test_the_operator_looks_at_mail(open_page, papers, look, now):
    page = open_page()
    sign_up(page)
    Reader.objects.update(is_staff=True)
    page.goto("/coverage/mail/")
    found = look(page)
    at = timezone.now()
    fields = {"created_at": now, "confirmed_at": now, "key": "k" * 30}
    one = Subscription.objects.create(address=ADDRESS, **fields)
    for n, state in enumerate(Digest.State.values):
        more = {"state": state, "queued_at": at, "next_at": at, "error": "451 later, please " * 4}
        day = at.date() - timedelta(days=n)
        Digest.objects.create(subscription=one, day=day, attempts=1, **more)
    sending.suppress(f"{'long' * 14}@example.org", "complained", "", at)
    page.reload()
    found += look(page)
    page.check("main input[name=sure]")
    page.click("main tr:has(input[name=sure]) button")
    expect(page.locator("#message")).to_contain_text("once more")
    page.click("main button:has-text('Lift')")
    expect(page.locator("#message")).to_contain_text("Lifted")
    assert found == []
