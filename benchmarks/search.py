"""The search among 300,000 papers: `python -m benchmarks.search --papers FILES`.

The papers of the files are loaded, then again as if of earlier years until there are enough: such a
replica has the first half of its abstract and its authors from one paper, the rest and every second
title from another of the same category, so that words go together as they do in real papers. Then
a model is trained, and the pages are asked for over HTTP, one after the other, from two processes
of gunicorn on the same machine as the database. Every query is another one.

--there measures a database that is filled already, the one of DATABASE_URL.
"""

import argparse
import gzip
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks.database import database, query
from benchmarks.instance import ROOT, Browser, free_port, shown
from benchmarks.speed import percentiles

N, ASKED, WARM = 300_000, 100, 20
Row = dict[str, Any]


def rows_of(papers: list[Path]) -> list[Row]:
    return [json.loads(line) for path in papers for line in gzip.open(path, "rt")]


def replicated(rows: list[Row], n: int) -> Iterator[Row]:
    """The papers, then replicas of them, a year earlier each time."""
    chance = random.Random(0)
    alike: dict[str, list[Row]] = {}
    for row in rows:
        alike.setdefault(row["categories"][0], []).append(row)
    for number in range(n):
        back, place = divmod(number, len(rows))
        row = rows[place]
        other = chance.choice(alike[row["categories"][0]])
        yield replica(row, other, back, place) if back else row


def replica(row: Row, other: Row, back: int, place: int) -> Row:
    day = date.fromisoformat(row["date"])
    earlier = day.replace(year=day.year - back, day=min(day.day, 28))
    return row | {
        "id": f"{earlier:%y%m}.{place + 1:05d}",
        "date": f"{earlier}",
        "title": (row if place % 2 else other)["title"],
        "abstract": f"{halves(row)[0]} {halves(other)[1]}",
    }


def halves(row: Row) -> tuple[str, str]:
    sentences = re.split(r"(?<=[.!?]) ", row["abstract"])
    middle = (len(sentences) + 1) // 2
    return " ".join(sentences[:middle]), " ".join(sentences[middle:])


def fill(papers: list[Path], n: int) -> None:
    from django.core.management import call_command

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "papers.jsonl.gz"
        with gzip.open(path, "wt", compresslevel=1) as file:
            file.writelines(f"{json.dumps(row)}\n" for row in replicated(rows_of(papers), n))
        began = time.perf_counter()
        call_command("import_papers", str(path))
        seconds = time.perf_counter() - began
    print(f"search: {n:,} papers loaded in {seconds:.0f} s, {n / seconds:,.0f}/s")
    query("VACUUM ANALYZE webapp_paper")
    began = time.perf_counter()
    call_command("job", "train")
    seconds = time.perf_counter() - began
    print(f"search: a model trained and {placed():,} papers placed in {seconds:.0f} s")


def placed() -> int:
    return int(query("SELECT count(DISTINCT paper_id) FROM webapp_papervector")[0][0])


def queries(papers: list[Path]) -> dict[str, list[str]]:
    """Made of the papers' own words, by how many papers of the files have them."""
    chance, rows = random.Random(1), rows_of(papers)
    texts = [f"{row['title']} {row['abstract']}" for row in rows]
    n_with: Counter[str] = Counter()
    for text in texts:
        n_with.update(set(re.findall(r"[a-z]{4,}", text.lower())))
    rare = sorted(word for word, n in n_with.items() if 3 <= n <= 30)
    common = [word for word, _ in n_with.most_common(400)]
    some = chance.sample(rows, ASKED)
    return {
        "a rare word": chance.sample(rare, ASKED),
        "a rare and a common word": [
            f"{chance.choice(common)} {w}" for w in chance.sample(rare, ASKED)
        ],
        "a common word": common[:ASKED],
        "two common words": [" ".join(chance.sample(common, 2)) for _ in range(ASKED)],
        "a title": [row["title"] for row in some],
        "200 words": [" ".join(chance.choice(texts).split()[:200]) for _ in range(ASKED)],
        "200 words with or": [
            " or ".join(chance.sample(common, 200))[:2_000] for _ in range(ASKED)
        ],
        "an author": [f'au:"{row["authors"][0]}"' for row in some],
        "a phrase": [f'"{" ".join(row["title"].split()[:2])}"' for row in some],
        "fields, minus, dates": [
            f"ti:{chance.choice(common)} cat:{row['categories'][0]} -{chance.choice(common)}"
            " from:2024"
            for row in some
        ],
    }


@contextmanager
def serving() -> Iterator[Browser]:
    port = free_port()
    command = ["gunicorn", "webapp.wsgi:application", f"--bind=127.0.0.1:{port}", "--preload"]
    command += ["--worker-class=gthread", "--workers=2", "--threads=4", "--no-control-socket"]
    command = [sys.executable, "-m", "gunicorn", *command[1:]]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ, stderr=subprocess.DEVNULL)
    try:
        yield ready(port)
    finally:
        process.terminate()
        process.wait(30)


def ready(port: int) -> Browser:
    for _ in range(200):
        try:
            browser = Browser(port)
            browser.request("GET", "/papers?q=")
        except OSError:
            time.sleep(0.1)
        else:
            return browser
    raise RuntimeError("the pages do not answer")


def measure(papers: list[Path]) -> None:
    asked = queries(papers)
    with serving() as browser:
        for text in asked["a title"][:WARM]:  # both processes read the places once
            get(browser, text, "")
        for order in ("", "date"):
            for name, texts in asked.items():
                seconds, n_found = zip(*(get(browser, text, order) for text in texts), strict=True)
                empty = sum(not n for n in n_found)
                label = f"{name}{', newest first' if order else ''}"
                found = f"{empty} without a hit" if empty else ""
                print(f"search: {label:42} {percentiles(list(seconds))} {found}")


def get(browser: Browser, text: str, order: str) -> tuple[float, int]:
    address = "/papers?" + urlencode({"q": text} | ({"order": order} if order else {}))
    began = time.perf_counter()
    status, html = browser.request("GET", address)
    assert status == 200, address
    return time.perf_counter() - began, len(shown(html))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", nargs="+", type=Path, required=True)
    parser.add_argument("--there", action="store_true", help="the database is filled")
    parser.add_argument("-n", type=int, default=N)
    chosen = parser.parse_args()
    if chosen.there:
        measure(chosen.papers)
        return
    with database():
        fill(chosen.papers, chosen.n)
        measure(chosen.papers)


if __name__ == "__main__":
    main()
