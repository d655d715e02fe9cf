"""A reader's day in order."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Ranking(models.Model):
    """One row holds the whole order; the arrays run side by side, best paper first."""

    reader = models.ForeignKey("Reader", models.CASCADE, related_name="rankings")
    profile = models.ForeignKey("Profile", models.CASCADE, related_name="rankings")
    day = models.DateField()
    run = models.ForeignKey("ModelRun", models.PROTECT, null=True, related_name="rankings")
    paper_ids = ArrayField(models.BigIntegerField())
    scores = ArrayField(models.FloatField())
    because = ArrayField(models.BigIntegerField())  # the saved paper nearest to each, -1: none
    text_shares = ArrayField(models.FloatField())
    shared_shares = ArrayField(models.FloatField())
    terms = models.JSONField(default=list)  # of the leading papers: [[term, ...], ...]
    n_ratings = models.PositiveIntegerField(default=0)  # how many acts drove it
    ranked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reader", "day", "profile"], name="ranking_once")
        ]
        indexes = [models.Index(fields=["day", "run"], name="ranking_by_day_and_run")]
