"""Where the embedded servers are to be found: arithmetic that other programs must understand."""

import os
from pathlib import Path

import dj_database_url
import pytest
from kombu import Connection

from webapp import embedded

HOMES = {
    "plain": Path("/srv/firstlight/var"),
    "150 characters": Path("/srv") / ("x" * 145),
    "spaces": Path("/srv/my papers, and 100% more/var"),
    "letters": Path("/srv/Überblick/var"),
}


@pytest.mark.parametrize("home", HOMES.values(), ids=HOMES)
def test_django_and_celery_read_the_addresses(home):
    database = dj_database_url.parse(embedded.database_url(home))
    run = embedded.run_folder(home)
    assert database["OPTIONS"] == {"host": str(run / "pg")}
    assert (database["NAME"], database["USER"]) == ("firstlight", "firstlight")
    broker = Connection(embedded.broker_url(home))
    assert broker.transport_cls.startswith("redis")
    assert broker.as_uri().endswith(str(run / "valkey.sock")) or broker.virtual_host == str(
        run / "valkey.sock"
    )
    assert len(os.fsencode(run / "pg" / ".s.PGSQL.5432")) <= embedded.LONGEST_SOCKET_PATH


def test_a_plain_home_holds_its_sockets():
    home = HOMES["plain"]
    assert embedded.run_folder(home) == home / "run"


def test_the_port_in_the_environment_does_not_lead_elsewhere(monkeypatch):
    monkeypatch.setenv("PGPORT", "6000")
    assert dj_database_url.parse(embedded.database_url(HOMES["plain"]))["PORT"] == 5432


def test_the_temporary_folder_in_the_environment_does_not_lead_elsewhere(monkeypatch, tmp_path):
    before = embedded.run_folder(HOMES["spaces"])
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert embedded.run_folder(HOMES["spaces"]) == before


def test_nothing_is_made_by_asking(tmp_path):
    embedded.database_url(tmp_path / "home")
    embedded.broker_url(tmp_path / "home")
    assert not list(tmp_path.iterdir())
