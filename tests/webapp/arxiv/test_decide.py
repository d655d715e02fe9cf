"""Every order of the same statements ends in the same row."""

from datetime import date
from itertools import permutations

import pytest

from webapp.arxiv.decide import Intent, Kind, Known, decide
from webapp.arxiv.records import HarvestedPaper


def stated(title="A", day=20, version=None, derived=False):
    return HarvestedPaper(
        arxiv_id="2611.00001",
        issue_day=date(2026, 11, day),
        day_is_derived=derived,
        content_day=date(2026, 11, day),
        title=title,
        abstract="Text.",
        authors=("Ada",),
        subjects=("cs.LG",),
        version=version,
    )


def apply(statements):
    row = None
    for paper in statements:
        intent = decide(paper, row)
        if intent.kind in (Kind.NEW, Kind.CHANGED):
            version = paper.version or (row.version if row else 1)
            row = Known(paper.content_hash, *intent[1:], paper.content_day, version)
        elif intent.kind is Kind.MOVED:
            row = row._replace(issue_day=intent.issue_day, day_is_derived=intent.day_is_derived)
            row = row._replace(version=max(row.version, paper.version or 0))
    return row


def test_the_first_statement_is_new():
    assert decide(stated(), None) == Intent(Kind.NEW, date(2026, 11, 20), False)


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_statements_of_several_days_end_the_same_in_any_order(order):
    all_of_them = [stated("A", 18), stated("B", 19), stated("C", 20)]
    row = apply([all_of_them[n] for n in order])
    assert row.issue_day == date(2026, 11, 18)
    assert row.content_hash == stated("C").content_hash


@pytest.mark.parametrize("order", [*permutations(range(2))])
def test_an_announced_day_wins_over_a_derived_one(order):
    both = [stated("A", 18, derived=True), stated("A", 20)]
    row = apply([both[n] for n in order])
    assert (row.issue_day, row.day_is_derived) == (date(2026, 11, 20), False)


def test_a_higher_version_wins_over_a_later_day():
    row = apply([stated("new", 18, version=2), stated("old", 20, version=1)])
    assert row.content_hash == stated("new", version=2).content_hash


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_the_version_ends_as_the_highest_that_was_told(order):
    told = [stated("B", 20), stated("A", 18, version=1), stated("B", 19, version=2)]
    assert apply([told[n] for n in order]).version == 2


def test_a_number_alone_is_no_other_content():
    known = Known(stated("A").content_hash, date(2026, 11, 20), False, date(2026, 11, 20), 1)
    assert decide(stated("A", version=2), known).kind is Kind.MOVED
    assert decide(stated("A"), known._replace(version=2)).kind is Kind.SAME
