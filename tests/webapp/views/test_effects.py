"""Effects of signals: what they cost to tell, and where they cannot be told."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import DAY, rating, world
from webapp import dataset
from webapp.models import CandidatePack, Rating
from webapp.services import runs

pytestmark = pytest.mark.django_db


@pytest.fixture
def topics(who, now):
    older, today = world(4, DAY - timedelta(days=1)), world(12)
    for one in older["robots"]:
        rating(who, one)
    runs.train("test", now)
    return older, today


def test_a_damaged_pack_leaves_effects_untold(client, who, topics):
    act = Rating.objects.filter(reader=who).first()
    dataset.forget_packs()
    CandidatePack.objects.update(arrays=b"torn")
    assert client.get("/signals/?effects=1").status_code == 200
    assert client.get(f"/signals/act/{act.pk}/").status_code == 200
    assert client.get(f"/papers/{act.paper.arxiv_id}/why/").status_code == 200


def test_effects_are_all_told_against_one_order(client, who, topics):
    address, asked = "/signals/?effects=1", []
    for topic in ("primes", "galaxies"):
        rating(who, topics[1][topic][0])
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        asked.append(len(queries))
    assert asked[1] - asked[0] <= 4  # one act more is one order more
