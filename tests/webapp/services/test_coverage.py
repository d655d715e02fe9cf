"""Several workers write to one row of coverage: each its own columns."""

from datetime import date

import pytest
from django.db import connection

from webapp.arxiv.listing import Listing, Section
from webapp.models import Coverage
from webapp.services import coverage

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 23)
LISTING = Listing(DAY, (Section("new", ("2611.00001",), 1),), 1)


def meanwhile(**fields):
    """Another worker writes while this one looks at the papers."""

    def write(execute, sql, params, many, context):
        if "webapp_paper" in sql and not Coverage.objects.filter(**fields).exists():
            Coverage.objects.update(**fields)
        return execute(sql, params, many, context)

    return connection.execute_wrapper(write)


def test_a_new_look_at_the_state_keeps_a_count_that_came_meanwhile(now):
    with meanwhile(expected=1, expected_ids=["2611.00001"]):
        coverage.renew("cs.LG", DAY, now)
    assert Coverage.objects.get().expected == 1


def test_a_count_keeps_what_was_received_meanwhile(now):
    with meanwhile(received={"oai": ["2611.00001"]}):
        coverage.expect("cs.LG", DAY, LISTING, now)
    row = Coverage.objects.get()
    assert (row.expected, row.received) == (1, {"oai": ["2611.00001"]})


def test_a_paper_under_two_headings_of_one_page_is_one_paper(now):
    sections = (
        Section("new", ("2611.00001", "2611.00002"), 2),
        Section("cross", ("2611.00002",), 1),
    )
    coverage.expect("cs.LG", DAY, Listing(DAY, sections, 3), now)
    assert Coverage.objects.get().expected == 2
