"""Every page in both themes and two widths: `python -m benchmarks.screenshots [FOLDER]`.

From the demo, with what its reader does on the way; and one page that shows them all.
"""

import sys
from html import escape
from pathlib import Path

from playwright.sync_api import Browser, Page

from benchmarks.instance import ROOT, Instance, instance
from benchmarks.paint import chromium, logged_in

SIZES = {1280: 900, 390: 844}
THEMES = ("light", "dark")
PUBLIC = {
    "daily-public": "/papers",
    "trending-public": "/papers/trending",
    "login": "/accounts/login/",
    "signup": "/accounts/signup/",
    "subscribe": "/subscribe",
    "not-found": "/papers/2401.99999",
    "no-day": "/papers/date/2026-02-30",
}
OF_READERS = {
    "feed": "/",
    "daily": "/papers",
    "week": "/papers/week/2026-W18",
    "month": "/papers/month/2026-04",
    "trending": "/papers/trending?window=month",
    "submit": "/papers/submit",
    "letters": "/settings/letters/",
    "private-feeds": "/settings/feeds/",
    "feeds": "/feeds/",
    "welcome": "/welcome/",
    "bring": "/welcome/papers/",
    "round": "/welcome/round/",
    "insight": "/insight/",
    "map": "/insight/map/",
    "search": "/papers?q=diffusion",
    "search-nothing": "/papers?q=xyzzy",
    "library": "/library/",
    "interests": "/profiles/",
    "signals": "/signals/",
    "reset": "/signals/reset/",
    "past-days": "/history/",
    "catch-up": "/catch-up/",
    "settings": "/settings/",
    "name": "/settings/name/",
    "coverage": "/coverage/",
    "passkeys": "/accounts/2fa/",
    "password": "/accounts/password/change/",
}


def shoot(page: Page, name: str, address: str, folder: Path) -> None:
    page.goto(address)
    for theme in THEMES:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        for width, height in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=folder / f"{name}-{width}-{theme}.png")


def shots(browser: Browser, running: Instance, folder: Path) -> list[str]:
    visitor = browser.new_context(base_url=f"http://127.0.0.1:{running.port}").new_page()
    for name, address in PUBLIC.items():
        shoot(visitor, name, address, folder)
    reader = logged_in(browser, running)
    reader.goto("/")
    paper = reader.locator("article").nth(1).get_attribute("data-arxiv-id")
    for act in ("save", "up"):
        reader.goto(f"/papers/{paper}")
        reader.click(f"[id='{act}-{paper}']")
        reader.wait_for_selector(f"[id='{act}-{paper}'][aria-pressed=true]")
    pages = OF_READERS | {
        "paper": f"/papers/{paper}",
        "why": f"/papers/{paper}/why/",
        "comments": f"/papers/{paper}/comments",
        "upvoters": f"/papers/{paper}/upvotes",
        "claim": f"/papers/{paper}/claim",
    }
    for name, address in pages.items():
        shoot(reader, name, address, folder)
    return [*PUBLIC, *pages]


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
        names = shots(browser, running, folder)
    print(f"{len(names)} pages: {contact_sheet(names, folder)}")


if __name__ == "__main__":
    main()
