"""Nights with the stand-in arXiv: what it announces, and how it is asked."""

from datetime import UTC, date, datetime

from webapp.services import harvests

MONDAY = date(2026, 4, 20)
TUESDAY = date(2026, 4, 21)
DAYS = [date(2026, 4, 16), date(2026, 4, 17), MONDAY, TUESDAY]


def announced(day, n=6, subjects=("cs.LG",), first=0):
    """A day's papers, numbered by day."""
    return [
        {
            "id": f"2604.{day.day:02d}{first + k:03d}",
            "date": day.isoformat(),
            "title": f"Paper {k} of {day}",
            "abstract": f"We study number {k} and show that it is interesting.",
            "authors": ["Ada Example", "Ben Example"],
            "categories": list(subjects),
            "comments": None,
        }
        for k in range(1, n + 1)
    ]


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def harvest(slot="2026-04-20T06:05", now="2026-04-20T06:05"):
    return harvests.harvest(slot, at(now), lambda: at(now))


def by_hand(source, day=MONDAY, now="2026-04-20T06:05"):
    return harvest(f"{day}/{source}/cs.LG/by hand {now}", now)
