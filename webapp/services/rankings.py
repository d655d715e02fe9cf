"""Putting one reader's day in order, and keeping the order."""

import json
import logging
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from recommender.ranking import Rated, rank
from webapp import dataset
from webapp.models import ModelRun, Profile, Ranking
from webapp.queries import papers, rankings, readers, runs
from webapp.services import work

log = logging.getLogger(__name__)
OPEN_DAYS = 10  # issue days that are kept ranked for every reader
AT_ONCE = 2_000  # rankings in one piece of work, so that it ends well within its time limit


def rerank(profile: Profile, day: date, now: datetime) -> bool:
    """Order one day for one profile by what its reader said, and store the order.

    A pure function of ratings, vectors and day: whoever wins the lock writes the same row.
    Without any rating, or without a model, there is no row: the page shows newest first.
    """
    with transaction.atomic():
        Profile.objects.select_for_update().get(pk=profile.pk)
        run = runs.active_run()
        acts = readers.acts_of(profile.reader_id)
        pack = dataset.pack(run.pk, day, runs.n_parts(run.pk, day)) if run and acts else None
        if run is None or pack is None:
            Ranking.objects.filter(profile=profile, day=day).delete()
            return False
        _store(profile, day, run, pack, dataset.rated(run, acts), now)
        return True


_UPSERT = """
INSERT INTO webapp_ranking (reader_id, profile_id, day, run_id, paper_ids, scores, because,
    text_shares, shared_shares, terms, n_ratings, ranked_at)
VALUES (%s, %s, %s, %s, %s::bigint[], %s::float8[], %s::bigint[], %s::float8[], %s::float8[],
    %s, %s, %s)
ON CONFLICT (reader_id, day, profile_id) DO UPDATE SET
    run_id = excluded.run_id, paper_ids = excluded.paper_ids, scores = excluded.scores,
    because = excluded.because, text_shares = excluded.text_shares,
    shared_shares = excluded.shared_shares, terms = excluded.terms,
    n_ratings = excluded.n_ratings, ranked_at = excluded.ranked_at
"""


def _store(
    profile: Profile, day: date, run: ModelRun, pack: dataset.Pack, acts: Rated, now: datetime
) -> None:
    listed = list(papers.of_day(day, profile.subjects).values_list("pk", flat=True))
    ranking = rank(dataset.candidates(pack, listed, day), acts, run.weight)
    ranked = ranking.ids.tolist()
    late = sorted(set(listed) - set(ranked), reverse=True)  # no vector yet: last, not lost
    nothing = [0.0] * len(late)
    row: list[Any] = [profile.reader_id, profile.pk, day, run.pk]
    row += [
        _array(ranked + late),
        _array(ranking.scores.tolist() + nothing),
        _array(ranking.because.tolist() + [-1] * len(late)),
        _array(ranking.text_share.tolist() + nothing),
        _array(ranking.shared_share.tolist() + nothing),
        json.dumps(dataset.reasons(pack, ranking, acts)),
        len(acts.values),
        now,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, row)


def _array(values: list[int] | list[float]) -> str:
    """PostgreSQL's spelling of an array. Adapting number by number took most of a rating's time."""
    return "{" + ",".join(map(str, values)) + "}"


def fill(slot: str, now: datetime) -> work.Counts:
    """Rank every reader's open days that are missing or stale, newest day first."""
    run = runs.active_run()
    if run is None:
        return {"ranked": 0}
    ranked = 0
    for day in work.days_of(slot) or papers.newest_days(OPEN_DAYS):
        if runs.n_parts(run.pk, day) == 0:
            continue
        for profile_id in rankings.profiles_to_rank(day, run.pk, AT_ONCE - ranked):
            try:
                rerank(Profile.objects.get(pk=profile_id), day, now)
            except ValueError:  # a damaged pack: its day waits for a new one, the others do not
                log.exception("The order of %s could not be made", day)
                break
            ranked += 1
        if ranked >= AT_ONCE:
            work.ask("rank", f"{slot} and on", now)
            break
    return {"ranked": ranked}


def ask_for_missing_vectors(reader_id: int, now: datetime) -> None:
    """A rated paper of an old day has no place in the model yet: it counts a minute later."""
    run = runs.active_run()
    if run is None:
        return
    for paper_id in runs.rated_without_vector(run.pk, reader_id):
        work.ask("embed", f"run {run.pk} paper {paper_id}", now)
