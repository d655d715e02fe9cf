"""Lists beyond arXiv that never end: they are given up, and begun anew the next time."""

import json

import pytest

from tests.webapp.services.nights import MONDAY, harvest
from webapp.models import Harvest

pytestmark = pytest.mark.django_db


def tried(source):
    harvest(f"{MONDAY}/{source}//by hand")
    row = Harvest.objects.get()
    return row.state, row.cursor, row.error


def test_a_server_that_shows_its_first_page_again_and_again(arxiv, settings):
    settings.BIORXIV_SUBJECTS = ["biorxiv"]
    row = {"doi": "10.1101/2026.04.20.000001", "date": f"{MONDAY}", "title": "T", "category": "x"}
    page = {
        "messages": [{"status": "ok", "cursor": 0, "count": 1, "total": 9}],
        "collection": [row],
    }
    arxiv.fail("status", "/details/*", code=200, body=json.dumps(page))
    assert tried("biorxiv") == ("refused", "", "biorxiv repeats a page: its list never ends.")
    assert len(arxiv.log.entries) == 2


def test_a_daily_page_that_is_always_full(arxiv):
    rows = [{"paper": {"id": f"2604.20{n:03d}", "upvotes": 1}} for n in range(1, 101)]
    arxiv.fail("status", "/api/daily_papers*", code=200, body=json.dumps(rows))
    state, cursor, said = tried("daily_papers")
    assert (state, cursor) == ("refused", "")
    assert "more than 20 pages" in said
    assert len(arxiv.log.entries) == 20
