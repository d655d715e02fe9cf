"""A run whose worker died, whose folder is gone, or which nobody can go back to any more."""

import shutil
from datetime import timedelta

import pytest
from django.urls import reverse

from tests.factories import paper, rating, reader, world
from webapp.models import ModelRun, PaperVector, Work
from webapp.queries import runs as known
from webapp.services import runs

pytestmark = pytest.mark.django_db


@pytest.fixture
def trained(now):
    world(3)
    runs.train("night", now)
    return known.active_run()


def folder(run):
    return runs.models_folder() / run.folder


def break_model(run, how):
    broken = runs.judged(folder(run)) if how == "judged" else folder(run)
    if how == "damaged":
        (broken / "space.npz").write_bytes(b"torn")
    else:
        shutil.rmtree(broken)


def another(now):
    """One more rating, and the run it makes."""
    rating(reader(), paper(), at=now)
    return ModelRun.objects.get(pk=runs.train(f"night {now}", now)["run"])


def never_served(run):
    ModelRun.objects.filter(pk=run.pk).update(is_active=False, activated_at=None)


def test_an_accepted_run_that_was_never_served_is_served_by_the_next_training(trained, now):
    never_served(trained)
    assert runs.train("next night", now) == {"known": trained.pk}
    assert known.active_run() == trained


def test_a_run_that_a_newer_one_has_replaced_is_left_alone(trained, now):
    never_served(trained)
    newer = ModelRun.objects.create(
        fingerprint="newer", state=ModelRun.State.READY, is_active=True, activated_at=now
    )
    runs.train("next night", now)
    assert known.active_run() == newer


def test_a_run_that_a_person_took_back_is_left_alone(trained, now):
    newer = another(now)
    runs.activate_asked(f"run {trained.pk} by hand", now)
    runs.train("next night", now)
    assert newer.activated_at is not None
    assert known.active_run() == trained


@pytest.mark.parametrize("how", ["missing", "judged", "damaged"])
def test_an_unreadable_active_model_stops_no_training(trained, now, how):
    break_model(trained, how)
    newer = another(now)
    assert f"run {trained.pk}, whose model cannot be read" in newer.verdict
    assert known.active_run() == newer


@pytest.mark.parametrize("how", ["missing", "judged", "damaged"])
def test_a_known_run_that_cannot_be_read_is_trained_again(trained, now, how):
    break_model(trained, how)
    assert runs.train("next night", now)["run"] == trained.pk
    assert runs.train("night after", now) == {"known": trained.pk}
    assert known.active_run() == trained


def test_embedding_with_an_unreadable_model_asks_for_a_training(trained, now):
    break_model(trained, "missing")
    paper()
    counts = runs.embed("hour", now)
    assert f"run {trained.pk} cannot be read" in counts["asked for a training"]
    assert Work.objects.filter(job="train", slot="2026-11-23T09:00 unreadable").exists()


def test_that_training_gives_the_new_papers_their_place(trained, now):
    break_model(trained, "missing")
    late = paper()
    runs.embed("hour", now)
    runs.train("2026-11-23T09:00 unreadable", now)
    assert PaperVector.objects.filter(run=known.active_run(), paper=late).exists()


def test_a_run_without_its_folder_is_not_taken_back(trained, now):
    newer = another(now)
    break_model(trained, "missing")
    answer = runs.activate_asked(f"run {trained.pk} by hand", now)
    assert answer == {"refused": f"The model of run {trained.pk} cannot be read."}
    assert known.active_run() == newer


@pytest.fixture
def many(trained, now):
    """The first run and as many later ones as can be kept."""
    later = [another(now + timedelta(days=n)) for n in range(1, runs.KEPT_RUNS + 1)]
    return [trained, *later]


def test_two_earlier_runs_can_be_gone_back_to(many):
    kept = [run for run in many if folder(run).is_dir()]
    assert kept == many[-3:]
    assert runs.KEPT_RUNS == 3


def test_a_forgotten_run_says_so_and_cannot_serve(many, now):
    forgotten = ModelRun.objects.get(pk=many[0].pk)
    assert forgotten.state == ModelRun.State.FORGOTTEN
    assert "is forgotten" in runs.activate_asked(f"run {forgotten.pk}", now)["refused"]


def test_the_admin_page_does_not_offer_a_forgotten_run(many, client):
    client.force_login(reader(is_staff=True, is_superuser=True))
    fields = {"action": "activate", "_selected_action": [many[0].pk]}
    page = client.post(reverse("admin:webapp_modelrun_changelist"), fields, follow=True)
    assert "not forgotten" in page.content.decode()
    assert not Work.objects.filter(job="activate").exists()


def test_what_was_forgotten_is_trained_again_as_a_run_of_its_own(many, now):
    ModelRun.objects.filter(pk=many[-1].pk).update(state=ModelRun.State.FORGOTTEN, fingerprint="x")
    assert runs.train("again", now)["run"] > many[-1].pk


def test_runs_that_were_never_served_do_not_push_the_active_one_out(trained, now):
    for n in range(5):
        ModelRun.objects.create(fingerprint=str(n), state=ModelRun.State.READY, folder=f"run-x{n}")
    runs.forget_old()
    assert folder(trained).is_dir()
    assert PaperVector.objects.filter(run=trained).exists()


def test_an_active_run_is_kept_however_long_it_serves(many, now):
    ModelRun.objects.update(is_active=False)
    ModelRun.objects.filter(pk=many[1].pk).update(is_active=True, activated_at=now)
    ModelRun.objects.create(
        fingerprint="newer", state=ModelRun.State.READY, activated_at=now + timedelta(days=9)
    )
    runs.forget_old()
    assert PaperVector.objects.filter(run=many[1]).exists()


def test_papers_stored_in_another_order_make_the_same_material(now):
    papers = [paper() for _ in range(4)]
    rating(reader(), papers[0])
    before = runs.gather()
    last = papers[0]
    stated = {name: getattr(last, name) for name in ("arxiv_id", "title", "abstract", "authors")}
    last.delete()
    again = paper(**stated)
    rating(reader(), again)
    after = runs.gather()
    assert after.texts == before.texts
    assert after.interactions.items.tolist() == before.interactions.items.tolist() == [0]
