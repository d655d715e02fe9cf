"""One reader's first two days, told through pages and real processes.

Day one: papers come in from a file, a person signs up, saves and rates, and sees the order
change. In the night a worker trains on what was said. Day two is ranked with it in the morning.
"""

import json
import re
import subprocess
import sys
import time

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from tests.factories import SUBJECTS, TOPICS
from webapp.models import ModelRun, Paper, Ranking, Reader
from webapp.services import work

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
WAIT_SECONDS = 90


def papers_file(path, day, first):
    """A day's file: fifteen papers of each topic, in turn."""
    with path.open("w") as file:
        for n in range(45):
            topic = list(TOPICS)[n % 3]
            row = {
                "id": f"2611.{first + n:05d}",
                "date": day,
                "title": f"{TOPICS[topic].split()[0].title()} study {first + n}",
                "abstract": f"We study {TOPICS[topic]} in sample{n} by method{n % 7}.",
                "authors": ["Ada Example"],
                "categories": [SUBJECTS[topic]],
                "comments": None,
            }
            file.write(json.dumps(row) + "\n")
    return str(path)


@pytest.fixture
def worker(live_environment, broker_url):
    """A real Celery worker on both queues, listening before the test goes on."""
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "webapp",
        "worker",
        "-c",
        "1",
        "--include",
        "webapp.tasks",
    ]
    command += ["-Q", "celery,training", "--loglevel", "INFO", "-n", "story@test"]
    process = subprocess.Popen(
        command, env=live_environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    for line in process.stderr:
        if "ready." in line:
            break
    assert process.poll() is None
    yield process
    process.terminate()
    process.communicate(timeout=30)  # drains what it says, so that it can end
    assert process.returncode == 0


def await_row(query):
    deadline = time.monotonic() + WAIT_SECONDS
    while not (found := query().first()):
        assert time.monotonic() < deadline, "the worker did not do it in time"
        time.sleep(0.05)
    return found


def shown(html):
    return re.findall(r'data-arxiv-id="([^"]+)"', html)


def topic_of(arxiv_id):
    return Paper.objects.get(arxiv_id=arxiv_id).subjects[0]


def test_a_readers_first_two_days(tmp_path, worker):
    call_command("import_papers", papers_file(tmp_path / "one.jsonl", "2026-11-19", 1))
    first_run = await_row(lambda: ModelRun.objects.filter(is_active=True))

    visitor = Client()
    page = visitor.get("/").content.decode()
    assert shown(page) == sorted(shown(page), reverse=True)
    answer = visitor.post(
        "/accounts/signup/",
        {
            "email": "story@example.org",
            "password1": "grey mornings 27",
            "password2": "grey mornings 27",
        },
    )
    assert answer.status_code == 302
    me = Reader.objects.get(email="story@example.org")

    newest_first = shown(visitor.get("/").content.decode())
    robots = [i for i in newest_first if topic_of(i) == "cs.RO"]
    place = {"day": "2026-11-19"}
    visitor.post(f"/papers/{robots[-1]}/save/", {"value": "save", **place})
    answer = visitor.post(
        f"/papers/{robots[-2]}/rating/", {"value": "up", **place}, headers={"HX-Request": "true"}
    )
    ranked = shown(answer.content.decode())
    assert ranked != newest_first
    assert {topic_of(i) for i in ranked[:10]} == {"cs.RO"}

    call_command("import_papers", papers_file(tmp_path / "two.jsonl", "2026-11-20", 101))
    now = timezone.now()
    work.ask("train", "the night", now)
    second_run = await_row(lambda: ModelRun.objects.filter(is_active=True).exclude(pk=first_run.pk))
    await_row(lambda: Ranking.objects.filter(reader=me, day="2026-11-20", run=second_run))

    morning = visitor.get("/").content.decode()
    assert {topic_of(i) for i in shown(morning)[:10]} == {"cs.RO"}
    assert Paper.objects.get(arxiv_id=shown(morning)[0]).issue_day.isoformat() == "2026-11-20"
    assert "robot" in morning
