"""What readers and the operator are told of the harvest."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import reader
from webapp.models import Coverage, Gate, Harvest, Work

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 4, 20, 6, 0, tzinfo=UTC)


@pytest.fixture
def partial():
    Coverage.objects.create(
        subject="cs.LG",
        day=date(2026, 4, 20),
        expected=3,
        missing_ids=["2604.20003"],
        received={"rss": ["2604.20001", "2604.20002"]},
        state="partial",
        sentence="2 of 3 papers are here.",
        changed_at=NOW,
    )
    Harvest.objects.create(
        source="oai",
        day=date(2026, 4, 20),
        subject="cs.LG",
        slot="night",
        started_at=NOW,
        state="refused",
        error="The server answered with a <b>web page</b>.",
    )
    Gate.objects.create(name="arxiv", free_at=NOW, day=date(2026, 4, 20), n_requests=7)


def test_an_instance_that_follows_nothing_says_how_papers_come(client):
    assert b"from files" in client.get("/coverage/").content


def test_readers_see_what_is_missing_and_why(client, partial, settings):
    settings.ARXIV_SUBJECTS = ["cs.LG"]
    html = client.get("/coverage/").content.decode()
    assert "2 of 3 papers are here." in html
    assert "2604.20003" in html
    assert "The next announcement is due" in html
    assert "&lt;b&gt;web page&lt;/b&gt;" in html
    assert "7 requests" not in html


def test_the_operator_sees_the_line_and_asks_again(client, partial):
    client.force_login(reader(is_staff=True))
    assert "7 requests to arxiv" in client.get("/coverage/").content.decode()
    client.post("/coverage/again/", {"day": "2026-04-20"})
    assert Work.objects.get(job="harvest").slot.startswith("2026-04-20/all//asked")


def test_nobody_else_may_ask_again(client, partial):
    client.force_login(reader())
    assert client.post("/coverage/again/", {"day": "2026-04-20"}).status_code == 302
    assert client.get("/coverage/again/").status_code == 405
    assert not Work.objects.exists()


def test_the_number_of_queries_does_not_grow_with_the_subjects(client, partial, settings):
    def n():
        with CaptureQueriesContext(connection) as asked:
            client.get("/coverage/")
        return len(asked)

    before = n()
    for subject in ("cs.CL", "cs.CV", "math.NT"):
        Coverage.objects.create(subject=subject, day=date(2026, 4, 20), changed_at=NOW)
    assert n() == before
