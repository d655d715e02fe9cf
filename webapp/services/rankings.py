"""Putting one reader's day in order, and keeping the order."""

import json
import logging
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from django.conf import settings
from django.db import connection, transaction

from recommender.baselines import most_upvoted, newest, text_only
from recommender.blending import blend
from recommender.explanation import Reasons, explain
from recommender.interleaving import BOTH, interleave
from recommender.ranking import (
    COMPARED,
    SERVED,
    Candidates,
    RankConfig,
    Ranker,
    Ranking,
    Rated,
    rank,
)
from recommender.vectors import Vectors
from webapp import dataset
from webapp.models import Comparison, ModelRun, Profile
from webapp.models import Ranking as Row
from webapp.queries import papers, rankings, readers, runs, signals
from webapp.services import work

log = logging.getLogger(__name__)
OPEN_DAYS = 10  # issue days that are kept ranked for every reader
ONE_BY_ONE = 10  # rated papers without a vector that are asked for each by itself
AT_ONCE = 2_000  # rankings in one piece of work, so that it ends well within its time limit


def rerank(profile: Profile, day: date, now: datetime) -> bool:
    """Order one day for a reader by what was said, interest by interest and blended; store it.

    `profile` is the whole, "all". A function of ratings, rules, interests, vectors and day, in a
    comparison also of who had placed what was acted on: whoever wins the lock writes the same rows.
    Without any rating or rule, or without a model, there is no row: the page shows newest first.
    """
    with transaction.atomic():
        Profile.objects.select_for_update().get(pk=profile.pk)
        run = runs.active_run()
        interests = readers.interests_of(profile.reader_id)
        acts = readers.acts_of(profile.reader_id)
        says = bool(acts or interests.n_wishes)
        pack = dataset.pack(run.pk, day, runs.n_parts(run.pk, day)) if run and says else None
        if run is None or pack is None:
            Row.objects.filter(reader=profile.reader_id, day=day).delete()
            return False
        _store(interests, _lists(interests, acts, day, run, pack), day, run, pack, now)
        return True


def order(interests: readers.Interests, acts: list[readers.Act], day: date) -> list[int] | None:
    """What the order of a day would be by these interests and acts; nothing is stored.

    None without a model, or where the day's pack is damaged. A comparison, which would mix in
    another ranker, is left out.
    """
    run = runs.active_run()
    try:
        pack = dataset.pack(run.pk, day, runs.n_parts(run.pk, day)) if run else None
    except dataset.UnreadablePack:
        return None
    if run is None or pack is None:
        return None
    lists = _lists(interests, acts, day, run, pack)
    ids: list[int] = _blended(lists, [_alone(one, day, run) for one in lists]).ids.tolist()
    return ids


class Known(NamedTuple):
    """What many orders of a day are made of: all of it was read before."""

    run: ModelRun
    pack: dataset.Pack
    text: Vectors  # of every act, heard or not
    shared: Vectors
    papers: list[signals.Sifted]


def order_of_known(
    known: Known, interests: readers.Interests, acts: list[readers.Act], day: date
) -> list[int]:
    """As `order`, without asking the database again."""
    lists = _lists(interests, acts, day, known.run, known.pack, known)
    ids: list[int] = _blended(lists, [_alone(one, day, known.run) for one in lists]).ids.tolist()
    return ids


def orders(
    interests: readers.Interests,
    acts: list[readers.Act],
    day: date,
    run: ModelRun,
    pack: dataset.Pack,
    rivals: list[str],
) -> list[list[int]]:
    """A day by these acts as a run ranks it, then as each rival does; nothing is stored."""
    lists = _lists(interests, acts, day, run, pack)
    found = [[rank(one.candidates, one.rated, run.weight, COMPARED) for one in lists]]
    for rival in rivals:
        ranked = [_baseline(rival, one.paper_ids)(one.candidates, one.rated) for one in lists]
        found.append(ranked)
    return [_blended(lists, each).ids.tolist() for each in found]


def reasons_of(
    interests: readers.Interests, profile_id: int | None, run_id: int | None, day: date, paper: int
) -> Reasons | None:
    """Take the score of a paper of a day apart, as the active run gives it for one interest.

    None where another run had made the order, or it can't be made again.
    """
    run = runs.active_run()
    profile = interests.named(profile_id) or interests.each[0]
    if run is None or run.pk != run_id or profile not in interests.each:
        return None
    try:
        pack = dataset.pack(run.pk, day, runs.n_parts(run.pk, day))
    except dataset.UnreadablePack:
        return None
    if pack is None:
        return None
    lists = _lists(interests, readers.acts_of(profile.reader_id), day, run, pack)
    one = next(one for one in lists if one.profile == profile)
    if paper not in one.candidates.ids:
        return None
    return explain(paper, one.candidates, one.rated, run.weight, COMPARED)


