"""What editors do: pick papers, check who says to be an author."""

from datetime import datetime

from django.db import transaction

from webapp.models import Claim, Paper, Pick, Reader
from webapp.services.social.upvotes import Withdrawn, place, recount


def pick(editor: Reader, paper: Paper, note: str, now: datetime) -> None:
    """Recommend a paper; once more changes the note."""
    if paper.withdrawn_at:
        raise Withdrawn(f"{paper.arxiv_id} was withdrawn")
    with transaction.atomic():
        place(paper, paper.issue_day, now)
        values = {"editor": editor, "note": note, "at": now}
        Pick.objects.update_or_create(paper=paper, defaults=values)
        recount([paper.pk])


def unpick(paper: Paper, now: datetime) -> None:
    with transaction.atomic():
        place(paper, paper.issue_day, now)
        Pick.objects.filter(paper=paper).delete()
        recount([paper.pk])


def claim(reader: Reader, paper: Paper, note: str, now: datetime) -> Claim:
    """Say that one is an author. What was refused can be asked for once more, with another note."""
    with transaction.atomic():
        row = Claim(reader=reader, paper=paper, note=note, asked_at=now)
        Claim.objects.bulk_create([row], ignore_conflicts=True)
        Claim.objects.filter(reader=reader, paper=paper, state=Claim.State.REFUSED).update(
            note=note, state=Claim.State.ASKED, asked_at=now
        )
    return Claim.objects.get(reader=reader, paper=paper)


def decide(editor: Reader, claim_id: int, granted: bool, reason: str, now: datetime) -> bool:
    """Grant or refuse, once; False when somebody else was quicker."""
    state = Claim.State.GRANTED if granted else Claim.State.REFUSED
    waiting = Claim.objects.filter(pk=claim_id, state=Claim.State.ASKED).exclude(reader=editor)
    return bool(waiting.update(state=state, reason=reason, editor=editor, decided_at=now))
