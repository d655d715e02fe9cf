"""Hundreds of thousands of papers, and readers with libraries, in the database of this process."""

import gzip
import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

WEEKS = 15  # a copy stands so much earlier: longer than the files, and on the same weekdays
READERS, ACTS, UPVOTES = 40, 300, 150
RECENT_DAYS = 40  # issue days that readers' acts are about


def papers(paths: list[Path], n: int) -> Iterator[dict[str, Any]]:
    """The papers of the files, newest copy first, over and over, each time earlier.

    Texts, authors, categories are as they are; identifiers are given anew by month.
    """
    numbers = Counter[str]()
    for copy in range(1_000):
        earlier = timedelta(weeks=WEEKS * copy)
        for path in paths:
            with gzip.open(path, "rt") as lines:
                for line in lines:
                    paper = json.loads(line)
                    day = date.fromisoformat(paper["date"]) - earlier
                    numbers[f"{day:%y%m}"] += 1
                    number = numbers[f"{day:%y%m}"]
                    yield paper | {"id": f"{day:%y%m}.{number:05d}", "date": f"{day}"}
                    if sum(numbers.values()) == n:
                        return


def written(rows: Iterable[dict[str, Any]], path: Path) -> Path:
    with gzip.open(path, "wt", compresslevel=1) as file:
        file.writelines(f"{json.dumps(row)}\n" for row in rows)
    return path


def fill(file: Path, now: datetime) -> None:
    """Papers, readers, their acts; a model, its orders, what is trending."""
    from django.core.management import call_command

    call_command("import_papers", str(file))
    readers = make_readers(now)
    call_command("job", "train")
    call_command("job", "rank")
    call_command("job", "trend")
    print(f"load: {len(readers)} readers with {ACTS} saves and ratings and {UPVOTES} upvotes each")


def make_readers(now: datetime) -> list[Any]:
    """Each likes two categories, and acts on the recent days' papers in them."""
    from webapp.models import Paper, Rating, Reader, Upvote
    from webapp.queries import papers as stored

    chance = random.Random(0)
    days = stored.newest_days(RECENT_DAYS)
    recent = list(Paper.objects.filter(issue_day__in=days).only("id", "subjects", "issue_day"))
    topics = [code for code, _ in Counter(p.subjects[0] for p in recent).most_common(12)]
    readers, ratings, upvotes = [], [], []
    for number in range(READERS):
        reader = Reader.objects.create_user(f"reader{number}@example.org", None)
        wanted = set(chance.sample(topics, 2))
        likely = [paper for paper in recent if wanted & set(paper.subjects)]
        chosen = chance.sample(likely, min(ACTS, len(likely)))
        ratings += [rating(Rating, reader, paper, chance, now) for paper in chosen]
        for paper in chance.sample(recent, UPVOTES):
            at = now - timedelta(hours=chance.uniform(0, 29 * 24))
            upvotes.append(Upvote(reader=reader, paper=paper, at=at))
        readers.append(reader)
    Rating.objects.bulk_create(ratings, batch_size=5_000)
    Upvote.objects.bulk_create(upvotes, batch_size=5_000)
    single_out({row.paper_id: row.paper for row in upvotes}, now)
    return readers


def rating(model: Any, reader: Any, paper: Any, chance: random.Random, now: datetime) -> Any:
    """Two of three are saves, the others say more or less."""
    saved = chance.random() < 0.67
    at = now - timedelta(days=chance.uniform(0, 60))
    kept = {"saved": True, "saved_version": 1, "saved_at": at} if saved else {}
    if saved and chance.random() < 0.3:
        kept |= {
            "tags": [chance.choice(["to cite", "methods", "group"])],
            "note": "A note of mine.",
        }
    value = 0 if saved else chance.choice([1, 1, -1])
    return model(reader=reader, paper=paper, value=value, day=at.date(), changed_at=at, **kept)


def single_out(found: dict[int, Any], now: datetime) -> None:
    from webapp.models import Entry
    from webapp.services.social.upvotes import recount

    rows = [
        Entry(paper_id=pk, day=paper.issue_day, created_at=now, changed_at=now)
        for pk, paper in found.items()
    ]
    Entry.objects.bulk_create(rows, batch_size=5_000)
    recount(list(found))
