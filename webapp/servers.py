"""The embedded PostgreSQL and Valkey: started, or taken over where an earlier one answers.

"Running" means that a connection succeeds, never that a process id exists. Nothing listens on a
TCP port; the sockets are in folders that only their owner can enter, and PostgreSQL asks the
kernel who is calling, so that no password is stored anywhere.
"""

import locale
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psycopg

from webapp.embedded import (
    StartError,
    as_server_user,
    data_folder,
    make_server_folder,
    postgres_programs,
    postgres_release,
    postgres_socket_folder,
    run_folder,
    valkey_program,
    valkey_socket,
)
from webapp.processes import Server, alive, program_name, spawn, tail, wait_until

START_SECONDS = 120  # the recovery of a large database after a crash may take that long

POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "96MB",
    "effective_cache_size": "512MB",
    "max_wal_size": "512MB",
    # Nobody replicates this database, and without replication an index is written once, not twice.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}

VALKEY_SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "",
    "maxmemory-policy": "noeviction",  # a queue may be full, but must never forget
}


# --- PostgreSQL -------------------------------------------------------------------------------


def start_postgres(home: Path, options: Mapping[str, str] | None = None) -> Server:
    """Start the database's server, and make the database if it is new."""
    data = data_folder(home)
    process = None
    if not postgres_answers(home):
        programs = postgres_programs(_release_of(data))
        if not data.exists():
            _make_cluster(home, data, programs)
        process = _launch_postgres(home, data, _postgres_command(home, data, programs, options))
    _make_database(home)
    pid = process.pid if process else _written_pid(data)
    # SIGINT is PostgreSQL's fast shutdown: SIGTERM would wait for every client to leave.
    return Server("PostgreSQL", pid, process, (signal.SIGINT, signal.SIGQUIT))


def postgres_answers(home: Path) -> bool:
    try:
        _connect(home).close()
    except psycopg.OperationalError:
        return False
    return True


def _connect(home: Path) -> psycopg.Connection[Any]:
    return psycopg.connect(
        host=str(postgres_socket_folder(home)),
        port=5432,
        user="postgres",
        dbname="postgres",
        autocommit=True,
        connect_timeout=5,
    )


def _launch_postgres(home: Path, data: Path, command: list[str | Path]) -> subprocess.Popen[bytes]:
    log = home / "log" / "postgres.log"
    deadline = time.monotonic() + START_SECONDS
    _forget_stale_pid(data)
    while True:
        closing = alive(_written_pid(data))
        process = spawn(command, log, signal.SIGINT, cwd="/", **as_server_user())
        if _comes_up(process, lambda: postgres_answers(home)):
            return process
        if process.poll() is None or not closing or time.monotonic() > deadline:
            process.kill()
            raise StartError(f"PostgreSQL did not start. The end of {log}:\n{tail(log)}")
        # It gave up at once because the server of an earlier run is still closing its files.
        wait_until(lambda: not alive(_written_pid(data)), deadline - time.monotonic())


def _comes_up(process: subprocess.Popen[bytes], answers: Callable[[], bool]) -> bool:
    wait_until(lambda: process.poll() is not None or answers(), START_SECONDS)
    return process.poll() is None and answers()


def _postgres_command(
    home: Path, data: Path, programs: Path, options: Mapping[str, str] | None
) -> list[str | Path]:
    run = run_folder(home)
    _write_access_rules(run)
    settings = {
        **POSTGRES_SETTINGS,
        "unix_socket_directories": str(postgres_socket_folder(home)),
        "hba_file": str(run / "pg_hba.conf"),
        "ident_file": str(run / "pg_ident.conf"),
        **(options or {}),
    }
    command: list[str | Path] = [programs / "postgres", "-D", data, "-p", "5432"]
    return command + [f"--{name}={value}" for name, value in settings.items()]


