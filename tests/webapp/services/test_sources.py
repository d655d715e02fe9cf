"""Each source by itself: how it is asked, how it goes on, what it leaves behind."""

from datetime import date, timedelta

import pytest

from tests.webapp.arxiv import pages
from tests.webapp.services.nights import MONDAY, TUESDAY, announced, at, by_hand, harvest
from webapp.models import Coverage, Gate, Harvest, Paper, PublicUpvote, Sought, Version
from webapp.queries import harvests as known
from webapp.queries import papers as stored
from webapp.services import harvests

pytestmark = pytest.mark.django_db


def look(now):
    """The hourly look at the coverage, and the harvest it asks for."""
    harvests.look(now, at(now))
    return harvest(f"{MONDAY}/sought//{now}", now)


def asked_of_oai(arxiv):
    return [entry.path for entry in arxiv.log.entries if entry.path.startswith("/oai")]


def versions_of(arxiv_id):
    return sorted(Version.objects.filter(paper__arxiv_id=arxiv_id).values_list("number", flat=True))


# --- OAI-PMH


@pytest.mark.parametrize("source", ["oai", "oai_raw", "oai_dc"])
def test_each_format_brings_every_paper_once(arxiv, source):
    by_hand(source)
    assert {row["id"] for row in announced(MONDAY)} <= set(
        Paper.objects.values_list("arxiv_id", flat=True)
    )
    assert Paper.objects.get(arxiv_id="2604.20001").subjects == ["cs.LG"]


def test_the_nightly_format_is_a_setting(arxiv, settings):
    settings.ARXIV_OAI_PREFIX = "arXivRaw"
    harvest()
    assert Harvest.objects.filter(source="oai_raw", state="done").exists()
    assert versions_of("2604.20001") == [1]


def test_the_raw_format_knows_all_versions(arxiv):
    arxiv.change("2604.16003", date(2026, 4, 17))
    arxiv.change("2604.16003", MONDAY)
    by_hand("oai_raw")
    assert Paper.objects.get(arxiv_id="2604.16003").version == 3
    assert versions_of("2604.16003") == [1, 2, 3]


def test_a_format_without_versions_never_lowers_one(arxiv):
    arxiv.change("2604.16003", MONDAY)
    by_hand("oai_raw")
    by_hand("oai", now="2026-04-20T07:05")
    assert Paper.objects.get(arxiv_id="2604.16003").version == 2


def test_the_number_of_a_new_version_is_asked_for_where_no_source_has_told_it(arxiv):
    arxiv.change("2604.16003", MONDAY, title="A better title")
    by_hand("oai")
    paper = Paper.objects.get(arxiv_id="2604.16003")
    assert (paper.title, paper.version) == ("A better title", 1)
    look("2026-04-20T06:55")
    paper.refresh_from_db()
    assert (paper.title, paper.version) == ("A better title", 2)
    assert versions_of("2604.16003") == [1, 2]
    n = len(arxiv.log.entries)
    by_hand("oai", now="2026-04-20T08:05")
    look("2026-04-20T08:55")
    assert len(arxiv.log.entries) == n + 1  # the list, and no number twice


def test_a_new_version_that_the_query_api_does_not_have_yet_is_asked_for_again(arxiv):
    arxiv.change("2604.16003", MONDAY)
    by_hand("oai")
    arxiv.fail("late", "/api*", until=at("2026-04-20T12:00"))
    look("2026-04-20T06:55")
    assert Sought.objects.get().state == "owed"
    arxiv.set_clock("2026-04-20T13:00Z")
    look("2026-04-20T13:55")
    assert Sought.objects.get().state == "found"
    assert versions_of("2604.16003") == [1, 2]
    arxiv.change("2604.16003", TUESDAY)
    arxiv.set_clock("2026-04-21T12:00Z")
    by_hand("oai", TUESDAY, "2026-04-21T12:05")
    look("2026-04-21T12:55")
    assert versions_of("2604.16003") == [1, 2, 3]


