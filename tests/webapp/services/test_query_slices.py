"""The query API as back-fill: its slices are as long as it pleases, and its counts may be wrong."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.webapp.services.nights import MONDAY, by_hand
from webapp.models import Harvest, Paper
from webapp.services.sources import query

pytestmark = pytest.mark.django_db


@pytest.fixture
def arxiv(arxiv):
    arxiv.add(*({"id": f"2604.{n}", "date": f"{MONDAY}"} for n in range(30_001, 30_051)))
    return arxiv


def n_stored():
    return Paper.objects.filter(arxiv_id__startswith="2604.30").count()


def shorter(arxiv, monkeypatch, at_most=20, **said):
    """A server that gives fewer results at once than it is asked for."""
    answer = arxiv.answer

    def cut(path, plain, pairs, entry):
        asked = {**dict(pairs), "max_results": f"{at_most}"} | said
        return answer(path, plain, list(asked.items()), entry)

    monkeypatch.setattr(arxiv, "answer", cut)


def starts(arxiv):
    paths = (entry.path for entry in arxiv.log.entries)
    return [parse_qs(urlsplit(path).query)["start"][0] for path in paths]


def test_slices_that_are_shorter_than_asked_for_are_read_to_the_end(arxiv, monkeypatch):
    shorter(arxiv, monkeypatch)
    by_hand("query")
    assert n_stored() == 50
    assert Harvest.objects.get().state == "done"
    assert starts(arxiv)[:3] == ["0", "20", "40"]


def test_results_from_another_place_are_refused(arxiv, monkeypatch):
    shorter(arxiv, monkeypatch, start="0")
    by_hand("query")
    row = Harvest.objects.get()
    assert row.state == "refused"
    assert "from 20 on" in row.error
    assert len(arxiv.log.entries) == 2


def test_a_list_without_an_end_is_refused(arxiv, monkeypatch):
    monkeypatch.setattr(query, "RESULTS_AT_ONCE", 20)
    monkeypatch.setattr(query, "MOST_RESULTS", 40)
    by_hand("query")
    row = Harvest.objects.get()
    assert (row.state, row.cursor) == ("refused", "")
    assert "name fewer categories" in row.error
