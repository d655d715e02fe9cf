"""Harvesting processes as they run at night: several at once, and killed at any moment."""

import random
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest

from tests.fakes import FakeArxiv
from tests.fakes.days import batch_before
from tests.processes.running import ROOT
from webapp.models import Coverage, Paper

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NOW = datetime.now(UTC)
# Two days that every source has by now, and that are not too old to be listed.
NEWER = batch_before(batch_before(NOW.date()))
DAYS = [f"{batch_before(NEWER)}", f"{NEWER}"]
KILLS = 6
# The command without the polite waits, so that kills meet work and not sleep.
IMPATIENT = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "webapp.settings"
from webapp.arxiv import gate
gate.GAP_SECONDS = 0.0
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", *sys.argv[1:]])
"""


def announced():
    return [
        {
            "id": f"{DAYS[place % 2][2:4]}{DAYS[place % 2][5:7]}.{place:05d}",
            "date": DAYS[place % 2],
            "title": f"Paper {place}",
            "abstract": f"We study number {place} and show that it is interesting.",
            "authors": ["Ada Example"],
            "categories": ["cs.LG"],
            "comments": None,
        }
        for place in range(1, 161)
    ]


@pytest.fixture
def arxiv():
    with FakeArxiv(announced(), now=NOW, page_size=10) as fake:
        yield fake


@pytest.fixture
def harvest(live_environment, arxiv):
    """Start `manage.py job harvest` for a day and a source."""
    environment = live_environment | arxiv.environment()

    def start(day, source, *, polite):
        command = ["manage.py"] if polite else ["-c", IMPATIENT]
        command += ["job", "harvest", "--day", day, "--source", source, "--categories", "cs.LG"]
        return subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return start


def finished(process):
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 0, said


def rows():
    papers = Paper.objects.order_by("arxiv_id").values_list("arxiv_id", "issue_day", "content_hash")
    states = Coverage.objects.order_by("day").values_list("day", "state", "expected", "missing_ids")
    return [*papers], [*states]


def test_killed_at_any_moment_nothing_is_lost_and_nothing_stands_twice(harvest, arxiv):
    runs = [(day, source) for day in DAYS for source in ("listing", "oai")]
    for run in runs:
        finished(harvest(*run, polite=False))
    wanted = rows()
    assert len(wanted[0]) == 160
    assert {state for _, state, *_ in wanted[1]} == {"complete"}
    for model in (Paper, Coverage):
        model.objects.all().delete()

    chance = random.Random(7)
    for _ in range(KILLS):
        run, arrived = chance.choice(runs), len(arxiv.log.entries)
        process = harvest(*run, polite=False)
        most = chance.randrange(1, 8)  # requests that it may live for
        while process.poll() is None and len(arxiv.log.entries) < arrived + most:
            time.sleep(0.002)  # the moment of the kill stays random: the answer is under way
        process.kill()
        process.communicate()
    for run in runs:
        finished(harvest(*run, polite=False))
    assert rows() == wanted


def test_three_at_once_keep_three_seconds_between_any_two_requests(harvest, arxiv):
    sources = ("listing", "missing", "oai")
    finished(harvest(DAYS[0], "listing", polite=True))  # what is missing has to be known
    arxiv.page_size = 60
    processes = [harvest(DAYS[0], source, polite=True) for source in sources]
    for process in processes:
        finished(process)
    assert len(arxiv.log.entries) >= 5
    assert arxiv.log.smallest_gap() >= 3.0
    assert arxiv.log.largest_concurrency() == 1
    assert arxiv.log.largest_connections() == 1
    assert Paper.objects.filter(issue_day=DAYS[0]).count() == 80
