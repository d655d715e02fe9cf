"""The harvest against the stand-in arXiv: every source, every failure, nothing missed."""

from datetime import date, timedelta

import pytest

from tests.webapp.services.nights import MONDAY, TUESDAY, announced, at, by_hand, harvest
from webapp.models import Coverage, Gate, Harvest, Paper, Work
from webapp.services import harvests

pytestmark = pytest.mark.django_db


def ids_of(day):
    return set(Paper.objects.filter(issue_day=day).values_list("arxiv_id", flat=True))


def expected_of(day):
    return {row["id"] for row in announced(day)}


def test_a_night_brings_the_day_whole(arxiv):
    harvest()
    assert ids_of(MONDAY) == expected_of(MONDAY)
    row = Coverage.objects.get(subject="cs.LG", day=MONDAY)
    assert (row.state, row.expected, row.missing_ids) == ("complete", 6, [])
    assert set(row.received) >= {"rss", "oai"}


def test_it_does_nothing_the_second_time(arxiv):
    harvest()
    n = len(arxiv.log.entries)
    assert harvest("2026-04-20T06:20", "2026-04-20T06:20") == {"asked": 0}
    assert len(arxiv.log.entries) == n


@pytest.mark.parametrize("source", ["rss", "atom", "oai", "query"])
def test_each_source_alone_brings_every_paper_once(arxiv, source):
    by_hand(source)
    assert expected_of(MONDAY) <= set(Paper.objects.values_list("arxiv_id", flat=True))
    stored = list(Paper.objects.values_list("arxiv_id", flat=True))
    assert len(stored) == len(set(stored))


def test_a_listing_names_what_the_query_api_then_brings(arxiv):
    by_hand("listing")
    assert Coverage.objects.get().state == "late"
    assert set(Coverage.objects.get().missing_ids) == expected_of(MONDAY)
    by_hand("missing", now="2026-04-22T12:00")
    assert ids_of(MONDAY) == expected_of(MONDAY)


@pytest.mark.parametrize(
    ("fault", "options", "said"),
    [
        ("html", {}, "web page"),
        ("empty", {}, "nothing"),
        ("rate_exceeded", {}, "too often"),
    ],
)
def test_an_answer_that_is_no_list_is_refused_and_said(arxiv, fault, options, said):
    arxiv.fail(fault, "/rss/*", **options)
    by_hand("rss")
    row = Harvest.objects.get(source="rss")
    assert row.state == Harvest.State.REFUSED
    assert said in row.error
    assert not Paper.objects.exists()


@pytest.mark.parametrize("source", ["rss", "atom", "oai", "query"])
@pytest.mark.parametrize("bomb", ["laughs", "quadratic", "xxe"])
def test_a_bomb_is_refused(arxiv, source, bomb):
    arxiv.fail("bomb", bomb=bomb)
    by_hand(source)
    assert Harvest.objects.get(source=source).state == Harvest.State.REFUSED
    assert not Paper.objects.exists()


@pytest.mark.parametrize("source", ["rss", "oai", "query", "listing"])
@pytest.mark.parametrize("at", [1, 400, 900, -200, -20])
@pytest.mark.parametrize("framing", ["full", "cut", "chunked-whole"])
def test_a_cut_answer_is_refused_whole_and_the_next_try_heals(arxiv, source, at, framing):
    arxiv.fail("truncate", at=at, times=1, framing=framing)
    by_hand(source)
    row = Harvest.objects.get(source=source)
    assert row.state in {Harvest.State.REFUSED, Harvest.State.UNREACHED}
    assert row.error
    assert not Paper.objects.exists()
    by_hand(source, now="2026-04-20T07:05")
    assert Harvest.objects.filter(source=source, state=Harvest.State.DONE).exists()


def test_a_stale_feed_is_not_the_day(arxiv):
    arxiv.set_clock("2026-04-17T06:00Z")
    harvest("2026-04-17T06:05", "2026-04-17T06:05")
    arxiv.set_clock("2026-04-20T06:00Z")
    arxiv.fail("stale")
    harvest()
    row = Coverage.objects.get(day=MONDAY)
    assert row.state in {"stale", "late"}
    assert Harvest.objects.get(source="rss", day=MONDAY).state == Harvest.State.REFUSED
    arxiv.clear()
    harvest("2026-04-20T08:05", "2026-04-20T08:05")
    assert Coverage.objects.get(day=MONDAY).state == "complete"
    assert ids_of(MONDAY) == expected_of(MONDAY)


def test_a_late_batch_waits_and_then_comes(arxiv):
    arxiv.fail("late", until=at("2026-04-20T09:00"))
    harvest("2026-04-20T04:35", "2026-04-20T04:35")
    assert Coverage.objects.get(day=MONDAY).state in {"waiting", "stale", "late"}
    arxiv.set_clock("2026-04-20T09:30Z")
    harvest("2026-04-20T09:35", "2026-04-20T09:35")
    assert Coverage.objects.get(day=MONDAY).state == "complete"


