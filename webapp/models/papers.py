"""Papers as arXiv announces them, their versions, and arXiv's subjects."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils import timezone


class Paper(models.Model):
    """One row a paper: cross-lists, versions and days meet in it."""

    arxiv_id = models.CharField(max_length=20, unique=True)  # without version
    issue_day = models.DateField()  # announcement, never submission
    day_is_derived = models.BooleanField(default=False)  # from the submission time
    content_day = models.DateField()  # of the statement the text is from
    title = models.TextField()
    abstract = models.TextField()
    is_summary = models.BooleanField(default=False)  # our words instead of the authors'
    authors = ArrayField(models.TextField())
    subjects = ArrayField(models.CharField(max_length=20))  # the primary one first
    comments = models.TextField(default="")
    doi = models.TextField(default="")
    journal_ref = models.TextField(default="")
    license = models.TextField(default="")
    version = models.PositiveSmallIntegerField(default=1)
    withdrawn_at = models.DateTimeField(null=True)
    content_hash = models.CharField(max_length=32)  # of all that was stated; decides "changed"
    search = SearchVectorField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["-issue_day", "-arxiv_id"], name="paper_by_day"),
            GinIndex(fields=["search"], name="paper_search"),
            GinIndex(fields=["subjects"], name="paper_subjects"),
        ]

    def __str__(self) -> str:
        return f"{self.arxiv_id} {self.title}"


class Version(models.Model):
    """What the authors changed, and when."""

    paper = models.ForeignKey("Paper", models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    submitted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "number"], name="version_once")]


class Subject(models.Model):
    """A category of arXiv's taxonomy."""

    code = models.CharField(max_length=20, primary_key=True)
    name = models.TextField()
    group = models.TextField()

    class Meta:
        ordering = ["group", "code"]

    def __str__(self) -> str:
        return f"{self.code}: {self.name}"
