"""The settings: times in the reader's own zone, and whether to take part in comparisons."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from tests.factories import paper
from webapp.models import Reader, Version
from webapp.queries import readers

pytestmark = pytest.mark.django_db


def choose(client, name, **fields):
    return client.post("/settings/", {"time_zone": name, **fields})


def test_a_chosen_zone_is_kept_and_told(client, who):
    answer = choose(client, "Asia/Kolkata")
    assert answer.url == "/settings/"
    assert Reader.objects.get().time_zone == "Asia/Kolkata"
    html = client.get("/settings/").content.decode()
    assert "told in Asia/Kolkata" in html
    assert '<option value="Asia/Kolkata" selected>' in html


def test_one_click_leads_back_to_the_page_it_was_on(client, who):
    assert choose(client, "Europe/Paris", next="/coverage/").url == "/coverage/"
    assert choose(client, "Europe/Paris", next="https://evil.example/").url == "/settings/"


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "localtime", "../../etc/passwd", "europe/paris", "UTC\0", "<b>"]
)
def test_what_is_no_zone_is_refused_and_nothing_changes(client, who, name):
    choose(client, "Europe/Paris")
    answer = choose(client, name)
    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()
    assert Reader.objects.get().time_zone == "Europe/Paris"


def test_a_visitor_has_no_settings(client):
    assert client.get("/settings/").status_code == 302
    assert choose(client, "Europe/Paris").status_code == 302


def test_times_on_pages_follow_the_reader_who_moves(client, who):
    shown = paper()
    at = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    Version.objects.create(paper=shown, number=1, submitted_at=at)

    def page():
        return client.get(f"/papers/{shown.arxiv_id}").content.decode()

    assert "20 November 2026" in page()
    choose(client, "Asia/Tokyo")
    assert "21 November 2026" in page()
    choose(client, "America/New_York")
    assert "v1</a> of 20 November 2026" in page()


def test_the_zone_of_one_request_does_not_reach_the_next(client, who):
    choose(client, "Asia/Tokyo")
    client.get("/settings/")
    assert timezone.get_current_timezone_name() == "UTC"


def test_a_reader_who_has_not_said_gets_the_instances_zone(who, settings):
    settings.DEFAULT_TIME_ZONE = "Europe/Vienna"
    assert readers.zone_of(who) == ZoneInfo("Europe/Vienna")


@pytest.mark.parametrize("name", ["Gone/Away", "../etc", "x" * 64])
def test_a_zone_that_is_no_more_is_utc(who, name):
    who.time_zone = name
    assert readers.zone_of(who) == ZoneInfo("UTC")


def test_a_visitor_is_told_in_utc(settings):
    settings.DEFAULT_TIME_ZONE = "Europe/Vienna"
    assert readers.zone_of(None) == ZoneInfo("UTC")


def test_taking_part_in_comparisons_is_off_until_a_reader_says_so(client, who):
    assert " checked>" not in client.get("/settings/").content.decode()
    assert not Reader.objects.get().compares
    assert client.post("/settings/comparisons/", {"compares": "on"}).url == "/settings/"
    assert Reader.objects.get().compares
    assert " checked>" in client.get("/settings/").content.decode()
    client.post("/settings/comparisons/", {})
    assert not Reader.objects.get().compares


def test_only_a_reader_who_posts_can_take_part(client, who):
    assert client.get("/settings/comparisons/").status_code == 405
    client.logout()
    assert client.post("/settings/comparisons/", {"compares": "on"}).status_code == 302
    assert not Reader.objects.get().compares


def test_a_reader_lets_upvotes_teach_and_changes_her_mind(client, who):
    assert not Reader.objects.get().upvotes_teach
    assert client.post("/settings/upvotes/", {"teach": "on"}).url == "/settings/"
    assert Reader.objects.get().upvotes_teach
    client.post("/settings/upvotes/", {})
    assert not Reader.objects.get().upvotes_teach
    assert client.get("/settings/upvotes/").status_code == 405
