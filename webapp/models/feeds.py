"""The private feeds of a reader's interests."""

from django.db import models


class FeedToken(models.Model):
    """A secret address at which programs read one interest. Revoked, it is gone."""

    profile = models.ForeignKey("Profile", models.CASCADE, related_name="feed_tokens")
    name = models.CharField(max_length=80)  # what the reader calls the program that has it
    digest = models.CharField(max_length=64, unique=True)  # SHA-256; the token itself is not kept
    created_at = models.DateTimeField()
    last_used_on = models.DateField(null=True)  # the day is enough, and one write a day

    class Meta:
        indexes = [models.Index(fields=["profile", "created_at"], name="feed_token_by_profile")]
