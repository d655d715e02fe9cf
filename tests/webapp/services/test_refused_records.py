"""Records that cannot be read inside answers that can: left out, counted, and said aloud."""

from datetime import date

import pytest
from django.urls import reverse

from tests.webapp.arxiv import pages
from tests.webapp.services.nights import MONDAY, by_hand, harvest
from webapp.models import Harvest, Paper

pytestmark = pytest.mark.django_db


def test_the_first_reason_stands_on_the_coverage_page(arxiv, client):
    good = pages.record("2604.20001")
    bad = good.replace("2604.20001", "2604.20002").replace("math.IT cs.IT", "cs:IT <!-- -->")
    arxiv.fail("status", "/oai*", code=200, body=pages.oai(good, bad).decode())
    by_hand("listing")
    by_hand("oai")
    row = Harvest.objects.get(source="oai")
    assert (row.state, row.counts["refused"]) == ("done", 1)
    assert [paper.arxiv_id for paper in Paper.objects.all()] == ["2604.20001"]
    page = client.get(reverse("coverage"), {"day": f"{MONDAY}"}).content.decode()
    assert "Taken but for 1 unreadable" in page
    assert "&#x27;cs:IT&#x27; is not a category" in page


def test_a_name_with_a_nul_character_is_counted_too(arxiv):
    body = '[{"paper": {"id": "2604.20001", "upvotes": 1}}, {"paper": {"id": "x\\u0000<b>"}}]'
    arxiv.fail("status", "/api/daily_papers*", code=200, body=body)
    harvest(f"{MONDAY}/daily_papers//by hand")
    assert Harvest.objects.get().state == "done"
    assert '"x <b>"' in Harvest.objects.get().error


@pytest.mark.parametrize("arxiv_id", ["9912.00001", "2608.00001"])
def test_a_paper_far_ahead_of_its_time_is_left_out(arxiv, arxiv_id):
    body = pages.oai(pages.record("2604.20001"), pages.record(arxiv_id)).decode()
    arxiv.fail("status", "/oai*", code=200, body=body)
    by_hand("oai")
    assert [paper.arxiv_id for paper in Paper.objects.all()] == ["2604.20001"]
    assert "far ahead" in Harvest.objects.get().error


def test_the_first_papers_of_the_next_month_are_taken(arxiv):
    arxiv.add({"id": "2605.00001", "date": "2026-05-01"})
    arxiv.set_clock("2026-05-01T06:00Z")
    by_hand("oai", date(2026, 4, 30), "2026-04-30T22:00")
    assert Paper.objects.filter(arxiv_id="2605.00001").exists()
