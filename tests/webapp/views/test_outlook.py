"""The line above the feed, over what is followed by reader and instance."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import paper, reader
from webapp.arxiv import calendar
from webapp.models import Coverage, Holiday
from webapp.queries import harvests

pytestmark = pytest.mark.django_db


@pytest.fixture
def day():
    """The newest issue day that is due by the clock on the wall."""
    return calendar.expected_day(timezone.now(), harvests.holidays())


@pytest.fixture(autouse=True)
def follows(settings):
    settings.ARXIV_SUBJECTS = ["cs.LG", "cs.CL"]


def covered(subject, day, ids, missing=(), **fields):
    defaults = {"expected": len(ids), "expected_ids": ids, "listed_day": day}
    Coverage.objects.create(
        subject=subject,
        day=day,
        missing_ids=list(missing),
        changed_at=timezone.now(),
        **(defaults | fields),
    )


def line(client, address="/"):
    html = client.get(address).content.decode()
    found = re.search(r'<p class="outlook" data-state="([^"]+)">(.*?)</p>', html, re.DOTALL)
    return (found[1], re.sub(r"<[^>]+>", "", found[2])) if found else None


def log_in(client, subjects=(), **fields):
    who = reader(**fields)
    who.profiles.update(subjects=list(subjects))
    client.force_login(who)
    return who


def test_a_paper_in_two_categories_counts_once(client, day):
    paper(day=day, subjects=["cs.LG"])
    covered("cs.LG", day, ["2611.1", "2611.2"])
    covered("cs.CL", day, ["2611.2", "2611.3"])
    assert "All 3 papers" in line(client)[1]


def test_a_reader_is_told_of_the_followed_subjects_alone(client, day):
    paper(day=day, subjects=["cs.LG"])
    covered("cs.LG", day, ["2611.1", "2611.2"])
    covered("cs.CL", day, ["2611.2", "2611.3"], missing=["2611.3"])
    log_in(client, ["cs.LG"])
    assert "All 2 papers" in line(client)[1]
    log_in(client, ["cs.CL"])
    assert "1 of 2 papers" in line(client)[1]
    log_in(client)
    assert "2 of 3 papers" in line(client)[1]


def test_a_category_that_was_not_read_leaves_the_count_open(client, day):
    paper(day=day, subjects=["cs.LG"])
    covered("cs.LG", day, ["2611.1"])
    state, said = line(client)
    assert state == "partial"
    assert "own count is not known yet" in said


def test_an_old_batch_again_is_told_as_stale(client, day):
    before = day - timedelta(days=5)
    paper(day=before)
    for subject in ("cs.LG", "cs.CL"):
        covered(subject, day, [], expected=None, listed_day=before)
    state, said = line(client)
    if timezone.now() >= calendar.due_since(day, "feed") + timedelta(hours=1):
        assert state == "stale"
        assert "arXiv still shows the papers of" in said
    else:
        assert state == "waiting"


def test_it_leads_to_the_coverage_of_the_day(client, day):
    older = day - timedelta(days=7)
    paper(day=day)
    paper(day=older)
    covered("cs.LG", older, ["2611.1"], missing=["2611.1"])
    covered("cs.CL", older, [])
    html = client.get(f"/?day={older}").content.decode()
    assert f'href="/coverage/?day={older}"' in html
    assert line(client, f"/?day={older}")[0] == "late"


def test_an_older_day_that_was_never_asked_for_has_no_line(client, day):
    paper(day=day)
    paper(day=day - timedelta(days=7))
    assert line(client, f"/?day={day - timedelta(days=7)}") is None


def test_an_instance_that_asks_nobody_has_no_line(client, day, settings):
    settings.ARXIV_SUBJECTS = []
    paper(day=day)
    assert line(client) is None
    log_in(client, ["cs.LG"])
    assert line(client) is None


def test_subjects_that_the_instance_does_not_follow_are_told_so(client, day):
    paper(day=day, subjects=["math.NT"])
    log_in(client, ["math.NT"])
    assert "other subjects than yours" in line(client)[1]


def test_an_instance_without_any_paper_says_what_it_waits_for(client):
    assert "The next papers" in line(client)[1]
    assert "every quarter of an hour" in client.get("/").content.decode()


def test_the_next_announcement_is_told_in_the_readers_zone(client, day):
    paper(day=day)
    assert " UTC." in line(client)[1]
    log_in(client, time_zone="Asia/Kathmandu")
    assert ":45 your time (Asia/Kathmandu)" in line(client)[1]


def test_a_holiday_that_the_operator_adds_is_named(client, day):
    paper(day=day)
    Holiday.objects.update_or_create(date=day, defaults={"name": "A <flood>"})
    html = client.get("/").content.decode()
    assert "(A &lt;flood&gt;): no announcement that evening." in html


def test_an_answer_to_a_rating_has_no_line(client, day):
    rated = paper(day=day)
    log_in(client)
    answer = client.post(
        f"/papers/{rated.arxiv_id}/rating/",
        {"value": "up", "day": f"{day}"},
        headers={"HX-Request": "true"},
    )
    assert "outlook" not in answer.content.decode()


def test_an_empty_list_that_was_not_believed_is_no_quiet_day(client, day):
    older = day - timedelta(days=7)
    paper(day=day)
    paper(day=older, subjects=["math.NT"])
    covered("cs.LG", older, [])
    covered("cs.CL", older, [], state="late")
    log_in(client, ["cs.LG", "cs.CL"])
    assert line(client, f"/?day={older}")[0] == "late"
    Coverage.objects.update(state="quiet day")
    assert line(client, f"/?day={older}")[0] == "quiet day"


def test_an_empty_list_that_was_not_believed_leaves_no_day_complete(client, day):
    paper(day=day, subjects=["cs.CL"])
    covered("cs.LG", day, [], state="late")
    covered("cs.CL", day, ["2611.1"])
    log_in(client, ["cs.LG", "cs.CL"])
    assert line(client)[0] == "partial"


def test_a_list_that_ended_before_its_own_count_leaves_a_day_incomplete(client, day):
    paper(day=day, subjects=["cs.CL"])
    covered("cs.LG", day, ["2611.1", "2611.2"], expected=5)
    covered("cs.CL", day, ["2611.2"])
    state, said = line(client)
    assert state == "partial"
    assert "2 of 5 papers" in said


def test_a_reader_is_told_which_subjects_the_instance_does_not_follow(client, day):
    paper(day=day, subjects=["cs.LG"])
    covered("cs.LG", day, ["2611.1"])
    log_in(client, ["cs.LG", "math.NT"])
    said = line(client)[1]
    assert "All 1 paper of" in said
    assert "does not ask arXiv for math.NT; of that cross-lists alone come." in said


def test_a_part_of_a_followed_archive_is_followed(client, day, settings):
    settings.ARXIV_SUBJECTS = ["cs.LG", "astro-ph"]
    paper(day=day, subjects=["cs.LG"])
    log_in(client, ["cs.LG", "astro-ph.GA"])
    assert "does not ask" not in line(client)[1]
