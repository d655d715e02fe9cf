"""Why a paper stood where it stood, why it was missed, and the best of the days one was away."""

from datetime import date
from typing import NamedTuple

import numpy as np
from django.utils.translation import gettext

from recommender.blending import take_turns
from recommender.explanation import Reasons
from recommender.freshness import FreshnessConfig, fresh
from webapp.models import Paper, Reader, Rule
from webapp.queries import history, papers, readers
from webapp.services import rankings

SAME = 1e-4  # scores of two computations of one order
BEST = 30


class Why(NamedTuple):
    """A score in its shares, and the saved papers that gave most of it; none: only as stored."""

    placed: history.Placed
    reasons: Reasons | None
    saved: list[Paper]
    disliked: Paper | None  # that took what is missing

    @property
    def shares(self) -> list[tuple[str, float]]:
        """What the score is made of; they add up to it."""
        found = self.placed
        return [
            (gettext("the text, from what you saved and liked"), found.text),
            (gettext("other readers"), found.readers),
            (gettext("being new"), found.fresh),
            (gettext("your boosts"), found.boosted),
            (gettext("your dislikes"), found.lowered),
        ]

    @property
    def nearest(self) -> list[tuple[Paper, float, float]]:
        """Each saved paper that gave something, with its share by text and by other readers."""
        if self.reasons is None:
            return []
        shares = zip(self.reasons.text.tolist(), self.reasons.shared.tolist(), strict=True)
        given = dict(zip(self.reasons.ids.tolist(), shares, strict=True))
        return [(paper, *given[paper.pk]) for paper in self.saved]

    @property
    def others(self) -> tuple[int, float, float]:
        """How many more gave or took something, and the rest of both shares: all adds up."""
        if self.reasons is None:
            return 0, 0.0, 0.0
        rest = ~np.isin(self.reasons.ids, [paper.pk for paper in self.saved])
        text, shared = self.reasons.text[rest], self.reasons.shared[rest]
        return int(((text != 0) | (shared != 0)).sum()), float(text.sum()), float(shared.sum())


def why(interests: readers.Interests, paper: Paper, placed: history.Placed) -> Why:
    """Take a stored place apart; into saved papers as long as the same order can be made again."""
    reasons = rankings.reasons_of(interests, placed.profile, placed.run, placed.day, paper.pk)
    if reasons is None or abs(reasons.score - placed.score) > SAME:
        known = papers.by_ids([placed.because]) if placed.because >= 0 else {}
        return Why(placed, None, list(known.values()), None)
    leading = [pk for pk, given in _given(reasons) if given > 0][:5]
    known = papers.by_ids([*leading, reasons.lowered_by])
    saved = [known[pk] for pk in leading if pk in known]
    return Why(placed, reasons, saved, known.get(reasons.lowered_by))


def _given(reasons: Reasons) -> list[tuple[int, float]]:
    sums = (reasons.text + reasons.shared).tolist()
    return list(zip(reasons.ids.tolist(), sums, strict=True))


class Lost(NamedTuple):
    """Where a stored paper is kept from a reader's days; nothing of it: it is not."""

    muted_by: list[Rule]
    outside: bool  # of the subjects of every interest


def lost(interests: readers.Interests, paper: Paper) -> Lost:
    """Which mutes meet a paper, and whether it is in no interest's subjects."""
    subjects, mutes = set(paper.subjects), history.mutes(interests.whole)
    terms = papers.terms_in(paper.pk, [rule.value for rule in mutes if rule.kind == "term"])
    held = {"term": set(terms), "author": set(paper.authors), "subject": subjects}
    muted_by = [rule for rule in mutes if rule.value in held[rule.kind]]
    wanted = [set(one.subjects) for one in interests.each]
    return Lost(muted_by, not any(not some or some & subjects for some in wanted))


def best_since(
    interests: readers.Interests,
    after: date,
    most: int = BEST,
    without: frozenset[int] = frozenset(),
    least: float | None = None,
) -> list[history.Missed]:
    """The best papers of all days since one, from the orders as stored; each interest's share.

    What being new is worth is counted from the newest of these days instead of each from its own.
    Left out are some papers, and scores below the least.
    """
    rows = [
        row
        for row in history.missed(interests.whole, after)
        if row.paper not in without and (least is None or row.score >= least)
    ]
    if not rows:
        return []
    days = np.array([row.day.toordinal() for row in rows])
    newness = fresh(days, FreshnessConfig())
    scores = np.array([row.score - row.fresh for row in rows]) + newness
    apart = [one.pk for one in interests.each]
    first = apart[0]
    owner = np.array([apart.index(row.profile if row.profile in apart else first) for row in rows])
    orders = [np.flatnonzero(owner == n) for n in range(len(apart))]
    orders = [rows_of[np.argsort(-scores[rows_of], kind="stable")] for rows_of in orders]
    quotas = np.array([one.quota for one in interests.each], np.float64)
    turns = take_turns(orders, quotas / quotas.sum())[:most]
    return [rows[int(orders[who][row])] for who, row in turns]


def catch_up(reader: Reader, day: date | None) -> None:
    """The reader is through with everything up to a day; none: with nothing."""
    reader.caught_up_on = day
    reader.save(update_fields=["caught_up_on"])
