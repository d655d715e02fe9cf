"""Figures into shapes: where each point, line and bar of a picture stands. Pure.

Units are those of the picture's viewBox; y grows downward, as in SVG.
"""

from collections.abc import Sequence
from typing import NamedTuple


class Point(NamedTuple):
    """A share with its interval above one place of the axis."""

    x: float
    y: float
    low: float
    high: float


class Course(NamedTuple):
    """Shares over time: points, the line through them, and where the axis is marked."""

    width: int
    height: int
    points: list[Point]
    line: str
    levels: list[tuple[float, int]]  # y, percent


LEFT, ABOVE, BELOW = 80, 12, 30
STEP = 25  # percent between two marks


def course(shares: Sequence[tuple[float, float, float]], width: int, height: int) -> Course:
    """Shares (share, low, high) side by side, from left to right."""
    room, deep = width - LEFT - 16, height - ABOVE - BELOW
    apart = room / max(len(shares) - 1, 1)
    first = LEFT + (room / 2 if len(shares) == 1 else 0)

    def down(share: float) -> float:
        return round(ABOVE + deep * (1 - share), 1)

    points = [
        Point(round(first + n * apart, 1), down(share), down(low), down(high))
        for n, (share, low, high) in enumerate(shares)
    ]
    line = " ".join(f"{point.x},{point.y}" for point in points)
    levels = [(down(percent / 100), percent) for percent in range(0, 101, STEP)]
    return Course(width, height, points, line, levels)


class Forest(NamedTuple):
    """Shares with their intervals, one below the other, in groups of one scale."""

    width: int
    height: int
    levels: list[tuple[float, int]]  # x, percent
    groups: list[tuple[float, list[Point]]]  # y of the group's name; a point's low and high are x


NAMED, ROW = 170, 30
WIDEST = 18


def forest(groups: Sequence[Sequence[tuple[float, float, float]]], width: int) -> Forest:
    """Groups of (share, low, high), each below its name; the axis stands below all."""
    room = width - NAMED - 40

    def right(share: float) -> float:
        return round(NAMED + room * share, 1)

    placed, y = [], ROW / 2
    for group in groups:
        points = [
            Point(right(share), y + ROW * n, right(low), right(high))
            for n, (share, low, high) in enumerate(group, start=1)
        ]
        placed.append((y, points))
        y += ROW * (len(group) + 1.5)
    levels = [(right(percent / 100), percent) for percent in range(0, 101, STEP)]
    return Forest(width, round(y + ROW / 2), levels, placed)


def bars(counts: Sequence[int], most: int, width: int, height: int) -> list[dict[str, float]]:
    """One bar a count, of one scale with all others; a count of 0 has none.

    Only its height says something: where there are few, they are no wider than of a year.
    """
    apart = width / max(len(counts), 1)
    return [
        {
            "x": round(n * apart + 1, 1),
            "width": round(min(max(apart - 2, 1), WIDEST), 1),
            "y": round(height - height * count / most, 1),
            "height": round(height * count / most, 1),
        }
        for n, count in enumerate(counts)
        if count
    ]


class Label(NamedTuple):
    """Words around a place of a picture."""

    text: str
    x: float
    y: float


LETTER, LINE = 16, 36  # of the largest letters that a label is shown in


def labels(wanted: Sequence[Label], width: int, height: int) -> list[Label]:
    """Labels near where they are wanted, inside the picture; one without room is left out."""
    placed: list[Label] = []
    for label in wanted:
        half = LETTER * len(label.text) / 2
        x = round(min(max(label.x, half), width - half))
        for off in (0, LINE, -LINE, 2 * LINE, -2 * LINE):
            y = round(min(max(label.y + off, LINE), height - LINE / 2))
            if not any(_meet(x, y, half, one) for one in placed):
                placed.append(Label(label.text, x, y))
                break
    return placed


def _meet(x: float, y: float, half: float, other: Label) -> bool:
    room = half + LETTER * len(other.text) / 2 + LETTER
    return abs(x - other.x) < room and abs(y - other.y) < LINE


def placing(x: float, y: float, width: int, height: int, edge: int = 14) -> tuple[float, float]:
    """A point of the unit square in the picture, off its edges."""
    across, up = edge + x * (width - 2 * edge), edge + y * (height - 2 * edge)
    return round(across, 1), round(height - up, 1)
