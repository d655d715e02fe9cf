"""Rows of a library: kept, and still its reader's own."""

from datetime import UTC, datetime

import pytest

from tests.factories import paper, rating, reader
from webapp.models import Rating

pytestmark = pytest.mark.django_db
LATE = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)


@pytest.fixture
def row():
    saved = rating(reader(), paper(), value=0, saved=True)
    saved.saved_at = LATE
    saved.save()
    return saved


def library(client, row):
    client.force_login(row.reader, "django.contrib.auth.backends.ModelBackend")
    return client.get("/library/").content.decode()


def test_a_save_stands_on_the_day_of_its_reader(client, row):
    assert "saved 20 Nov 2026" in library(client, row)
    row.reader.time_zone = "Asia/Tokyo"
    row.reader.save()
    assert "saved 21 Nov 2026" in library(client, row)


def test_a_changed_note_shows_at_once(client, row):
    Rating.objects.update(note="Told before")
    assert "Told before" in library(client, row)
    Rating.objects.update(note="After")
    assert "Told before" not in library(client, row)


def test_no_proof_of_a_form_is_kept_for_the_next_page(client, row):
    first = library(client, row)
    client.logout()
    second = library(client, row)
    name = 'name="csrfmiddlewaretoken" value="'
    assert first.split(name)[1][:64] != second.split(name)[1][:64]
    assert first.split(name)[-1][:64] not in second


def test_a_note_cannot_ask_for_the_proof(client, row):
    Rating.objects.update(note="\ue000")
    note = library(client, row).split('class="note">')[1].split("</p>")[0]
    assert note == "\ue000"
