"""One row a paper, in whatever order it is stated."""

from datetime import UTC, date, datetime

import pytest
from django.contrib.postgres.search import SearchQuery

from tests.factories import rating, reader
from webapp.arxiv.records import HarvestedPaper, HarvestedVersion
from webapp.models import Entry, ModelRun, Paper, PaperVector, Version
from webapp.queries import papers as stored
from webapp.services import papers
from webapp.services.social import upvotes

pytestmark = pytest.mark.django_db


def stated(**fields):
    defaults = {
        "arxiv_id": "2611.00001",
        "issue_day": date(2026, 11, 20),
        "day_is_derived": False,
        "content_day": date(2026, 11, 20),
        "title": "A title",
        "abstract": "An abstract about neural collapse.",
        "authors": ("Ada Example",),
        "subjects": ("cs.LG", "stat.ML"),
    }
    return HarvestedPaper(**(defaults | fields))


def test_it_stores_a_new_paper_with_its_search_words(now):
    assert papers.store([stated()], now) == {"new": 1}
    words = SearchQuery("collapsing", config="english")
    assert Paper.objects.get(search=words).arxiv_id == "2611.00001"


def test_it_does_nothing_the_second_time(now):
    papers.store([stated()], now)
    before = Paper.objects.get()
    later = datetime(2026, 11, 24, tzinfo=UTC)
    assert papers.store([stated()], later) == {"same": 1}
    assert Paper.objects.get().changed_at == before.changed_at


def test_the_place_of_an_upvoted_paper_moves_to_its_new_day(now):
    papers.store([stated(day_is_derived=True)], now)
    upvotes.upvote(reader(), Paper.objects.get(), True, now)
    papers.store([stated(issue_day=date(2026, 11, 23))], now)
    assert Entry.objects.values_list("day", "issue_day").get() == (date(2026, 11, 23),) * 2


def test_a_paper_that_was_brought_elsewhere_stays_there_when_its_day_moves(now):
    papers.store([stated(day_is_derived=True)], now)
    upvotes.place(Paper.objects.get(), date(2026, 11, 27), now)
    papers.store([stated(issue_day=date(2026, 11, 23))], now)
    days = Entry.objects.values_list("day", "issue_day").get()
    assert days == (date(2026, 11, 27), date(2026, 11, 23))


def test_a_later_statement_changes_the_text(now):
    papers.store([stated()], now)
    newer = stated(title="A better title", content_day=date(2026, 11, 23))
    assert papers.store([newer], now) == {"changed": 1}
    assert Paper.objects.get().title == "A better title"


def test_an_earlier_statement_changes_nothing(now):
    papers.store([stated(version=2)], now)
    older = stated(title="The first title", version=1)
    assert papers.store([older], now) == {"same": 1}
    assert Paper.objects.get().title == "A title"


def test_a_cross_list_of_a_later_day_leaves_the_issue_day(now):
    papers.store([stated()], now)
    papers.store([stated(issue_day=date(2026, 11, 24), content_day=date(2026, 11, 24))], now)
    assert Paper.objects.get().issue_day == date(2026, 11, 20)


def test_an_announced_day_replaces_a_derived_one(now):
    papers.store([stated(issue_day=date(2026, 11, 19), day_is_derived=True)], now)
    assert papers.store([stated()], now) == {"moved": 1}
    paper = Paper.objects.get()
    assert (paper.issue_day, paper.day_is_derived) == (date(2026, 11, 20), False)


def test_a_source_that_does_not_say_takes_nothing_away(now):
    papers.store([stated(doi="10.1/abc", journal_ref="J. 1", license="CC0")], now)
    papers.store([stated(title="Again", content_day=date(2026, 11, 23))], now)
    assert Paper.objects.get().doi == "10.1/abc"


def test_it_keeps_the_versions(now):
    first, second = datetime(2026, 11, 18, tzinfo=UTC), datetime(2026, 11, 25, tzinfo=UTC)
    papers.store([stated(version=1, versions=(HarvestedVersion(1, first),))], now)
    both = (HarvestedVersion(1, first), HarvestedVersion(2, second))
    papers.store([stated(version=2, versions=both, content_day=date(2026, 11, 25))], now)
    assert Paper.objects.get().version == 2
    assert stored.with_versions("2611.00001") == (Paper.objects.get(), [(2, second), (1, first)])
    assert Version.objects.count() == 2


def test_it_marks_a_withdrawn_paper_and_unmarks_a_restored_one(now):
    papers.store([stated(comments="This paper has been withdrawn by the author")], now)
    assert Paper.objects.get().withdrawn_at == now
    assert not stored.of_day(date(2026, 11, 20)).exists()
    papers.store([stated(content_day=date(2026, 11, 23))], now)
    assert Paper.objects.get().withdrawn_at is None


def test_a_changed_text_leaves_its_place_in_the_model(now):
    papers.store([stated()], now)
    run = ModelRun.objects.create(fingerprint="x")
    PaperVector.objects.create(run=run, paper=Paper.objects.get(), text_row=b"", shared_row=b"")
    papers.store([stated(abstract="Another text.", content_day=date(2026, 11, 23))], now)
    assert not PaperVector.objects.exists()


def test_ratings_survive_a_changed_paper(now):
    papers.store([stated()], now)
    kept = rating(reader(), Paper.objects.get())
    papers.store([stated(title="Again", content_day=date(2026, 11, 23))], now)
    kept.refresh_from_db()
    assert kept.paper.title == "Again"


def test_several_stores_in_one_transaction_do_not_mix(now):
    papers.store([stated()], now)
    papers.store([stated(title="Second", content_day=date(2026, 11, 21))], now)
    papers.store([stated(title="Third", content_day=date(2026, 11, 22))], now)
    papers.store([stated(arxiv_id="2611.00002")], now)
    assert Paper.objects.get(arxiv_id="2611.00001").title == "Third"


def test_a_source_that_knows_the_versions_tells_them_of_unchanged_papers_too(now):
    papers.store([stated()], now)
    at = datetime(2026, 11, 19, tzinfo=UTC)
    papers.store([stated(version=1, versions=(HarvestedVersion(1, at),))], now)
    assert stored.with_versions("2611.00001") == (Paper.objects.get(), [(1, at)])


def test_a_higher_number_is_kept_and_no_source_lowers_it(now):
    papers.store([stated()], now)
    assert papers.store([stated(version=3)], now) == {"moved": 1}
    papers.store([stated(title="Again", content_day=date(2026, 11, 23))], now)
    assert (Paper.objects.get().title, Paper.objects.get().version) == ("Again", 3)
