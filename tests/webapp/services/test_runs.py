"""A run is trained, judged, served, and can be taken back."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from tests.factories import DAY, paper, rating, reader, world
from webapp.models import CandidatePack, ModelRun, PaperVector, Work
from webapp.queries import runs as known
from webapp.services import runs, work

pytestmark = pytest.mark.django_db


def test_a_first_training_serves_at_once_and_says_what_it_is(now):
    world(4)
    runs.train("night", now)
    run = known.active_run()
    assert (run.state, run.weight, run.n_papers) == (ModelRun.State.READY, 0.0, 12)
    assert "text only" in run.verdict
    assert PaperVector.objects.filter(run=run).count() == 12
    assert known.n_parts(run.pk, DAY) == 1


def test_it_does_nothing_the_second_time(now):
    world(2)
    first = runs.train("night", now)
    assert runs.train("next night", now) == {"known": first["run"]}
    assert ModelRun.objects.count() == 1


def test_an_instance_without_papers_trains_nothing(now):
    assert runs.train("night", now) == {"papers": 0}
    assert runs.ask_for_first(now) == {}


def test_the_first_papers_ask_for_a_training_before_morning(now):
    paper()
    assert runs.ask_for_first(now) == {"asked for a first training": 1}
    assert runs.ask_for_first(now) == {}
    assert Work.objects.get().job == "train"


def test_ratings_make_another_run_and_it_takes_over(now):
    topics = world(6)
    runs.train("night", now)
    first = known.active_run()
    rating(reader(), topics["primes"][0])
    runs.train("next night", now)
    assert known.active_run().pk != first.pk
    assert ModelRun.objects.filter(is_active=True).count() == 1


def test_the_run_before_can_be_taken_back(now):
    topics = world(6)
    runs.train("night", now)
    first = known.active_run()
    rating(reader(), topics["primes"][0])
    runs.train("next night", now)
    runs.activate_asked(f"run {first.pk} by hand", now)
    assert known.active_run() == first
    assert Work.objects.filter(job="rank", slot__startswith=f"run {first.pk} active").exists()


def test_a_refused_run_does_not_serve(now):
    world(2)
    runs.train("night", now)
    refused = ModelRun.objects.create(fingerprint="x", state=ModelRun.State.REFUSED)
    assert "only a ready one" in runs.activate_asked(f"run {refused.pk}", now)["refused"]
    assert known.active_run() != refused


def test_a_training_that_was_killed_is_taken_up_again(now):
    world(2)
    runs.train("night", now)
    run = known.active_run()
    ModelRun.objects.update(is_active=False, state=ModelRun.State.TRAINING)
    assert runs.train("next night", now)["run"] == run.pk
    assert known.active_run() == run


def test_new_papers_get_their_place_when_they_arrive(now):
    world(2)
    runs.train("night", now)
    late = paper()
    assert runs.embed("hour", now) == {"embedded": 1, "packed": 1}
    assert runs.embed("hour", now) == {"embedded": 0, "packed": 0}
    assert CandidatePack.objects.get(part=1).paper_ids == [late.pk]


@pytest.fixture
def followed(now):
    """Twelve readers who liked a topic two weeks ago and all of it again on the newest day."""
    older, today = world(6, DAY - timedelta(days=9)), world(6)
    for topic in older:
        for _ in range(4):
            who = reader()
            for liked in older[topic][:4]:
                rating(who, liked, at=now - timedelta(days=12))
            for wanted in today[topic]:
                rating(who, wanted, at=now - timedelta(days=3))
    return today


def test_the_report_is_kept_without_single_readers(followed, now):
    runs.train("night", now)
    run = known.active_run()
    assert (run.n_readers, run.report["run"]["readers"]) == (12, 12)
    assert run.report["run"]["ndcg"]["mean"] == 1.0  # a topic's papers are all that is wanted
    assert run.report["newest"]["ndcg"]["mean"] < 1.0
    assert "users" not in json.dumps(run.report)


def test_a_new_run_is_compared_with_what_the_active_one_knew_then(followed, now):
    runs.train("night", now)
    first = known.active_run()
    rating(reader(), followed["robots"][0], at=now)
    runs.train("next night", now)
    assert known.active_run().pk != first.pk
    assert (runs.models_folder() / f"run-{first.pk}-judged").is_dir()


def test_old_runs_are_forgotten_but_for_those_to_go_back_to(now):
    topics = world(3)
    who = reader()
    for n, liked in enumerate(topics["primes"] + topics["robots"]):
        rating(who, liked)
        runs.train(f"night {n}", now + timedelta(days=n))
    assert len(list(runs.models_folder().glob("run-*"))) <= 2 * runs.KEPT_RUNS
    served = PaperVector.objects.values("run").distinct().count()
    assert served <= runs.KEPT_RUNS
    assert known.active_run() is not None


@pytest.mark.django_db(transaction=True)
def test_two_trainings_at_once_are_one(now):
    world(2)
    with runs.only_one() as mine:
        assert mine
        assert in_another_connection(lambda: runs.train("night", now)) == {"busy": 1}


def in_another_connection(do):
    def once():
        try:
            return do()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(once).result()


def test_embedding_without_a_run_asks_for_the_first(now):
    paper()
    assert runs.embed("hour", now) == {"asked for a first training": 1}
    assert work.claim(Work.objects.get().pk, now) is not None
