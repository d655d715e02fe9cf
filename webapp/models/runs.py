"""One training and what it left."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class ModelRun(models.Model):
    """A trained model: a folder of arrays, judged, at most one of them active."""

    class State(models.TextChoices):
        TRAINING = "training"
        READY = "ready"  # accepted; may be activated
        REFUSED = "refused"  # kept for inspection
        FORGOTTEN = "forgotten"  # its folder is gone; the row stays for the record

    fingerprint = models.CharField(max_length=64, unique=True)  # of data, configuration, format
    state = models.CharField(max_length=10, choices=State, default=State.TRAINING)
    is_active = models.BooleanField(default=False)
    weight = models.FloatField(default=0.0)  # of the collaborative score beside text
    n_readers = models.PositiveIntegerField(default=0)
    n_interactions = models.PositiveIntegerField(default=0)
    n_papers = models.PositiveIntegerField(default=0)
    n_terms = models.PositiveIntegerField(default=0)  # columns of a text row
    n_dimensions = models.PositiveIntegerField(default=0)  # of an item vector; 0: text only
    report = models.JSONField(default=dict)
    verdict = models.TextField(default="")
    folder = models.TextField(default="")  # below FIRSTLIGHT_HOME/models
    created_at = models.DateTimeField(auto_now_add=True)
    activated_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_active"], condition=models.Q(is_active=True), name="one_active_run"
            )
        ]


class PaperVector(models.Model):
    """A paper's place in a run's spaces, as bytes of the core's own row format."""

    paper = models.ForeignKey("Paper", models.CASCADE, related_name="vectors")
    run = models.ForeignKey("ModelRun", models.CASCADE, related_name="vectors")
    text_row = models.BinaryField()
    shared_row = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "paper"], name="vector_once")]


class CandidatePack(models.Model):
    """A day's papers as arrays for one run; late papers are a new part, never a rewrite.

    A changed paper stands in two parts: the later one counts.
    """

    run = models.ForeignKey("ModelRun", models.CASCADE, related_name="packs")
    day = models.DateField()
    part = models.PositiveSmallIntegerField()
    paper_ids = ArrayField(models.BigIntegerField())  # SQL asks what is packed already
    arrays = models.BinaryField()
    # The greatest id among its PaperVectors: a paper's later vector is not in this part.
    newest_vector = models.BigIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "day", "part"], name="pack_part_once")
        ]
