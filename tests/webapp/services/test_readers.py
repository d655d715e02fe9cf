"""What a reader says is one row a paper, and says no more than it must."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection

from tests.factories import DAY, paper, profile, reader
from webapp.models import CandidatePack, Profile, Ranking, Rating, Work
from webapp.services import profiles, readers, runs

pytestmark = pytest.mark.django_db
UP, DOWN, NONE = Rating.Value.UP, Rating.Value.DOWN, Rating.Value.NONE


@pytest.fixture
def who():
    return reader()


def acts(who):
    return [(r.value, r.saved) for r in Rating.objects.filter(reader=who) if r.says_something]


def test_rating_twice_is_changing_ones_mind(who, now):
    about = paper()
    readers.rate(who, about, UP, now)
    readers.rate(who, about, DOWN, now)
    assert acts(who) == [(-1, False)]


def test_a_save_and_a_rating_live_side_by_side(who, now):
    about = paper()
    readers.save(who, about, True, now)
    readers.rate(who, about, UP, now)
    assert acts(who) == [(1, True)]
    readers.rate(who, about, NONE, now)
    assert acts(who) == [(0, True)]


def test_letting_go_of_the_last_act_says_nothing_more(who, now):
    about = paper()
    readers.save(who, about, True, now)
    readers.save(who, about, False, now)
    readers.rate(who, about, UP, now)
    readers.rate(who, about, NONE, now)
    assert acts(who) == []


def test_taking_back_what_was_never_said_is_nothing(who, now):
    readers.rate(who, paper(), NONE, now)
    readers.save(who, paper(), False, now)
    assert acts(who) == []


def test_a_withdrawn_paper_can_be_let_go_but_not_saved(who, now):
    about = paper()
    readers.save(who, about, True, now)
    about.withdrawn_at = now
    about.save()
    with pytest.raises(readers.Withdrawn):
        readers.rate(who, about, UP, now)
    readers.save(who, about, False, now)
    assert acts(who) == []


def test_an_account_comes_with_its_first_interest(who):
    assert (profile(who).name, profile(who).subjects) == ("all", [])


def test_choosing_subjects_keeps_only_those_that_exist(who, now):
    profiles.choose_subjects(profile(who), ["cs.LG", "no.SUCH"], now, None)
    assert profile(who).subjects == ["cs.LG"]


def test_an_act_is_kept_when_the_ranking_fails(who, now):
    about = paper()
    readers.rate(who, about, UP, now)
    Profile.objects.filter(reader=who).update(name="all")
    readers.rerank_after(who, None, now)
    assert acts(who) == [(1, False)]


def test_an_act_outlives_a_damaged_pack(who, now):
    about = [paper() for _ in range(3)]
    runs.train("night", now)
    CandidatePack.objects.update(arrays=b"cut off")
    readers.rate(who, about[0], UP, now)
    readers.rerank_after(who, DAY, now)
    assert acts(who) == [(1, False)]
    assert not Ranking.objects.exists()


def test_taking_back_the_taking_back_keeps_the_day_of_the_act(who, now):
    about = paper()
    readers.save(who, about, True, now - timedelta(days=200))
    readers.save(who, about, False, now)
    readers.save(who, about, True, now + timedelta(minutes=1))
    assert Rating.objects.get(reader=who).day == (now - timedelta(days=200)).date()


def test_spoken_to_again_on_another_day_it_is_a_new_act(who, now):
    about = paper()
    readers.save(who, about, True, now - timedelta(days=200))
    readers.save(who, about, False, now - timedelta(days=1))
    readers.save(who, about, True, now)
    assert Rating.objects.get(reader=who).day == now.date()


def test_rows_that_say_nothing_are_forgotten_in_time(who, now):
    about = paper()
    readers.save(who, about, True, now)
    readers.save(who, about, False, now)
    assert readers.forget_silent(now + timedelta(days=1)) == {"silent": 0}
    assert readers.forget_silent(now + timedelta(days=31)) == {"silent": 1}


def test_an_act_without_a_day_renews_the_newest_one(who, now):
    older, newest = paper(day=DAY - timedelta(days=1)), [paper() for _ in range(3)]
    runs.train("night", now)
    readers.rate(who, older, UP, now)
    readers.rerank_after(who, None, now)
    found = Ranking.objects.get(reader=who)
    assert (found.day, set(found.paper_ids)) == (DAY, {p.pk for p in newest})
    assert Work.objects.filter(job="rank", slot__startswith=f"reader {who.pk}").exists()


@pytest.mark.django_db(transaction=True)
def test_ten_hands_on_one_paper_leave_one_row_that_says_something_or_none(who, now):
    about = paper()
    acts = [partial(readers.rate, who, about, v, now) for v in (UP, NONE, DOWN)]
    acts += [partial(readers.save, who, about, v, now) for v in (True, False)]

    def once(act):
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(once, acts * 20))
    assert Rating.objects.filter(reader=who).count() == 1
