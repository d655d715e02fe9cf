"""What readers have brought, and who may."""

from datetime import date, datetime

from allauth.account.models import EmailAddress
from django.conf import settings

from webapp.models import Reader, Submission


def may_take_part(reader: Reader) -> bool:
    """Whether the address is confirmed. Without a mail server nobody could confirm one."""
    if settings.MAIL_FOLDER:
        return True
    return bool(EmailAddress.objects.filter(user=reader, verified=True).exists())


def submissions_of(reader: Reader, n: int) -> list[Submission]:
    rows = Submission.objects.filter(reader=reader).select_related("paper__entry")
    rows = rows.defer("paper__search")
    return list(rows.order_by("-submitted_at", "-pk")[:n])


def n_submitted(reader: Reader, day: date) -> int:
    return Submission.objects.filter(reader=reader, day=day).count()


def submission_of(arxiv_id: str) -> Submission | None:
    rows = Submission.objects.select_related("paper", "reader").defer("paper__search")
    return rows.filter(arxiv_id=arxiv_id).first()


def waiting(now: datetime, limit: int) -> list[str]:
    """Papers that were submitted and that it is time to ask for, the oldest first."""
    rows = Submission.objects.filter(state=Submission.State.WAITING, next_at__lte=now)
    return list(rows.order_by("next_at", "pk").values_list("arxiv_id", flat=True)[:limit])
