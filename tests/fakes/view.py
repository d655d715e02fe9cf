"""What one request may see: the archive at a moment, behind the faults that concern the data."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tests.fakes import days
from tests.fakes.archive import Archive, Seen, announce_type


@dataclass(frozen=True)
class View:
    archive: Archive
    now: datetime
    base: str  # the address under which the stand-in was asked
    page_size: int = 1000
    epoch: int = 0  # tokens of another one have expired
    api_lag: timedelta = days.LAG["api"]
    biorxiv_page: int = 30
    is_stale: bool = False
    repeats_token: bool = False
    has_empty_page: bool = False
    late: tuple[tuple[datetime, date | None], ...] = ()  # until when, which batch
    hidden: Callable[[str], bool] = frozenset().__contains__

    def horizon(self, source: str) -> date:
        """The newest day of which this source knows."""
        lag = self.api_lag if source == "api" else days.LAG[source]
        day = days.newest_open(self.now, lag)
        for until, batch in self.late:
            held = batch or days.newest_open(until, lag)
            if day >= held:
                day = held - days.ONE_DAY
        return day

    def newest_batch(self, source: str) -> date:
        return self.batch_before(self.horizon(source) + days.ONE_DAY)

    def batch_before(self, day: date) -> date:
        return days.batch_before(day, self.archive.holidays)

    def announced(self, day: date, wanted: frozenset[str]) -> list[tuple[str, Seen]]:
        """(announce type, paper) of a batch, each paper once."""
        found = {}
        for seen in self.archive.batch(day):
            deleted = seen.paper.states[-1]
            gone = deleted.kind == "delete" and deleted.day <= day
            kind = None if gone else announce_type(seen.state, wanted)
            if kind and not self.hidden(seen.paper.id):
                found.setdefault(seen.paper.id, (kind, seen))
        return list(found.values())

    def records(self, source: str, horizon: date | None = None) -> list[Seen]:
        day = horizon or self.horizon(source)
        if self.is_stale and horizon is None:
            day = self.batch_before(day)
        return self.archive.snapshot(day)
