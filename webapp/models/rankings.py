"""A reader's day in order, and the comparisons that two rankers are put to."""

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy


class Comparison(models.Model):
    """The ranking that serves, against a rival, over some issue days, for readers who agreed.

    Both draw up these readers' lists in turns; what they save or like speaks for who placed it.
    """

    class Rival(models.TextChoices):
        TEXT = "text", gettext_lazy("text only")
        NEWEST = "newest", gettext_lazy("newest first")
        UPVOTED = "upvoted", gettext_lazy("most upvoted")
        RUN = "run", gettext_lazy("an earlier run")

    rival = models.CharField(max_length=10, choices=Rival)
    run = models.ForeignKey(
        "ModelRun", models.PROTECT, null=True, blank=True, help_text="Only for an earlier run."
    )
    begins_on = models.DateField(help_text="The first issue day.")
    ends_on = models.DateField(null=True, blank=True, help_text="The last one. Empty: open.")
    # What all readers' acts say, counted by a worker; empty before the first count.
    settled = models.JSONField(default=dict, db_default={}, editable=False)
    settled_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ("-begins_on",)
        constraints = [
            models.CheckConstraint(
                condition=Q(rival="run", run__isnull=False) | (~Q(rival="run") & Q(run=None)),
                name="comparison_run_where_rival",
                violation_error_message="Name a run for an earlier run, and none otherwise.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("begins_on")),
                name="comparison_ends_after_it_begins",
                violation_error_message="It cannot end before it begins.",
            ),
        ]

    def __str__(self) -> str:
        rival = f"run {self.run_id}" if self.run_id else self.get_rival_display()
        return f"the active run against {rival}, {self.begins_on} to {self.ends_on or 'today'}"

    def clean(self) -> None:
        """One comparison a day, and only with a run that can serve."""
        if self.run and (self.run.state != "ready" or self.run.is_active):
            raise ValidationError({"run": "Choose a run that is ready and not the active one."})
        if self.begins_on is None:
            return  # said already
        others = Comparison.objects.exclude(pk=self.pk).exclude(ends_on__lt=self.begins_on)
        if self.ends_on:
            others = others.exclude(begins_on__gt=self.ends_on)
        if other := others.first():
            raise ValidationError(f"Its days overlap those of another one: {other}.")


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
    # What being new was worth, and what the reader's boosts; the rest of a score dislikes took.
    fresh_shares = ArrayField(models.FloatField(), default=list, db_default=[])
    boosted_shares = ArrayField(models.FloatField(), default=list, db_default=[])
    # Of a blend: the profile that placed each paper.
    placed_by = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    terms = models.JSONField(default=list)  # of the leading papers: [[term, ...], ...]
    # Ranks that were given to papers from outside the reader's habit.
    explored = ArrayField(models.IntegerField(), default=list, db_default=[])
    comparison = models.ForeignKey("Comparison", models.SET_NULL, null=True)
    # In a comparison, who placed each paper: 0 the active run, 1 the rival, -1 neither.
    teams = ArrayField(models.SmallIntegerField(), default=list, db_default=[])
    n_ratings = models.PositiveIntegerField(default=0)  # how many acts drove it
    ranked_at = models.DateTimeField()
    # The order as the day was first ranked, once another one has taken its place; no act renews it.
    first_ids = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    first_at = models.DateTimeField(null=True)
    # It holds papers of other subjects than now: kept for its record, and not shown.
    is_outdated = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reader", "day", "profile"], name="ranking_once")
        ]
        indexes = [models.Index(fields=["day", "run"], name="ranking_by_day_and_run")]


class Replay(models.Model):
    """A reader's past days put in order again by several rankers, as a worker worked it out."""

    reader = models.OneToOneField("Reader", models.CASCADE, primary_key=True)
    days = models.JSONField(default=dict)  # by issue day: what was wanted, the figures
    result = models.JSONField(default=dict)  # what the days say together
    replayed_at = models.DateTimeField(null=True)
    # How far the worker is that has it under way, or was last.
    n_days = models.PositiveSmallIntegerField(default=0)
    n_done = models.PositiveSmallIntegerField(default=0)
