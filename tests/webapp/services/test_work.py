"""One row per (job, slot): asked once, claimed by one, tried three times."""

import time
from datetime import timedelta

import pytest

from webapp import jobs
from webapp.models import Work
from webapp.queries import work as owed
from webapp.services import work

pytestmark = pytest.mark.django_db


def asked(now, slot="noon", job="embed"):
    return work.ask(job, slot, now, ring=False)


def test_it_asks_once_for_an_occasion(now):
    assert asked(now) is not None
    assert asked(now) is None
    assert Work.objects.count() == 1


def test_only_one_can_claim(now):
    row = asked(now)
    assert work.claim(row, now).attempts == 1
    assert work.claim(row, now) is None


def test_nothing_is_claimed_before_its_time(now):
    row = asked(now + timedelta(minutes=1))
    assert work.claim(row, now) is None


def test_a_lost_lease_can_be_claimed_again(now):
    row = asked(now)
    work.claim(row, now)
    later = now + work.LEASE + timedelta(seconds=1)
    assert work.claim(row, later).attempts == 2


def test_finished_work_is_not_done_again(now):
    row = asked(now)
    assert work.finish(work.claim(row, now), {"papers": 3}, now)
    assert work.claim(row, now + timedelta(days=1)) is None
    assert Work.objects.get(pk=row).counts == {"papers": 3}


def test_who_lost_the_lease_cannot_finish(now):
    row = asked(now)
    first = work.claim(row, now)
    work.claim(row, now + work.LEASE * 2)
    assert not work.finish(first, {}, now)
    assert Work.objects.get(pk=row).state == Work.State.RUNNING


def test_a_failure_waits_longer_each_time_and_ends_in_quarantine(now):
    row = asked(now)
    waits = []
    for _ in range(work.ATTEMPTS):
        at = Work.objects.get(pk=row).next_at
        work.fail(work.claim(row, at), "the reason", at)
        waits.append(Work.objects.get(pk=row).next_at - at)
    stuck = Work.objects.get(pk=row)
    assert waits == sorted(waits)
    assert (stuck.state, stuck.error) == (Work.State.QUARANTINED, "the reason")
    assert owed.quarantined() == 1


def test_quarantined_work_gets_another_chance_from_a_person(now):
    row = asked(now)
    Work.objects.filter(pk=row).update(state=Work.State.QUARANTINED, attempts=3)
    assert work.again(row, now)
    assert not work.again(row, now)
    assert work.claim(row, now).attempts == 1


def test_the_sweep_quarantines_what_kills_its_worker(now):
    row = asked(now)
    Work.objects.filter(pk=row).update(
        state=Work.State.RUNNING, attempts=work.ATTEMPTS, lease_until=now - timedelta(seconds=1)
    )
    assert work.sweep(now)["quarantined"] == 1
    assert "died" in Work.objects.get(pk=row).error


def test_the_sweep_rings_for_what_is_overdue_and_forgets_what_is_long_done(now):
    asked(now - timedelta(minutes=5))
    done = asked(now, slot="long ago")
    Work.objects.filter(pk=done).update(
        state=Work.State.DONE, finished_at=now - work.KEEP_DONE - timedelta(days=1)
    )
    assert work.sweep(now) == {"rung": 1, "quarantined": 0, "forgotten": 1}


def test_asking_answers_while_the_broker_is_silent(now, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        row = work.ask("embed", "nobody listens", now)
    assert Work.objects.get(pk=row).state == Work.State.WAITING


@pytest.mark.parametrize(
    ("slot", "days"),
    [("2026-11-20/by hand", ["2026-11-20"]), ("2026-11-20T10:00", []), ("run 4", [])],
)
def test_a_slot_may_name_an_issue_day(slot, days):
    assert [day.isoformat() for day in work.days_of(slot)] == days


@pytest.mark.django_db(transaction=True)
class TestJobs:
    def test_it_does_what_is_owed_once(self, now):
        row = asked(now, job="sweep")
        assert jobs.do(row, lambda: now)
        assert not jobs.do(row, lambda: now)

    def test_it_keeps_the_reason_of_a_failure(self, now):
        row = asked(now, job="no such job")
        assert not jobs.do(row, lambda: now)
        assert "KeyError" in Work.objects.get(pk=row).error
        assert Work.objects.get(pk=row).state == Work.State.WAITING

    def test_the_lease_is_renewed_while_the_work_runs(self, now, monkeypatch):
        monkeypatch.setattr(work, "RENEW_SECONDS", 0.01)
        row = work.claim(asked(now), now)
        later = now + timedelta(hours=1)
        with work.lease(row, lambda: later):
            renewed = await_condition(
                lambda: Work.objects.get(pk=row.pk).lease_until == later + work.LEASE
            )
        assert renewed


def await_condition(holds, tries=500):
    for _ in range(tries):
        if holds():
            return True
        time.sleep(0.01)
    return False
