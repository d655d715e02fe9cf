"""Every page in both themes and two widths: `python -m benchmarks.screenshots [FOLDER]`.

From the demo and what `scene` adds to it; and one page that shows them all. With names of pages
behind the folder, those alone.
"""

import json
import sys
from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from benchmarks import pages
from benchmarks.instance import ROOT, Instance, instance
from benchmarks.paint import chromium

SIZES = {1280: 900, 390: 844}
THEMES = ("light", "dark")
HIGHEST = 3_000  # what is further down looks like what is above it
STILL = 1_200  # milliseconds after the load, after which nothing moves any more
KEY = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
KEY |= {"hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}
STAGE = "from benchmarks import scene; scene.stage()"


def _type_a_login(page: Page, places: dict[str, Any]) -> None:
    page.goto("/accounts/login/")
    page.fill("[name=login]", places["login"])
    page.fill("[name=password]", places["password"])
    page.click("main form button.main")
    page.wait_for_url("**/authenticate/")


def _spoil(page: Page) -> None:
    page.eval_on_selector_all("article .acts button", "all => all.forEach(one => one.value = 'x')")
    page.locator("[id^=less-]").first.click()
    page.wait_for_selector("#message .error")


def _refused_login(page: Page) -> None:
    page.fill("[name=login]", "nobody@example.org")
    page.fill("[name=password]", "wrong")
    page.click("main form button.main")
    page.wait_for_selector(".summary")


def _too_old(page: Page) -> None:
    page.eval_on_selector("main [name=csrfmiddlewaretoken]", "one => { one.value = 'x' }")
    page.click("main form button.main")
    page.wait_for_selector("h1:has-text('too old')")


def _said(page: Page) -> None:
    page.locator("[id^=less-]").nth(3).click()
    page.wait_for_selector("#undo")


def _add_a_key(page: Page, places: dict[str, Any]) -> None:
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    page.goto("/accounts/2fa/webauthn/add/")
    page.fill("[name=name]", "My laptop")
    page.click("#mfa_webauthn_add")
    page.wait_for_selector("#message p")
    page.goto("/accounts/2fa/webauthn/")
    edit = page.locator("main a[href*=edit]").get_attribute("href") or ""
    places["authenticator"] = edit.split("/")[-3]


BEFORE = {"mfa-authenticate": _type_a_login, "keys": _add_a_key}
THEN: dict[str, Callable[[Page], None]] = {
    "login-refused": _refused_login,
    "name-too-old": _too_old,
    "feed-menu": lambda page: page.click("details.menu summary"),
    "feed-keys": lambda page: page.keyboard.press("?"),
    "feed-said": _said,
    "feed-refused": _spoil,
    "library-acts": lambda page: page.locator("input[form=together]").first.check(),
}


def shoot(page: Page, name: str, address: str, folder: Path) -> None:
    """One page four times: all of it as far as it goes on differently, or what an act shows."""
    page.set_viewport_size({"width": 1280, "height": SIZES[1280]})
    page.goto(address, wait_until="load")
    if name in THEN:
        THEN[name](page)
    page.wait_for_timeout(STILL)
    for theme in THEMES:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        for width, height in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            if name not in THEN:
                long = page.evaluate("document.documentElement.scrollHeight")
                page.set_viewport_size({"width": width, "height": min(long, HIGHEST)})
            page.wait_for_timeout(STILL // 10)
            page.screenshot(path=folder / f"{name}-{width}-{theme}.png")


def as_one(browser: Browser, running: Instance, login: str = "") -> BrowserContext:
    base = f"http://localhost:{running.port}"  # a name, as keys ask for
    context = browser.new_context(base_url=base)
    if login:
        context.add_cookies([{"name": "sessionid", "value": login, "url": base}])
    return context


def shots(browser: Browser, running: Instance, folder: Path, wanted: set[str]) -> list[str]:
    done = []

    def look(context: BrowserContext, listed: Mapping[str, str], places: dict[str, Any]) -> None:
        page = context.new_page()
        for address, body in places.get("worst", {}).items():
            page.route(f"**{address}", _worst(body))
        for name, address in listed.items():
            if wanted and name not in wanted:
                continue
            if name in BEFORE:
                BEFORE[name](page, places)
            shoot(page, name, address.format_map(places), folder)
            done.append(name)
        context.close()

    look(as_one(browser, running), pages.OF_NOBODY, {})
    places = json.loads(running.manage("shell", "--no-imports", "-c", STAGE))
    running.manage("job", "trend")
    for who, listed in pages.PAGES.items():
        look(as_one(browser, running, places["logins"].get(who, "")), listed, places)
    return done


def _worst(body: str) -> Callable[[Any], None]:
    return lambda route: route.fulfill(content_type="text/html", body=body)


def contact_sheet(names: list[str], folder: Path) -> Path:
    rows = "".join(
        f"<h2>{escape(name)}</h2><p>"
        + "".join(
            f'<a href="{file}"><img src="{file}" alt="{file}" height="420" loading="lazy"></a> '
            for theme in THEMES
            for width in SIZES
            for file in [f"{name}-{width}-{theme}.png"]
        )
        + "</p>"
        for name in names
    )
    path = folder / "index.html"
    path.write_text(f'<!DOCTYPE html><meta charset="utf-8"><title>Pages</title>{rows}')
    return path


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "var" / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    with instance() as running, chromium() as browser:
        names = shots(browser, running, folder, set(sys.argv[2:]))
    print(f"{len(names)} pages: {contact_sheet(names, folder)}")


if __name__ == "__main__":
    main()
