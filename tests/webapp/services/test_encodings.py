"""A sentence encoder beside the words: asked by workers, once a text; it may go, and come back."""

from datetime import timedelta

import numpy as np
import pytest

from recommender import artifact
from recommender.evaluation import IssueDays
from tests.factories import DAY, paper, rating, reader, world
from tests.worlds import Letters
from webapp import dataset
from webapp.models import ModelRun, Paper, PaperEncoding, PaperVector, Ranking
from webapp.queries import readers
from webapp.queries import runs as known
from webapp.services import encodings, rankings, runs

pytestmark = pytest.mark.django_db
LETTERS = "tests.worlds:Letters"


@pytest.fixture
def letters(settings):
    settings.ENCODER = LETTERS


class Tired(Letters):
    """Dies after so many batches, as a worker may."""

    def __init__(self, batches):
        self.left = batches

    def encode(self, texts):
        if not self.left:
            raise MemoryError("killed")
        self.left -= 1
        return super().encode(texts)


class Counting(Letters):
    """Tells how many texts it was given."""

    n = 0

    def encode(self, texts):
        self.n += len(texts)
        return super().encode(texts)


def everything():
    return list(Paper.objects.order_by("pk"))


def test_without_one_nothing_is_encoded(now):
    world(2)
    runs.train("night", now)
    assert not PaperEncoding.objects.exists()
    run = known.active_run()
    text, _ = dataset.vectors(run, [p.pk for p in everything()])
    assert text.encoded is None


def test_a_training_names_its_encoder_and_every_open_paper_has_its_row(letters, now):
    world(3)
    assert runs.train("night", now)["read"] == 9
    run = known.active_run()
    model = artifact.load(runs.models_folder() / run.folder)
    assert model.encoding.name == LETTERS
    text, _ = dataset.vectors(run, [p.pk for p in everything()])
    assert np.linalg.norm(text.encoded, axis=1) == pytest.approx(1, abs=1e-2)
    pack = dataset.pack(run.pk, DAY, known.n_parts(run.pk, DAY))
    assert pack.text.sentences is not None


def test_a_text_is_read_once(letters, now):
    world(2)
    runs.train("night", now)
    first = list(PaperEncoding.objects.values_list("pk", flat=True))
    rating(reader(), everything()[0])
    runs.train("next night", now)
    assert list(PaperEncoding.objects.values_list("pk", flat=True)) == first


def test_the_second_time_a_training_does_nothing(letters, now):
    world(2)
    first = runs.train("night", now)
    assert runs.train("next night", now) == {"known": first["run"]}


def test_a_changed_text_is_read_anew():
    one = paper()
    encodings.supply([one], "letters", Letters())
    one.abstract = "Something else entirely."
    encoder = Counting()
    assert encodings.supply([one], "letters", encoder) == 1
    assert encodings.supply([one], "letters", encoder) == 0
    assert PaperEncoding.objects.count() == encoder.n == 1


def test_a_killed_reading_is_taken_up_where_it_was(monkeypatch):
    monkeypatch.setattr(encodings, "AT_ONCE", 4)
    world(4)
    with pytest.raises(MemoryError):
        encodings.supply(everything(), "letters", Tired(2))
    assert PaperEncoding.objects.count() == 8
    encoder = Counting()
    assert encodings.supply(everything(), "letters", encoder) == encoder.n == 4


def test_a_training_reads_rated_papers_first_and_then_the_newest(letters, now, monkeypatch):
    monkeypatch.setattr(encodings, "MOST_A_TRAINING", 3)
    old = paper(day=DAY - timedelta(days=80))
    rated = paper(day=DAY - timedelta(days=90))
    newest = [paper(day=DAY) for _ in range(2)]
    encodings.for_training([old, rated, *newest], {rated.pk})
    read = set(PaperEncoding.objects.values_list("paper_id", flat=True))
    assert read == {rated.pk, *(p.pk for p in newest)}


def test_a_day_that_is_read_in_part_is_not_judged(letters):
    papers = [paper(topic) for topic in ("galaxies", "robots", "primes")]
    encodings.supply(papers[:2], LETTERS, Letters())
    rows = encodings.known(papers, encodings.for_training(papers[:2], []).encoding)
    days = IssueDays(np.arange(3), np.int32([1, 2, 2]))
    assert encodings.Encoded(rows).whole(days).ids.tolist() == [0]


def test_new_papers_are_read_as_they_come(letters, now):
    world(2)
    runs.train("night", now)
    late = paper()
    runs.embed("hour", now)
    assert PaperEncoding.objects.filter(paper=late).exists()
    text, _ = dataset.vectors(known.active_run(), [late.pk])
    assert text.sentences is not None


@pytest.fixture
def gone(letters, settings, now):
    """A run with an encoder, and then another is named that is not here."""
    topics = world(4)
    runs.train("night", now)
    settings.ENCODER = "tests.worlds:Nobody"
    return topics


def test_when_it_is_gone_the_old_run_serves_on_by_words(gone, now):
    run, who = known.active_run(), reader()
    rating(who, gone["primes"][0])
    late = paper("primes")
    runs.embed("hour", now)
    assert PaperVector.objects.filter(run=run, paper=late).exists()
    assert rankings.rerank(readers.profile_of(who), DAY, now)
    leading = Ranking.objects.get(reader=who).paper_ids[:5]
    assert set(leading) == {late.pk, *(p.pk for p in gone["primes"])}


def test_when_it_is_gone_the_next_training_says_so_and_goes_without(gone, now):
    before = known.active_run()
    result = runs.train("next night", now)
    run = ModelRun.objects.get(pk=result["run"])
    assert run == known.active_run() != before
    assert "Without a sentence encoder: " in run.verdict
    assert artifact.load(runs.models_folder() / run.folder).encoding is None


def test_another_encoder_makes_another_run_and_the_old_ones_rows_go(letters, settings, now):
    world(2)
    runs.train("night", now)
    settings.ENCODER = "tests.worlds:Vowels"
    runs.train("next night", now)
    model = artifact.load(runs.models_folder() / known.active_run().folder)
    assert model.encoding.name == settings.ENCODER
    assert set(PaperEncoding.objects.values_list("encoder", flat=True)) == {settings.ENCODER}


def test_a_reader_is_ranked_for_by_what_papers_say(letters, now):
    topics = world(4)
    who = reader()
    rating(who, topics["robots"][0])
    runs.train("night", now)
    assert rankings.rerank(readers.profile_of(who), DAY, now)
    ranking = Ranking.objects.get(reader=who)
    assert set(ranking.paper_ids[:4]) == {p.pk for p in topics["robots"]}


def test_a_broken_encoder_does_not_keep_new_papers_from_their_place(letters, monkeypatch, now):
    world(2)
    runs.train("night", now)
    monkeypatch.setattr(Letters, "encode", lambda _, texts: np.full((len(texts), 27), np.nan))
    late = paper()
    assert runs.embed("hour", now)["embedded"] == 1
    assert "Without a sentence encoder" in encodings.for_training([late], []).note


def test_rows_of_another_width_under_the_same_name_count_as_unread(letters, monkeypatch, now):
    world(2)
    runs.train("night", now)
    monkeypatch.setattr(Letters, "encode", lambda _, texts: np.ones((len(texts), 5)))
    late = paper()
    assert runs.embed("hour", now)["embedded"] == 1
    text, _ = dataset.vectors(known.active_run(), [late.pk])
    assert text.sentences is None