def test_a_hole_in_oai_is_filled_by_number(arxiv):
    arxiv.fail("hole", "/oai*", first="2604.20002", last="2604.20005")
    arxiv.fail("hole", "/rss/*", first="2604.20002", last="2604.20005")
    arxiv.set_clock("2026-04-22T12:00Z")
    arxiv.set_clock("2026-04-20T06:00Z")
    harvest()
    row = Coverage.objects.get(day=MONDAY)
    assert row.expected == 6
    if row.missing_ids:  # the query API lags by a day
        arxiv.set_clock("2026-04-21T12:00Z")
        harvest("2026-04-21T12:05", "2026-04-21T12:05")
    assert ids_of(MONDAY) == expected_of(MONDAY)


def test_a_token_that_is_repeated_for_ever_ends_the_list(arxiv):
    arxiv.page_size = 2
    arxiv.fail("same_token", "/oai*")
    by_hand("oai")
    assert "never ends" in Harvest.objects.get().error


def test_a_token_that_has_expired_begins_the_list_again(arxiv):
    arxiv.page_size = 2
    arxiv.fail("status", "/oai*", code=503, retry_after=1, skip=1, times=1)
    by_hand("oai")
    assert Harvest.objects.get().cursor
    arxiv.expire_tokens()
    Gate.objects.all().delete()
    row = Harvest.objects.get()
    for _ in range(2):
        harvests.fetch("oai", MONDAY, ["cs.LG"], row.slot, lambda: at("2026-04-20T07:00"))
    assert Harvest.objects.get().state == Harvest.State.DONE
    assert expected_of(MONDAY) <= set(Paper.objects.values_list("arxiv_id", flat=True))


def test_it_waits_as_told_and_asks_nothing_meanwhile(arxiv):
    arxiv.fail("status", "/rss/*", code=429, retry_after=600)
    by_hand("rss")
    assert "asked to wait" in Harvest.objects.get(source="rss").error
    n = len(arxiv.log.entries)
    by_hand("atom")
    assert len(arxiv.log.entries) == n
    assert "pause" in Harvest.objects.get(source="atom").error


def test_a_deleted_record_is_marked_and_kept(arxiv):
    by_hand("oai")
    arxiv.delete("2604.20003", MONDAY)
    by_hand("oai", now="2026-04-20T08:05")
    assert Paper.objects.get(arxiv_id="2604.20003").withdrawn_at is not None


def test_a_new_version_changes_the_text(arxiv):
    harvest()
    arxiv.change("2604.20003", date(2026, 4, 21), title="A better title")
    arxiv.set_clock("2026-04-21T06:00Z")
    harvest("2026-04-21T06:05", "2026-04-21T06:05")
    paper = Paper.objects.get(arxiv_id="2604.20003")
    assert (paper.title, paper.version, paper.issue_day) == ("A better title", 2, MONDAY)


def test_a_weekend_asks_for_nothing_new(arxiv):
    harvest("2026-04-18T06:05", "2026-04-18T06:05")
    assert not Coverage.objects.filter(day=date(2026, 4, 18)).exists()


def test_an_instance_that_follows_nothing_asks_nobody(arxiv, settings):
    settings.ARXIV_SUBJECTS = []
    assert harvest() == {"asked": 0}
    assert arxiv.log.entries == []


# --- the calendar


def test_an_announcement_six_hours_late_keeps_its_day(arxiv):
    arxiv.set_clock("2026-04-20T05:00Z")
    arxiv.fail("late", until=at("2026-04-20T06:00"))
    harvest("2026-04-20T05:05", "2026-04-20T05:05")
    assert Coverage.objects.get(day=MONDAY).state == "stale"
    arxiv.set_clock("2026-04-20T10:00Z")
    harvest("2026-04-20T10:05", "2026-04-20T10:05")
    assert Coverage.objects.get(day=MONDAY).state == "complete"
    assert ids_of(MONDAY) == expected_of(MONDAY)


def test_two_nights_in_one_are_an_alarm_until_the_papers_come_with_the_second(arxiv):
    for arxiv_id in expected_of(MONDAY):
        arxiv.hold_back(arxiv_id, TUESDAY)
    harvest()
    assert Coverage.objects.get(day=MONDAY).state == "late"
    arxiv.set_clock("2026-04-21T12:00Z")
    harvest("2026-04-21T12:05", "2026-04-21T12:05")
    harvest("2026-04-21T12:20", "2026-04-21T12:20")
    assert ids_of(TUESDAY) == expected_of(MONDAY) | expected_of(TUESDAY)
    assert not ids_of(MONDAY)
    states = dict(Coverage.objects.values_list("day", "state"))
    assert states[TUESDAY] == "complete"
    assert states[MONDAY] == "quiet day"


