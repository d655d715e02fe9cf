"""What was singled out before learns when its paper was announced."""

from django.db import migrations

AT_ONCE = 10_000
LEARN = """
UPDATE webapp_entry e SET issue_day = p.issue_day
FROM webapp_paper p
WHERE p.id = e.paper_id AND e.paper_id IN (
    SELECT paper_id FROM webapp_entry WHERE issue_day IS NULL LIMIT %s)
"""


def learn(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(LEARN, [AT_ONCE])
            if cursor.rowcount == 0:
                return


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("webapp", "0032_first_orders_stay")]
    operations = [migrations.RunPython(learn, migrations.RunPython.noop, atomic=False)]
