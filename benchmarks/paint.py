"""How soon pages are painted: `python -m benchmarks.paint`; Chromium, its processor slowed 4 times.

The demo's instance and reader. Largest contentful paint and layout shift as the browser tells them,
each load without a cache; requests and bytes of one load.
"""

import shutil
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, Response, sync_playwright

from benchmarks.instance import Instance, instance

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run"),
]
SLOWED = 4
LOADS = 5
WIDTHS = (1280, 390)
PAGES = ("/", "/papers", "/papers/trending", "/library/", "/papers?q=galaxies", "/signals/")
WATCH = """
window.seen = {paint: 0, shift: 0};
new PerformanceObserver(list => list.getEntries().forEach(one => seen.paint = one.startTime))
    .observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver(list => list.getEntries().forEach(one => seen.shift += one.value))
    .observe({type: "layout-shift", buffered: true});
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


def logged_in(browser: Browser, running: Instance, **options: Any) -> Page:
    page = browser.new_context(base_url=f"http://127.0.0.1:{running.port}", **options).new_page()
    email, password = running.login()
    page.goto("/accounts/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", password)
    page.click("main form button.main")
    page.wait_for_url("**/")
    return page


def one_load(page: Page, address: str) -> tuple[float, float]:
    """Milliseconds to the largest paint, and the shift, a second after the load."""
    page.goto(address, wait_until="load")
    page.wait_for_timeout(1_000)
    seen = page.evaluate("seen")
    return seen["paint"], seen["shift"]


def weight(page: Page, address: str) -> str:
    """Requests of one load; kilobytes, as sent, of the page and of what styles and moves it."""
    answers: list[Response] = []

    def note(answer: Response) -> None:
        answers.append(answer)

    page.on("response", note)
    page.goto(address, wait_until="networkidle")
    page.remove_listener("response", note)
    sent = [
        (one.headers.get("content-type", ""), one.request.sizes()["responseBodySize"] / 1000)
        for one in answers
    ]
    html = sum(size for kind, size in sent if "html" in kind)
    rest = sum(size for kind, size in sent if "css" in kind or "javascript" in kind)
    return f"{len(answers)} requests, HTML {html:.1f} kB, CSS and JS {rest:.1f} kB"


def main() -> None:
    with instance() as running, chromium() as browser:
        for width in WIDTHS:
            page = logged_in(browser, running, viewport={"width": width, "height": 844})
            page.add_init_script(WATCH)
            tools = page.context.new_cdp_session(page)
            tools.send("Network.enable")
            tools.send("Network.setCacheDisabled", {"cacheDisabled": True})
            tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
            for address in PAGES:
                loads = [one_load(page, address) for _ in range(LOADS)]
                paints, shifts = zip(*loads, strict=True)
                print(
                    f"paint: {width:4} px {address:20} largest {statistics.median(paints):4.0f} "
                    f"ms (to {max(paints):.0f}), shift {max(shifts):.3f}; {weight(page, address)}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
