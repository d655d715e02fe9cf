"""Start, import, feed, rating: `python -m benchmarks.speed [PART ...]`.

Every figure is measured from outside: at the terminal, at the HTTP client, from /proc. Without
--papers the imports read made-up papers of realistic length; quoted figures name their files.
"""

import argparse
import gzip
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from benchmarks.instance import ROOT, Browser, Instance, environment, instance, made_up, shown

DAY = f"{datetime.now(UTC).date() + timedelta(days=2)}"  # of its own, later than any real one
N_CANDIDATES = 1_500
RATINGS, PAGES = 200, 200


def percentiles(seconds: list[float]) -> str:
    ordered = sorted(1000 * s for s in seconds)
    at = {p: ordered[min(len(ordered) - 1, int(len(ordered) * p / 100))] for p in (50, 95, 99)}
    return " ".join(f"p{p} {ms:.1f} ms" for p, ms in at.items()) + f" (n {len(ordered)})"


def written(n: int, folder: Path) -> list[Path]:
    """A file of made-up papers, as if announced over nine months."""
    path = folder / "papers.jsonl.gz"
    days = [date(2026, 1 + month, 1 + day) for month in range(9) for day in range(28)]
    with gzip.open(path, "wt", compresslevel=1) as file:
        file.writelines(f"{json.dumps(row)}\n" for row in made_up(n, days))
    return [path]


def start(_: list[Path]) -> None:
    """A fresh clone and an empty home, `make run` to the ready line; again; memory; stop."""
    with tempfile.TemporaryDirectory(prefix="firstlight-clone-") as folder:
        clone, home = Path(folder) / "clone", Path(folder) / "home"
        Path(folder).chmod(0o711)
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        first = Instance(home, ["make", "-s", "run"], clone)
        print(f"start: first, with installation   {first.seconds_to_ready:6.1f} s")
        first.stop()
        second = Instance(home, ["make", "-s", "run"], clone)
        print(f"start: second                     {second.seconds_to_ready:6.1f} s")
        browser = Browser(second.port)
        browser.log_in(*second.login())
        for _ in range(40):
            browser.request("GET", "/")
        memory = second.pss_megabytes()
        parts = ", ".join(f"{name} {size:.0f}" for name, size in sorted(memory.items()))
        print(f"start: memory (PSS) in all        {sum(memory.values()):6.0f} MB ({parts})")
        print(f"start: Ctrl-C to all stopped      {second.stop():6.1f} s")


def imports(papers: list[Path]) -> None:
    """All the files into an empty instance, then again."""
    with instance() as running:
        # The demo's papers stay; they are 300 among tens of thousands.
        for again in ("first", "second"):
            command = [sys.executable, "manage.py", "import_papers", *map(str, papers)]
            began = time.monotonic()
            done = subprocess.run(
                command, cwd=ROOT, env=environment(running.home), capture_output=True, check=False,
                text=True,
            )  # fmt: skip
            seconds = time.monotonic() - began
            n = int(done.stdout.split(" lines")[0].replace(",", ""))
            print(f"import: {again:6} {n:,} papers in {seconds:.1f} s, {n / seconds:,.0f}/s")
            print(f"        {done.stdout.strip()}")
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"import: peak memory of any one process {peak:.0f} MB")


def one_day(papers: list[Path], folder: Path) -> Path:
    """The first 1,500 papers of the files, as if announced on one day."""
    path = folder / "day.jsonl"
    n = 0
    with path.open("w") as file:
        for source in papers:
            with gzip.open(source, "rt") as lines:
                for line in lines:
                    if n < N_CANDIDATES:
                        file.write(json.dumps(json.loads(line) | {"date": DAY}) + "\n")
                        n += 1
    return path


def feed(papers: list[Path]) -> None:
    """The feed page and a rating of 1,500 candidates, at an HTTP client, workers idle."""
    with instance() as running, tempfile.TemporaryDirectory() as folder:
        running.manage("import_papers", str(one_day(papers, Path(folder))))
        running.manage("job", "train")
        browser = Browser(running.port)
        browser.log_in(*running.login())
        pages, acts, size = [], [], 0
        for _ in range(PAGES):
            began = time.perf_counter()
            status, html = browser.request("GET", "/")
            pages.append(time.perf_counter() - began)
            size = max(size, len(html.encode()))
            assert (status, len(shown(html))) == (200, 30)
        for number in range(RATINGS):
            paper = shown(html)[number % 30]
            value = ("up", "down", "clear")[number % 3]
            began = time.perf_counter()
            form = {"value": value, "day": DAY}
            status, html = browser.request("POST", f"/papers/{paper}/rating/", form, htmx=True)
            acts.append(time.perf_counter() - began)
            assert (status, len(shown(html))) == (200, 30)
        print(f"feed: page with 30 of {N_CANDIDATES:,} papers  {percentiles(pages)}")
        print(f"feed: HTML before compression       {size / 1000:.1f} kB")
        print(f"feed: rating to re-ranked list      {percentiles(acts)}")


def topics(_: list[Path]) -> None:
    """Five times "more like this" on one topic of the demo, then undone."""
    known = json.loads((ROOT / "fixtures" / "topics.json").read_text())
    with instance() as running:
        browser = Browser(running.port)
        browser.log_in(*running.login())
        _, html = browser.request("GET", "/")
        before = shown(html)
        _, more = browser.request("GET", "/?page=2")
        _, rest = browser.request("GET", "/?page=3")
        day = [*before, *shown(more), *shown(rest)]
        for topic in known.values():
            here = [paper for paper in day if paper in topic["papers"]]
            if len(here) < 8:
                continue
            for paper in here[:5]:
                _, html = rate(browser, paper, "up")
            hits = sum(paper in topic["papers"] for paper in shown(html)[:10])
            for paper in here[:5]:
                _, html = rate(browser, paper, "clear")
            same = shown(html) == before
            print(f"topics: {topic['name']:32} {hits} of the first 10; undone: {same}")


def rate(browser: Browser, paper: str, value: str) -> tuple[int, str]:
    form = {"value": value, "day": "2026-04-30"}
    return browser.request("POST", f"/papers/{paper}/rating/", form, htmx=True)


def memory(papers: list[Path]) -> None:
    """PSS of all processes after all the papers, a training and some reading."""
    with instance() as running:
        running.manage("import_papers", *map(str, papers))
        running.manage("job", "train")
        browser = Browser(running.port)
        browser.log_in(*running.login())
        for _ in range(40):
            browser.request("GET", "/")
        parts = running.pss_megabytes()
        named = ", ".join(f"{name} {size:.0f}" for name, size in sorted(parts.items()))
        print(f"memory: after papers, a training {sum(parts.values()):.0f} MB ({named})")


PARTS = {"start": start, "import": imports, "feed": feed, "topics": topics, "memory": memory}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="all when none is named")
    parser.add_argument("--papers", nargs="+", type=Path, default=[], help="gzip files of papers")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        papers = [path.resolve() for path in chosen.papers] or written(40_000, Path(folder))
        for name in chosen.parts or PARTS:
            PARTS[name](papers)


if __name__ == "__main__":
    main()
