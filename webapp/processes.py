"""Child processes: start one that ends with us, know whether it lives, end it."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None  # loaded before any fork
_PR_SET_PDEATHSIG = 1


def die_with_parent(number: int) -> None:
    """Ask the kernel to send this process a signal when the one that started it ends (Linux)."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, number)


def spawn(
    command: Sequence[str | Path],
    log: Path,
    dies_by: int,
    **options: Any,
) -> subprocess.Popen[bytes]:
    """Start a child in its own session: a terminal's Ctrl-C reaches it only through us."""
    parent = os.getpid()

    def in_child() -> None:
        die_with_parent(dies_by)
        if os.getppid() != parent:  # it ended before the kernel was asked
            os._exit(1)

    with log.open("ab") as out:
        options.setdefault("stdout", out)
        return subprocess.Popen(  # noqa: S603 - our own command
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stderr=out,
            start_new_session=True,
            preexec_fn=in_child,  # noqa: PLW1509 - there is one thread, and so nothing to deadlock
            **options,
        )


@dataclass
class Server:
    """A process to stop: started by us, or left by an earlier run and taken over (no Popen)."""

    name: str
    pid: int
    process: subprocess.Popen[bytes] | None
    signals: tuple[int, ...]

    def running(self) -> bool:
        return alive(self.pid) if self.process is None else self.process.poll() is None

    def send(self, number: int) -> None:
        if self.running():
            os.kill(self.pid, number)

    def stop(self, seconds: float = 30) -> None:
        """Ask politely first, then less so."""
        for number in (*self.signals, signal.SIGKILL):
            self.send(number)
            if wait_until(lambda: not self.running(), seconds):
                return

    def kill_group(self) -> None:
        """End what is left of it, its own children included."""
        if self.process is None:
            return
        with suppress(ProcessLookupError, PermissionError):  # macOS says so of one that is ending
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def alive(pid: int) -> bool:
    """Tell whether any process has this number: never a proof that it is the one you think of."""
    if pid <= 0:  # to the kernel a whole group of processes
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def program_name(pid: int) -> str:
    """Name the program a process runs, or nothing where the system does not tell."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def tail(log: Path, lines: int = 12) -> str:
    """Quote the end of a log file, indented."""
    if not log.exists():
        return ""
    return "\n".join(
        "    " + line for line in log.read_text("utf-8", "replace").splitlines()[-lines:]
    )
