"""The demo world: there once, restored on demand, nothing of it elsewhere."""

import json
import re
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.factories import paper, rating, reader
from webapp.models import Paper, Ranking, Rating, Reader, Work
from webapp.queries import papers, rankings, readers, runs
from webapp.services import work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def demo(settings):
    settings.DEMO = True


def command(name):
    out = StringIO()
    call_command(name, stdout=out)
    return out.getvalue()


def test_the_first_start_loads_ranks_and_prints_a_login(demo, client):
    said = command("load_demo")
    email, password = re.search(r"Demo reader: (\S+), password: (\S+)", said).groups()
    assert client.login(email=email, password=password)
    assert Paper.objects.filter(is_summary=True).count() == Paper.objects.count() > 290
    assert Reader.objects.count() >= 12
    day = papers.day_near(None)
    assert day.day.isoformat() == "2026-04-30"
    who = readers.interests_of(Reader.objects.get(email=email).pk)
    page = rankings.feed_page(who, day, 1)
    newest_first = sorted((c.paper.arxiv_id for c in page.cards), reverse=True)
    assert page.is_ranked
    assert len(page.cards) == 30
    assert [c.paper.arxiv_id for c in page.cards] != newest_first
    assert all(card.because or card.is_explored for card in page.cards[:10])


def test_what_a_host_has_deleted_does_not_come_back(demo):
    command("load_demo")
    Reader.objects.all().delete()
    assert command("load_demo") == ""
    assert not Reader.objects.exists()


def test_a_load_that_was_killed_is_taken_up_again(demo, now):
    Work.objects.create(
        job="demo", slot="first start", state="running", attempts=1, next_at=now, lease_until=now
    )
    assert "is loaded" in command("load_demo")
    assert Paper.objects.exists()


def test_a_reset_restores_the_demo_and_leaves_other_readers_alone(demo):
    command("load_demo")
    mine = rating(reader(), paper())
    stranger = Paper.objects.first()
    demo_reader = Reader.objects.get(email="demo@firstlight.example")
    Rating.objects.filter(reader=demo_reader).delete()
    rating(demo_reader, stranger)
    command("demo_reset")
    restored = Reader.objects.get(email="demo@firstlight.example")
    listed = json.loads(Path("fixtures/readers.json").read_text())
    assert Rating.objects.filter(reader=restored).count() == len(listed[0]["ratings"])
    assert Rating.objects.filter(pk=mine.pk).exists()
    assert Ranking.objects.filter(reader=restored, run=runs.active_run()).exists()


def test_an_instance_with_its_own_servers_has_no_demo():
    assert command("load_demo") == ""
    with pytest.raises(CommandError, match="no demo"):
        command("demo_reset")
    assert not Paper.objects.exists()
    assert not Reader.objects.exists()


def test_a_demo_reader_keeps_what_was_saved_however_long_ago_the_start_was(demo, now):
    command("load_demo")
    who = Reader.objects.get(email="demo@firstlight.example")
    mine = rating(who, paper())
    Work.objects.filter(job="demo").update(finished_at=now - timedelta(days=400))
    work.sweep(now)
    assert "is loaded" not in command("load_demo")
    assert Rating.objects.filter(pk=mine.pk, reader=who).exists()


def test_where_somebody_has_an_account_no_demo_comes(demo):
    reader()
    command("load_demo")
    assert Reader.objects.count() == 1
