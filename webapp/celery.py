"""Celery's settings and the timetable. The work table is the record; see services/work.py."""

import gc
import os

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_before_create_process
from django.conf import settings
from kombu.entity import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")

# job -> (when, the length of its slot in seconds). UTC. Two beats name the same slot.
TIMETABLE = {
    "sweep": (crontab(), 60),
    "harvest": (crontab(minute="5,20,35,50"), 900),
    "fetch": (crontab(minute="*/10"), 600),
    "coverage": (crontab(minute="55"), 3600),
    "embed": (crontab(minute="20"), 3600),
    "rank": (crontab(minute="40"), 3600),
    "trend": (crontab(minute="10,25,40,55"), 900),
    "digests": (crontab(), 60),
    "prune": (crontab(hour="3", minute="15"), 86_400),
    "settle": (crontab(hour="4", minute="30"), 86_400),
    "train": (crontab(hour="9", minute="0"), 86_400),
}
# Training runs alone and long; everything else shares a worker.
QUEUES = {"train": "training"}
DEFAULT_QUEUE = "celery"
# Seconds until a task is told to end, and until it is ended. Celery reads its own settings first
# and the worker's command line never: a queue's longer limits travel in the message.
LIMITS = {DEFAULT_QUEUE: (540, 600), "training": (3000, 3600)}
LONGEST_TASK_SECONDS = max(hard for _, hard in LIMITS.values())
# A page that rings must not wait for a broker that is away: the row is there, the sweep sees it.
RING_ONCE = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}

app = Celery("webapp")
app.conf.update(
    broker_url=settings.BROKER_URL,
    task_default_queue=DEFAULT_QUEUE,
    task_queues=[Queue(DEFAULT_QUEUE), Queue("training")],
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_soft_time_limit=LIMITS[DEFAULT_QUEUE][0],
    task_time_limit=LIMITS[DEFAULT_QUEUE][1],
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=200,
    worker_max_memory_per_child=600_000,
    worker_soft_shutdown_timeout=30,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        **RING_ONCE,
        # More than twice the longest task, else a training would run in copies. A lost
        # worker's task does not wait for it: the lease in the work table ends first.
        "visibility_timeout": 2 * LONGEST_TASK_SECONDS + 600,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_keepalive": True,
        "socket_connect_timeout": 2,
        "health_check_interval": 25,
    }
    if settings.BROKER_URL.startswith("redis")
    else {**RING_ONCE, "confirm_publish": True},
    task_serializer="json",
    accept_content=["json"],
    timezone="UTC",
    beat_schedule={
        job: {"task": "webapp.tasks.tick", "schedule": when, "args": [job]}
        for job, (when, _) in TIMETABLE.items()
    },
)
if settings.BROKER_URL.startswith("amqp"):
    app.conf.update(task_default_queue_type="quorum", worker_detect_quorum_queues=True)


@worker_before_create_process.connect
def share_memory(**_: object) -> None:
    """What is loaded before the fork stays shared when the collector leaves it alone."""
    gc.collect()
    gc.freeze()
