"""A real Chromium on a live server: pages that watch their console, a world to read, axe."""

import os
import re
import shutil
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from django.urls import Resolver404, resolve
from playwright.sync_api import expect, sync_playwright

from tests.factories import DAY, SUBJECTS, world
from tests.looked_at import PROPERTY
from webapp.models import Subject
from webapp.services import runs

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run"),
]
PASSWORD = "grey mornings 27"
VIOLATIONS = """async () =>
    (await axe.run(document, {
        resultTypes: ["violations"], rules: {"target-size": {enabled: true}}
    })).violations.map(one =>
        one.id + ": " + one.nodes.map(node => node.html + " " + node.failureSummary).join("; "))
"""
# A closed page tells of its visit as late as when the tables are emptied: it would lock them.
FORGET_THE_VISIT = """() => document.querySelectorAll("form[data-seen]").forEach(one => {
    delete one.dataset.seen;
})"""
HOME = re.compile(r"^http://[^/]+/$")


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium():
    path = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    if path is None:
        reason = "no Chromium is installed: apt install chromium"
        if os.environ.get("FIRSTLIGHT_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, live_server):
    """A function that opens a fresh browser; whatever its console complains of fails the test."""
    contexts, complaints = [], []

    def open_it(expected=r"^$", **options):
        # What a worker asks for is not seen by a test that watches or stops requests.
        options = {"service_workers": "block"} | options
        context = chromium.new_context(base_url=live_server.url, **options)
        contexts.append(context)
        context.set_default_timeout(10_000)
        page = context.new_page()

        def listen(message):
            passed = f"{expected}|registration blocked by Playwright"
            if message.type in {"error", "warning"} and not re.search(passed, message.text):
                complaints.append(message.text)

        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_it
    for context in contexts:
        for page in context.pages:
            page.evaluate(FORGET_THE_VISIT)
        context.close()
    assert complaints == []


@pytest.fixture(autouse=True)
def tries_are_forgotten(transactional_db):
    """The counts of the login limits stand in a table that no test's end empties."""
    cache.clear()


@pytest.fixture
def papers(live_server, now):
    """A day of three topics, an older one, and a model that knows both."""
    for code in SUBJECTS.values():
        Subject.objects.get_or_create(code=code, defaults={"name": code, "group": "Test"})
    world(2, DAY - timedelta(days=3))
    today = world(12)
    runs.train("test", now)
    return {topic: [paper.arxiv_id for paper in listed] for topic, listed in today.items()}


def name_of(address):
    """The name of an address; nothing where there is none, such as behind a page for the worst."""
    try:
        return resolve(urlsplit(address).path).url_name
    except Resolver404:
        return ""


@pytest.fixture
def look(record_property):
    """A function that lists what axe and a narrow screen find on the page that is open.

    What it has seen is told to `tests.looked_at`: the name of the address; or what was answered,
    since a page that refuses is no look at what stands there.
    """

    def look_at(page):
        found = []
        status = page.evaluate("performance.getEntriesByType('navigation')[0].responseStatus")
        record_property(PROPERTY, name_of(page.url) if status == 200 else str(status))
        page.evaluate(Axe().axe_script)
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 800})
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                place = f"{page.url} at {width} px, {scheme}: "
                found += [place + violation for violation in page.evaluate(VIOLATIONS)]
        page.set_viewport_size({"width": 320, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > 320:
            found.append(f"{page.url}: {wide} px wide on a screen of 320")
        page.set_viewport_size({"width": 1280, "height": 800})
        return found

    return look_at


def order(page):
    return page.eval_on_selector_all("article", "list => list.map(one => one.dataset.arxivId)")


def sign_up(page, email="dawn@example.org"):
    page.goto("/accounts/signup/")
    page.fill("[name=email]", email)
    page.fill("[name=password1]", PASSWORD)
    page.fill("[name=password2]", PASSWORD)
    page.click("main button.main")
    page.wait_for_url("**/welcome/")
    expect(page.locator("#message")).to_contain_text("is unconfirmed")
    page.goto("/")


def log_in(page, email="dawn@example.org", password=PASSWORD):
    page.goto("/accounts/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", password)
    page.click("main form button.main")
    page.wait_for_url(HOME)


def log_out(page):
    page.click("summary:has-text('Account')")
    page.click("button:has-text('Log out')")
    page.wait_for_url(HOME)


def visit(page, address):
    """Open a page of an account; where it asks who one is, prove it."""
    page.goto(address)
    if "/reauthenticate/" in page.url and "/reauthenticate/" not in address:
        page.fill("[name=password]", PASSWORD)
        page.click("main form button.main")
        page.wait_for_url(f"**{address}")
