"""Celery's two tasks: beat says that a time has come, the bell that a row is owed."""

from datetime import UTC, datetime

from celery import Task
from django.utils import timezone

from webapp import jobs
from webapp.celery import TIMETABLE, app
from webapp.services import work


def slot_of(job: str, now: datetime) -> str:
    """The occasion a tick belongs to: the same for two beats and for a late one."""
    seconds = TIMETABLE[job][1]
    start = int(now.timestamp()) // seconds * seconds
    return datetime.fromtimestamp(start, UTC).strftime("%Y-%m-%dT%H:%M")


@app.task(name="webapp.tasks.tick")
def tick(job: str) -> None:
    now = timezone.now()
    work.ask(job, slot_of(job, now), now)


@app.task(name="webapp.tasks.do", bind=True)
def do(self: Task, work_id: int) -> None:
    jobs.do(work_id, timezone.now)
