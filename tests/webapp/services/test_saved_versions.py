"""Which version a reader saved, where arXiv tells its number later than its text."""

from datetime import date

import pytest

from tests import factories
from tests.webapp.services.nights import MONDAY, at, by_hand, harvest
from webapp.models import Paper, Rating
from webapp.services import harvests, readers

pytestmark = pytest.mark.django_db


def look(now):
    harvests.look(now, at(now))
    return harvest(f"{MONDAY}/sought//{now}", now)


def test_a_number_that_comes_after_the_save_is_no_change(arxiv):
    arxiv.change("2604.16003", MONDAY, title="A better title")
    by_hand("oai")
    reader, paper = factories.reader(), Paper.objects.get(arxiv_id="2604.16003")
    readers.save(reader, paper, True, at("2026-04-20T06:30"))
    assert Rating.objects.get().saved_version == 1  # nobody has told the number
    look("2026-04-20T06:55")
    assert Rating.objects.get().saved_version == 2


def test_a_save_of_an_older_text_is_of_an_older_version(arxiv):
    arxiv.set_clock("2026-04-17T06:00Z")
    by_hand("oai", date(2026, 4, 17), "2026-04-17T06:05")
    readers.save(
        factories.reader(), Paper.objects.get(arxiv_id="2604.16003"), True, at("2026-04-17T07:00")
    )
    arxiv.change("2604.16003", MONDAY, title="A better title")
    arxiv.set_clock("2026-04-20T06:00Z")
    by_hand("oai")
    look("2026-04-20T06:55")
    assert Paper.objects.get(arxiv_id="2604.16003").version == 2
    assert Rating.objects.get().saved_version == 1