class _List(NamedTuple):
    """What one interest has to put in order, and what it goes by."""

    profile: Profile
    acts: list[readers.Act]
    paper_ids: list[int]  # of the day, newest first, with and without a place in the model
    candidates: Candidates
    rated: Rated


def _lists(
    interests: readers.Interests,
    acts: list[readers.Act],
    day: date,
    run: ModelRun,
    pack: dataset.Pack,
    known: Known | None = None,
) -> list[_List]:
    """One list an interest. What is disliked in one of them, no other shows."""
    said = readers.by_interest(interests, acts)
    disliked = {act.paper for act in acts if act.value < 0}
    lists = []
    for profile in interests.each:
        own = said[profile.pk]
        elsewhere = disliked - {act.paper for act in own}
        wishes = interests.wishes_of(profile)
        if known:
            boosts = signals.listed(known.papers, profile.subjects, wishes)
            rated = dataset.rated_in(known.text, known.shared, own)
        else:
            boosts = rankings.listed(day, profile, wishes)
            rated = dataset.rated(run, own)
        ids = [pk for pk in boosts if pk not in elsewhere]
        candidates = dataset.candidates(pack, ids, day, boosts)
        lists.append(_List(profile, own, ids, candidates, rated))
    return lists


_UPSERT = """
INSERT INTO webapp_ranking (reader_id, profile_id, day, run_id, paper_ids, scores, because,
    text_shares, shared_shares, fresh_shares, boosted_shares, placed_by, terms, explored,
    comparison_id, teams, n_ratings, ranked_at, is_outdated)
VALUES (%s, %s, %s, %s, %s::bigint[], %s::float8[], %s::bigint[], %s::float8[], %s::float8[],
    %s::float8[], %s::float8[], %s::bigint[], %s, %s::int[], %s, %s::smallint[], %s, %s, false)
ON CONFLICT (reader_id, day, profile_id) DO UPDATE SET
    run_id = excluded.run_id, paper_ids = excluded.paper_ids, scores = excluded.scores,
    because = excluded.because, text_shares = excluded.text_shares,
    shared_shares = excluded.shared_shares, fresh_shares = excluded.fresh_shares,
    boosted_shares = excluded.boosted_shares, placed_by = excluded.placed_by,
    terms = excluded.terms, explored = excluded.explored, comparison_id = excluded.comparison_id,
    teams = excluded.teams, n_ratings = excluded.n_ratings, ranked_at = excluded.ranked_at,
    is_outdated = false
"""


# Before it is written over for the first time, an order is kept as it was: it is what was shown.
_KEEP_FIRST = """
UPDATE webapp_ranking SET first_ids = paper_ids, first_at = ranked_at
WHERE profile_id = %s AND day = %s AND first_at IS NULL
"""


class _Order(NamedTuple):
    """A reader's day in order; in a comparison also who placed each paper."""

    ranking: Ranking
    comparison_id: int | None = None
    teams: list[int] = []  # never changed


def _store(
    interests: readers.Interests,
    lists: list[_List],
    day: date,
    run: ModelRun,
    pack: dataset.Pack,
    now: datetime,
) -> None:
    """One row for the whole; where interests are kept apart, one for each of them too."""
    comparison = rankings.comparison_of(interests.whole.reader_id, day)
    alone = [_alone(one, day, run) for one in lists] if interests.apart or not comparison else []
    rows = []
    if interests.apart:
        rows += [
            _row(one.profile, day, run, pack, _Order(ranking), [one], now)
            for one, ranking in zip(lists, alone, strict=True)
        ]
    order = (
        _compared(comparison, interests.whole, day, run, lists)
        if comparison
        else _Order(_blended(lists, alone))
    )
    rows.append(_row(interests.whole, day, run, pack, order, lists, now))
    with connection.cursor() as cursor:
        cursor.execute(_KEEP_FIRST, [interests.whole.pk, day])
        cursor.executemany(_UPSERT, rows)


def _alone(one: _List, day: date, run: ModelRun) -> Ranking:
    config = served(one.profile.exploration)
    return rank(one.candidates, one.rated, run.weight, config, _seed(one.profile, day))


def _seed(profile: Profile, day: date) -> int:
    return profile.pk << 32 | day.toordinal()


def _blended(lists: list[_List], each: list[Ranking]) -> Ranking:
    """The page that interests share. Who has said nothing yet has no claim to a place on it."""
    if len(each) == 1:
        return each[0]
    spoken = [n for n, one in enumerate(lists) if one.acts] or list(range(len(lists)))
    quotas = [lists[n].profile.quota for n in spoken]
    whole = blend([each[n] for n in spoken], quotas)
    return replace(whole, interest=np.array(spoken, np.int64)[whole.interest])