def test_the_same_content_by_another_format_changes_no_row(arxiv):
    by_hand("oai")
    before = set(Paper.objects.values_list("pk", "changed_at"))
    by_hand("oai_raw", now="2026-04-20T07:05")
    by_hand("rss", now="2026-04-20T08:05")
    assert set(Paper.objects.values_list("pk", "changed_at")) == before


def test_it_asks_from_a_week_before_the_servers_last_answer_and_never_until(arxiv):
    by_hand("oai")
    arxiv.set_clock("2026-05-11T06:00Z")
    by_hand("oai", date(2026, 5, 11), "2026-05-11T06:05")
    first, second = asked_of_oai(arxiv)
    assert "from=2026-04-13" in first
    assert "from=2026-04-13" in second  # three weeks without an answer, all of them asked for
    assert "until" not in first + second


def test_a_second_list_for_the_same_day_asks_for_what_came_since(arxiv):
    by_hand("oai")
    by_hand("oai", now="2026-04-20T09:05")
    assert "from=2026-04-20" in asked_of_oai(arxiv)[-1]


def test_the_next_occasion_goes_on_with_the_token(arxiv):
    arxiv.page_size = 2
    arxiv.fail("truncate", "/oai*", at=900, skip=1, times=1)
    by_hand("oai")
    given = Harvest.objects.get()
    assert given.cursor_at == at("2026-04-20T06:05")
    by_hand("oai", now="2026-04-20T06:20")
    assert "resumptionToken" in asked_of_oai(arxiv)[2]
    assert Harvest.objects.filter(state="done").get().response_at == given.response_at
    assert Paper.objects.count() == 18


def test_a_token_that_has_expired_meanwhile_begins_the_list_again_at_once(arxiv):
    arxiv.page_size = 2
    arxiv.fail("truncate", "/oai*", at=900, skip=1, times=1)
    by_hand("oai")
    arxiv.expire_tokens()
    by_hand("oai", now="2026-04-20T06:20")
    assert Harvest.objects.filter(state="done").exists()
    assert Paper.objects.count() == 18


# --- listings


def test_an_older_day_has_its_count_from_the_catch_up_page(arxiv):
    by_hand("listing", date(2026, 4, 16))
    assert Coverage.objects.get(day=date(2026, 4, 16)).expected == 6


def test_a_day_before_all_catch_up_pages_is_refused_in_words_without_asking(arxiv):
    by_hand("listing", date(2026, 1, 2))
    assert "90 newest days" in Harvest.objects.get().error
    assert arxiv.log.entries == []


def test_a_list_of_several_pages_is_read_whole(arxiv):
    arxiv.add(*({"id": f"2604.{n}", "date": f"{MONDAY}"} for n in range(30_000, 32_100)))
    by_hand("listing")
    row = Coverage.objects.get(day=MONDAY)
    assert (row.expected, len(row.expected_ids)) == (2_106, 2_106)


# --- numbers that nobody listed


@pytest.fixture
def many(arxiv):
    """A month that this instance follows whole, without any listing."""
    arxiv.add(*({"id": f"2604.{n:05d}", "date": f"{MONDAY}"} for n in range(1, 601)))
    arxiv.fail("hole", "/oai*", first="2604.00200", last="2604.00240")
    arxiv.fail("hole", "/oai*", ids=["2604.00100", "2604.00150", "2604.00300"])
    by_hand("oai")
    Paper.objects.filter(arxiv_id__gt="2604.01000").delete()
    return arxiv


def test_a_range_and_single_numbers_that_oai_left_out_are_reported_and_filled(many):
    assert Paper.objects.count() == 556
    look("2026-04-20T06:55")
    assert Paper.objects.count() == 600
    assert known.holes_of([MONDAY])[MONDAY] == (
        "44 numbers were missing between those that came: 44 found since, "
        "0 of other categories or not at arXiv, 0 still asked for."
    )


def test_what_is_of_other_categories_is_not_stored_and_not_asked_for_again(many, arxiv):
    for state in arxiv.archive.papers["2604.00100"].states:
        object.__setattr__(state, "categories", ("math.NT",))
    look("2026-04-20T06:55")
    assert not Paper.objects.filter(arxiv_id="2604.00100").exists()
    assert Sought.objects.get(arxiv_id="2604.00100").state == "elsewhere"
    n = len(arxiv.log.entries)
    look("2026-04-22T06:55")
    assert len(arxiv.log.entries) == n


