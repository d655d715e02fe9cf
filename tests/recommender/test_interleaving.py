import numpy as np
import pytest

from recommender.interleaving import interleave, lead, prefer

PAPERS = np.arange(20) + 100


def test_each_paper_is_shown_once_and_each_ranker_owns_half():
    shown = interleave(PAPERS, PAPERS[::-1], 20, seed=1)
    assert sorted(shown.ids) == sorted(PAPERS)
    assert shown.team.sum() == 0


def test_both_first_choices_come_first():
    shown = interleave(PAPERS, PAPERS[::-1], 6, seed=2)
    assert set(shown.ids[:2]) == {100, 119}
    assert len(shown.ids) == len(shown.team) == 6


def test_an_odd_page_ends_with_whoever_began_the_round():
    shown = interleave(PAPERS, PAPERS[::-1], 5, seed=2)
    assert abs(int(shown.team.sum())) == 1


def test_the_same_seed_gives_the_same_page():
    first, second = (interleave(PAPERS, PAPERS[::-1], 20, seed=7) for _ in range(2))
    assert np.array_equal(first.ids, second.ids)


def test_equal_rankers_win_equally_often():
    """A reader follows the third place, whoever it is owed to."""
    leads = [
        lead(shown, shown.ids[2:3])
        for shown in (interleave(PAPERS, PAPERS, 10, seed) for seed in range(400))
    ]
    result = prefer(np.arange(400), leads)
    assert abs(result.mean) < 2 * result.half  # four standard errors


def test_the_ranker_that_readers_follow_is_preferred():
    wanted = PAPERS[:3]
    leads, users = [], []
    for seed in range(60):
        shown = interleave(PAPERS, PAPERS[::-1], 6, seed)
        leads.append(lead(shown, wanted))
        users.append(seed % 10)
    result = prefer(users, leads)
    assert len(result.users) == 10
    assert result.mean - result.half > 0.5


def test_nothing_followed_decides_nothing():
    assert lead(interleave(PAPERS, PAPERS[::-1], 6, 0), []) == 0
    assert prefer([], []).mean == 0


def test_it_refuses_orders_of_different_papers():
    with pytest.raises(ValueError, match="same papers"):
        interleave(PAPERS, PAPERS[:5], 4, seed=0)
