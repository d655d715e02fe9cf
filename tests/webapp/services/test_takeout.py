"""Taking everything along, and leaving nothing behind."""

import json
from datetime import timedelta
from zipfile import ZipFile

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from tests.factories import DAY, interests, paper, profile, rating, reader, world
from webapp.models import (
    Digest,
    Entry,
    FeedToken,
    Rating,
    Reader,
    Rule,
    Subscription,
    Suppression,
)
from webapp.queries import takeout as known
from webapp.services import insight, rankings, rounds, runs, seeds, takeout
from webapp.services.social import comments, editing, submissions, upvotes

pytestmark = pytest.mark.django_db
SECRET = "a-key-that-opens-links"


@pytest.fixture
def leaving(now):
    """A reader who has used everything there is."""
    who = reader(name="Ada Example")
    older, _ = world(2, DAY - timedelta(days=3)), world(4)
    runs.train("test", now)
    liked = rating(who, older["robots"][0], saved=True)
    Rating.objects.filter(pk=liked.pk).update(tags=["to cite"], note="Compare with ours.")
    rankings.rerank(profile(who), DAY, now)
    Rule.objects.create(profile=profile(who), kind="term", value="grasp", effect=1, created_at=now)
    insight.replay(f"reader {who.pk} noon", now)
    rounds.begin(interests(who), now)
    seeds.await_papers(profile(who), ["2401.00001"], now, None, saved=True)
    shown = paper()
    submissions.submit(who, shown.arxiv_id, now)
    upvotes.upvote(who, shown, True, now)
    upvotes.visit(who, now)
    comments.write(who, shown, "Is this bound tight?", now)
    editing.claim(who, shown, "It is mine.", now)
    others = comments.write(reader(), shown, "Yes.", now)
    comments.report(who, others, "See above.", now)
    wish = Subscription.objects.create(reader=who, key=SECRET, created_at=now)
    Digest.objects.create(subscription=wish, day=DAY, queued_at=now, next_at=now)
    FeedToken.objects.create(profile=profile(who), name="Reader", digest=SECRET, created_at=now)
    who.emailaddress_set.create(email=who.email, verified=True)
    return who


def parts(who, now):
    with takeout.archive(who, now) as file, ZipFile(file) as zipped:
        return {
            info.filename.removesuffix(".jsonl"): [
                json.loads(line) for line in zipped.read(info).splitlines()
            ]
            for info in zipped.infolist()
        }


def test_every_table_that_names_a_reader_has_its_part(leaving, now):
    """A new one has to be thought of: `takeout.PARTS`."""
    named = {
        field.related_model
        for model in (Reader, *(rel.related_model for rel in Reader._meta.related_objects))
        for field in model._meta.related_objects
        if field.related_name != "+"
        and field.related_model._meta.app_label == "webapp"
        and model._meta.model_name in {"reader", "profile", "subscription"}
    }
    told = {part(0).model for part in known.PARTS.values()}
    assert named - told == set()


def test_no_part_of_who_has_used_everything_is_empty(leaving, now):
    found = parts(leaving, now)
    assert found.keys() == known.PARTS.keys()
    assert [part for part, rows in found.items() if not rows] == []


def test_papers_are_named_by_their_identifiers(leaving, now):
    found = parts(leaving, now)
    liked = Rating.objects.get(reader=leaving).paper
    kept = found["papers"][0]
    assert (kept["paper"], kept["tags"], kept["note"]) == (
        liked.arxiv_id,
        ["to cite"],
        "Compare with ours.",
    )
    order = found["rankings"][0]["paper_ids"]
    assert len(order) == len(set(order)) > 10
    assert all(one.startswith("2611.") for one in order)
    assert liked.arxiv_id in found["rankings"][0]["because"]


def test_nothing_that_opens_an_account_is_told(leaving, now):
    with takeout.archive(leaving, now) as file, ZipFile(file) as zipped:
        text = b"".join(zipped.read(name) for name in zipped.namelist()).decode()
    assert leaving.email in text
    assert SECRET not in text
    assert leaving.password not in text


def test_another_reader_s_rows_are_not_in_it(leaving, now):
    other = reader()
    rating(other, paper(), saved=True)
    found = parts(leaving, now)
    assert len(found["papers"]) == 1
    assert other.email not in json.dumps(found)
    assert {part for part, rows in parts(other, now).items() if rows} == {
        "account",
        "interests",
        "papers",
    }


def rows_with(text):
    """How many rows of any table hold a text."""
    with connection.cursor() as cursor:
        found = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{text}%"])
            if n := cursor.fetchone()[0]:
                found[table] = n
    return found


def test_nothing_is_left_of_who_leaves(leaving, now):
    Suppression.objects.create(address=leaving.email, why="bounced", at=now)
    Subscription.objects.create(address=leaving.email, created_at=now)
    browser = Client()
    browser.force_login(leaving, "django.contrib.auth.backends.ModelBackend")
    assert rows_with(leaving.email)
    pk = leaving.pk
    takeout.erase(leaving)
    assert rows_with(leaving.email) == {}
    assert rows_with("Compare with ours.") == {}
    assert rows_with("Is this bound tight?") == {}
    assert {part: rows(pk).count() for part, rows in known.PARTS.items() if rows(pk)} == {}
    assert not Session.objects.exists()


def test_others_stay_logged_in(leaving):
    browser = Client()
    browser.force_login(reader(), "django.contrib.auth.backends.ModelBackend")
    takeout.erase(leaving)
    assert browser.get("/settings/").status_code == 200


def test_what_was_voted_and_said_is_counted_anew(leaving):
    entry = Entry.objects.get()
    assert (entry.n_upvotes, entry.n_comments) == (1, 2)
    takeout.erase(leaving)
    entry.refresh_from_db()
    assert (entry.n_upvotes, entry.n_comments) == (0, 1)


def test_the_last_operator_stays():
    first = get_user_model().objects.create_superuser("first@example.org", "a long pass-phrase")
    with pytest.raises(takeout.LastOperator):
        takeout.erase(first)
    get_user_model().objects.create_superuser("second@example.org", "a long pass-phrase")
    takeout.erase(first)
    assert not Reader.objects.filter(email="first@example.org").exists()
