"""Who wants letters, which letters there are, and who must not be written to."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy


class Subscription(models.Model):
    """A wish for letters: of a reader, or of an address without an account.

    Without an account nothing is sent until the address is confirmed. A reader's goes to the
    reader's own address.
    """

    class What(models.TextChoices):
        TRENDING = "trending", gettext_lazy("trending papers")
        PERSONAL = "personal", gettext_lazy("your own ranking")

    class Cadence(models.TextChoices):
        DAILY = "daily", gettext_lazy("every day")
        WEEKLY = "weekly", gettext_lazy("every week")
        MONTHLY = "monthly", gettext_lazy("every month")
        DAYS = "days", gettext_lazy("on chosen weekdays")

    class Ended(models.TextChoices):
        ASKED = "asked", gettext_lazy("as asked")
        BOUNCED = "bounced", gettext_lazy("the address does not exist")
        COMPLAINED = "complained", gettext_lazy("reported as spam")

    address = models.EmailField(max_length=254, blank=True)  # in small letters; a reader's: none
    reader = models.ForeignKey("Reader", models.CASCADE, null=True, related_name="subscriptions")
    # The interest a personal letter is about; none: all of them.
    profile = models.ForeignKey("Profile", models.CASCADE, null=True, related_name="subscriptions")
    what = models.CharField(max_length=20, choices=What, default=What.TRENDING)
    subjects = ArrayField(models.CharField(), default=list, db_default=[])  # none: every subject
    cadence = models.CharField(max_length=10, choices=Cadence, default=Cadence.WEEKLY)
    days = ArrayField(models.SmallIntegerField(), default=list, db_default=[])  # 0 is Monday
    hour = models.PositiveSmallIntegerField(default=7, db_default=7)  # of the time zone
    time_zone = models.CharField(max_length=64, blank=True, default="", db_default="")
    most = models.PositiveSmallIntegerField(default=15, db_default=15)  # papers in a letter
    least_score = models.FloatField(null=True)  # of a ranking; less is not sent
    # What was said for it: as good as the papers of this place on the newest day then.
    least_place = models.PositiveSmallIntegerField(null=True)
    tells_empty = models.BooleanField(default=False, db_default=False)
    held_until = models.DateField(null=True)  # the first local day on which letters go out again
    # What a link has to know. A new one makes every earlier link of the subscription void.
    key = models.CharField(max_length=43, default="", db_default="")
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)  # when a confirmation was last mailed
    answer_at = models.DateTimeField(null=True)  # when a mail about the wish itself is to go out
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(
        max_length=10, choices=Ended, blank=True, default="", db_default=""
    )
    next_at = models.DateTimeField(null=True)
    last_day = models.DateField(null=True)  # the local day of the last letter

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["address", "what"], condition=Q(reader=None), name="subscription_once"
            ),
            models.UniqueConstraint(
                fields=["reader", "what", "profile"],
                nulls_distinct=False,
                condition=Q(reader__isnull=False),
                name="subscription_of_reader_once",
            ),
            models.UniqueConstraint(
                fields=["key"], condition=~Q(key=""), name="subscription_by_key"
            ),
            models.CheckConstraint(
                condition=Q(reader=None) ^ Q(address=""), name="subscription_of_somebody"
            ),
            models.CheckConstraint(condition=Q(hour__lt=24), name="subscription_hour_is_one"),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(confirmed_at=None),
                name="subscription_unconfirmed",
            ),
            models.Index(
                fields=["next_at"],
                condition=Q(ended_at=None, next_at__isnull=False),
                name="subscription_due",
            ),
            models.Index(
                fields=["answer_at"],
                condition=Q(answer_at__isnull=False),
                name="subscription_to_answer",
            ),
        ]


class Digest(models.Model):
    """One letter: of one subscription, for one local day. It is the record of its sending."""

    class State(models.TextChoices):
        QUEUED = "queued"
        COMPOSING = "composing"  # nothing has left the house
        SENDING = "sending"  # it may have left
        SENT = "sent"
        EMPTY = "empty"  # there was nothing to send
        FAILED = "failed"  # refused for good, or too often
        UNKNOWN = "unknown"  # stopped while it was sent: never repeated by itself

    subscription = models.ForeignKey("Subscription", models.CASCADE, related_name="digests")
    day = models.DateField()  # in the subscription's time zone
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    queued_at = models.DateTimeField()
    next_at = models.DateTimeField()  # not before
    lease_until = models.DateTimeField(null=True)  # of a letter that is composed or sent
    sent_at = models.DateTimeField(null=True)
    is_catch_up = models.BooleanField(default=False, db_default=False)  # the first after a hold
    paper_ids = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    error = models.TextField(default="", db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subscription", "day"], name="digest_once")]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(state__in=("queued", "composing", "sending")),
                name="digest_owed",
            ),
            models.Index(fields=["state", "queued_at"], name="digest_by_state"),
        ]


class Suppression(models.Model):
    """An address that letters came back from, or that called them spam: none goes there."""

    address = models.EmailField(max_length=254, unique=True)  # in small letters
    why = models.CharField(max_length=10, choices=Subscription.Ended)
    said = models.TextField(default="")  # by the server or the provider
    at = models.DateTimeField()
