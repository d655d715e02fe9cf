"""The demo world: real papers with our own summaries, made-up readers with plain interests."""

import json
import secrets
from datetime import date, datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction

from webapp.models import Paper, Profile, Rating, Reader
from webapp.services import imports, rankings, runs, work

FOLDER = settings.BASE_DIR / "fixtures"


def load(slot: str, now: datetime) -> work.Counts:
    """Bring the demo into an instance in which nobody has an account yet."""
    _refuse_elsewhere()
    if Reader.objects.exists():
        return {"readers": 0}
    imports.import_lines([FOLDER / "papers.jsonl"], now)
    with transaction.atomic():
        _make_readers(now)
    return _rank(slot, now)


def restore(slot: str, now: datetime) -> work.Counts:
    """Bring papers and demo readers back to what the fixtures say; what they rated is lost."""
    _refuse_elsewhere()
    imports.import_lines([FOLDER / "papers.jsonl"], now)
    with transaction.atomic():
        Reader.objects.filter(email__in=[row["email"] for row in _listed()]).delete()
        _make_readers(now)
    return _rank(slot, now)


def _refuse_elsewhere() -> None:
    if not settings.DEMO:
        raise RuntimeError("An instance with its own database or broker has no demo.")


def _rank(slot: str, now: datetime) -> work.Counts:
    runs.train(slot, now)
    return rankings.fill(slot, now)


def _listed() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((FOLDER / "readers.json").read_text())
    return rows


def _make_readers(now: datetime) -> None:
    for number, row in enumerate(_listed()):
        _make_reader(row, _password() if number == 0 else None, now)


def _make_reader(row: dict[str, Any], password: str | None, now: datetime) -> None:
    reader = Reader.objects.create_user(row["email"], password, name=row["name"])
    EmailAddress.objects.create(user=reader, email=reader.email, verified=True, primary=True)
    Profile.objects.filter(reader=reader).update(subjects=row["subjects"])
    papers = {act["paper"]: act for act in row["ratings"]}
    values = {"up": Rating.Value.UP, "down": Rating.Value.DOWN, None: Rating.Value.NONE}
    Rating.objects.bulk_create(
        Rating(
            reader=reader,
            paper=paper,
            value=values[papers[paper.arxiv_id]["value"]],
            saved=papers[paper.arxiv_id]["saved"],
            saved_version=paper.version if papers[paper.arxiv_id]["saved"] else None,
            day=date.fromisoformat(papers[paper.arxiv_id]["day"]),
            changed_at=now,
        )
        for paper in Paper.objects.filter(arxiv_id__in=papers)
    )


def _password() -> str:
    """One for each instance, kept in its data folder: the address is known to everybody."""
    path = settings.HOME / "demo_password"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(f"dawn-{secrets.token_hex(4)}\n")
    return path.read_text().strip()


def login_line() -> str:
    """How to log in as the demo reader; nothing when a host has removed that account."""
    email = _listed()[0]["email"]
    if not Reader.objects.filter(email=email, is_active=True).exists():
        return ""
    return f"Demo reader: {email}, password: {_password()}"
