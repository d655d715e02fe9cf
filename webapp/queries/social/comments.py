"""What is said below papers, and what editors have to look at."""

from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from webapp.models import Claim, Comment, Paper, Reader, Report

SHOWN = 100
QUEUE = 50  # what editors see at once; the rest comes when these are done


def discussion(paper: Paper, after: int) -> list[Comment]:
    """A paper's comments, the oldest first, with the mark of authors; one more than is shown.

    What an editor has hidden stays as a place without words.
    """
    claimed = Claim.objects.filter(
        paper=paper, reader=OuterRef("reader"), state=Claim.State.GRANTED
    )
    rows = _below(paper).filter(pk__gt=after).select_related("reader")
    return list(rows.annotate(is_authors=Exists(claimed)).order_by("pk")[: SHOWN + 1])


def before(comment: Comment) -> int:
    """After which one a page begins that ends with this comment; 0 where the first page has it."""
    earlier = _below(comment.paper).filter(pk__lt=comment.pk).order_by("-pk")
    return earlier.values_list("pk", flat=True)[SHOWN - 1 : SHOWN].first() or 0


def _below(paper: Paper) -> QuerySet[Comment]:
    return Comment.objects.filter(paper=paper, deleted_at=None, reader__is_active=True)


def standing() -> QuerySet[Comment]:
    """Comments that their writers have not taken back."""
    rows = Comment.objects.filter(deleted_at=None, reader__is_active=True)
    return rows.select_related("paper", "reader").defer("paper__search")


def open_ones() -> QuerySet[Comment]:
    """Comments that everybody can read."""
    return standing().filter(hidden_at=None)


def last_of(reader: Reader, paper: Paper) -> Comment | None:
    rows = Comment.objects.filter(reader=reader, paper=paper, deleted_at=None)
    return rows.order_by("-pk").first()


def n_written(reader: Reader, since: datetime) -> int:
    """Also what was taken back: it cost attention all the same."""
    return Comment.objects.filter(reader=reader, at__gt=since).count()


def n_reported(reader: Reader, since: datetime) -> int:
    return Report.objects.filter(reader=reader, at__gt=since).count()


def reported() -> list[Comment]:
    """What readers have reported and no editor has settled, the oldest report first."""
    is_open = Q(reports__settled_at=None, reports__isnull=False)
    rows = Comment.objects.filter(is_open, deleted_at=None, hidden_at=None)
    rows = rows.annotate(n_reports=Count("reports", filter=Q(reports__settled_at=None)))
    rows = rows.select_related("paper", "reader").defer("paper__search")
    return list(rows.prefetch_related("reports").order_by("pk")[:QUEUE])


def hidden() -> list[Comment]:
    """What was hidden last, so that it can be restored."""
    rows = Comment.objects.exclude(hidden_at=None).filter(deleted_at=None)
    rows = rows.select_related("paper", "reader").defer("paper__search")
    return list(rows.order_by("-hidden_at")[:QUEUE])


def claims() -> list[Claim]:
    """Readers who say to be authors, the oldest first."""
    rows = Claim.objects.filter(state=Claim.State.ASKED).select_related("paper", "reader")
    return list(rows.defer("paper__search").order_by("asked_at", "pk")[:QUEUE])


def claims_on(paper: Paper, reader: Reader | None) -> list[Claim]:
    """Of a paper: the granted ones, and what became of a reader's own; the oldest first."""
    granted = Q(state=Claim.State.GRANTED, reader__is_active=True)
    rows = Claim.objects.filter(granted | Q(reader=reader), paper=paper)
    return list(rows.select_related("reader").order_by("asked_at", "pk"))


def claim_of(reader: Reader, paper: Paper) -> Claim | None:
    return Claim.objects.filter(reader=reader, paper=paper).first()
