"""A day's papers are packed once each, again when they changed, and anew when a pack is damaged."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from tests.factories import DAY, TOPICS, paper, world
from webapp import dataset
from webapp.models import CandidatePack, Paper, PaperVector
from webapp.queries import runs as known
from webapp.services import runs

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(now):
    world(2)
    runs.train("night", now)
    return known.active_run()


def packed():
    return [pk for part in CandidatePack.objects.all() for pk in part.paper_ids]


def change(paper, topic):
    """As papers.store does it: another text, and no vector any more."""
    Paper.objects.filter(pk=paper.pk).update(abstract=TOPICS[topic] * 3)
    PaperVector.objects.filter(paper=paper).delete()


def pack_of(run):
    return dataset.pack(run.pk, DAY, known.n_parts(run.pk, DAY))


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_pack_each_paper_once(run, now):
    for _ in range(8):
        late, start = [paper().pk for _ in range(20)], Barrier(2)

        def place(start=start):
            try:
                start.wait()
                return runs.place(run, [DAY], now)
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            counts = [one.result()["packed"] for one in [pool.submit(place), pool.submit(place)]]
        assert sorted(pk for pk in packed() if pk in late) == late
        assert sum(counts) == len(late)


def test_a_paper_that_stands_in_two_parts_is_read_once(run, now):
    part = CandidatePack.objects.get()
    CandidatePack.objects.create(
        run=run, day=DAY, part=1, paper_ids=part.paper_ids, arrays=part.arrays, created_at=now
    )
    assert sorted(pack_of(run).text.ids.tolist()) == sorted(part.paper_ids)


def test_a_changed_paper_is_packed_again_and_its_new_row_counts(run, now):
    changed = Paper.objects.filter(subjects=["math.NT"]).first()
    before = pack_of(run).text.take([changed.pk]).rows.toarray()
    change(changed, "robots")
    assert runs.embed("hour", now) == {"embedded": 1, "packed": 1}
    stored, _ = dataset.vectors(run, [changed.pk])
    after = pack_of(run).text.take([changed.pk]).rows.toarray()
    assert (after == stored.rows.toarray()).all()
    assert (after != before).any()


def test_what_did_not_change_is_not_packed_again(run, now):
    change(Paper.objects.first(), "robots")
    runs.embed("hour", now)
    assert len(packed()) == 7
    assert runs.embed("next hour", now) == {"embedded": 0, "packed": 0}


@pytest.mark.parametrize("damage", [b"", b"no npz", "cut"])
def test_damaged_bytes_have_an_error_of_their_own(run, damage):
    part = CandidatePack.objects.get()
    broken = bytes(part.arrays)[:-100] if damage == "cut" else damage
    with pytest.raises(dataset.UnreadablePack):
        dataset.Pack.from_bytes(broken)


def test_a_day_without_its_parts_cannot_be_read(run):
    with pytest.raises(dataset.UnreadablePack):
        dataset.pack(run.pk, DAY - timedelta(days=1), 1)


def test_a_damaged_pack_is_made_anew_from_the_vectors(run, now):
    CandidatePack.objects.update(arrays=b"torn")
    assert runs.embed("hour", now) == {"embedded": 0, "packed": 6}
    assert len(pack_of(run).text) == 6


def test_a_rebuilt_day_has_a_count_of_parts_that_no_process_remembers(run, now):
    paper()
    runs.embed("hour", now)
    pack_of(run)
    CandidatePack.objects.filter(part=1).update(arrays=b"torn")
    runs.embed("next hour", now)
    assert known.n_parts(run.pk, DAY) == 3
    assert len(pack_of(run).text) == 7


def test_terms_that_are_part_of_another_or_of_every_abstract_are_no_reason():
    found = ["deep learning", "based", "deep", "jwst", "performance", "learning"]
    assert dataset.telling(found) == ["deep learning", "jwst"]
