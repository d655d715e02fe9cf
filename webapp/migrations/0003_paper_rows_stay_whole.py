"""Rows of papers are mostly 3 kB: keep them in one piece.

PostgreSQL would compress and move away what passes 2 kB; for 6 % more disk it does neither,
which makes an import faster and spares the feed the unpacking.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("webapp", "0002_subjects")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE webapp_paper SET (toast_tuple_target = 8160)",
            "ALTER TABLE webapp_paper RESET (toast_tuple_target)",
        )
    ]
