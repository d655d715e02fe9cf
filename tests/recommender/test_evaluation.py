from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from recommender.baselines import newest
from recommender.evaluation import (
    GateConfig,
    IssueDays,
    Items,
    JudgeConfig,
    Report,
    evaluate,
    judge,
    promote,
    quality_by_weight,
    split_by_time,
)
from recommender.interactions import Interactions
from recommender.ranking import rank
from recommender.space import ItemSpace
from recommender.train import train
from recommender.vectors import Vectors
from tests.worlds import FIRST_DAY, dialects, saves

ISSUED = IssueDays(np.array([30, 10, 20, 21, 22]), np.array([9, 1, 5, 5, 6], np.int32))


def test_a_paper_competes_with_the_others_of_its_issue_day():
    split = split_by_time(saves([(1, 10, 1), (1, 20, 5), (1, 22, 8)]), 5, ISSUED)
    assert [(c.day, c.wanted.tolist()) for c in split.cases] == [(5, [20]), (6, [22])]
    assert sorted(split.issues[5]) == [20, 21]


def test_training_sees_nothing_from_the_cut_on():
    split = split_by_time(saves([(1, 10, 4), (1, 20, 5)]), 5, ISSUED)
    assert split.past.items.tolist() == [10]
    assert split.cases[0].known.tolist() == [10]


@pytest.mark.parametrize(
    "pairs",
    [
        [(1, 20, 5)],
        [(1, 10, 1)],
        [(1, 10, 1), (2, 20, 5)],
        [(1, 10, 1), (1, 30, 2), (1, 30, 9)],
        [(1, 10, 1), (1, 999, 9)],
    ],
    ids=["no past", "no future", "two readers", "saved before it was issued", "unknown paper"],
)
def test_a_reader_needs_a_past_and_a_new_paper_to_be_tested(pairs):
    assert split_by_time(saves(pairs), 5, ISSUED).cases == ()


def test_early_dislikes_are_known_and_late_ones_are_not():
    dislikes = saves([(1, 10, 2), (1, 11, 2), (1, 12, 7), (2, 13, 2)])
    split = split_by_time(saves([(1, 10, 1), (1, 20, 5)]), 5, ISSUED, dislikes)
    assert dict(zip(split.cases[0].known, split.cases[0].values, strict=True)) == {10: -1, 11: -1}


def test_papers_without_a_vector_do_not_take_part():
    split = split_by_time(saves([(1, 10, 1), (1, 11, 1), (1, 20, 5), (1, 22, 6)]), 5, ISSUED)
    some = Vectors.blank([10, 21, 22], 2)
    items = Items(some, some)
    assert items.rated(split.cases[0]).text.ids.tolist() == [10]
    report = evaluate(newest, split, items)
    assert report.ndcg.tolist() == [1.0]
    assert quality_by_weight(split, items)[0].tolist() == [1]


def report(values, first=0, **more):
    values = np.asarray(values, np.float64)
    return Report(np.arange(len(values)) + first, values, values, values, **more)


def test_each_reader_counts_once_however_many_days():
    pairs = [(u, 10, 1) for u in (1, 2)] + [(1, 20, 5), (1, 22, 6), (2, 21, 5)]
    split = split_by_time(saves(pairs), 5, ISSUED)
    some = Vectors.blank(ISSUED.ids, 2)
    found = evaluate(newest, split, Items(some, some))
    assert found.users.tolist() == [1, 2]
    assert found.mrr.tolist() == [1.0, 0.5]


def test_a_report_without_readers_is_empty_not_wrong():
    assert report([]).interval() == (0, 0)
    assert report([]).summary()["readers"] == 0


def test_a_summary_names_no_reader():
    summary = report([0.2, 0.4], first=777, weight=0.5).summary()
    assert summary["ndcg"] == {"mean": 0.3, "interval": 0.196}
    assert "777" not in str(summary)


# --- the judge ---------------------------------------------------------------------------


def by_warp(past, features, seed):
    return train(past, features, seed=seed)


def by_noise(past, features, seed):
    """One random dimension: every paper is wholly like half of the others."""
    return ItemSpace(np.random.default_rng(seed).normal(size=(features.d, 1)))


def judged(training, world=None, **config):
    world = world or dialects()
    config = JudgeConfig(test_days=6, **config)
    return judge(world.features, world.interactions, world.item_days, training, config)


@pytest.fixture(scope="module")
def good():
    return judged(by_warp)


def test_other_readers_earn_a_weight_where_words_do_not_lead(good):
    assert good.weight > 0
    assert good.report.weight == good.weight
    assert good.report.ndcg.mean() > good.baselines["text only"].ndcg.mean()


