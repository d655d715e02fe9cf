"""Job names and what they do. Read by workers and by `manage.py job`, never by a page."""

import logging
import traceback
from collections.abc import Callable
from datetime import datetime

from webapp.services import demo, harvests, insight, profiles, rankings, readers, runs, work
from webapp.services.digests import claims, confirming, letters, sending, subscriptions
from webapp.services.social import trends

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
Job = Callable[[str, datetime], work.Counts]

# Each gets its slot and the time, fills a gap, and may say what it did in numbers.
JOBS: dict[str, Job] = {
    "sweep": lambda _slot, now: (
        work.sweep(now)
        | runs.ask_for_first(now)
        | readers.forget_silent(now)
        | readers.forget_logins(now)
        | profiles.forget_deleted(now)
    ),
    "coverage": harvests.look,
    "embed": runs.embed,
    "train": runs.train,
    "activate": runs.activate_asked,
    "rank": rankings.fill,
    "trend": trends.compute_trend,
    "prune": subscriptions.prune,
    "digests": claims.claim,
    "settle": lambda slot, now: insight.settle_all(slot, now) | insight.begin_next(now),
    "replay": insight.replay,
    "confirm": confirming.answer,
    "demo": demo.load,
}
# These wait for others: besides the time at which they began they get the running clock.
LONG_JOBS: dict[str, Callable[[str, datetime, Clock], work.Counts]] = {
    "harvest": harvests.harvest,
    "fetch": harvests.fetch_submitted,
    "send": lambda slot, now, clock: sending.send(slot, now, clock, letters.compose),
}
NAMES = [*JOBS, *LONG_JOBS]


def do(work_id: int, clock: Clock) -> bool:
    """Claim one row and do it. True when it was done here and now."""
    row = work.claim(work_id, clock())
    if row is None:
        return False
    try:
        with work.lease(row, clock):
            counts = _counts(row.job, row.slot, clock)
    except Exception:
        log.exception("%s failed at attempt %d", row, row.attempts)
        work.fail(row, traceback.format_exc(), clock())
        return False
    return work.finish(row, counts, clock())


def _counts(job: str, slot: str, clock: Clock) -> work.Counts:
    if job in LONG_JOBS:
        return LONG_JOBS[job](slot, clock(), clock)
    return JOBS[job](slot, clock())
