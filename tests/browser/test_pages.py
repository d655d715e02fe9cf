"""Every page through axe: light and dark, wide and narrow, and none too wide for 320 px."""

import re
from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.conftest import log_in, order, sign_up
from tests.factories import DAY, paper
from webapp.models import Paper, Profile, Ranking, Reader

LONG = r"A very long title $\sum_{i=1}^{n} \alpha_i \otimes \beta_i \le \frac{1}{2}$ " * 3


def test_pages_of_a_visitor(open_page, papers, look):
    one = papers["robots"][0]
    gone = paper(withdrawn_at=timezone.now(), title=LONG, authors=["A. Long Name"] * 80)
    page = open_page(expected="40[45]")
    found = []
    for address in (
        "/library/acts/",
        "/",
        f"/?day={DAY - timedelta(days=1)}",
        "/papers",
        "/papers?q=robot",
        "/papers?q=xyzzy",
        f"/papers/{one}",
        f"/papers/{gone.arxiv_id}",
        "/papers/2611.99999",
        "/nowhere",
        "/offline",
        "/offline?sent",
    ):
        page.goto(address)
        found += look(page)
    assert found == []


def test_pages_of_a_reader(open_page, papers, look):
    page = open_page()
    sign_up(page)
    page.click(f"[id='save-{papers['robots'][0]}']")
    expect(page.locator("#message")).to_contain_text("Saved")
    found = look(page)
    page.click("summary:has-text('Account')")
    found += look(page)
    for address in ("/library/", "/profiles/", "/papers?q=robot", f"/papers/{papers['primes'][0]}"):
        page.goto(address)
        found += look(page)
    assert found == []


def test_what_readers_see_of_exploration_and_comparisons(open_page, papers, look):
    page = open_page(java_script_enabled=False)
    sign_up(page)
    page.click(f"[id='save-{papers['robots'][0]}']")
    page.goto("/settings/")
    page.check("#id_compares")
    page.click("button:has-text('Store the choice')")
    expect(page.locator("#message")).to_contain_text("You take part")
    assert Reader.objects.get(email="dawn@example.org").compares
    Ranking.objects.update(explored=[7])
    page = open_page()
    log_in(page)
    page.goto("/")
    seventh = page.locator("article").nth(6)
    expect(seventh.locator(".why")).to_contain_text("Outside your habit")
    found = look(page)
    page.goto("/settings/")
    assert found + look(page) == []


def test_pages_with_nothing_on_them(open_page, live_server, look):
    page = open_page()
    sign_up(page)
    found = []
    for address in (
        *("/", "/library/", "/profiles/", "/settings/", "/coverage/", "/papers", "/signals/"),
        *("/papers/trending", "/history/", "/catch-up/", "/insight/", "/welcome/round/"),
    ):
        page.goto(address)
        found += look(page)
    paper(subjects=["math.NT"])
    Profile.objects.update(subjects=["cs.RO"])
    page.goto("/")
    expect(page.locator(".empty")).to_be_visible()
    assert found + look(page) == []


@pytest.mark.parametrize(
    ("spoiled", "heading"),
    [
        ("[name=csrfmiddlewaretoken]", "The form was too old"),
        (".acts button", "Nothing was stored"),
    ],
)
def test_pages_that_refuse_an_act(open_page, papers, look, spoiled, heading):
    page = open_page(expected="40[03]|ERR_FAILED")
    sign_up(page)
    page.route("**/*.js", lambda route: route.abort())
    page.goto("/")
    page.eval_on_selector_all(spoiled, "list => list.forEach(one => { one.value = 'x' })")
    page.click(f"[id='save-{papers['robots'][11]}']")
    page.wait_for_url("**/save/")
    expect(page.locator("h1")).to_contain_text(heading)
    assert look(page) == []


@pytest.mark.parametrize("name", ["400.html", "403.html", "500.html"])
def test_pages_for_the_worst(open_page, live_server, look, name):
    page = open_page(expected="400|403|500")
    answer = {"content_type": "text/html", "body": render_to_string(name), "status": int(name[:3])}
    page.route("**/worst", lambda route: route.fulfill(**answer))
    page.goto("/worst")
    expect(page.locator("h1")).to_be_visible()
    assert look(page) == []


def test_too_many_tries_at_the_door_say_so(open_page, live_server, look, settings):
    settings.ACCOUNT_RATE_LIMITS = {"signup": "1/m/ip"}
    page = open_page(expected="429")
    for _ in range(2):
        page.goto("/accounts/signup/")
        page.fill("[name=email]", "x@example.org")
        page.fill("[name=password1]", "short")
        page.fill("[name=password2]", "other")
        page.click("main button.main")
        page.wait_for_load_state()
    expect(page.locator("h1")).to_contain_text("Too many tries")
    assert look(page) == []


def test_math_in_a_title_is_drawn_as_math(open_page, live_server):
    page = open_page()
    shown = paper(title=r"On $\frac{a}{b}$")
    page.goto(f"/papers/{shown.arxiv_id}")
    box = page.locator("h1 mfrac").bounding_box()
    assert box["height"] > box["width"]
    assert Paper.objects.count() == 1


def test_what_is_printed_is_dark_on_white_and_has_nothing_to_press(open_page, papers):
    page = open_page(color_scheme="dark")
    sign_up(page)
    one = order(page)[0]
    page.click(f"[id='save-{one}']")
    expect(page.locator("#message")).to_contain_text("Saved")
    for address in ("/", "/library/", "/papers?q=robot", f"/papers/{one}", "/papers"):
        page.goto(address)
        page.emulate_media(media="print", color_scheme="dark")
        ink = page.evaluate("getComputedStyle(document.body).color")
        assert max(map(int, re.findall(r"\d+", ink))) < 80, (address, ink)
        fields = "main select, main input:not([type=hidden])"
        pressable = f"main button:not([aria-pressed], [name=mute]), {fields}"
        assert page.locator(pressable).filter(visible=True).count() == 0, address
        expect(page.locator("h1, h2").first).to_be_visible()
        page.emulate_media(media="screen")