def test_a_good_run_is_promoted(good):
    verdict = promote(good.report, None, good.baselines)
    assert verdict.accepted
    assert verdict.sentence.startswith("Accepted: nDCG")


def test_the_judge_is_repeatable(good):
    again = judged(by_warp)
    assert again.weight == good.weight
    assert np.array_equal(again.report.ndcg, good.report.ndcg)


@pytest.mark.parametrize("seed", range(4))
def test_noise_never_counts_as_much_as_the_words_where_they_lead(seed):
    world = dialects(cut=99)
    noise = judged(lambda past, features, _: by_noise(past, features, seed), world)
    assert noise.weight < 1  # 0 but for luck with few readers
    assert promote(noise.report, None, noise.baselines).accepted


def test_noise_that_serves_with_a_weight_is_refused(good):
    world = dialects()
    space = by_noise(None, world.features, 0)
    items = Items(world.features, space.place(world.features.ids, world.features.rows))
    noise = evaluate(partial(rank, weight=8.0), good.split, items)
    verdict = promote(noise, None, good.baselines)
    assert not verdict.accepted
    assert "below text only beyond noise" in verdict.sentence


def test_no_more_readers_take_part_than_asked_for():
    assert len(judged(by_noise, most_readers=6).report) == 6


def test_an_instance_without_readers_is_accepted_as_text_only():
    world = dialects()._replace(interactions=Interactions.none())
    empty = judged(by_warp, world)
    verdict = promote(empty.report, None, empty.baselines)
    assert (empty.weight, empty.space.d) == (0, 0)
    assert verdict.accepted
    assert "text only: only 0 readers" in verdict.sentence


def test_dislikes_are_part_of_the_test():
    world = dialects(n_users=8)
    dislikes = Interactions(
        world.interactions.users[:1],
        world.features.ids[:1],
        np.ones(1, np.float32),
        np.array([FIRST_DAY]),
    )
    config = JudgeConfig(test_days=6)
    found = judge(
        world.features, world.interactions, world.item_days, by_noise, config, dislikes=dislikes
    )
    assert any((case.values < 0).any() for case in found.split.cases)


def test_with_too_few_readers_to_tell_nothing_is_trained():
    def long(past, features, seed):
        raise AssertionError("nobody can tell what this would be worth")

    found = judged(long, dialects(n_users=8))
    assert (found.judged, found.weight, found.space.d) == (False, 0.0, 0)
    assert found.report.ndcg.tolist() == found.baselines["text only"].ndcg.tolist()


# --- the gate ----------------------------------------------------------------------------

EVEN = np.linspace(0.2, 0.6, 40)
NOISE = np.tile([0.05, -0.05], 20)


def test_it_refuses_scores_that_are_not_finite():
    verdict = promote(report(EVEN, finite=False), None, {})
    assert verdict == (False, "Refused: a score is not a finite number.")


def test_scores_that_are_not_finite_are_noticed():
    split = split_by_time(saves([(1, 10, 1), (1, 20, 5)]), 5, ISSUED)
    some = Vectors.blank(ISSUED.ids)

    def broken(candidates, rated):
        ranking = rank(candidates, rated)
        return replace(ranking, scores=ranking.scores * np.nan)

    assert not evaluate(broken, split, Items(some, some)).finite


@pytest.mark.parametrize("name", ["text only", "popular", "newest"])
def test_it_refuses_what_is_below_a_baseline_and_names_it(name):
    verdict = promote(report(EVEN - 0.1 + NOISE), None, {name: report(EVEN)})
    assert not verdict.accepted
    assert f"below {name} beyond noise" in verdict.sentence


def test_it_forgives_what_is_within_noise():
    assert promote(report(EVEN - 0.001 + NOISE), None, {"newest": report(EVEN)}).accepted


def test_it_lets_the_active_run_lead_by_the_tolerance_and_no_more():
    gate = partial(promote, report(EVEN), baselines={})
    assert gate(report(EVEN * 1.02)).accepted
    verdict = gate(report(EVEN * 1.2))
    assert not verdict.accepted
    assert "below the active run" in verdict.sentence


def test_reports_without_a_common_reader_prove_nothing():
    assert promote(report(EVEN), report(EVEN + 0.3, first=900), {}).accepted


def test_too_few_readers_cannot_earn_a_weight():
    assert promote(report([0.4, 0.4]), None, {}).accepted
    verdict = promote(report([0.4, 0.4], weight=0.5), None, {}, GateConfig(least_readers=3))
    assert not verdict.accepted
    assert "too few to judge a weight of 0.5" in verdict.sentence
