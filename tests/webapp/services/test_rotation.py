"""Comparisons that begin by themselves, one after another."""

from datetime import timedelta

import pytest

from tests.factories import DAY, paper, reader, world
from webapp.models import Comparison, Entry, ModelRun
from webapp.services import insight, runs

pytestmark = pytest.mark.django_db


@pytest.fixture
def served(now):
    """A run that serves, which goes by the text alone."""
    world(20)
    runs.train("test", now)
    ModelRun.objects.update(weight=0)


def rivals():
    return list(Comparison.objects.order_by("begins_on").values_list("rival", flat=True))


def two_weeks_later():
    paper(day=Comparison.objects.latest("begins_on").ends_on)


def test_it_begins_with_the_next_issue_day(served, now):
    assert insight.begin_next(now) == {"begun": 1}
    found = Comparison.objects.get()
    assert (found.begins_on, found.ends_on) == (DAY + timedelta(1), DAY + timedelta(14))


def test_it_does_nothing_the_second_time(served, now):
    insight.begin_next(now)
    assert insight.begin_next(now) == {}
    assert Comparison.objects.count() == 1


def test_rivals_take_turns_and_text_alone_is_none_where_nothing_else_counts(served, now):
    for weight, upvotes in ((0, 0), (0, 0), (0.5, 0), (0.5, 3), (0.5, 3)):
        ModelRun.objects.update(weight=weight)
        if upvotes and not Entry.objects.exists():
            one = paper()
            Entry.objects.create(
                paper=one, day=DAY, created_at=now, changed_at=now, n_upvotes=upvotes
            )
        insight.begin_next(now)
        two_weeks_later()
    assert rivals() == ["newest", "newest", "text", "upvoted", "newest"]


def test_what_an_operator_has_planned_comes_first(served, now):
    Comparison.objects.create(rival="upvoted", begins_on=DAY + timedelta(10))
    insight.begin_next(now)
    assert rivals() == ["upvoted"]


def test_none_begins_before_a_model_serves_or_where_none_is_wanted(now, served, settings):
    settings.COMPARISONS = False
    insight.begin_next(now)
    settings.COMPARISONS = True
    ModelRun.objects.update(is_active=False)
    insight.begin_next(now)
    assert rivals() == []


def test_a_reader_takes_part_where_the_result_will_stand(served, now, client):
    who = reader()
    client.force_login(who, "django.contrib.auth.backends.ModelBackend")
    insight.begin_next(now)
    assert "this ranking against newest first" in client.get("/settings/").content.decode()
    sent = {"compares": "on", "next": "/insight/#against"}
    assert client.post("/settings/comparisons/", sent).url == "/insight/#against"
    who.refresh_from_db()
    assert who.compares
