"""Whoever is logged in, and a day in a reader's order."""

from datetime import timedelta

import pytest

from tests.factories import DAY, rating, reader, world
from webapp.services import readers, runs


@pytest.fixture
def who(client, db):
    """A reader, logged in."""
    found = reader()
    client.force_login(found)
    return found


@pytest.fixture
def ranked(who, now):
    """A day of three topics, ranked for a reader of robots."""
    older, today = world(3, DAY - timedelta(days=3)), world(12)
    runs.train("test", now)
    for liked in older["robots"]:
        rating(who, liked)
    readers.rerank_after(who, DAY, now)
    return today
