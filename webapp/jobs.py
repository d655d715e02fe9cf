"""Job names and what they do. Read by workers and by `manage.py job`, never by a page."""

import logging
import traceback
from collections.abc import Callable
from datetime import datetime

from webapp.services import demo, harvests, rankings, readers, runs, work

log = logging.getLogger(__name__)

Job = Callable[[str, datetime], work.Counts]

# Each gets its slot and the time, fills a gap, and may say what it did in numbers.
JOBS: dict[str, Job] = {
    "sweep": lambda _slot, now: (
        work.sweep(now) | runs.ask_for_first(now) | readers.forget_silent(now)
    ),
    "harvest": harvests.harvest,
    "embed": runs.embed,
    "train": runs.train,
    "activate": runs.activate_asked,
    "rank": rankings.fill,
    "demo": demo.load,
}


def do(work_id: int, clock: Callable[[], datetime]) -> bool:
    """Claim one row and do it. True when it was done here and now."""
    row = work.claim(work_id, clock())
    if row is None:
        return False
    try:
        with work.lease(row, clock):
            counts = JOBS[row.job](row.slot, clock())
    except Exception:
        log.exception("%s failed at attempt %d", row, row.attempts)
        work.fail(row, traceback.format_exc(), clock())
        return False
    return work.finish(row, counts, clock())
