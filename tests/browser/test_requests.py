"""What a page asks for beside itself: six requests at most, the browser's icon among them."""

import pytest

from tests.browser.conftest import sign_up

MOST = 6
PAGES = [
    *("/", "/papers", "/papers/trending", "/papers?q=robots", "/library/", "/signals/"),
    *("/profiles/", "/insight/", "/insight/map/", "/welcome/", "/welcome/round/", "/settings/"),
    *("/settings/letters/", "/settings/feeds/", "/coverage/", "/history/", "/catch-up/"),
    *("/accounts/2fa/", "/accounts/email/", "/papers/submit", "/feeds/"),
]


@pytest.fixture
def asked(open_page, papers):
    """A function that opens a page without a cache and lists what was asked for, acts apart."""

    def ask(page, address):
        requests = []

        def note(request):
            requests.append(request)

        page.on("request", note)
        page.goto(address, wait_until="networkidle")
        page.remove_listener("request", note)
        return [one.url for one in requests if one.method == "GET"]

    return ask


def test_no_page_asks_for_more_than_six_things(open_page, asked, papers, settings):
    settings.ARXIV_SUBJECTS = ["cs.RO"]  # so that the day says how it stands, and when
    page = open_page()
    for address in ("/", "/accounts/login/", "/accounts/signup/"):
        assert len(asked(page, address)) <= MOST, address
    sign_up(page)
    tools = page.context.new_cdp_session(page)
    tools.send("Network.enable")
    tools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.locator("article button[id^=save-]").first.click()
    for address in [*PAGES, f"/papers/{papers['robots'][0]}"]:
        found = asked(page, address)
        assert len(found) <= MOST, found
        assert len(found) > 2


def test_scripts_that_are_written_into_the_page_run(open_page, papers, settings):
    settings.ARXIV_SUBJECTS = ["cs.RO"]
    page = open_page(timezone_id="Asia/Tokyo")
    sign_up(page)
    page.goto("/settings/")
    assert page.locator("#zone").is_visible()
    assert "Asia/Tokyo" in page.inner_text("#zone")
