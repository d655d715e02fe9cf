"""Missing identifiers: exactly, from listings; by their numbers, where no listing was read."""

import random
import time

import pytest

from webapp.arxiv.holes import holes, ids, missing


def some(numbers):
    return {f"2611.{n:05d}" for n in numbers}


def test_what_a_listing_names_and_nobody_brought_is_missing():
    assert missing(["2611.00002", "math/0309136", "2611.00002"], {"2611.00001"}) == [
        "2611.00002",
        "math/0309136",
    ]


def test_a_range_and_three_single_numbers_are_found_where_all_others_are_known():
    lost = {*range(4_000, 4_235), 17, 900, 8_000}
    found = holes(some(set(range(1, 9_001)) - lost), "2611.09000")
    assert set(ids(found, 1_000)) == some(lost)


def test_a_range_is_found_among_the_gaps_of_other_categories():
    numbers = {n for n in range(1, 9_001) if random.Random(n).random() < 0.3}
    found = holes(some(numbers - set(range(4_000, 4_235))), "2611.09000")
    assert len(found) == 1
    assert {f"2611.{n:05d}" for n in range(4_000, 4_235)} <= set(found[0].ids())


@pytest.mark.parametrize("share", [0.02, 0.1, 0.3, 0.6, 0.9])
def test_numbers_of_categories_not_followed_are_no_holes(share):
    chance = random.Random(7)
    numbers = {n for n in range(1, 20_001) if chance.random() < share}
    assert holes(some(numbers), f"2611.{max(numbers):05d}") == []


def test_the_newest_numbers_may_be_the_hole():
    (hole,) = holes(some(range(1, 500)), "2611.00600")
    assert (hole.first, hole.last, hole.n) == ("2611.00500", "2611.00600", 101)


def test_a_start_in_mid_month_is_no_hole():
    assert holes(some(range(5_000, 5_200)), "2611.05199") == []


def test_a_month_may_be_known_to_be_owed_from_its_first_number():
    (hole,) = holes(some(range(300, 500)), "2611.00499", lowest="2611.00001", at_least=1)
    assert hole.n == 299


def test_numbers_above_the_highest_and_other_months_are_left_alone():
    known = some(range(1, 200)) | {"2610.00500", "math/0309136", "2611.00900"}
    assert holes(known, "2611.00199") == []


@pytest.mark.parametrize("known", [set(), {"2611.00001"}, {"2611.00001", "2611.00900"}])
def test_a_handful_of_papers_says_nothing(known):
    assert holes(known, "2611.01000") == []


def test_old_numbers_have_four_digits():
    known = {f"1411.{n:04d}" for n in range(1, 500) if n != 77}
    assert ids(holes(known, "1411.0499"), 5) == ["1411.0077"]


def test_no_more_are_named_than_asked_for():
    assert len(ids(holes(some(range(1, 100)), "2611.20000"), 200)) == 200


def test_a_month_is_looked_through_quickly():
    known = some(n for n in range(1, 30_001) if n % 7)
    began = time.thread_time()
    holes(known, "2611.30000")
    assert time.thread_time() - began < 0.5
