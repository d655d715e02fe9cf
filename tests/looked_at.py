"""A pytest plugin (`-p tests.looked_at`): no page is left that no browser test looked at.

A fixture tells what it has seen on its test's report, so that it is known in the end whatever
process ran the test.
"""

from pathlib import Path

import pytest
from django.urls import get_resolver

from benchmarks.pages import NO_PAGES, routes

PROPERTY = "looked_at"
IN_A_FRAME = {"preview"}  # a letter, in the page "letter", and looked at in it
ERRORS = {"400", "403", "404", "405", "429", "500"}


def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Looks(config.option))


class Looks:
    """Listens to the reports of all tests, and fails a whole run that left pages out."""

    def __init__(self, option):
        self.is_whole = not (option.keyword or option.markexpr or option.collectonly)
        self.files, self.seen, self.left_out = set(), set(), set()

    def pytest_runtest_logreport(self, report):
        if report.nodeid.startswith("tests/browser/"):
            self.files.add(Path(report.location[0]).name)
            self.seen |= {value for name, value in report.user_properties if name == PROPERTY}
            self.is_whole &= report.passed

    def pytest_sessionfinish(self, session):
        files = {path.name for path in Path(__file__).parent.glob("browser/test_*.py")}
        if not self.is_whole or self.files != files:
            return
        self.left_out = {*routes(get_resolver()), *ERRORS} - self.seen - {*NO_PAGES} - IN_A_FRAME
        if self.left_out:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter):
        if self.left_out:
            terminalreporter.section("pages that no browser test looked at", red=True)
            terminalreporter.line(" ".join(sorted(self.left_out)))
