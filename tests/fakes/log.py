"""Who asked for what, when, at the server's own clock (monotonic seconds)."""

import threading
import time
from dataclasses import asdict, dataclass
from itertools import pairwise


@dataclass
class Entry:
    number: int
    arrived: float
    method: str
    path: str
    connection: int  # which of the connections it came over
    concurrency: int  # requests open at that moment, this one included
    user_agent: str
    headers: dict[str, str]
    now: str  # the clock that the data follow
    faults: tuple[str, ...] = ()
    status: int | None = None
    completed: float | None = None
    sent: int = 0


class Log:
    def __init__(self):
        self._lock = threading.Lock()
        self._open = 0
        self._connections = 0
        self._next_connection = 0
        self._most_connections = 0
        self.entries: list[Entry] = []

    def connect(self) -> int:
        with self._lock:
            self._next_connection += 1
            self._connections += 1
            self._most_connections = max(self._most_connections, self._connections)
            return self._next_connection

    def disconnect(self) -> None:
        with self._lock:
            self._connections -= 1

    def arrive(self, connection: int, method: str, path: str, headers, now: str) -> Entry:
        with self._lock:
            self._open += 1
            entry = Entry(
                number=len(self.entries) + 1,
                arrived=time.monotonic(),
                method=method,
                path=path,
                connection=connection,
                concurrency=self._open,
                user_agent=headers.get("User-Agent", ""),
                headers=dict(headers.items()),
                now=now,
            )
            self.entries.append(entry)
            return entry

    def complete(self, entry: Entry) -> None:
        """Once; called before the last byte leaves, so that nobody can be quicker than the log."""
        with self._lock:
            if entry.completed is None:
                entry.completed = time.monotonic()
                self._open -= 1

    def clear(self) -> None:
        with self._lock:
            self.entries = []
            self._most_connections = self._connections

    def of(self, part: str = "") -> list[Entry]:
        """The requests whose path holds this."""
        return [entry for entry in list(self.entries) if part in entry.path]

    def smallest_gap(self, part: str = "") -> float:
        """Seconds between two arrivals that follow each other; infinite for fewer than two."""
        gaps = [b.arrived - a.arrived for a, b in pairwise(self.of(part))]
        return min(gaps, default=float("inf"))

    def largest_concurrency(self, part: str = "") -> int:
        return max((entry.concurrency for entry in self.of(part)), default=0)

    def largest_connections(self) -> int:
        """Open at the same time, idle ones included."""
        return self._most_connections

    def as_json(self) -> dict:
        gap = self.smallest_gap()
        return {
            "requests": len(self.entries),
            "smallest_gap": None if gap == float("inf") else gap,
            "largest_concurrency": self.largest_concurrency(),
            "largest_connections": self.largest_connections(),
            "entries": [asdict(entry) for entry in list(self.entries)],
        }
