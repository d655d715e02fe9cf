"""What was fetched, what was expected, and the polite line in front of arXiv."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy


class Gate(models.Model):
    """One row for all machines of the instance: who may ask arXiv, and when again."""

    name = models.CharField(max_length=20, primary_key=True)
    free_at = models.DateTimeField()  # nobody asks before
    failures = models.PositiveSmallIntegerField(default=0)  # refusals in a row
    refusal = models.TextField(default="")  # the last one, for the operator
    day = models.DateField(null=True)
    n_requests = models.PositiveIntegerField(default=0)  # of that day (UTC)


class Harvest(models.Model):
    """One try at one page or list of one source, with what came of it."""

    class State(models.TextChoices):
        RUNNING = "running", gettext_lazy("Running")
        DONE = "done", gettext_lazy("Done")
        # The answer was no list of papers; nothing of it was stored.
        REFUSED = "refused", gettext_lazy("Refused")
        UNREACHED = "unreached", gettext_lazy("Unreached")  # no answer, or told to wait

    source = models.CharField(max_length=20)
    day = models.DateField()  # the issue day it was for
    subject = models.CharField(max_length=60, default="")
    slot = models.TextField()
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)  # of HTTP
    first_byte_seconds = models.FloatField(null=True)
    n_bytes = models.PositiveIntegerField(default=0)
    cursor = models.TextField(default="")  # resumption token or offset to go on from
    cursor_at = models.DateTimeField(null=True)  # when it was given; OAI-PMH's expire daily
    response_at = models.DateTimeField(null=True)  # the server's own time at the list's beginning
    counts = models.JSONField(default=dict)
    error = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "day", "subject", "slot"], name="harvest_once"
            )
        ]
        indexes = [models.Index(fields=["source", "-started_at"], name="harvest_by_source")]


class Coverage(models.Model):
    """Expected and received, by subject and issue day: where holes are seen."""

    subject = models.CharField(max_length=20)
    day = models.DateField()
    expected = models.PositiveIntegerField(null=True)  # by arXiv's own count; null: not known
    expected_ids = ArrayField(models.CharField(max_length=20), default=list)
    listed_day = models.DateField(null=True)  # of the newest listing seen: older is stale
    received = models.JSONField(default=dict)  # source -> the ids it has brought
    missing_ids = ArrayField(models.CharField(max_length=20), default=list)
    state = models.CharField(max_length=10, default="waiting")
    sentence = models.TextField(default="")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "day"], name="coverage_once")]


class Sought(models.Model):
    """A number that is asked for although no listing names it, and what it turned out to be.

    Remembered for good: what arXiv does not have, or what is of categories that nobody here
    follows, is not asked for again.
    """

    class Reason(models.TextChoices):
        HOLE = "hole"  # between known numbers
        VERSION = "version"  # replaced, as a source says that does not number versions
        UPVOTED = "upvoted"  # elsewhere

    class State(models.TextChoices):
        OWED = "owed"
        FOUND = "found"
        ELSEWHERE = "elsewhere"  # a paper of other categories
        ABSENT = "absent"  # asked for often enough

    arxiv_id = models.CharField(max_length=20)
    reason = models.CharField(max_length=10, choices=Reason)
    state = models.CharField(max_length=10, choices=State, default=State.OWED)
    day = models.DateField()  # on which it was noticed; of a version, on which it was submitted
    n_asked = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["arxiv_id", "reason"], name="sought_once")]
        indexes = [models.Index(fields=["day", "reason"], name="sought_by_day")]


class Holiday(models.Model):
    """A day on which arXiv announces nothing; the operator may add one that arXiv defers."""

    date = models.DateField(primary_key=True)
    name = models.CharField(max_length=80, default="")

    def __str__(self) -> str:
        return f"{self.date} {self.name}"
