"""A reader's time zone, and the version of a paper at the moment of saving."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("webapp", "0009_subjects_elsewhere")]
    operations = [
        migrations.AddField(
            "reader",
            "time_zone",
            models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AddField(
            "rating", "saved_version", models.PositiveSmallIntegerField(null=True)
        ),
    ]
