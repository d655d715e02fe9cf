"""The days on which arXiv announces nothing, from fixtures/holidays.json."""

import json
from datetime import date

from django.conf import settings
from django.db import migrations


def load(apps, schema_editor):
    Holiday = apps.get_model("webapp", "Holiday")
    rows = json.loads((settings.BASE_DIR / "fixtures" / "holidays.json").read_text())
    Holiday.objects.bulk_create(
        [Holiday(date=date.fromisoformat(row["day"]), name=row["name"]) for row in rows],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("webapp", "0005_harvests")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
