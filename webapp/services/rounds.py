"""A round of questions: drawn up at once, answered one by one, left and taken up again."""

from datetime import date, datetime

import numpy as np
from django.db import connection, transaction
from django.utils.translation import gettext

from recommender.asking import informative
from recommender.vectors import Vectors
from webapp import dataset
from webapp.models import ModelRun, Paper, Rating, Reader, Round
from webapp.queries import papers, rankings, runs
from webapp.queries import readers as known
from webapp.queries import rounds as asked
from webapp.services import readers

QUESTIONS = 12
DAYS = 3  # issue days that questions are taken from, the newest first
POOL = 600  # papers that they are chosen among
HEARD = 200  # newest acts that need no question


class NothingToAsk(ValueError):  # noqa: N818 - it names the state
    """No model yet, or too few papers that the reader has not rated; said for a reader."""


def begin(interests: known.Interests, now: datetime) -> None:
    """Draw up a round; one that is not through stays as it is. Raises NothingToAsk."""
    reader_id = interests.whole.reader_id
    with transaction.atomic():
        Reader.objects.select_for_update(no_key=True).get(pk=reader_id)
        if asked.standing(reader_id).paper:
            return
        chosen = _chosen(interests)
        Round.objects.update_or_create(
            reader_id=reader_id,
            defaults={
                **{name: [] for name in ("answers", "before", "answered_at")},
                "paper_ids": chosen,
                "begun_at": now,
            },
        )


def _chosen(interests: known.Interests) -> list[int]:
    run = runs.active_run()
    if run is None:
        told = gettext("There is no model yet to ask for. It is trained once there are papers.")
        raise NothingToAsk(told)
    spoken = asked.spoken_of(interests.whole.reader_id)
    pool = _pool(interests, run, {*spoken})
    if len(pool) < QUESTIONS:
        told = gettext("There are too few papers in your subjects that you have not rated.")
        raise NothingToAsk(told)
    rated, _ = dataset.vectors(run, spoken[:HEARD])
    ids: list[int] = informative(pool, rated, QUESTIONS).tolist()
    return ids


def _pool(interests: known.Interests, run: ModelRun, spoken: set[int]) -> Vectors:
    """Text rows of papers of the newest days in the reader's subjects, evenly thinned out."""
    parts = [_of_day(interests, run, day, spoken) for day in papers.newest_days(DAYS)]
    pool = Vectors.concatenate([part for part in parts if part is not None])
    kept = np.unique(np.linspace(0, len(pool) - 1, min(POOL, len(pool))).astype(int))
    return Vectors(pool.ids[kept], pool.rows[kept])


def _of_day(
    interests: known.Interests, run: ModelRun, day: date, spoken: set[int]
) -> Vectors | None:
    try:
        pack = dataset.pack(run.pk, day, runs.n_parts(run.pk, day))
    except dataset.UnreadablePack:
        return None
    if pack is None:
        return None
    whole = interests.whole
    listed = rankings.listed(day, whole, interests.wishes_of(whole))
    boosts = dict.fromkeys((pk for pk in listed if pk not in spoken), 0)
    return dataset.candidates(pack, list(boosts), day, boosts).text


def answer(reader: Reader, paper: Paper, value: Rating.Value, now: datetime) -> bool:
    """Take an answer, 0 for a skip; False when the round does not ask this now.

    A paper that was withdrawn meanwhile is skipped.
    """
    said = Rating.Value.NONE if paper.withdrawn_at else value
    with transaction.atomic(), connection.cursor() as cursor:
        stood = _locked(reader, paper)
        cursor.execute(
            """
            UPDATE webapp_round SET answers = answers || %s::smallint,
                before[cardinality(answers) + 1] = %s,
                answered_at[cardinality(answers) + 1] = %s
            WHERE reader_id = %s AND paper_ids[cardinality(answers) + 1] = %s
            """,
            [
                int(said),
                (stood.value if stood else Rating.Value.NONE) if said else None,
                now if said else None,
                reader.pk,
                paper.pk,
            ],
        )
        if not cursor.rowcount:
            return False
        if said:
            readers.rate(reader, paper, said, now, origin=Rating.Origin.ROUND)
    return True


def _locked(reader: Reader, paper: Paper) -> Rating | None:
    """Before the round, always: who answers and who takes back must not wait for each other."""
    own = Rating.objects.select_for_update().filter(reader=reader, paper=paper)
    return own.first()


def take_back(reader: Reader, paper: Paper, now: datetime) -> bool:
    """Ask the last question again; False when it was another one.

    What was said of the paper before the answer holds again, unless something was said since.
    """
    with transaction.atomic():
        stands = _locked(reader, paper)
        this = Round.objects.select_for_update().filter(reader=reader).first()
        n = len(this.answers) - 1 if this else -1
        if this is None or n < 0 or this.paper_ids[n] != paper.pk:
            return False
        at = this.answered_at[n] if n < len(this.answered_at) else None
        if stands and at and stands.changed_at == at:
            earlier = Rating.Value.NONE if paper.withdrawn_at else Rating.Value(this.before[n] or 0)
            readers.rate(reader, paper, earlier, now)
        for kept in (this.answers, this.before, this.answered_at):
            del kept[n:]
        this.save(update_fields=["answers", "before", "answered_at"])
    return True
