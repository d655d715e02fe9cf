"""Rows with defaults, for tests: say only what matters to the test."""

from datetime import UTC, date, datetime

from django.db import connection

from webapp.models import Paper, Rating, Reader
from webapp.queries import readers
from webapp.services.papers import INDEXED

DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TOPICS = {
    "galaxies": "galaxy redshift spectroscopy of quenched spiral galaxies with infrared dust",
    "robots": "robot manipulation policy with tactile grasp demonstrations and imitation",
    "primes": "prime gaps sieve bounds and zeros of the zeta function in arithmetic",
}
SUBJECTS = {"galaxies": "astro-ph.GA", "robots": "cs.RO", "primes": "math.NT"}
counter = iter(range(1, 100_000))


def paper(topic="galaxies", day=DAY, **fields):
    n = next(counter)
    defaults = {
        "arxiv_id": f"2611.{n:05d}",
        "issue_day": day,
        "content_day": day,
        "title": f"{TOPICS[topic].split()[0].title()} study {n}",
        "abstract": f"We study {TOPICS[topic]} in sample{n} by method{n % 7}.",
        "authors": ["Ada Example", "Ben Example"],
        "subjects": [SUBJECTS[topic]],
        "content_hash": f"{n:032x}",
        "created_at": NOON,
        "changed_at": NOON,
    }
    return Paper.objects.create(**(defaults | fields))


def reader(**fields):
    n = next(counter)
    return Reader.objects.create_user(f"reader{n}@example.org", "a long pass-phrase", **fields)


def rating(reader, paper, value=1, *, saved=False, at=NOON):
    return Rating.objects.create(
        reader=reader,
        paper=paper,
        value=value,
        saved=saved,
        saved_version=paper.version if saved else None,
        day=at.date(),
        changed_at=at,
    )


def profile(reader):
    return readers.profile_of(reader)


def interests(reader):
    return readers.interests_of(reader.pk)


def world(n=12, day=DAY):
    """A day with n papers of each topic, in turn."""
    return {topic: [paper(topic, day) for _ in range(n)] for topic in TOPICS}


def indexed():
    """Let the papers that are there be found by their words, as those are that came by the door."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE webapp_paper s SET search = {INDEXED}")
