"""An account, its interests, and its deliberate private acts."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy


class Readers(BaseUserManager["Reader"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> "Reader":
        reader = self.model(email=self.normalize_email(email), **fields)
        reader.set_password(password)
        reader.save()
        return reader

    def create_superuser(self, email: str, password: str, **fields: object) -> "Reader":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> "Reader":
        return self.get(email__iexact=email)


class Reader(AbstractBaseUser, PermissionsMixin):
    """The user model: an address, a name to show, and nothing to invent when signing up."""

    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=80, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)
    # An IANA name. Nothing: the reader has not said, and the instance's holds.
    time_zone = models.CharField(max_length=64, blank=True, default="", db_default="")
    # Whether comparisons of rankers may draw up this reader's lists and count the acts on them.
    compares = models.BooleanField(default=False, db_default=False)
    # Whether public upvotes teach the model like likes. They never enter the reader's own ranking.
    upvotes_teach = models.BooleanField(default=False, db_default=False)
    # The last issue day that the reader has said to be through with; none: never said.
    caught_up_on = models.DateField(null=True)

    # Whether to pick papers, check claims of authors and moderate comments; given in the admin.
    is_editor = models.BooleanField("editor", default=False, db_default=False)

    objects: ClassVar[Readers] = Readers()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="reader_email_once")]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def public_name(self) -> str:
        """What others see: never the address."""
        return self.name or gettext("a reader")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """An account comes with its first interest, whoever makes it: page, admin or command."""
        is_new = self._state.adding
        with transaction.atomic():
            super().save(*args, **kwargs)
            if is_new:
                Profile.objects.create(reader=self)


class Profile(models.Model):
    """One interest of a reader; and "all", which every account has.

    While a reader keeps no interests apart, "all" is the only one. With several it is their blend:
    it has a ranking of its own, and its subjects are those of the interests together.
    """

    WHOLE = "all"

    reader = models.ForeignKey("Reader", models.CASCADE, related_name="profiles")
    name = models.CharField(max_length=80, default=WHOLE)
    subjects = ArrayField(models.CharField(), default=list)  # empty: every subject
    quota = models.PositiveSmallIntegerField(default=100, db_default=100)  # against the others
    exploration = models.PositiveSmallIntegerField(null=True)  # percent; none: the instance's
    search = models.TextField(default="", db_default="")  # what it was kept from, as it was typed
    # Taken away, and for a while to be had back: its ratings fall to the first interest meanwhile.
    deleted_at = models.DateTimeField(null=True)
    # Of "all": when anything but an act last changed what is ranked, or how.
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reader", "name"], condition=models.Q(deleted_at=None), name="profile_once"
            ),
            models.CheckConstraint(
                condition=models.Q(quota__range=(1, 100)), name="profile_quota_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_whole(self) -> bool:
        return self.name == Profile.WHOLE


class Rule(models.Model):
    """A wish about a term, an author or a subject: never again, or more of it.

    A rule of "all" holds for every interest of its reader.
    """

    class Kind(models.TextChoices):
        TERM = "term", gettext_lazy("term")
        AUTHOR = "author", gettext_lazy("author")
        SUBJECT = "subject", gettext_lazy("subject")

    class Effect(models.IntegerChoices):
        MUTE = -1, gettext_lazy("mute")
        BOOST = 1, gettext_lazy("boost")

    profile = models.ForeignKey("Profile", models.CASCADE, related_name="rules")
    kind = models.CharField(max_length=10, choices=Kind)
    value = models.CharField(max_length=120)
    effect = models.SmallIntegerField(choices=Effect)
    created_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["profile", "kind", "value"], name="rule_once"),
        ]

    def __str__(self) -> str:
        words = {"effect": self.get_effect_display(), "kind": self.get_kind_display()}
        # Translators: such as "mute author Ada Example".
        return gettext("%(effect)s %(kind)s %(value)s") % (words | {"value": self.value})


class Rating(models.Model):
    """What a reader said of a paper. Rating twice is changing one's mind."""

    class Value(models.IntegerChoices):
        DOWN = -1, "less like this"
        NONE = 0, "no rating"
        UP = 1, "more like this"

    class Origin(models.TextChoices):
        PAGE = "", "on a page"
        SEED = "seed", "brought along"
        FOUND = "found", "found by a search that was kept"
        ROUND = "round", "asked for"

    class State(models.TextChoices):
        TO_READ = "to read", pgettext_lazy("a paper", "to read")
        READING = "reading", pgettext_lazy("a paper", "reading")
        READ = "read", pgettext_lazy("a paper", "read")

    reader = models.ForeignKey("Reader", models.CASCADE, related_name="ratings")
    paper = models.ForeignKey("Paper", models.CASCADE, related_name="ratings")
    value = models.SmallIntegerField(choices=Value, default=Value.NONE)
    saved = models.BooleanField(default=False)
    saved_version = models.PositiveSmallIntegerField(null=True)  # of the paper, when saved or seen
    day = models.DateField()  # of the act; training splits by it
    changed_at = models.DateTimeField()
    # The interest that it speaks for; none: the first.
    profile = models.ForeignKey("Profile", models.SET_NULL, null=True, related_name="ratings")
    explored = models.BooleanField(default=False, db_default=False)  # its place was not earned
    # Where it stood in the reader's order when it was first acted on; none: in no order. The act
    # itself moves it to the top, so that only what was noted before tells what the order was worth.
    place = models.PositiveIntegerField(null=True)
    # How it came to be said. What was brought along or asked for is no answer to an order.
    origin = models.CharField(max_length=5, choices=Origin, default=Origin.PAGE, db_default="")
    paused_at = models.DateTimeField(null=True)  # switched off: kept, but not heard
    # What the reader keeps about a saved paper. Taken out of the library it stays, for an undo.
    saved_at = models.DateTimeField(null=True)
    tags = ArrayField(models.CharField(max_length=40), default=list, db_default=[])
    note = models.TextField(default="", db_default="")
    state = models.CharField(
        max_length=10, choices=State, default=State.TO_READ, db_default=State.TO_READ
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reader", "paper"], name="rating_once"),
            models.CheckConstraint(
                condition=models.Q(value__in=(-1, 0, 1)), name="rating_value_known"
            ),
        ]
        indexes = [models.Index(fields=["reader", "-changed_at"], name="rating_by_reader")]

    @property
    def says_something(self) -> bool:
        return self.saved or self.value != Rating.Value.NONE


