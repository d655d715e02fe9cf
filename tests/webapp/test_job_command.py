"""`manage.py job`: the same functions by hand, with what follows from them, without a broker."""

from io import StringIO
from pathlib import Path

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from tests.factories import DAY, paper, rating, reader, world
from tests.fakes import FakeArxiv
from webapp.models import Digest, PublicUpvote, Ranking, Subscription, Work
from webapp.queries import runs
from webapp.services.digests import personal

pytestmark = pytest.mark.django_db(transaction=True)


def job(*arguments):
    out = StringIO()
    call_command("job", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_a_training_by_hand_ends_with_every_reader_ranked():
    topics = world(4)
    rating(reader(), topics["primes"][0])
    said = job("train")
    assert runs.active_run() is not None
    assert Ranking.objects.count() == 1
    assert said.index("train by hand") < said.index("rank run")


def test_a_day_can_be_named():
    topics = world(2)
    rating(reader(), topics["primes"][0])
    job("train")
    Ranking.objects.all().delete()
    assert "ranked 1" in job("rank", "--day", str(DAY))
    assert "ranked 0" in job("rank", "--day", "2020-01-01")


def test_the_same_slot_is_done_once():
    assert "done" in job("sweep", "--slot", "noon")
    assert "nothing to do" in job("sweep", "--slot", "noon")


def test_a_failure_is_said_and_kept():
    paper()
    with pytest.raises(CommandError, match="DoesNotExist"):
        job("activate", "--slot", "run 7 by hand")
    assert Work.objects.get(job="activate").error


def test_a_sweep_trains_for_the_first_papers():
    world(2)
    job("sweep")
    assert runs.active_run() is not None


def test_a_source_can_be_named(settings):
    with FakeArxiv([{"id": "2604.20001", "date": "2026-04-20", "upvotes": 3}]) as fake:
        settings.DAILY_PAPERS_URL = fake.environment()["DAILY_PAPERS_URL"]
        said = job("harvest", "--day", "2026-04-20", "--source", "daily_papers")
    assert "asked 1" in said
    assert PublicUpvote.objects.get().count == 3


def test_a_harvest_by_hand_says_what_brought_nothing(settings):
    with FakeArxiv([{"id": "2604.20001", "date": "2026-04-20", "upvotes": 3}]) as fake:
        settings.DAILY_PAPERS_URL = fake.environment()["DAILY_PAPERS_URL"]
        fake.fail("html")
        said = job("harvest", "--day", "2026-04-20", "--source", "daily_papers")
    assert "daily_papers of 2026-04-20: " in said
    assert "web page" in said


@pytest.mark.parametrize("which", [[], ["--day", "2026-04-20"]])
def test_a_harvest_without_anybody_to_ask_says_so(which):
    assert "nobody to ask" in job("harvest", *which)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "tomorrow"])
def test_a_day_that_arxiv_cannot_have_is_refused(day):
    with pytest.raises(CommandError, match="--day"):
        job("harvest", "--day", day)
    assert not Work.objects.exists()


def rows():
    return [sorted(map(str, model.objects.values_list())) for model in (Digest, Subscription, Work)]


def test_a_letter_is_written_to_a_file_and_nothing_is_sent_or_marked(settings, tmp_path, now):
    settings.HOME = tmp_path
    paper()
    who, wish = reader(), {"cadence": "daily", "least_place": None, "tells_empty": True}
    personal.make(who, None, wish, now)
    fields = {"created_at": now, "confirmed_at": now}  # as old as no key
    Subscription.objects.create(address="dawn@example.org", **fields)
    before = rows()
    for named in (who.email, str(who.pk), "dawn@example.org"):
        path = job("digest", "--dry-run", "--reader", named, "--day", str(DAY)).strip()
        assert b"List-Unsubscribe" in Path(path).read_bytes()
    assert len(list((tmp_path / "letters").iterdir())) == 3
    assert rows() == before
    assert mail.outbox == []


@pytest.mark.parametrize(
    "sent", [[], ["--dry-run"], ["--reader", "x"], ["--dry-run", "--reader", "nobody"]]
)
def test_a_letter_by_hand_that_is_not_a_dry_run_of_somebody_is_refused(sent):
    with pytest.raises(CommandError, match=r"dry-run|no letters"):
        job("digest", *sent)
