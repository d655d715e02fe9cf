"""A stand-in arXiv on loopback: feeds, listings, OAI-PMH, query API, daily papers, bioRxiv.

    with FakeArxiv(papers, now="2026-04-21T04:10Z") as arxiv:
        arxiv.fail("status", "/oai*", code=503, retry_after=7, times=2)
        harvest(arxiv.environment())
        assert arxiv.log.smallest_gap() >= 3.0

Read arxiv.py first. One file a source; days.py is the calendar, archive.py the papers and what
happens to them, faults.py what can go wrong, wire.py how it looks on the wire, control.py the
switches for other processes.
"""

from tests.fakes.arxiv import SETTINGS, FakeArxiv
from tests.fakes.control import control, request_log
from tests.fakes.faults import Fault

__all__ = ["SETTINGS", "FakeArxiv", "Fault", "control", "request_log"]