def _row(
    profile: Profile,
    day: date,
    run: ModelRun,
    pack: dataset.Pack,
    order: _Order,
    lists: list[_List],
    now: datetime,
) -> list[Any]:
    ranking, comparison_id, teams = order
    ranked = ranking.ids.tolist()
    listed = {paper for one in lists for paper in one.paper_ids}
    late = sorted(listed - set(ranked), reverse=True)  # no vector yet: last, not lost
    nothing = [0.0] * len(late)
    placed_by = [lists[n].profile.pk for n in ranking.interest.tolist()] if len(lists) > 1 else []
    return [
        *(profile.reader_id, profile.pk, day, run.pk),
        _array(ranked + late),
        _array(ranking.scores.tolist() + nothing),
        _array(ranking.because.tolist() + [-1] * len(late)),
        _array(ranking.text_share.tolist() + nothing),
        _array(ranking.shared_share.tolist() + nothing),
        _array(ranking.fresh_share.tolist() + nothing),
        _array(ranking.boosted.tolist() + nothing),
        _array(placed_by + [lists[0].profile.pk] * len(late) if placed_by else []),
        json.dumps(_terms(pack, ranking, lists)),
        _array((np.flatnonzero(ranking.explored) + 1).tolist()),
        comparison_id,
        _array(teams + [BOTH] * len(late) if teams else []),
        sum(len(one.rated.values) for one in lists),
        now,
    ]


def _terms(pack: dataset.Pack, ranking: Ranking, lists: list[_List]) -> list[list[str]]:
    """The words that leading papers share with what speaks for them."""
    texts = [one.rated.text for one in lists]
    text = texts[0] if len(texts) == 1 else Vectors.concatenate(texts)
    return dataset.reasons(pack, ranking.ids, ranking.because, text)


def _compared(
    comparison: Comparison, whole: Profile, day: date, run: ModelRun, lists: list[_List]
) -> _Order:
    """Drawn up in turns with a rival of the same interests; scores and reasons stay ours."""
    ours = [rank(one.candidates, one.rated, run.weight, COMPARED) for one in lists]
    pairs = zip(lists, ours, strict=True)
    theirs = [_rivals(comparison, day, mine, one) for one, mine in pairs]
    ranking, drafted = interleave(_blended(lists, ours), _blended(lists, theirs), _seed(whole, day))
    placed = dict(zip(ranking.ids.tolist(), drafted.tolist(), strict=True))
    acts = [act for one in lists for act in one.acts]
    return _Order(ranking, comparison.pk, _credited(comparison, whole, day, placed, acts))


def served(percent: int | None = None) -> RankConfig:
    """How readers are ranked for: with as much exploration as they, or else the operator, wish."""
    share = (settings.EXPLORATION_PERCENT if percent is None else percent) / 100
    return replace(SERVED, exploration=replace(SERVED.exploration, share=share))


def _rivals(comparison: Comparison, day: date, ours: Ranking, one: _List) -> Ranking:
    """The same candidates in the rival's order; ours where an earlier run has no place for them."""
    run = comparison.run
    if run is None:
        return _baseline(comparison.rival, one.paper_ids)(one.candidates, one.rated)
    try:
        pack = dataset.pack(run.pk, day, runs.n_parts(run.pk, day))
    except dataset.UnreadablePack:
        log.warning("The order of %s by run %d could not be made: its pack is damaged", day, run.pk)
        return ours
    if pack is None:
        return ours
    boosts = dict(zip(one.candidates.ids.tolist(), one.candidates.boosts.tolist(), strict=True))
    theirs = dataset.candidates(pack, list(boosts), day, boosts)
    return rank(theirs, dataset.rated(run, one.acts), run.weight, COMPARED)


def _baseline(rival: str, paper_ids: list[int]) -> Ranker:
    if rival == Comparison.Rival.UPVOTED:
        return most_upvoted(rankings.upvotes_of(paper_ids), COMPARED)
    ranker = newest if rival == Comparison.Rival.NEWEST else text_only
    return partial(ranker, config=COMPARED)


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
            except Profile.DoesNotExist:  # its account was closed meanwhile
                continue
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
    missing = runs.rated_without_vector(run.pk, reader_id)
    if len(missing) > ONE_BY_ONE:  # a library was brought along
        work.ask("embed", f"run {run.pk} {len(missing)} papers to {missing[-1]}", now)
        return
    for paper_id in missing:
        work.ask("embed", f"run {run.pk} paper {paper_id}", now)
