"""The life of one instance under `manage.py up`: ready, asked to stop, killed, started again.

The tests of a class follow one another on the same data folder, as the days of an instance do.
"""

import http.client
import os
import pwd
import signal
import sys
from pathlib import Path

import psycopg
import pytest
from celery import Celery

from tests.embedded import FORGETFUL
from tests.processes.running import descendants, free_port, parent_of, wait_for
from webapp import embedded, servers

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's /proc"),
]
MEMORY = 700  # MB of all processes together


@pytest.fixture(scope="class")
def home(make_home):
    return make_home("a home with spaces in its name, and so long " + "x" * 105)


@pytest.fixture(scope="class")
def port():
    return free_port()


def first_page(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status
    finally:
        connection.close()


def memory(pids):
    """The proportional size of processes in MB: pages they share are counted once."""
    rows = [row for pid in pids for row in proc(pid, "smaps_rollup").splitlines()]
    return sum(int(row.split()[1]) for row in rows if row.startswith("Pss:")) / 1024


def proc(pid, name):
    """What the kernel says of a process; nothing of one that has just ended."""
    try:
        return Path(f"/proc/{pid}/{name}").read_text()
    except OSError:
        return ""


class TestOneInstance:
    def test_it_becomes_ready_and_keeps_to_its_memory(self, up, home, port):
        assert len(str(home)) > 150
        one = type(self).one = up(home, "--port", port)
        one.wait_for_line(f"Firstlight is ready: http://127.0.0.1:{port}\n")
        assert first_page(port) == 200
        assert "Demo reader:" in one.output
        assert f"logs in {home / 'log'}" in one.output
        assert (home / "secret_key").stat().st_mode & 0o777 == 0o600
        log = home / "log" / "trainer.log"
        wait_for(lambda: log.exists() and "ready." in log.read_text(), 30, "the last worker")
        assert memory(descendants(one.process.pid)) < MEMORY

    def test_a_child_that_dies_is_started_again(self, port):
        one = type(self).one
        family = descendants(one.process.pid)
        masters = [pid for pid in family if "gunicorn" in proc(pid, "cmdline")]
        os.kill(min(masters), signal.SIGKILL)
        one.wait_for_line("web ended; it starts again in 1 s")
        wait_for(lambda: answers(port), 30, "the page")

    def test_kill_9_leaves_no_process(self):
        one = type(self).one
        family = descendants(one.process.pid)
        assert len(family) > 15
        one.process.kill()
        one.process.wait()
        wait_for(lambda: not any(map(parent_of, family)), 20, "the end of all it started")

    def test_ctrl_c_lets_a_running_task_finish(self, up, home, port):
        one = up(home, "--port", port)
        one.wait_for_line("Firstlight is ready: ")
        with psycopg.connect(embedded.database_url(home)) as holder:
            holder.execute("LOCK TABLE webapp_modelrun")  # the task waits for what we hold
            work = owe(home, "embed")
            wait_for(lambda: waiting(home), 30, "the task to begin")
            one.process.send_signal(signal.SIGINT)
            one.wait_for_line("stopping")
            holder.rollback()
        assert one.process.wait(60) == 0
        assert one.output.endswith("Firstlight has stopped.\n")
        server = servers.start_postgres(home, FORGETFUL)
        try:
            assert one_row(home, "SELECT state FROM webapp_work WHERE id = %s", work) == ("done",)
        finally:
            server.stop(10)


def answers(port):
    try:
        return first_page(port) == 200
    except OSError:
        return False


def one_row(home, question, *values):
    with psycopg.connect(embedded.database_url(home)) as connection:
        return connection.execute(question, values).fetchone()


def owe(home, job):
    """A row of work, and the bell."""
    (work,) = one_row(
        home,
        "INSERT INTO webapp_work (job, slot, state, attempts, next_at, error, counts, asked_at)"
        " VALUES (%s, 'a test', 'waiting', 0, now(), '', '{}', now()) RETURNING id",
        job,
    )
    with Celery(broker=embedded.broker_url(home)) as app:
        app.send_task("webapp.tasks.do", args=[work], queue="celery", ignore_result=True)
    return work


def waiting(home):
    (count,) = one_row(home, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    return count > 0


def test_an_ordinary_user(up, make_home):
    """The whole application, from nothing to its end, by somebody who is not root."""
    user = "nobody" if os.geteuid() == 0 else None
    home, port = make_home(owner=user), free_port()
    one = up(home, "--port", port, user=user)
    one.wait_for_line(f"Firstlight is ready: http://127.0.0.1:{port}\n")
    assert first_page(port) == 200
    family = descendants(one.process.pid)
    owner = pwd.getpwnam(user).pw_uid if user else os.geteuid()
    assert {Path(f"/proc/{pid}").stat().st_uid for pid in family} == {owner}
    assert home.stat().st_mode & 0o077 == 0
    assert one.end(signal.SIGTERM) == 0
    assert not any(map(parent_of, family))


def test_servers_alone_take_over_what_still_answers(up, make_home):
    home = make_home()
    embedded.make_home(home)
    left = servers.start_postgres(home, FORGETFUL)
    one = up(home, "--only", "postgres,valkey")
    one.wait_for_line("ready; other commands find the servers")
    assert "PostgreSQL was still running from an earlier start: using it" in one.output
    one.process.send_signal(signal.SIGINT)
    assert left.process.wait(30) == 0  # it is ended with the rest
    assert one.process.wait(30) == 0
