"""What readers do in public: bring a paper, upvote it; and the daily pages that come of it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Entry(models.Model):
    """A paper's place on the daily pages, from the first moment somebody singles it out.

    Its counts are counted anew with each act, so that a page of a month reads and sorts what was
    singled out and nothing else. A paper that nobody singled out has no row.
    """

    paper = models.OneToOneField("Paper", models.CASCADE, primary_key=True)
    day = models.DateField()  # to which it was brought; without a submission, the issue day
    issue_day = models.DateField(null=True)  # its paper's, beside the counts for the sake of pages
    n_upvotes = models.PositiveIntegerField(default=0)
    is_picked = models.BooleanField(default=False)  # by an editor
    n_public = models.PositiveIntegerField(default=0)  # upvotes elsewhere, where they are harvested
    n_comments = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["-day", "-n_upvotes", "-is_picked", "-n_public", "-paper"],
                name="entry_by_day",
            ),
            models.Index(  # of what was brought: it stands on two days
                fields=["-issue_day", "-n_upvotes", "-is_picked", "-n_public", "-paper"],
                condition=~models.Q(day=models.F("issue_day")),
                name="entry_by_issue_day",
            ),
            models.Index(fields=["changed_at"], name="entry_by_change"),
        ]

    @property
    def submission(self) -> "Submission | None":
        """A template that asks the paper itself searches long for what is not there."""
        return getattr(self.paper, "submission", None)

    @property
    def pick(self) -> "Pick | None":
        return getattr(self.paper, "pick", None)


class Upvote(models.Model):
    """The public act, apart from private ratings: neither feeds the other.

    Except in training, of readers who agreed.
    """

    reader = models.ForeignKey("Reader", models.CASCADE, related_name="upvotes")
    paper = models.ForeignKey("Paper", models.CASCADE, related_name="upvotes")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reader", "paper"], name="upvote_once")]
        indexes = [
            models.Index(fields=["paper", "-id"], name="upvote_by_paper"),
            models.Index(fields=["at"], name="upvote_by_time"),
        ]


class Submission(models.Model):
    """Who brought a paper to the daily page. One that is not here yet waits for a worker."""

    class State(models.TextChoices):
        WAITING = "waiting"
        HERE = "here"
        REFUSED = "refused"  # for the reason that is told

    arxiv_id = models.CharField(max_length=120, unique=True)
    paper = models.OneToOneField("Paper", models.CASCADE, null=True)
    reader = models.ForeignKey("Reader", models.SET_NULL, null=True, related_name="submissions")
    day = models.DateField()
    submitted_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State)
    reason = models.TextField(default="")
    n_asked = models.PositiveSmallIntegerField(default=0)  # answers without it
    next_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="here", paper__isnull=False)
                | (~models.Q(state="here") & models.Q(paper=None)),
                name="submission_here_has_paper",
            )
        ]
        indexes = [
            models.Index(fields=["reader", "day"], name="submission_by_reader"),
            models.Index(
                fields=["next_at"],
                condition=models.Q(state="waiting"),
                name="submission_waiting",
            ),
        ]


class Visit(models.Model):
    """When a reader last looked at the daily pages, and where the visit before ended."""

    reader = models.OneToOneField("Reader", models.CASCADE, primary_key=True)
    since = models.DateTimeField(null=True)  # the end of the visit before; null: there was none
    last_at = models.DateTimeField()


class Trend(models.Model):
    """One window's papers in the order of their score, whole: one row is one moment."""

    window = models.CharField(max_length=10, primary_key=True)
    paper_ids = ArrayField(models.BigIntegerField(), default=list)
    scores = ArrayField(models.FloatField(), default=list)
    divisors = ArrayField(models.FloatField(), default=list, db_default=[])  # of their categories
    hours = ArrayField(models.FloatField(), default=list)  # weight of an upvote, by UTC hour
    computed_at = models.DateTimeField()


class Pick(models.Model):
    """An editor's recommendation, with a sentence of why."""

    paper = models.OneToOneField("Paper", models.CASCADE, primary_key=True)
    editor = models.ForeignKey("Reader", models.SET_NULL, null=True, related_name="+")
    note = models.CharField(max_length=280, blank=True, default="")
    at = models.DateTimeField()


class Claim(models.Model):
    """A reader says to be an author of a paper; an editor checks it."""

    class State(models.TextChoices):
        ASKED = "asked"
        GRANTED = "granted"
        REFUSED = "refused"

    reader = models.ForeignKey("Reader", models.CASCADE, related_name="claims")
    paper = models.ForeignKey("Paper", models.CASCADE, related_name="claims")
    note = models.TextField()
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    reason = models.TextField(default="")
    editor = models.ForeignKey("Reader", models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reader", "paper"], name="claim_once")]
        indexes = [
            models.Index(
                fields=["asked_at"], condition=models.Q(state="asked"), name="claim_waiting"
            )
        ]


class Comment(models.Model):
    """Plain words below a paper. What was deleted or hidden keeps its row, for the editors."""

    paper = models.ForeignKey("Paper", models.CASCADE, related_name="discussion")
    reader = models.ForeignKey("Reader", models.CASCADE, related_name="comments")
    body = models.TextField()
    at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)  # by its writer
    hidden_at = models.DateTimeField(null=True)  # by an editor
    hidden_why = models.TextField(default="")
    editor = models.ForeignKey("Reader", models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["paper", "id"], name="comment_by_paper"),
            models.Index(fields=["reader", "-at"], name="comment_by_reader"),
        ]


class Report(models.Model):
    """A reader asks the editors to look at a comment."""

    comment = models.ForeignKey("Comment", models.CASCADE, related_name="reports")
    reader = models.ForeignKey("Reader", models.CASCADE, related_name="reports")
    why = models.TextField()
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comment", "reader"], name="report_once")]
        indexes = [
            models.Index(
                fields=["comment"], condition=models.Q(settled_at=None), name="report_open"
            )
        ]
