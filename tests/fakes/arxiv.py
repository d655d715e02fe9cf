"""FakeArxiv: the clock, the archive, the faults, the log, and the server before them."""

import threading
import time
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

from tests.fakes import (
    biorxiv,
    control,
    daily_papers,
    days,
    faults,
    feeds,
    listing,
    oai,
    query_api,
)
from tests.fakes.answers import Answer, page
from tests.fakes.archive import Archive
from tests.fakes.log import Log
from tests.fakes.view import View
from tests.fakes.wire import Server

NOON = "2026-04-21T12:00Z"
# Which setting of an instance points at which part.
SETTINGS = {
    "ARXIV_RSS_URL": "",
    "ARXIV_OAI_URL": "/oai",
    "ARXIV_LIST_URL": "",
    "ARXIV_API_URL": "/api/query",
    "DAILY_PAPERS_URL": "/api/daily_papers",
    "BIORXIV_URL": "",
}


class FakeArxiv:
    """with FakeArxiv(papers, now="2026-04-21T04:10Z") as arxiv: ... arxiv.url"""

    def __init__(
        self,
        papers=(),
        now=NOON,
        *,
        ticking=False,
        port=0,
        host="127.0.0.1",
        holidays=days.HOLIDAYS,
        page_size=1000,
        api_lag=days.LAG["api"],
    ):
        self.archive = Archive(papers, holidays)
        self.page_size = page_size
        self.api_lag = api_lag
        self.faults: list[faults.Fault] = []
        self.log = Log()
        self.stopped = threading.Event()
        self._lock = threading.RLock()
        self._epoch = 0
        self.set_clock(now, ticking=ticking)
        self._server = Server((host, port), self)
        self.url = f"http://{host}:{self._server.server_port}"

    # --- the server

    def start(self):
        self.archive.history()  # sorted once, here rather than in the first request
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self):
        return self.start()

    def __exit__(self, *failure):
        self.stop()

    def environment(self) -> dict[str, str]:
        """What an instance must be started with to take this for arXiv."""
        return {name: self.url + path for name, path in SETTINGS.items()}

    # --- the clock

    @property
    def now(self) -> datetime:
        ran = time.monotonic() - self._set_at if self.is_ticking else 0
        return self._base + timedelta(seconds=ran)

    def set_clock(self, now, ticking: bool | None = None) -> None:
        """It stands still unless it is ticking; None leaves that as it was."""
        self._base = control.moment(now)
        self._set_at = time.monotonic()
        if ticking is not None:
            self.is_ticking = ticking

    @property
    def next_day(self) -> date:
        """The next batch that is not announced yet."""
        day = days.newest_open(self.now, days.LAG["list"]) + days.ONE_DAY
        return days.batch_day(day, self.archive.holidays)

    @property
    def newest(self) -> datetime:
        """When every source shows the newest batch there is."""
        days_known = [p.states[0].day for p in self.archive.papers.values()]
        newest = max(days_known, default=self.next_day)
        return days.announced_at(newest) + max(*days.LAG.values(), self.api_lag)

    # --- the papers: without a day, things happen in the next batch

    def add(self, *rows: dict) -> None:
        with self._lock:
            for row in rows:
                self.archive.add({"date": self.next_day, **row})

    def change(self, arxiv_id: str, day: date | None = None, **what) -> None:
        with self._lock:
            self.archive.change(arxiv_id, day or self.next_day, **what)

    def withdraw(self, arxiv_id: str, day: date | None = None, reason: str = "") -> None:
        with self._lock:
            reason = reason or "This paper has been withdrawn by the authors: an error in a proof"
            self.archive.withdraw(arxiv_id, day or self.next_day, reason)

    def cross_list(self, arxiv_id: str, category: str, day: date | None = None) -> None:
        with self._lock:
            self.archive.cross_list(arxiv_id, category, day or self.next_day)

    def delete(self, arxiv_id: str, day: date | None = None) -> None:
        with self._lock:
            self.archive.delete(arxiv_id, day or self.next_day)

    def hold_back(self, arxiv_id: str, day: date | None = None) -> None:
        with self._lock:
            self.archive.hold_back(arxiv_id, day or self.next_day)

    def touch(self, ids, day: date | None = None) -> None:
        with self._lock:
            self.archive.touch(ids, day or self.next_day)

    # --- the faults

    def fail(self, kind: str, path: str = "*", **how) -> faults.Fault:
        fault = faults.read({"kind": kind, "path": path, **how})
        self.faults.append(fault)
        return fault

    @contextmanager
    def failing(self, kind: str, path: str = "*", **how):
        fault = self.fail(kind, path, **how)
        try:
            yield fault
        finally:
            self.faults = [other for other in self.faults if other is not fault]

    def clear(self, kind: str | None = None) -> None:
        self.faults = [f for f in self.faults if kind is not None and f.kind != kind]

    def expire_tokens(self) -> None:
        self._epoch += 1

    # --- a request

    def answer(self, path: str, plain: str, pairs, entry) -> Answer:
        with self._lock:
            met = [fault for fault in self.faults if fault.meets(path, self.now)]
            entry.faults = tuple(fault.kind for fault in met)
            view = self.view(met)
            answer = _route(view, plain, pairs)
        for fault in met:
            if fault.kind not in faults.DATA:
                answer = fault.change(answer, view)
        return answer

    def view(self, met=()) -> View:
        return View(
            archive=self.archive,
            now=self.now.astimezone(UTC),
            base=self.url,
            page_size=self.page_size,
            epoch=self._epoch,
            api_lag=self.api_lag,
            **faults.of_the_data(list(met)),
        )

    def control_request(self, path: str, body: bytes | None) -> Answer:
        with self._lock:
            return control.request(self, path, body)


def _route(view: View, path: str, pairs) -> Answer:
    query = dict(pairs)
    match path.strip("/").split("/"):
        case ["rss" | "atom" as kind, *asked]:
            answer = feeds.answer(view, kind, "/".join(asked))
        case ["list", asked, "new"]:
            answer = listing.new(view, asked, query)
        case ["catchup", asked, day]:
            answer = listing.catch_up(view, asked, day, query)
        case ["oai"]:
            answer = oai.answer(view, pairs)
        case ["oai2"]:
            answer = Answer(b"", "text/plain", 301, {"Location": f"{view.base}/oai"})
        case ["api", "query"]:
            answer = query_api.answer(view, query)
        case ["api", "daily_papers"]:
            answer = daily_papers.answer(view, query)
        case ["details", *_]:
            answer = biorxiv.answer(view, path.rstrip("/"))
        case _:
            answer = page("404 Not Found", "<h1>Not Found</h1>", 404)
    return answer
