"""Bringing papers to the daily page: at once where they are known, else through a worker."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext, ngettext

from webapp.arxiv import identifiers
from webapp.models import Entry, Paper, Reader, Submission
from webapp.queries import papers
from webapp.queries.social import submissions as known
from webapp.services import work
from webapp.services.social.upvotes import place

A_DAY = 5  # submissions of one reader
TRIES = 4  # the query API lags behind announcements by up to a day
ASK_AGAIN = timedelta(hours=1)  # and twice as long each time
PATIENCE = timedelta(days=3)  # with a source that does not answer at all


class Refused(ValueError):  # noqa: N818 - what happened to the submission
    """Why a paper was not taken, in a sentence for its reader."""


def submit(reader: Reader, wanted: str, now: datetime) -> tuple[Submission, bool]:
    """Bring a paper, named by what `identifiers` makes of a text, to the newest page.

    Returns the submission and whether it is this one: a paper is brought once. Raises Refused.
    """
    paper = papers.known_as(wanted)
    arxiv_id = paper.arxiv_id if paper else wanted
    with transaction.atomic():
        # One after another, so that the limit holds for hasty clicks and two tabs.
        Reader.objects.select_for_update(no_key=True).get(pk=reader.pk)
        before = known.submission_of(arxiv_id)
        if before and before.state != Submission.State.REFUSED:
            return before, False
        _check(reader, arxiv_id, paper, now)
        row = _stored(reader, arxiv_id, paper, now)
        if row.reader_id != reader.pk:  # somebody else was quicker
            return row, False
        if paper:
            _list(paper, now)
        else:
            work.ask("fetch", f"{arxiv_id} {now:%Y-%m-%dT%H:%M:%S.%f}", now)
    return row, True


def _check(reader: Reader, arxiv_id: str, paper: Paper | None, now: datetime) -> None:
    if not known.may_take_part(reader):
        raise Refused(gettext("Confirm your e-mail address first; then you can submit papers."))
    if known.n_submitted(reader, now.date()) >= A_DAY:
        told = ngettext(
            "You have submitted %(n)s paper today; come back tomorrow (UTC).",
            "You have submitted %(n)s papers today; come back tomorrow (UTC).",
            A_DAY,
        )
        raise Refused(told % {"n": A_DAY})
    if paper and paper.withdrawn_at:
        raise Refused(gettext("Its authors have withdrawn this paper."))
    if paper is None and not (settings.ARXIV_SUBJECTS and not identifiers.is_doi(arxiv_id)):
        raise Refused(_not_fetched(arxiv_id))


def _not_fetched(arxiv_id: str) -> str:
    """Why nobody is asked for a paper, and what its reader can do."""
    told = gettext(
        "%(paper)s is not stored here, and this instance fetches no papers by itself: "
        "look with the search for what can be submitted."
    )
    if settings.ARXIV_SUBJECTS:
        told = gettext(
            "%(paper)s is not stored here, and this instance fetches only papers of arXiv. "
            "If it stands there too, submit it by its arXiv number."
        )
    elif identifiers.is_doi(arxiv_id):
        told = gettext(
            "%(paper)s is not stored here, and this instance fetches no papers by itself. "
            "If it is here under an arXiv number, submit it by that."
        )
    return told % {"paper": identifiers.label(arxiv_id)}


def _stored(reader: Reader, arxiv_id: str, paper: Paper | None, now: datetime) -> Submission:
    """The row of this paper, whoever made it; one that was refused before begins anew."""
    state = Submission.State.HERE if paper else Submission.State.WAITING
    new = {
        "paper": paper,
        "reader": reader,
        "day": now.date(),
        "submitted_at": now,
        "state": state,
        "reason": "",
        "n_asked": 0,
        "next_at": now,
    }
    rows = Submission.objects.filter(arxiv_id=arxiv_id)
    if not rows.filter(state=Submission.State.REFUSED).update(**new):
        Submission.objects.bulk_create(
            [Submission(arxiv_id=arxiv_id, **new)], ignore_conflicts=True
        )
    return rows.get()


def _list(paper: Paper, now: datetime) -> None:
    """A submitted paper stands on the newest announced day, also at weekends; and on its own."""
    newest = papers.day_near(None)
    day = newest.day if newest else paper.issue_day
    place(paper, day, now)
    Entry.objects.filter(paper=paper).update(day=day)


# --- the worker's side --------------------------------------------------------------


def settle(asked: Collection[str], now: datetime) -> int:
    """What became of submissions after an answer; returns how many papers are here now.

    Also papers that came by another way are found here.
    """
    waiting = Submission.objects.filter(state=Submission.State.WAITING)
    here = {
        paper.arxiv_id: paper
        for paper in papers.SHOWN.filter(arxiv_id__in=waiting.values("arxiv_id"))
    }
    with transaction.atomic():
        for row in waiting.select_for_update().order_by("pk"):
            if row.arxiv_id in here:
                row.paper, row.state, row.reason = here[row.arxiv_id], Submission.State.HERE, ""
                _list(here[row.arxiv_id], now)
                row.save()
            elif row.arxiv_id in asked:
                _not_found(row, now)
    return len(here)


def _not_found(row: Submission, now: datetime) -> None:
    row.n_asked += 1
    if row.n_asked >= TRIES:
        row.state = Submission.State.REFUSED
        told = ngettext(
            "arXiv was asked %(n)s time and has no paper of this number.",
            "arXiv was asked %(n)s times and has no paper of this number.",
            TRIES,
        )
        row.reason = told % {"n": TRIES}
    else:
        row.next_at = now + ASK_AGAIN * 2 ** (row.n_asked - 1)
        told = gettext("arXiv had no such paper; it is asked again at %(hour)s UTC.")
        row.reason = told % {"hour": f"{row.next_at:%H:%M}"}
    row.save()


def unanswered(arxiv_ids: Sequence[str], sentence: str, now: datetime) -> None:
    """Nobody answered: say so, and wait on; after some days give up."""
    waiting = Submission.objects.filter(arxiv_id__in=arxiv_ids, state=Submission.State.WAITING)
    given_up = gettext("arXiv could not be asked for days. %(why)s") % {"why": sentence}
    waiting.filter(submitted_at__lt=now - PATIENCE).update(
        state=Submission.State.REFUSED, reason=given_up
    )
    waiting.update(reason=gettext("%(why)s It is asked again soon.") % {"why": sentence})