def test_what_arxiv_does_not_have_is_given_up_after_some_days(many, arxiv):
    arxiv.fail("hole", "/api*", ids=["2604.00300"])
    for day in range(20, 30):
        look(f"2026-04-{day}T06:55")
    row = Sought.objects.get(arxiv_id="2604.00300")
    assert (row.state, row.n_asked) == ("absent", 5)
    n = len(arxiv.log.entries)
    look("2026-05-30T06:55")
    assert len(arxiv.log.entries) == n


def test_a_list_of_numbers_may_have_fewer_papers_than_it_counts(many, arxiv):
    page = pages.query(pages.entry("2604.00100v1"), total=44, per_page=44)
    arxiv.fail("status", "/api*", code=200, body=page.decode())
    look("2026-04-20T06:55")
    assert Harvest.objects.get(source="sought").state == "done"
    assert Sought.objects.get(state="elsewhere").arxiv_id == "2604.00100"
    assert Sought.objects.filter(state="owed", n_asked=1).count() == 43


def test_a_refused_answer_settles_nothing(many, arxiv):
    arxiv.fail("html", "/api*")
    look("2026-04-20T06:55")
    assert Sought.objects.filter(state="owed", n_asked=0).count() == 44
    assert Paper.objects.count() == 556


# --- public upvotes


@pytest.fixture
def liked(arxiv, settings):
    settings.DAILY_PAPERS = True
    arxiv.add({"id": "2604.20901", "date": f"{MONDAY}", "upvotes": 42})
    arxiv.add({"id": "2604.20902", "date": f"{MONDAY}", "upvotes": 7, "categories": ["math.NT"]})
    return arxiv


def test_upvotes_are_kept_beside_the_papers(liked):
    by_hand("daily_papers")
    found = PublicUpvote.objects.order_by("-count").values_list("arxiv_id", "count", "day")
    assert list(found) == [("2604.20901", 42, MONDAY), ("2604.20902", 7, MONDAY)]
    assert not Paper.objects.exists()
    assert not Coverage.objects.exists()


def test_an_upvoted_paper_is_fetched_if_its_category_is_followed(liked):
    by_hand("daily_papers")
    look("2026-04-20T06:55")
    assert Paper.objects.get().arxiv_id == "2604.20901"
    assert Sought.objects.get(arxiv_id="2604.20902").state == "elsewhere"


def test_a_newer_count_takes_the_place_of_the_older(liked):
    by_hand("daily_papers")
    liked.archive.papers["2604.20901"].upvotes = 50
    by_hand("daily_papers", now="2026-04-20T12:05")
    row = PublicUpvote.objects.get(arxiv_id="2604.20901")
    assert (row.count, row.fetched_at) == (50, at("2026-04-20T12:05"))


def test_a_long_daily_page_is_read_to_its_end(liked):
    rows = ({"id": f"2604.21{n:03d}", "date": f"{MONDAY}", "upvotes": n} for n in range(1, 151))
    liked.add(*rows)
    by_hand("daily_papers")
    assert PublicUpvote.objects.count() == 152


def test_upvotes_wait_in_a_line_of_their_own(liked):
    by_hand("daily_papers")
    assert set(Gate.objects.values_list("name", flat=True)) == {"daily_papers"}
    liked.fail("status", "/api/daily_papers*", code=429, retry_after=600)
    by_hand("daily_papers", now="2026-04-20T07:05")
    by_hand("oai")
    assert Harvest.objects.get(source="oai").state == "done"


def test_the_timetable_asks_for_a_week_of_upvotes_and_leaves_them_alone_for_a_while(
    liked, settings
):
    settings.ARXIV_SUBJECTS = []
    assert harvest() == {"asked": 7}
    assert harvest("2026-04-20T06:20", "2026-04-20T06:20") == {"asked": 0}
    assert harvest("2026-04-20T07:05", "2026-04-20T07:05") == {"asked": 1}


def test_nobody_is_asked_for_upvotes_unless_it_is_wanted(arxiv):
    harvest()
    assert not any("daily_papers" in entry.path for entry in arxiv.log.entries)


