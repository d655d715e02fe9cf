"""What a sentence encoder said of papers, so that it is asked once."""

from django.db import models


class PaperEncoding(models.Model):
    """One encoder's row of one text. It outlives the runs, which centre it as they learned."""

    paper = models.ForeignKey("Paper", models.CASCADE, related_name="encodings")
    encoder = models.CharField(max_length=200)
    digest = models.BinaryField(max_length=16)  # of the text that was read: another is owed anew
    row = models.BinaryField()  # float16

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["paper", "encoder"], name="encoded_once"),
        ]
