"""One's own data: a file to take along, and a way to leave that nobody takes in passing."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from django.contrib.auth import authenticate

from tests.factories import reader
from webapp.models import Reader

pytestmark = pytest.mark.django_db
PASSWORD = "a long pass-phrase"
LEAVE = "/settings/data/delete/"


@pytest.fixture
def proven(client):
    """A reader who has just typed the password again."""
    found = reader()
    client.force_login(found, "django.contrib.auth.backends.ModelBackend")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return found


def test_everything_comes_as_a_file(client, who):
    answer = client.get("/settings/data/archive")
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"].startswith('attachment; filename="firstlight-')
    with ZipFile(BytesIO(answer.getvalue())) as zipped:
        assert zipped.testzip() is None
        assert who.email in zipped.read("account.jsonl").decode()
    answer.close()


@pytest.mark.parametrize("address", ["/settings/data/", "/settings/data/archive", LEAVE])
def test_a_visitor_has_none(client, address):
    assert client.get(address)["Location"].startswith("/accounts/login/")


def test_who_has_not_just_logged_in_is_asked_for_the_password(client, who):
    for answer in (client.get(LEAVE), client.post(LEAVE, {"address": who.email})):
        assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert Reader.objects.filter(pk=who.pk).exists()


@pytest.mark.parametrize("typed", ["", "someone@example.org", "\0", "x" * 10_000])
def test_another_address_deletes_nothing(client, proven, typed):
    answer = client.post(LEAVE, {"address": typed})
    assert answer.status_code == 400
    assert Reader.objects.filter(pk=proven.pk).exists()


def test_looking_deletes_nothing(client, proven):
    assert client.get(f"{LEAVE}?address={proven.email}").status_code == 200
    assert Reader.objects.filter(pk=proven.pk).exists()


def test_the_own_address_deletes_the_account_and_logs_out(client, proven):
    answer = client.post(LEAVE, {"address": proven.email.upper()}, follow=True)
    assert "Your account and everything it held are deleted." in answer.content.decode()
    assert not Reader.objects.filter(pk=proven.pk).exists()
    assert client.get("/library/")["Location"].startswith("/accounts/login/")
    assert authenticate(email=proven.email, password=PASSWORD) is None


def test_the_only_operator_is_told_to_make_another(client, proven):
    Reader.objects.filter(pk=proven.pk).update(is_superuser=True, is_staff=True)
    answer = client.post(LEAVE, {"address": proven.email})
    assert answer.status_code == 400
    assert "only operator" in answer.content.decode()
