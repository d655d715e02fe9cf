"""Existing saves are taken to be of the version that is here now."""

from django.db import migrations

AT_ONCE = 10_000
TAKE = """
UPDATE webapp_rating r SET saved_version = p.version
FROM webapp_paper p
WHERE p.id = r.paper_id AND r.id IN (
    SELECT id FROM webapp_rating WHERE saved AND saved_version IS NULL LIMIT %s)
"""


def take(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(TAKE, [AT_ONCE])
            if cursor.rowcount == 0:
                return


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("webapp", "0010_time_zones_and_saved_versions")]
    operations = [migrations.RunPython(take, migrations.RunPython.noop, atomic=False)]
