"""The stand-in arXiv in front of the services."""

import pytest

from tests.fakes import SETTINGS, FakeArxiv
from tests.webapp.services.nights import DAYS, announced
from webapp.arxiv import gate


@pytest.fixture
def arxiv(settings, monkeypatch):
    monkeypatch.setattr(gate, "GAP_SECONDS", 0.0)
    papers = [paper for day in DAYS for paper in announced(day)]
    with FakeArxiv(papers, now="2026-04-20T06:00Z") as fake:
        for name, path in SETTINGS.items():
            setattr(settings, name, fake.url + path)
        settings.ARXIV_SUBJECTS = ["cs.LG"]
        yield fake
