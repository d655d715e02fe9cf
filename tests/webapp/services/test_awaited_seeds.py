"""Papers of a bibliography that are not here: asked of arXiv, then liked as their reader said."""

from datetime import timedelta

import pytest

from tests.factories import paper, profile, rating, reader
from tests.webapp.services.nights import at
from webapp import jobs
from webapp.models import AwaitedSeed, Paper, Rating, Submission, Work
from webapp.queries.seeds import awaited
from webapp.services import harvests, profiles, seeds
from webapp.services.social import submissions

pytestmark = pytest.mark.django_db
NOW = at("2026-04-20T12:00")
HERE, NEVER = "2604.20001", "2604.29999"  # in the stand-in arXiv, and not


def ask(who, *papers, saved=False, interest=None, now=NOW):
    return seeds.await_papers(profile(who), papers, now, interest, saved=saved)


def fetch(now=NOW, slot="test"):
    return harvests.fetch_submitted(slot, now, lambda: now)


def test_a_worker_brings_them_and_they_count_as_their_readers_said(arxiv):
    liking, saving = reader(), reader()
    assert ask(liking, HERE) == ask(saving, HERE, saved=True) == 1
    assert jobs.do(Work.objects.filter(job="fetch").first().pk, lambda: NOW)
    brought = Paper.objects.get()
    rows = Rating.objects.values_list("reader", "paper", "value", "saved", "origin")
    assert set(rows) == {
        (liking.pk, brought.pk, 1, False, "seed"),
        (saving.pk, brought.pk, 1, True, "seed"),
    }
    assert not AwaitedSeed.objects.exists()
    assert {who.pk for who in (liking, saving)} == {
        int(row.slot.split()[1]) for row in Work.objects.filter(job="rank")
    }


def test_they_are_on_no_daily_page(arxiv):
    ask(reader(), HERE)
    fetch()
    assert not Submission.objects.exists()
    assert not Paper.objects.filter(entry__isnull=False).exists()


def test_they_speak_for_the_interest_that_was_named(arxiv):
    who = reader()
    interest = profiles.make(profile(who), "Robots", NOW)
    ask(who, HERE, interest=interest.pk)
    fetch()
    assert Rating.objects.get().profile_id == interest.pk


def test_all_of_one_answer_is_taken_back_together(arxiv):
    who = reader()
    ask(who, HERE, "2604.20002")
    fetch()
    assert seeds.take_back(profile(who), NOW, NOW) == 2


def test_what_was_said_of_a_paper_meanwhile_stays(arxiv):
    who = reader()
    ask(who, HERE)
    disliked = rating(who, paper(arxiv_id=HERE), -1)
    fetch()
    disliked.refresh_from_db()
    assert disliked.value == -1
    assert not AwaitedSeed.objects.exists()


def test_nothing_is_asked_twice(arxiv):
    who = reader()
    ask(who, HERE)
    assert ask(who, HERE) == 0
    fetch()
    asked = len(arxiv.log.entries)
    fetch(slot="again")
    assert len(arxiv.log.entries) == asked


def test_one_reader_has_so_many_waiting_and_no_more():
    who = reader()
    numbers = [f"2604.{n:05d}" for n in range(seeds.MOST_AWAITED + 5)]
    assert ask(who, *numbers[:150]) == 150
    assert ask(who, *numbers) == seeds.MOST_AWAITED - 150
    assert len(awaited(who.pk)) == seeds.MOST_AWAITED


def test_what_arxiv_has_not_is_asked_for_again_and_then_given_up(arxiv):
    who, now = reader(), NOW
    ask(who, NEVER)
    for n in range(submissions.TRIES):
        assert awaited(who.pk)[0].next_at
        fetch(now, f"try {n}")
        now += submissions.ASK_AGAIN * 2**n
    row = awaited(who.pk)[0]
    assert row.next_at is None
    assert "has no paper of this number" in row.reason
    asked = len(arxiv.log.entries)
    fetch(now + timedelta(days=1), "later")
    assert len(arxiv.log.entries) == asked


def test_what_was_given_up_can_be_asked_for_anew(arxiv):
    who = reader()
    ask(who, HERE)
    AwaitedSeed.objects.update(next_at=None, reason="no")
    assert ask(who, HERE) == 1
    fetch()
    assert Rating.objects.get().paper.arxiv_id == HERE


def test_a_source_that_is_silent_for_days_is_told(arxiv, settings):
    who = reader()
    ask(who, HERE)
    settings.ARXIV_API_URL = "http://127.0.0.1:9/none"
    fetch()
    assert awaited(who.pk)[0].next_at == NOW
    fetch(NOW + submissions.PATIENCE + timedelta(minutes=1), "much later")
    assert awaited(who.pk)[0].reason.startswith("arXiv could not be asked for days.")


def test_the_latest_can_be_called_off_alone():
    who = reader()
    ask(who, HERE)
    ask(who, NEVER, now=NOW + timedelta(hours=1))
    assert seeds.stop_waiting(who.pk, NOW + timedelta(hours=1)) == 1
    assert [row.arxiv_id for row in awaited(who.pk)] == [HERE]
    assert seeds.stop_waiting(reader().pk, None) == 0
    assert seeds.stop_waiting(who.pk, None) == 1
