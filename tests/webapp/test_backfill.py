"""`manage.py backfill` against the stand-in arXiv."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.fakes import SETTINGS, FakeArxiv
from webapp.arxiv import calendar, gate
from webapp.models import Harvest, Paper
from webapp.queries import harvests as known

pytestmark = pytest.mark.django_db
DAYS = ["2026-04-16", "2026-04-17", "2026-04-20"]


@pytest.fixture
def arxiv(settings, monkeypatch):
    monkeypatch.setattr(gate, "GAP_SECONDS", 0.0)
    papers = [
        {"id": f"2604.{day[-2:]}{n:03d}", "date": day, "categories": ["cs.LG"]}
        for day in DAYS
        for n in range(1, 6)
    ]
    with FakeArxiv(papers, now="2026-05-01T12:00Z") as fake:
        for name, path in SETTINGS.items():
            setattr(settings, name, fake.url + path)
        yield fake


def backfill(categories="cs.LG"):
    out = StringIO()
    span = ("--from=2026-04-16", "--to=2026-04-20")
    call_command("backfill", *span, f"--categories={categories}", stdout=out)
    return out.getvalue()


def test_it_brings_every_paper_of_the_days(arxiv):
    assert "3 issue days" in backfill()
    assert Paper.objects.count() == 15


def test_it_brings_each_paper_about_once(arxiv):
    backfill()
    counts = Harvest.objects.values_list("counts", flat=True)
    assert sum(sum(count.values()) for count in counts) <= 1.5 * 15


def test_an_archive_stands_for_its_categories(arxiv):
    backfill("cs")
    assert Paper.objects.count() == 15


def test_it_takes_any_number_of_categories(arxiv):
    codes = [code for code, _ in known.arxiv_subjects() if "." in code]
    backfill(",".join([*sorted(codes)[:60], "cs.LG"]))
    assert Paper.objects.count() == 15


def test_it_asks_nothing_the_second_time(arxiv):
    backfill()
    n = len(arxiv.log.entries)
    backfill()
    assert len(arxiv.log.entries) == n


def test_it_goes_on_where_it_was_stopped(arxiv):
    arxiv.fail("reset", "/api/query*", skip=1, times=1, at=100)
    with pytest.raises(CommandError, match="goes on here"):
        backfill()
    backfill()
    assert Paper.objects.count() == 15


def test_it_wants_to_know_which_categories():
    with pytest.raises(CommandError, match="Name --categories"):
        call_command("backfill", "--from=2026-04-16", "--to=2026-04-20")


def test_other_categories_begin_at_their_own_beginning(arxiv, settings):
    arxiv.add(*({"id": f"2604.3{n:04d}", "date": "2026-04-20"} for n in range(1, 1_101)))
    arxiv.fail("reset", "/api/query*", skip=1, at=100)
    with pytest.raises(CommandError):
        call_command("backfill", "--from=2026-04-20", "--to=2026-04-20", "--categories=cs.LG,cs.CL")
    assert Harvest.objects.get().cursor == "1000"
    arxiv.clear()
    call_command("backfill", "--from=2026-04-20", "--to=2026-04-20", "--categories=cs.LG,cs.CV")
    newest = Harvest.objects.latest("pk")
    assert newest.state == "done"
    assert newest.counts["new"] + newest.counts["same"] > 1_100


def test_what_is_no_category_is_named():
    with pytest.raises(CommandError, match="categories"):
        call_command("backfill", "--from=2026-04-16", "--to=2026-04-20", "--categories=cs:LG")


def test_a_day_that_the_query_api_need_not_have_yet_is_asked_for_again(arxiv):
    day = f"{calendar.expected_day(timezone.now(), known.holidays())}"
    span = (f"--from={day}", f"--to={day}", "--categories=cs.LG")
    call_command("backfill", *span, stdout=StringIO())
    arxiv.add({"id": f"{day[2:4]}{day[5:7]}.00001", "date": day, "categories": ["cs.LG"]})
    arxiv.set_clock(timezone.now() + timedelta(days=5))
    call_command("backfill", *span, stdout=StringIO())
    assert Paper.objects.count() == 1


@pytest.mark.parametrize("first", ["0001-01-01", "1991-06-30", "9999-12-31", "2026-02-30", "x"])
def test_a_day_that_arxiv_cannot_have_is_refused(first):
    with pytest.raises(CommandError, match="--from"):
        call_command("backfill", f"--from={first}", "--to=2026-04-20", "--categories=cs.LG")


def test_a_span_that_ends_before_it_begins_is_refused():
    with pytest.raises(CommandError, match="is after"):
        call_command("backfill", "--from=2026-04-21", "--to=2026-04-20", "--categories=cs.LG")
