"""Feeds among 300,000 papers: `python -m benchmarks.feeds [--papers N]`.

Made-up papers of three years, a trend, and a reader with an order of the newest day. Every feed is
asked for through the whole of Django, middleware included, without a socket: first whole, then by
whoever has it already.
"""

import argparse
import itertools
import time
from datetime import timedelta
from typing import Any

from benchmarks.database import database, query
from benchmarks.instance import made_up
from benchmarks.letters import ranking_of
from benchmarks.speed import percentiles

ASKED, WARM, NEWEST = 300, 20, 1_500
FEEDS = {
    "daily": "/papers/feed.atom",
    "trending": "/papers/trending.atom",
    "category": "/papers/subject/cs.LG/feed.atom",
    "archive": "/papers/subject/cs/feed.atom",
    "rare category": "/papers/subject/math.KT/feed.atom",
    "search, common": "/papers/search/feed.atom?q=model",
    "search, rare": "/papers/search/feed.atom?q=zeta+gaps+sieve",
    "search, nothing": "/papers/search/feed.atom?q=xyzzy",
}


def fill(n: int) -> str:
    """The papers, their search words, upvotes, and a reader; the reader's token."""
    from django.contrib.auth.hashers import make_password
    from django.utils import timezone

    from webapp.models import Entry, Paper, Reader, Trend
    from webapp.queries.readers import profile_of
    from webapp.services import feeds

    now = timezone.now()
    days = [now.date() - timedelta(days=back) for back in range(n // 400, 0, -1)]
    older, newest = made_up(n - NEWEST, days), made_up(NEWEST, [now.date()])
    rows = (
        Paper(
            arxiv_id=f"{2301 + k // 99_000}.{k % 99_000 + 1:05d}", issue_day=one["date"],
            content_day=one["date"], title=one["title"], abstract=one["abstract"],
            authors=one["authors"], content_hash=one["id"],
            subjects=one["categories"] if k % 3_000 else ["math.KT"],
        )
        for k, one in enumerate(itertools.chain(older, newest))
    )  # fmt: skip
    while some := list(itertools.islice(rows, 5_000)):
        Paper.objects.bulk_create(some)
    query(
        "UPDATE webapp_paper SET search = setweight(to_tsvector('english', title), 'A')"
        " || setweight(to_tsvector('english', abstract), 'B')"
    )
    ids = list(Paper.objects.filter(issue_day=now.date()).values_list("pk", flat=True))
    Entry.objects.bulk_create(
        Entry(paper_id=pk, day=now.date(), n_upvotes=k % 40, created_at=now, changed_at=now)
        for k, pk in enumerate(ids[:500])
    )
    scores = [1.0] * 500
    Trend.objects.create(
        window="week", paper_ids=ids[:500], scores=scores, divisors=scores, computed_at=now
    )
    reader = Reader.objects.create(email="reader@example.org", password=make_password(None))
    profile = profile_of(reader)
    ranking_of(profile, ids, now).save()
    query("VACUUM ANALYZE")
    return feeds.make(profile, profile, "benchmark", now)


def asked(address: str) -> None:
    """Milliseconds and queries of a whole answer and of a 304."""
    from django.db import connection
    from django.test import Client

    client = Client()
    found = client.get(address)
    known: dict[str, Any] = {"if-none-match": found["ETag"]}
    line = f"{len(found.content) / 1000:.0f} kB"
    for status, headers in ((200, {}), (304, known)):
        told: list[str] = []

        def noted(execute: Any, sql: str, *rest: Any, told: list[str] = told) -> Any:
            told.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(noted):
            assert client.get(address, headers=headers).status_code == status
        seconds = []
        for _ in range(WARM + ASKED):
            began = time.perf_counter()
            client.get(address, headers=headers)
            seconds.append(time.perf_counter() - began)
        line += f" | {status}: {len(told)} queries, {percentiles(seconds[WARM:])}"
    print(line)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=300_000)
    n = parser.parse_args().papers
    with database(ALLOWED_HOSTS="testserver"):
        began = time.perf_counter()
        token = fill(n)
        print(f"feeds: {n:,} papers made in {time.perf_counter() - began:.0f} s")
        for name, address in (FEEDS | {"private": f"/feeds/{token}.atom"}).items():
            print(f"feeds: {name:16}", end="")
            asked(address)


if __name__ == "__main__":
    main()
