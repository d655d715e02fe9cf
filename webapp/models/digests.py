"""Who wants letters."""

from django.db import models


class Subscription(models.Model):
    """An address that papers are to be sent to. Until it is confirmed nothing is."""

    class What(models.TextChoices):
        TRENDING = "trending"

    class Cadence(models.TextChoices):
        DAILY = "daily", "every day"
        WEEKLY = "weekly", "every week"
        MONTHLY = "monthly", "every month"

    address = models.EmailField(max_length=254)  # in small letters
    what = models.CharField(max_length=20, choices=What, default=What.TRENDING)
    cadence = models.CharField(max_length=10, choices=Cadence, default=Cadence.WEEKLY)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["address", "what"], name="subscription_once")
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=models.Q(confirmed_at=None),
                name="subscription_unconfirmed",
            )
        ]
