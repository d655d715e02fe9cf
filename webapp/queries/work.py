"""What is owed, and what is stuck."""

from webapp.models import Work


def quarantined() -> int:
    return Work.objects.filter(state=Work.State.QUARANTINED).count()


def owed_since(first_id: int) -> list[int]:
    """Rows that wait and are newer than the given one, oldest first."""
    rows = Work.objects.filter(state=Work.State.WAITING, pk__gt=first_id).order_by("pk")
    return list(rows.values_list("pk", flat=True))
