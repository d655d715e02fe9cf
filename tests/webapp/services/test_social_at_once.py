"""Public acts at the same moment: counts never drift, limits hold, a paper is brought once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from tests.factories import paper, reader
from webapp.models import Entry, Submission
from webapp.services.social import submissions, upvotes

pytestmark = pytest.mark.django_db(transaction=True)
N = 6


def at_once(*acts):
    """Each in a thread and a connection of its own, all beginning together."""
    gate = Barrier(len(acts))

    def do(act):
        try:
            gate.wait(10)
            return act()
        except submissions.Refused as refused:
            return str(refused)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(do, acts))


def test_every_upvote_is_counted(now):
    liked, people = paper(), [reader() for _ in range(N)]
    at_once(*(lambda who=who: upvotes.upvote(who, liked, True, now) for who in people))
    assert Entry.objects.get().n_upvotes == N


def test_taking_back_and_upvoting_leave_what_was_said_last(now):
    liked, people = paper(), [reader() for _ in range(N)]
    for who in people[::2]:
        upvotes.upvote(who, liked, True, now)
    acts = [
        lambda who=who, wanted=n % 2: upvotes.upvote(who, liked, bool(wanted), now)
        for n, who in enumerate(people)
    ]
    at_once(*acts)
    assert Entry.objects.get().n_upvotes == liked.upvotes.count() == N // 2


def test_a_paper_is_brought_once(now):
    known, people = paper(), [reader() for _ in range(N)]
    told = at_once(
        *(lambda who=who: submissions.submit(who, known.arxiv_id, now) for who in people)
    )
    assert Submission.objects.count() == 1
    assert [is_new for _, is_new in told].count(True) == 1


def test_the_limit_of_a_day_holds_for_hasty_clicks(now):
    who, known = reader(), [paper() for _ in range(submissions.A_DAY + 3)]
    at_once(*(lambda one=one: submissions.submit(who, one.arxiv_id, now) for one in known))
    assert Submission.objects.count() == submissions.A_DAY
