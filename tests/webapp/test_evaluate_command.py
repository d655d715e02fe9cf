"""`manage.py evaluate`: tables for the operator, and honest words where little is known."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from recommender.interleaving import settle
from tests.factories import DAY, NOON, paper, profile, rating, reader, world
from webapp.management.commands.evaluate import verdict
from webapp.models import Comparison, ModelRun, Ranking
from webapp.services import runs

pytestmark = pytest.mark.django_db
FIGURES = {m: {"mean": 0.4321, "interval": 0.0123} for m in ("ndcg", "recall", "mrr")}


def evaluate(*arguments):
    out = StringIO()
    call_command("evaluate", *arguments, stdout=out)
    return out.getvalue()


def run(**report):
    return ModelRun.objects.create(
        fingerprint="x", state="ready", is_active=True, report=report, verdict="Accepted: so."
    )


def compared(who, teams, acts):
    """A day that was drawn up by two, and on which of its places this reader acted."""
    comparison, _ = Comparison.objects.get_or_create(rival="newest", begins_on=DAY)
    listed = [paper() for _ in teams]
    nothing = [0.0] * len(teams)
    Ranking.objects.create(
        reader=who, profile=profile(who), day=DAY, comparison=comparison, teams=teams,
        paper_ids=[p.pk for p in listed], because=[-1] * len(teams), scores=nothing,
        text_shares=nothing, shared_shares=nothing, ranked_at=NOON,
    )  # fmt: skip
    for place in acts:
        rating(who, listed[place])


def test_an_instance_with_nothing_says_so():
    said = evaluate()
    assert "no run is active" in said
    assert "nothing was compared yet" in said


def test_a_run_without_readers_has_no_figures():
    run(run={"readers": 0, "k": 10})
    assert "there are no figures" in evaluate()


def test_the_table_has_each_ranker_with_its_interval():
    ours = FIGURES | {"readers": 40, "k": 10}
    run(**{"run": ours, "text only": ours, "newest": ours, "note": "words"})
    said = evaluate()
    assert said.count("0.432 ± 0.012") == 9
    assert [word in said for word in ("nDCG@10", "recall@20", "this run", "text only")] == [
        True
    ] * 4
    assert "Accepted: so." in said


def test_live_results_count_days_and_say_that_few_readers_are_few():
    for _ in range(3):
        compared(reader(compares=True), [0, 1, 0, -1], acts=[0, 2, 3])
    compared(reader(compares=True), [0, 1], acts=[1])
    compared(reader(), [0, 1], acts=[1])
    said = evaluate()
    assert "4 days of 4 readers, 7 acts that count" in said
    assert "Days won by the active run 3, by the rival 1, even 0" in said
    assert "Too few readers to tell: preference for the active run 0.75" in said


def test_one_readers_results_are_that_readers():
    who, other = reader(compares=True), reader(compares=True)
    compared(who, [0, 1], acts=[1])
    compared(other, [0, 1], acts=[0])
    said = evaluate("--reader", who.email.upper())
    assert "Offline" not in said
    assert "1 days of 1 readers, 1 acts" in said
    assert "by the rival 1" in said
    assert "Too few days to tell" in said


def test_a_comparison_without_acts_says_so():
    compared(reader(compares=True), [0, 1], acts=[])
    assert "No save or like yet" in evaluate()


def test_a_stranger_is_nobody():
    with pytest.raises(CommandError, match="no reader"):
        evaluate("--reader", "who@example.org")


@pytest.mark.parametrize(
    ("n_first", "n_second", "said"),
    [
        (38, 2, "The active run is preferred"),
        (2, 38, "The rival is preferred"),
        (21, 19, "No difference that shows"),
        (5, 0, "Too few readers"),
    ],
)
def test_the_verdict_promises_no_more_than_the_interval(n_first, n_second, said):
    teams = [0] * n_first + [1] * n_second
    result = settle(range(len(teams)), [1] * len(teams), teams)
    assert verdict(result, "readers").startswith(said)


def test_a_trained_instance_is_printed_whole(now):
    world(3)
    runs.train("night", now)
    assert "Offline: run" in evaluate()