def _write_access_rules(run: Path) -> None:
    """Say who may connect: this user and root, by the word of the kernel.

    As root the server is another user than its clients, so "the same name on both sides" cannot
    hold and a map takes its place. `trust` would let in whatever else runs as the server's user.
    """
    users = sorted({pwd.getpwuid(os.geteuid()).pw_name, "root"})
    roles = ("firstlight", "postgres")
    for name, lines in (
        ("pg_hba.conf", ["local all all peer map=firstlight"]),
        ("pg_ident.conf", [f'firstlight "{user}" {role}' for user in users for role in roles]),
    ):
        (run / name).write_text("\n".join(lines) + "\n")
        (run / name).chmod(0o644)


def _make_cluster(home: Path, data: Path, programs: Path) -> None:
    """Make the data folder beside its place and move it there whole: no half one is ever met."""
    log = home / "log" / "postgres.log"
    new = data.with_name(data.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    make_server_folder(new)
    command: list[str | Path] = [programs / "initdb", "-D", new, "-U", "postgres"]
    command += ["-A", "peer", "-E", "UTF8", *_locale_options(programs)]
    process = spawn(command, log, signal.SIGKILL, cwd="/", **as_server_user())
    if process.wait() != 0:
        raise StartError(f"The database could not be made. The end of {log}:\n{tail(log)}")
    new.rename(data)


def _locale_options(programs: Path) -> list[str]:
    """Ask for C.UTF-8, by PostgreSQL's own tables if it has them: the same order everywhere."""
    name = "C.UTF-8" if _has_locale("C.UTF-8") else "en_US.UTF-8"  # older macOS
    if postgres_release(programs) < 17:
        return [f"--locale={name}"]
    builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=C", f"--lc-ctype={name}", *builtin]


def _has_locale(name: str) -> bool:
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, name)
    except locale.Error:
        return False
    locale.setlocale(locale.LC_CTYPE, before)
    return True


def _make_database(home: Path) -> None:
    """Make the application's role, which may make databases (tests do) and is no superuser."""
    with _connect(home) as connection:
        if not connection.execute("SELECT FROM pg_roles WHERE rolname = 'firstlight'").rowcount:
            connection.execute("CREATE ROLE firstlight LOGIN CREATEDB")
        if not connection.execute("SELECT FROM pg_database WHERE datname = 'firstlight'").rowcount:
            connection.execute("CREATE DATABASE firstlight OWNER firstlight")


def _written_pid(data: Path) -> int:
    """Read the process id the server wrote down, or 0. That it exists proves nothing about it."""
    try:
        return int((data / "postmaster.pid").read_text().split("\n")[0])
    except (OSError, ValueError):
        return 0


def _forget_stale_pid(data: Path) -> None:
    """Remove the note of a crashed server whose process id was given to another program.

    PostgreSQL would refuse to start. The file goes only when the program is surely another one.
    """
    pid = _written_pid(data)
    name = program_name(pid) if pid and alive(pid) else ""
    if name and "postgres" not in name:
        (data / "postmaster.pid").unlink()


def _release_of(data: Path) -> int | None:
    version = data / "PG_VERSION"
    return int(version.read_text()) if version.exists() else None


# --- Valkey -----------------------------------------------------------------------------------


def start_valkey(home: Path) -> Server:
    log = home / "log" / "valkey.log"
    path = valkey_socket(home)
    if pid := valkey_pid(path):
        return Server("Valkey", pid, None, (signal.SIGTERM,))
    settings = VALKEY_SETTINGS | {"unixsocket": str(path), "dir": str(home.resolve() / "valkey")}
    options = [part for name, value in settings.items() for part in ("--" + name, value)]
    process = spawn([valkey_program(), *options], log, signal.SIGTERM)
    if not _comes_up(process, lambda: valkey_pid(path) > 0):
        process.kill()
        raise StartError(f"Valkey did not start. The end of {log}:\n{tail(log)}")
    return Server("Valkey", process.pid, process, (signal.SIGTERM,))


def valkey_pid(path: Path) -> int:
    """Ask the server at `path` for its process id; 0 if none answers, or it is still loading."""
    answer = b""
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            client.connect(str(path))
            client.sendall(b"PING\r\nINFO server\r\nQUIT\r\n")
            while part := client.recv(65536):
                answer += part
    except OSError:
        return 0
    found = re.search(rb"process_id:(\d+)", answer)
    return int(found[1]) if found and answer.startswith(b"+PONG") else 0
