"""What a harvest looks like: the line above the feed, coverage, sources, zones, changed papers."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.conftest import log_in, sign_up
from tests.factories import paper
from webapp.arxiv import calendar
from webapp.arxiv.coverage import Kind
from webapp.models import Coverage, Harvest, Holiday, Paper, Reader, Subject, Work

SUBJECTS = ["cs.RO", "math.NT"]


@pytest.fixture
def due(live_server, settings):
    """The newest day that is due, with papers, on an instance that follows two categories."""
    settings.ARXIV_SUBJECTS = SUBJECTS
    for code in SUBJECTS:
        Subject.objects.get_or_create(code=code, defaults={"name": f"All of {code}", "group": "x"})
    day = calendar.expected_day(timezone.now())
    for topic in ("robots", "primes"):
        paper(topic, day)
    return day


def covered(day, **fields):
    ids = [f"2611.{n:05d}" for n in range(90_001, 90_041)]
    defaults = {"expected": 40, "expected_ids": ids, "listed_day": day, "state": "complete"}
    defaults |= {"sentence": "All 40 papers are here.", "received": {"oai": ids, "rss": ids[:30]}}
    for code in SUBJECTS:
        Coverage.objects.update_or_create(
            subject=code, day=day, defaults=defaults | {"changed_at": timezone.now()} | fields
        )


def tried(day, **fields):
    defaults = {"source": "oai", "subject": "cs.RO", "slot": "night", "state": "refused"}
    defaults |= {"error": "The server answered with a web page.", "status": 200}
    Harvest.objects.create(day=day, started_at=timezone.now(), **(defaults | fields))


def empty(day, listed):
    """Nothing of the day has come; an older listing was seen, or none."""
    Paper.objects.update(issue_day=day - timedelta(days=7))
    covered(day, expected=None, expected_ids=[], received={}, listed_day=listed, state="late")


STATES = {
    Kind.COMPLETE: covered,
    Kind.PARTIAL: lambda day: covered(day, missing_ids=["2611.90001"], state="partial"),
    Kind.LATE: lambda day: empty(day, None),
    Kind.STALE: lambda day: empty(day, day - timedelta(days=3)),
    Kind.HOLIDAY: lambda day: Holiday.objects.update_or_create(date=day),
    Kind.QUIET: lambda day: covered(day, expected=0, expected_ids=[], received={}),
}


@pytest.mark.parametrize("kind", STATES, ids=lambda kind: kind.value)
def test_the_line_above_the_feed_in_each_state(open_page, due, look, kind):
    STATES[kind](due)
    page = open_page()
    page.goto("/")
    line = page.locator(".outlook")
    expect(line).to_contain_text("The next papers are announced on")
    if kind is Kind.HOLIDAY:
        expect(line).to_contain_text("arXiv has a holiday on")
    assert look(page) == []
    line.locator("a").click()
    page.wait_for_url("**/coverage/")


def test_the_coverage_of_a_week_with_holes_as_a_reader(open_page, due, look):
    covered(due, missing_ids=["2611.90001", "2611.90002"], state="partial")
    covered(due - timedelta(days=7))
    tried(due)
    page = open_page()
    sign_up(page)
    page.goto("/coverage/")
    assert look(page) == []
    expect(page.locator("main")).not_to_contain_text("operator")
    page.locator("td summary").first.click()
    expect(page.locator("a[href='https://arxiv.org/abs/2611.90001']").first).to_be_visible()
    page.locator("a[rel=prev]").first.click()
    expect(page.locator("h2").first).to_contain_text("complete")
    assert look(page) == []


def test_the_operator_asks_again_and_follows_it(open_page, due, look):
    covered(due)
    tried(due)
    page = open_page()
    sign_up(page)
    Reader.objects.update(is_staff=True)
    page.goto("/coverage/")
    found = look(page)
    page.locator("button:has-text('Ask for this day again')").first.click()
    page.wait_for_url("**/coverage/sources/")
    expect(page.locator("#message")).to_contain_text("A worker will ask for")
    expect(page.locator("#requests")).to_contain_text("waiting")
    found += look(page)
    Work.objects.filter(job="harvest").update(state="done")
    expect(page.locator("#requests")).to_contain_text("done: 0 answered")
    assert found + look(page) == []


def test_one_click_takes_the_browsers_time_zone(open_page, due, look):
    page = open_page(timezone_id="Asia/Kathmandu")
    sign_up(page)
    offer = page.locator("#zone")
    expect(offer).to_contain_text("times here are UTC")
    found = look(page)
    offer.locator("button:has-text('Use')").click()
    expect(page.locator("#message")).to_contain_text("Times are told in Asia/Kat")
    expect(page.locator(".outlook")).to_contain_text(re.compile(r"at \d\d:45 your time"))
    expect(offer).to_be_hidden()
    page.goto("/settings/")
    found += look(page)
    page.select_option("#id_time_zone", "America/St_Johns")
    page.click("main button.main:has-text('Store')")
    expect(page.locator("main")).to_contain_text("told in America/St_Johns")
    assert found == []


def test_a_zone_that_was_declined_is_not_offered_again(open_page, due):
    page = open_page(timezone_id="Asia/Kathmandu")
    sign_up(page)
    page.click("#zone button:has-text('Keep')")
    expect(page.locator("#zone")).to_be_hidden()
    page.reload()
    expect(page.locator("#zone")).to_be_hidden()
    assert Reader.objects.get().time_zone == ""


def test_a_browser_whose_clock_is_the_same_is_offered_nothing(open_page, due):
    page = open_page(timezone_id="Africa/Abidjan")
    sign_up(page)
    expect(page.locator("#zone")).to_be_hidden()


def test_without_javascript_the_zone_is_chosen_from_a_list(open_page, due):
    page = open_page(java_script_enabled=False)
    sign_up(page)
    expect(page.locator("#zone")).to_be_hidden()
    page.goto("/settings/")
    page.select_option("#id_time_zone", "Europe/Berlin")
    page.click("main button.main:has-text('Store')")
    expect(page.locator("main")).to_contain_text("told in Europe/Berlin")


def test_a_changed_paper_is_marked_as_seen_and_back(open_page, due, look):
    page = open_page()
    sign_up(page)
    one = Paper.objects.first().arxiv_id
    page.click(f"[id='save-{one}']")
    expect(page.locator("#message")).to_contain_text("Saved")
    Paper.objects.filter(arxiv_id=one).update(version=3)
    found = []
    for address in ("/", f"/papers/{one}", "/library/", "/library/?kind=changed"):
        page.goto(address)
        expect(page.locator(".changed")).to_contain_text("Changed since you saved it: v1 to v3")
        found += look(page)
    page.click(f"[id='seen-{one}']")
    expect(page.locator(".changed")).to_have_count(0)
    page.click("#undo")
    expect(page.locator(".changed")).to_have_count(1)
    page.goto("/")
    page.click(f"[id='seen-{one}']")
    expect(page.locator(".changed")).to_have_count(0)
    page.goto("/library/?kind=changed")
    expect(page.locator("main")).to_contain_text("None of your saved papers has changed")
    assert found + look(page) == []


def test_a_reader_who_logs_in_elsewhere_keeps_the_zone(open_page, due):
    page = open_page(timezone_id="Asia/Tokyo")
    sign_up(page)
    page.click("#zone button:has-text('Use')")
    expect(page.locator("#message")).to_contain_text("Asia/Tokyo")
    other = open_page(timezone_id="Europe/Berlin")
    log_in(other)
    expect(other.locator(".outlook")).to_contain_text("your time (Asia/Tokyo)")
    expect(other.locator("#zone")).to_contain_text("Europe/Berlin")