# --- preprints


@pytest.fixture
def posted(arxiv, settings):
    settings.ARXIV_SUBJECTS = []
    settings.BIORXIV_SUBJECTS = ["biorxiv.neuroscience"]
    arxiv.add(
        *(
            {
                "id": f"10.1101/2026.04.{day}.{n:06d}",
                "date": f"2026-04-{day}",
                "categories": ["q-bio.neuroscience" if n % 2 else "q-bio.ecology"],
            }
            for day in (17, 20)
            for n in range(1, 41)
        )
    )
    return arxiv


def test_preprints_of_the_followed_categories_are_stored_by_their_doi(posted):
    harvest()
    assert Paper.objects.count() == 40
    paper = Paper.objects.get(arxiv_id="10.1101/2026.04.20.000001")
    assert (paper.subjects, paper.issue_day) == (["biorxiv.neuroscience"], MONDAY)
    assert paper.url == "https://doi.org/10.1101/2026.04.20.000001"
    assert set(Gate.objects.values_list("name", flat=True)) == {"biorxiv"}


def test_a_whole_server_may_be_followed(posted, settings):
    settings.BIORXIV_SUBJECTS = ["biorxiv"]
    harvest()
    assert Paper.objects.count() == 80


def test_a_revised_preprint_changes_its_text_and_keeps_its_day(posted):
    harvest()
    posted.change("10.1101/2026.04.17.000001", TUESDAY, title="Revised")
    posted.set_clock("2026-04-21T12:00Z")
    harvest("2026-04-21T12:05", "2026-04-21T12:05")
    paper = Paper.objects.get(arxiv_id="10.1101/2026.04.17.000001")
    assert (paper.title, paper.version) == ("Revised", 2)
    assert paper.issue_day == date(2026, 4, 17)


def test_a_revised_preprint_that_was_never_here_is_no_news_of_today(posted):
    posted.add({"id": "10.1101/2025.01.15.000009", "date": "2025-01-15",
                "categories": ["q-bio.neuroscience"]})  # fmt: skip
    posted.change("10.1101/2025.01.15.000009", MONDAY)
    harvest()
    paper = Paper.objects.get(arxiv_id="10.1101/2025.01.15.000009")
    assert (paper.issue_day, paper.day_is_derived) == (date(2025, 1, 15), True)


def test_a_preprint_that_its_authors_have_withdrawn_is_marked(posted):
    harvest()
    posted.change("10.1101/2026.04.20.000001", TUESDAY,
                  abstract="The authors have withdrawn this manuscript.")  # fmt: skip
    posted.set_clock("2026-04-21T12:00Z")
    harvest("2026-04-21T12:05", "2026-04-21T12:05")
    assert Paper.objects.get(arxiv_id="10.1101/2026.04.20.000001").withdrawn_at
    assert stored.of_day(MONDAY).count() == 19


def test_preprints_go_on_at_the_page_where_they_stopped(posted):
    posted.fail("truncate", "/details*", at=2_000, skip=1, times=1)
    harvest()
    assert Harvest.objects.get().cursor == "30"
    harvest("2026-04-20T06:20", "2026-04-20T06:20")
    assert Paper.objects.count() == 40
    assert len(posted.log.entries) == 4


def test_a_server_without_any_post_in_four_days_is_an_alarm(posted):
    by_hand_of_biorxiv = f"{MONDAY + timedelta(days=30)}/biorxiv//by hand"
    harvest(by_hand_of_biorxiv, "2026-05-20T06:05")
    row = Harvest.objects.get()
    assert (row.state, row.counts.get("new")) == ("refused", None)
    assert "Nothing was posted" in row.error


@pytest.mark.parametrize("fault", ["html", "empty", "rate_exceeded"])
@pytest.mark.parametrize("source", ["daily_papers", "biorxiv"])
def test_an_answer_that_is_no_list_is_refused_here_too(posted, liked, source, fault):
    posted.fail(fault)
    harvest(f"{MONDAY}/{source}//by hand")
    assert Harvest.objects.get().state == "refused"
    assert not Paper.objects.exists()
