"""Papers with accents in title, abstract or names are found without them as well."""

from django.db import migrations

AT_ONCE = 5_000  # numbers of papers
# As services.papers.INDEXED said it in this release.
FOLD = """
UPDATE webapp_paper s SET search =
    setweight(to_tsvector('english', s.title), 'A')
    || setweight(to_tsvector('english', s.abstract), 'B')
    || setweight(to_tsvector('simple', array_to_string(s.authors[1:200], ' ')), 'C')
    || CASE WHEN folded(s.title) = s.title THEN ''
        ELSE setweight(to_tsvector('english', folded(s.title)), 'A') END
    || CASE WHEN folded(s.abstract) = s.abstract THEN ''
        ELSE setweight(to_tsvector('english', folded(s.abstract)), 'B') END
    || CASE WHEN folded(names) = names THEN ''
        ELSE setweight(to_tsvector('simple', folded(names)), 'C') END
FROM (SELECT id, array_to_string(authors[1:200], ' ') AS names FROM webapp_paper
    WHERE id > %(after)s AND id <= %(until)s) a
WHERE s.id = a.id AND (folded(s.title) <> s.title OR folded(s.abstract) <> s.abstract
    OR folded(names) <> names)
"""


def fold(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(min(id), 1) - 1, coalesce(max(id), 0) FROM webapp_paper")
        first, last = cursor.fetchone()
        for after in range(first, last, AT_ONCE):
            cursor.execute(FOLD, {"after": after, "until": after + AT_ONCE})


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("webapp", "0034_folded_letters")]
    operations = [migrations.RunPython(fold, migrations.RunPython.noop, atomic=False)]
