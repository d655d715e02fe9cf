"""Rings a worker: "look now". Nothing is lost when it stays silent."""

import logging

from kombu.exceptions import OperationalError

from webapp.celery import DEFAULT_QUEUE, QUEUES, app

log = logging.getLogger(__name__)


def ring(work_id: int, job: str) -> None:
    """Tell a worker of one row. Never blocks for long, never raises: the sweeper sees the row."""
    try:
        app.send_task(
            "webapp.tasks.do",
            args=[work_id],
            queue=QUEUES.get(job, DEFAULT_QUEUE),
            retry=False,
            ignore_result=True,
        )
    except (OperationalError, OSError) as error:
        log.warning("The broker does not answer (%s); the sweeper will ring for %s.", error, job)
