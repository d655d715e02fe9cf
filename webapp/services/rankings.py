"""Putting one reader's day in order, and keeping the order."""

import json
import logging
from dataclasses import replace
from datetime import date, datetime
from typing import Any, NamedTuple

import numpy as np
from django.conf import settings
from django.db import connection, transaction

from recommender.baselines import newest, text_only
from recommender.interleaving import BOTH, interleave
from recommender.ranking import COMPARED, SERVED, Candidates, RankConfig, Ranking, Rated, rank
from webapp import dataset
from webapp.models import Comparison, ModelRun, Profile
from webapp.models import Ranking as Row
from webapp.queries import papers, rankings, readers, runs
from webapp.services import work

log = logging.getLogger(__name__)
OPEN_DAYS = 10  # issue days that are kept ranked for every reader
AT_ONCE = 2_000  # rankings in one piece of work, so that it ends well within its time limit


def rerank(profile: Profile, day: date, now: datetime) -> bool:
    """Order one day for one profile by what its reader said, and store the order.

    A function of ratings, vectors and day, in a comparison also of who had placed what was acted
    on: whoever wins the lock writes the same row.
    Without any rating, or without a model, there is no row: the page shows newest first.
    """
    with transaction.atomic():
        Profile.objects.select_for_update().get(pk=profile.pk)
        run = runs.active_run()
        acts = readers.acts_of(profile.reader_id)
        pack = dataset.pack(run.pk, day, runs.n_parts(run.pk, day)) if run and acts else None
        if run is None or pack is None:
            Row.objects.filter(profile=profile, day=day).delete()
            return False
        _store(profile, day, run, pack, acts, now)
        return True


_UPSERT = """
INSERT INTO webapp_ranking (reader_id, profile_id, day, run_id, paper_ids, scores, because,
    text_shares, shared_shares, terms, explored, comparison_id, teams, n_ratings, ranked_at)
VALUES (%s, %s, %s, %s, %s::bigint[], %s::float8[], %s::bigint[], %s::float8[], %s::float8[],
    %s, %s::int[], %s, %s::smallint[], %s, %s)
ON CONFLICT (reader_id, day, profile_id) DO UPDATE SET
    run_id = excluded.run_id, paper_ids = excluded.paper_ids, scores = excluded.scores,
    because = excluded.because, text_shares = excluded.text_shares,
    shared_shares = excluded.shared_shares, terms = excluded.terms,
    explored = excluded.explored, comparison_id = excluded.comparison_id,
    teams = excluded.teams, n_ratings = excluded.n_ratings, ranked_at = excluded.ranked_at
"""


class _Order(NamedTuple):
    """A reader's day in order; in a comparison also who placed each paper."""

    ranking: Ranking
    comparison_id: int | None = None
    teams: list[int] = []  # never changed


def _store(
    profile: Profile,
    day: date,
    run: ModelRun,
    pack: dataset.Pack,
    acts: list[readers.Act],
    now: datetime,
) -> None:
    listed = list(papers.of_day(day, profile.subjects).values_list("pk", flat=True))
    candidates, rated = dataset.candidates(pack, listed, day), dataset.rated(run, acts)
    ranking, comparison_id, teams = _order(profile, day, run, candidates, rated, acts)
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
        json.dumps(dataset.reasons(pack, _known_reasons(ranking, rated), rated)),
        _array((np.flatnonzero(ranking.explored) + 1).tolist()),
        comparison_id,
        _array(teams + [BOTH] * len(late) if teams else []),
        len(rated.values),
        now,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, row)


def _order(
    profile: Profile,
    day: date,
    run: ModelRun,
    candidates: Candidates,
    rated: Rated,
    acts: list[readers.Act],
) -> _Order:
    """The run's own order; drawn up in turns with a rival's where the reader takes part."""
    seed = profile.pk << 32 | day.toordinal()
    comparison = rankings.comparison_of(profile.reader_id, day)
    if comparison is None:
        return _Order(rank(candidates, rated, run.weight, served(), seed))
    ours = rank(candidates, rated, run.weight, COMPARED)
    theirs = _rivals(comparison, day, ours, candidates, rated, acts)
    ranking, drafted = interleave(ours, theirs, seed)
    placed = dict(zip(ranking.ids.tolist(), drafted.tolist(), strict=True))
    return _Order(ranking, comparison.pk, _credited(comparison, profile, day, placed, acts))


def served() -> RankConfig:
    """How readers are ranked for: with as much exploration as the operator wishes."""
    share = settings.EXPLORATION_PERCENT / 100
    return replace(SERVED, exploration=replace(SERVED.exploration, share=share))


def _rivals(
    comparison: Comparison,
    day: date,
    ours: Ranking,
    candidates: Candidates,
    rated: Rated,
    acts: list[readers.Act],
) -> Ranking:
    """The same candidates in the rival's order; ours where an earlier run has no place for them."""
    run = comparison.run
    if run is None:
        ranker = newest if comparison.rival == Comparison.Rival.NEWEST else text_only
        return ranker(candidates, rated, config=COMPARED)
    try:
        pack = dataset.pack(run.pk, day, runs.n_parts(run.pk, day))
    except dataset.UnreadablePack:
        log.warning("The order of %s by run %d could not be made: its pack is damaged", day, run.pk)
        return ours
    if pack is None:
        return ours
    theirs = dataset.candidates(pack, candidates.ids.tolist(), day)
    return rank(theirs, dataset.rated(run, acts), run.weight, COMPARED)


def _credited(
    comparison: Comparison,
    profile: Profile,
    day: date,
    placed: dict[int, int],
    acts: list[readers.Act],
) -> list[int]:
    """Who placed each paper, as it was when the reader acted on it.

    An act brings its paper to the top of both orders: it must go on speaking for who had placed
    it before. A paper that was acted on before the comparison speaks for neither.
    """
    before = rankings.teams_of(profile.pk, day, comparison.pk)
    acted_on = {act.paper for act in acts}
    return [
        before.get(paper, BOTH) if paper in acted_on else team for paper, team in placed.items()
    ]


def _known_reasons(ranking: Ranking, rated: Rated) -> Ranking:
    """An earlier run may give a reason that has no place in this one: then no words are shown."""
    known = np.isin(ranking.because, rated.text.ids)
    return replace(ranking, because=np.where(known, ranking.because, -1))


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
