"""Papers as they are announced, their versions, their subjects, and who upvoted them."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models.functions import MD5, Lower
from django.utils import timezone

from webapp.arxiv import identifiers

# A title without what people write differently: capitals, blanks and signs.
LETTERS_OF_TITLE = models.Func(
    Lower("title"),
    models.Value(r"\W+"),
    models.Value(""),
    models.Value("g"),
    function="regexp_replace",
)


class Paper(models.Model):
    """One row a paper: cross-lists, versions and days meet in it."""

    # Without version. A preprint of bioRxiv or medRxiv is known by its DOI, which begins with "10."
    # and so never looks like an identifier of arXiv's: one column is enough to name any paper.
    arxiv_id = models.CharField(max_length=120, unique=True)
    issue_day = models.DateField()  # announcement, never submission
    day_is_derived = models.BooleanField(default=False)  # from the submission time
    content_day = models.DateField()  # of the statement the text is from
    title = models.TextField()
    abstract = models.TextField()
    is_summary = models.BooleanField(default=False)  # our words instead of the authors'
    authors = ArrayField(models.TextField())
    # The primary one first. Without a length: a change of it would write the table anew.
    subjects = ArrayField(models.CharField())
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
            GinIndex(SearchVector("title", config="english"), name="paper_title_words"),
            GinIndex(fields=["subjects"], name="paper_subjects"),
            models.Index(Lower("doi"), name="paper_by_doi", condition=~models.Q(doi="")),
            models.Index(MD5(LETTERS_OF_TITLE), name="paper_by_title"),
        ]

    def __str__(self) -> str:
        return f"{self.arxiv_id} {self.title}"

    @property
    def url(self) -> str:
        return identifiers.url(self.arxiv_id)

    @property
    def label(self) -> str:
        return identifiers.label(self.arxiv_id)

    @property
    def pdf_url(self) -> str:
        """Empty where no address of one can be told from the identifier."""
        is_doi = identifiers.is_doi(self.arxiv_id)
        return "" if is_doi else f"https://arxiv.org/pdf/{self.arxiv_id}"


class Version(models.Model):
    """What the authors changed, and when."""

    paper = models.ForeignKey("Paper", models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    submitted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "number"], name="version_once")]


class PublicUpvote(models.Model):
    """How many people upvoted a paper on somebody else's daily page.

    It names the paper instead of pointing at it: what is liked elsewhere need not be here.
    """

    arxiv_id = models.CharField(max_length=120, unique=True)
    day = models.DateField()  # of the daily page
    title = models.TextField()
    count = models.PositiveIntegerField()
    fetched_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-day", "-count"], name="upvotes_by_day")]


class Subject(models.Model):
    """A category of arXiv's taxonomy, or of bioRxiv's or medRxiv's."""

    code = models.CharField(max_length=60, primary_key=True)
    name = models.TextField()
    group = models.TextField()

    class Meta:
        ordering = ["group", "code"]

    def __str__(self) -> str:
        return f"{self.code}: {self.name}"
