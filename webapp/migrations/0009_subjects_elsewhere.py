"""The categories of bioRxiv and medRxiv, from fixtures/subjects_elsewhere.json."""

import json

from django.conf import settings
from django.db import migrations


def load(apps, schema_editor):
    Subject = apps.get_model("webapp", "Subject")
    rows = json.loads((settings.BASE_DIR / "fixtures" / "subjects_elsewhere.json").read_text())
    Subject.objects.bulk_create([Subject(**row) for row in rows], ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("webapp", "0008_sources")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
