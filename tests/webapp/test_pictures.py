"""Figures stand where they belong."""

from itertools import pairwise

import pytest

from webapp import pictures


def test_a_course_runs_from_left_to_right_and_all_is_above():
    found = pictures.course([(0.0, 0.0, 0.5), (0.5, 0.25, 0.75), (1.0, 1.0, 1.0)], 640, 142)
    assert [(p.x, p.y, p.low, p.high) for p in found.points] == [
        (80, 112.0, 112.0, 62.0),
        (352, 62.0, 87.0, 37.0),
        (624, 12.0, 12.0, 12.0),
    ]
    assert found.line == "80.0,112.0 352.0,62.0 624.0,12.0"
    assert found.levels == [(112.0, 0), (87.0, 25), (62.0, 50), (37.0, 75), (12.0, 100)]


@pytest.mark.parametrize(("shares", "first"), [([], None), ([(0.5, 0.1, 0.9)], 352)])
def test_a_course_of_little_is_drawn_too(shares, first):
    points = pictures.course(shares, 640, 142).points
    assert (points[0].x if points else None) == first


def test_a_forest_stands_in_groups_of_one_scale():
    found = pictures.forest([[(0.0, 0.0, 0.5), (1.0, 0.25, 1.0)], [(0.5, 0.5, 0.5)]], 610)
    (first, above), (second, below) = found.groups
    assert [(p.x, p.low, p.high) for p in above] == [(170, 170, 370), (570, 270, 570)]
    assert [(p.x, p.low, p.high) for p in below] == [(370, 370, 370)]
    heights = [first, *(p.y for p in above), second, *(p.y for p in below)]
    assert heights == sorted(set(heights))
    assert heights[-1] < found.height - 30  # where the axis is told
    assert found.levels[0] == (170, 0)
    assert found.levels[-1] == (570, 100)


def test_bars_are_of_one_scale_and_stand_on_the_ground():
    found = pictures.bars([0, 2, 4], 4, 30, 40)
    assert found == [
        {"x": 11.0, "width": 8.0, "y": 20.0, "height": 20.0},
        {"x": 21.0, "width": 8.0, "y": 0.0, "height": 40.0},
    ]
    assert pictures.bars([], 0, 30, 40) == []


def test_up_is_up_and_nothing_leaves_the_picture():
    assert pictures.placing(0, 0, 100, 50, edge=5) == (5, 45)
    assert pictures.placing(1, 1, 100, 50, edge=5) == (95, 5)


def test_a_single_month_is_no_wider_than_one_of_a_year():
    (bar,) = pictures.bars([4], 4, 240, 36)
    assert bar["width"] == pictures.bars([4] * 12, 4, 240, 36)[0]["width"]


def test_labels_stand_inside_apart_and_near_where_they_are_wanted():
    wanted = [pictures.Label(text, 2, 100) for text in ("galaxies", "robots", "primes")]
    found = pictures.labels(wanted, 800, 560)
    assert [one.text for one in found] == ["galaxies", "robots", "primes"]
    assert all(one.x >= pictures.LETTER * len(one.text) / 2 for one in found)
    heights = sorted(one.y for one in found)
    assert all(b - a >= pictures.LINE for a, b in pairwise(heights))
    assert heights[0] >= 100 - pictures.LINE
    assert heights[-1] <= 100 + pictures.LINE


def test_a_label_without_room_is_left_out():
    wanted = [pictures.Label(f"area {n}", 400, 280) for n in range(9)]
    assert len(pictures.labels(wanted, 800, 560)) == 5
