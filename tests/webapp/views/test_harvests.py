"""What readers and the operator are told of the harvest."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import paper, reader
from webapp.arxiv import calendar
from webapp.models import Coverage, Gate, Harvest, Holiday, Work
from webapp.queries import harvests

pytestmark = pytest.mark.django_db
DAY = date(2026, 4, 20)
WEEK = f"/coverage/?day={DAY}"


@pytest.fixture(autouse=True)
def follows(settings):
    settings.ARXIV_SUBJECTS = ["cs.LG", "cs.CL"]


@pytest.fixture
def partial(now):
    covered("cs.LG", missing_ids=["2604.20003"], received={"rss": ["2604.20001", "2604.20002"]})
    tried("oai", error="The server answered with a <b>web page</b>.")
    Gate.objects.create(name="arxiv", free_at=now, day=DAY, n_requests=7)


def covered(subject, day=DAY, state="partial", **fields):
    defaults = {"expected": 3, "expected_ids": ["2604.20001", "2604.20002", "2604.20003"]}
    Coverage.objects.create(
        subject=subject,
        day=day,
        state=state,
        sentence=f"{subject} is {state}.",
        changed_at=timezone.now(),
        **(defaults | fields),
    )


def tried(source, day=DAY, state="refused", slot="night", **fields):
    return Harvest.objects.create(
        source=source,
        day=day,
        subject=fields.pop("subject", "cs.LG"),
        slot=slot,
        started_at=fields.pop("started_at", timezone.now()),
        state=state,
        **fields,
    )


def body(client, address=WEEK, status=200):
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def words(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.fixture
def operator(client):
    who = reader(is_staff=True)
    client.force_login(who)
    return who


# --- for every reader ---------------------------------------------------------------------------


def test_an_instance_that_follows_nothing_says_how_papers_come(client, settings):
    settings.ARXIV_SUBJECTS = []
    html = body(client)
    assert "from files" in html
    assert "are announced" not in html


def test_an_instance_that_has_asked_nothing_yet_says_so(client):
    assert "the first harvest comes within a quarter of an hour" in body(client, "/coverage/")


def test_readers_see_what_is_missing_and_why(client, partial):
    covered("cs.CL")
    html = body(client)
    assert "2 of 3 papers for Monday, 20 April 2026" in html
    assert '<a href="https://arxiv.org/abs/2604.20003">2604.20003</a>' in html
    assert "cs.LG is partial." in html
    assert "Machine Learning" in html
    assert "are announced on" in html
    assert "7 requests" not in html


def test_each_try_that_brought_nothing_stands_there_with_its_reason(client, partial):
    tried("rss", subject="*", state="unreached", error="The server did not answer in 60 s.")
    html = body(client)
    assert "&lt;b&gt;web page&lt;/b&gt;" in html
    assert "oai cs.LG 20 April The server answered" in words(html)
    assert "rss all 20 April The server did not answer in 60 s." in words(html)


def test_a_week_has_its_weekend_and_its_holidays(client, partial):
    Holiday.objects.create(date=date(2026, 4, 15), name="A flood")
    covered("cs.LG", date(2026, 4, 14), "complete")
    text = words(body(client))
    assert "arXiv announces nothing for Sunday, 19 April 2026." in text
    assert "nothing on the evening of Wednesday, 15 April 2026, a holiday (A flood)." in text


def test_a_day_that_nobody_asked_for_is_no_quiet_one(client, partial):
    covered("cs.LG", date(2026, 4, 16), "complete")
    assert "The papers of Friday, 17 April 2026 are late" in words(body(client))


def test_what_only_waited_when_it_was_written_is_looked_at_anew(client):
    covered("cs.LG", state="waiting", expected=None, expected_ids=[])
    html = body(client)
    assert "cs.LG is waiting." not in html
    assert 'data-state="late"' in html


def test_papers_without_a_count_of_arxivs_are_counted_here(client):
    covered("cs.LG", expected=None, expected_ids=[])
    paper(day=DAY, subjects=["cs.LG", "cs.CL"])
    assert "1 paper for Monday, 20 April 2026; arXiv&#x27;s own count" in body(client)


def test_an_archive_has_the_papers_of_its_parts(client, settings):
    settings.ARXIV_SUBJECTS = ["astro-ph"]
    covered("astro-ph", expected=None, expected_ids=[])
    paper(day=DAY, subjects=["astro-ph.GA"])
    assert "1 paper for Monday, 20 April 2026; arXiv&#x27;s own count" in body(client)


def test_weeks_lead_to_the_next_days_that_are_known(client, partial):
    covered("cs.LG", date(2026, 1, 5), "complete")
    assert 'href="?day=2026-01-05"' in body(client)
    html = body(client, "/coverage/?day=2026-01-05")
    assert 'href="?day=2026-04-26"' in html
    assert "5 January 2026" in html


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "x", "", "2026-02-30"])
def test_a_day_that_makes_no_sense_is_no_wish(client, partial, day):
    assert "Coverage" in body(client, f"/coverage/?day={day}")


def test_times_are_in_the_readers_zone(client, partial):
    at = timezone.now().replace(day=20, month=11, hour=20, minute=15)
    tried("rss", error="Nothing.", started_at=at)
    client.force_login(reader(time_zone="Asia/Kolkata"))
    html = body(client)
    assert "21 Nov, 01:45" in html
    assert "your time (Asia/Kolkata)" in html


def test_the_number_of_queries_does_not_grow_with_the_subjects_or_days(client, partial):
    def n():
        with CaptureQueriesContext(connection) as asked:
            body(client)
        return len(asked)

    before = n(), n()
    for subject in ("cs.CL", "cs.CV", "math.NT"):
        for days in range(5):
            covered(subject, DAY - timedelta(days=days))
    assert n() == before[1]


# --- for the operator ---------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/coverage/sources/", "/coverage/again/"])
def test_the_operators_part_does_not_exist_for_readers(client, partial, address):
    ask = client.get if "sources" in address else client.post
    assert ask(address).status_code == 302
    client.force_login(reader())
    assert ask(address).status_code == 404
    assert not Work.objects.exists()
    html = body(client)
    assert "operator" not in html
    assert "again</button>" not in html


def test_the_operator_sees_how_each_source_answered(client, operator, partial):
    tried("oai", slot="later", state="unreached", status=503, cursor="t", first_byte_seconds=29.1)
    tried("rss", slot="later", state="done", status=200)
    text = words(body(client, "/coverage/sources/"))
    assert "7 requests to arxiv on 20 April" in text
    assert "unreached 503 29.10 s 0 bytes 0 minutes old" in text
    assert "The server answered with a &lt;b&gt;web page" in text
    assert "within 15 minutes" in text


def test_the_next_time_of_a_settled_day_is_the_calendars(client, operator):
    newest = calendar.expected_day(timezone.now(), harvests.holidays())
    for subject in ("cs.LG", "cs.CL"):
        covered(subject, newest, "complete")
    tried("oai", state="done", status=200)
    due = calendar.due_since(calendar.next_issue_day(newest, harvests.holidays()), "oai")
    assert f"{due.day} {due:%b, %H:%M}" in words(body(client, "/coverage/sources/"))


@pytest.mark.parametrize(
    ("fields", "slot"),
    [
        ({}, "2026-04-20/all//asked "),
        ({"source": "oai"}, "2026-04-20/oai//asked "),
        ({"source": "listing", "subject": "cs.CL"}, "2026-04-20/listing/cs.CL/asked "),
    ],
)
def test_the_operator_asks_for_a_day_again_whole_or_in_part(client, operator, fields, slot):
    answer = client.post("/coverage/again/", {"day": "2026-04-20", **fields}, follow=True)
    assert Work.objects.get(job="harvest").slot.startswith(slot)
    assert "A worker will ask for Monday, 20 April 2026" in answer.content.decode()


def test_what_is_being_asked_for_is_not_asked_for_twice(client, operator):
    client.post("/coverage/again/", {"day": "2026-04-20"})
    Work.objects.update(slot="2026-04-20/all//asked 2026-04-20T06:00:00")
    answer = client.post("/coverage/again/", {"day": "2026-04-20"}, follow=True)
    assert Work.objects.count() == 1
    assert "being asked for already" in answer.content.decode()


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"day": "yesterday"},
        {"day": "2026-04-20", "source": "telepathy"},
        {"day": "2026-04-20", "subject": "math.NT"},
        {"day": "2026-04-20", "subject": "cs.LG/../x"},
        {"day": "0001-01-01"},
        {"day": "9999-12-31"},
    ],
)
def test_nonsense_is_not_asked_for(client, operator, fields):
    answer = client.post("/coverage/again/", fields, follow=True)
    assert 'class="error"' in answer.content.decode()
    assert not Work.objects.exists()


def test_what_was_asked_for_is_followed_until_it_is_done(client, operator):
    client.post("/coverage/again/", {"day": "2026-04-20", "source": "oai"})
    html = body(client, "/coverage/sources/")
    assert "waiting: 0 answered" in words(html)
    assert "hx-trigger" in html
    row = Work.objects.get()
    tried("oai", slot=row.slot, subject="cs.LG", state="done")
    tried("oai", slot=row.slot, subject="cs.CL", state="refused", error="No list.")
    Work.objects.update(state="done")
    html = body(client, "/coverage/sources/")
    assert "done: 1 answered, 1 brought nothing" in words(html)
    assert "hx-trigger" not in html


def test_a_long_request_that_goes_on_is_one_and_open(client, operator):
    client.post("/coverage/again/", {"day": "2026-04-20"})
    row = Work.objects.get()
    Work.objects.update(state="done")
    Work.objects.create(job="harvest", slot=f"{row.slot} and on 06:00", next_at=row.next_at)
    (found,) = harvests.requests(row.asked_at - timedelta(hours=1))
    assert found.is_open


def test_what_failed_for_good_says_why_in_its_last_words(client, operator):
    client.post("/coverage/again/", {"day": "2026-04-20"})
    Work.objects.update(
        state="quarantined", error="Traceback ...\n  line 1\nValueError: no such set"
    )
    text = words(body(client, "/coverage/sources/"))
    assert "quarantined: 0 answered; ValueError: no such set" in text


def test_what_is_running_now_is_shown_and_what_was_killed_is_not(client, operator):
    tried("oai", state="running", counts={"new": 40})
    long_ago = timezone.now() - timedelta(hours=2)
    tried("query", state="running", started_at=long_ago, subject="cs.CL")
    part = client.get("/coverage/sources/", headers={"HX-Request": "true"}).content.decode()
    assert part.startswith("<div")
    assert "40 new" in part
    assert "query" not in part