class Round(models.Model):
    """Papers that a reader is asked about, one after another; a new round takes its place."""

    reader = models.OneToOneField("Reader", models.CASCADE, primary_key=True)
    paper_ids = ArrayField(models.BigIntegerField())
    answers = ArrayField(models.SmallIntegerField(), default=list)  # so far; 0: skipped
    # What was said of each before its answer, and when that was given; none: skipped.
    before = ArrayField(models.SmallIntegerField(null=True), default=list, db_default=[])
    answered_at = ArrayField(models.DateTimeField(null=True), default=list, db_default=[])
    begun_at = models.DateTimeField()


class AwaitedSeed(models.Model):
    """A paper of a reader's bibliography that is not here yet: arXiv is asked for it."""

    reader = models.ForeignKey("Reader", models.CASCADE, related_name="awaited")
    arxiv_id = models.CharField(max_length=120)
    profile = models.ForeignKey("Profile", models.SET_NULL, null=True)  # the interest it speaks for
    saved = models.BooleanField()
    asked_at = models.DateTimeField()
    n_answers = models.PositiveSmallIntegerField(default=0)  # without it
    next_at = models.DateTimeField(null=True)  # null: nobody is asked any more, for the reason told
    reason = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reader", "arxiv_id"], name="seed_awaited_once"),
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=models.Q(next_at__isnull=False),
                name="seed_awaited",
            ),
        ]