def test_no_paper_at_all_on_an_announcement_day_is_an_alarm(arxiv):
    arxiv.fail("hole", first="2604.20000", last="2604.20999")
    harvest()
    row = Coverage.objects.get(day=MONDAY)
    assert (row.state, row.expected) == ("late", 0)
    assert harvest("2026-04-20T07:05", "2026-04-20T07:05")["asked"]


def test_a_category_of_a_few_papers_may_have_none(arxiv):
    at_noon = at("2026-04-17T12:00")
    Coverage.objects.create(
        subject="cs.LG", day=at_noon.date(), expected=2, state="complete", changed_at=at_noon
    )
    arxiv.fail("hole", first="2604.20000", last="2604.20999")
    harvest()
    assert Coverage.objects.get(day=MONDAY).state == "quiet day"


def test_a_holiday_asks_for_nothing_and_alarms_nobody(arxiv):
    arxiv.set_clock("2026-11-27T12:00Z")
    harvest("2026-11-27T12:05", "2026-11-27T12:05")
    assert not Coverage.objects.filter(day=date(2026, 11, 27)).exists()


# --- manners


def test_what_was_answered_lately_is_not_asked_for_again(arxiv):
    arxiv.fail("hole", "/api*", first="2604.20003")
    arxiv.fail("hole", "/oai*", first="2604.20003")
    arxiv.fail("hole", "/rss*", first="2604.20003")
    harvest()
    n = len(arxiv.log.entries)
    harvest("2026-04-20T06:20", "2026-04-20T06:20")
    assert len(arxiv.log.entries) == n
    harvest("2026-04-20T07:05", "2026-04-20T07:05")
    assert len(arxiv.log.entries) > n


def test_each_source_is_asked_only_from_when_it_can_have_the_day(arxiv):
    arxiv.set_clock("2026-04-20T00:05Z")
    harvest("2026-04-20T00:05", "2026-04-20T00:05")
    assert [entry.path.split("/")[1] for entry in arxiv.log.entries] == ["list"]
    arxiv.set_clock("2026-04-20T02:35Z")
    harvest("2026-04-20T02:35", "2026-04-20T02:35")
    assert Coverage.objects.get(day=MONDAY).state == "complete"
    assert not any(entry.path.startswith(("/rss", "/api")) for entry in arxiv.log.entries)


def test_what_was_refused_is_asked_for_at_the_next_occasion(arxiv):
    arxiv.fail("html", "/oai*", times=1)
    arxiv.fail("hole", "/rss*", first="2604.20003")
    arxiv.fail("hole", "/api*", first="2604.20003")
    harvest()
    assert ids_of(MONDAY) != expected_of(MONDAY)
    harvest("2026-04-20T06:20", "2026-04-20T06:20")
    assert Coverage.objects.get(day=MONDAY).state == "complete"


def test_a_long_harvest_leaves_the_rest_to_another_piece_of_work(arxiv, settings):
    settings.ARXIV_SUBJECTS = ["cs.LG", "cs.CL", "cs.CV"]
    times = iter(at("2026-04-20T06:05") + timedelta(seconds=20 * n) for n in range(1_000))
    harvests.harvest("2026-04-20T06:05", at("2026-04-20T06:05"), lambda: next(times))
    (owed,) = Work.objects.filter(job="harvest")
    n = Harvest.objects.count()
    harvests.harvest(owed.slot, at("2026-04-20T06:10"), lambda: at("2026-04-20T06:10"))
    assert Harvest.objects.filter(slot="2026-04-20T06:05").count() == Harvest.objects.count() > n


def test_the_coverage_moves_on_although_nobody_answers(arxiv):
    arxiv.fail("html")
    harvest("2026-04-20T00:35", "2026-04-20T00:35")
    assert Coverage.objects.get(day=MONDAY).state == "waiting"
    harvests.look("2026-04-20T12:55", at("2026-04-20T12:55"))
    assert Coverage.objects.get(day=MONDAY).state == "late"


def test_a_look_does_nothing_the_second_time(arxiv):
    harvest()
    harvests.look("2026-04-20T06:55", at("2026-04-20T06:55"))
    before = list(Coverage.objects.values()), Work.objects.count()
    assert harvests.look("2026-04-20T06:55", at("2026-04-20T06:55")) == {"holes": 0}
    assert (list(Coverage.objects.values()), Work.objects.count()) == before


@pytest.mark.parametrize("source", ["oai", "missing"])
def test_a_paper_that_moderation_held_back_is_of_the_day_that_announced_it(arxiv, source):
    arxiv.hold_back("2604.16003", MONDAY)
    by_hand("listing")
    by_hand(source)
    paper = Paper.objects.get(arxiv_id="2604.16003")
    assert (paper.issue_day, paper.day_is_derived) == (MONDAY, False)
