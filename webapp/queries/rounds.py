"""How far a reader is in a round of questions."""

from typing import NamedTuple

from webapp.models import Paper, Rating, Round
from webapp.queries import papers


class Standing(NamedTuple):
    """A round, the paper it asks about next, and what was answered; none of it before the first."""

    asked: int
    paper: Paper | None
    answered: list[tuple[Paper, int]]

    @property
    def number(self) -> int:
        """Of the question, from 1."""
        return len(self.answered) + 1

    @property
    def is_done(self) -> bool:
        return bool(self.asked) and self.paper is None


def standing(reader_id: int) -> Standing:
    """Two queries, whatever the length."""
    found = Round.objects.filter(reader=reader_id).first()
    if found is None:
        return Standing(0, None, [])
    known = papers.by_ids(found.paper_ids)
    n = len(found.answers)
    answered = [
        (known[pk], answer)
        for pk, answer in zip(found.paper_ids[:n], found.answers, strict=True)
        if pk in known
    ]
    following = known.get(found.paper_ids[n]) if n < len(found.paper_ids) else None
    return Standing(len(found.paper_ids), following, answered)


def spoken_of(reader_id: int) -> list[int]:
    """Papers that need no question: every one that was said something of, also taken back."""
    rows = Rating.objects.filter(reader=reader_id).order_by("-changed_at")
    return list(rows.values_list("paper_id", flat=True))
