"""Real processes, started as a person starts them, and what it takes to watch them."""

import os
import pwd
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from webapp import embedded

ROOT = Path(__file__).resolve().parents[2]
OURS = ("DATABASE_URL", "BROKER_URL", "FIRSTLIGHT_HOME", "SECRET_KEY", "PORT")


def wait_for(condition, seconds, what):
    """The condition's first true answer; fails after the deadline."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.05)
    return answer


def environment(home, **more):
    clean = {name: value for name, value in os.environ.items() if name not in OURS}
    return clean | {"FIRSTLIGHT_HOME": str(home)} | more


def free_port():
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


def descendants(pid):
    """The process and all below it, by /proc."""
    below = {}
    for folder in Path("/proc").glob("[0-9]*"):
        if parent := parent_of(int(folder.name)):
            below.setdefault(parent, []).append(int(folder.name))
    todo, found = [pid], []
    while todo:
        found.append(todo.pop())
        todo += below.get(found[-1], [])
    return found


def parent_of(pid):
    """0 for a process that is not there, or is dead and only waits to be counted."""
    try:
        state, parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return 0
    return 0 if state in "ZX" else int(parent)


class Up:
    """One `manage.py up`."""

    def __init__(self, home, *options, user=None, **more):
        self.home = home
        command, extra, env = as_user(user)
        with tempfile.NamedTemporaryFile(delete=False) as file:
            self.file = Path(file.name)
            self.process = subprocess.Popen(
                [*command, "manage.py", "up", *map(str, options)],
                cwd=ROOT,
                env=environment(home, **env, **more),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                **extra,
            )

    @property
    def output(self):
        return self.file.read_text()

    def wait_for_line(self, words, seconds=90):
        def said():
            ended = self.process.poll() is not None
            if words in self.output:
                return True
            assert not ended, self.output
            return False

        wait_for(said, seconds, f"{words!r} in:\n{self.output}")

    def end(self, number=signal.SIGINT):
        self.process.send_signal(number)
        return self.process.wait(60)

    def clean_up(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.file.unlink()


def as_user(name):
    """How to run our Python as somebody else: command, arguments of Popen, environment.

    The test's own Python may be in a closed folder; the system's of the same release then takes
    its place and is shown the packages.
    """
    if name is None:
        return [sys.executable], {}, {}
    user = pwd.getpwnam(name)
    python = Path(f"/usr/bin/python{sys.version_info[0]}.{sys.version_info[1]}")
    if not python.exists() or not embedded.open_to_all(ROOT):
        pytest.skip("an ordinary user can reach neither this Python nor this folder")
    packages = str(Path(psycopg.__file__).parents[1])
    extra = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    return [str(python), "-B"], extra, {"PYTHONPATH": packages, "HOME": "/nonexistent"}
