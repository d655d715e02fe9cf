"""arXiv's taxonomy, from fixtures/subjects.json."""

import json

from django.conf import settings
from django.db import migrations


def load(apps, schema_editor):
    Subject = apps.get_model("webapp", "Subject")
    rows = json.loads((settings.BASE_DIR / "fixtures" / "subjects.json").read_text())
    Subject.objects.bulk_create(
        [Subject(code=row["code"], name=row["name"], group=row["group"]) for row in rows],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "group"],
    )


class Migration(migrations.Migration):
    dependencies = [("webapp", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
