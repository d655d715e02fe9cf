"""What is owed. The row is the record; the broker is only a bell."""

from django.db import models


class Work(models.Model):
    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        QUARANTINED = "quarantined"  # failed too often; a person has to look

    job = models.CharField(max_length=40)
    slot = models.TextField()  # the occasion, e.g. 2026-11-23T09:00
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()  # not before
    lease_until = models.DateTimeField(null=True)
    error = models.TextField(default="")
    counts = models.JSONField(default=dict)
    asked_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "slot"], name="work_once")]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=models.Q(state__in=("waiting", "running")),
                name="work_owed",
            )
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.slot}: {self.state}"
