"""A function that makes `Schrodinger` of `Schrödinger`, and the few titles in which it matters."""

from django.db import migrations

# Of PostgreSQL's own parts: the extension `unaccent` is not installed everywhere.
FOLDED = r"""
CREATE OR REPLACE FUNCTION folded(written text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT translate(replace(replace(replace(replace(replace(
        normalize(regexp_replace(normalize(
            regexp_replace($1, '\{?\\["''`^~=.]\s?\{?\\?([A-Za-z])\}{0,2}', '\1', 'g'),
            NFD), '[\u0300-\u036f]', '', 'g'), NFC),
        'ß', 'ss'), 'æ', 'ae'), 'Æ', 'AE'), 'œ', 'oe'), 'Œ', 'OE'), 'øØłŁđĐı', 'oOlLdDi')
$$
"""
TITLES = """
CREATE INDEX CONCURRENTLY IF NOT EXISTS paper_folded_title_words ON webapp_paper
USING gin (to_tsvector('english', folded(title))) WHERE folded(title) <> title
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("webapp", "0033_issue_days_of_entries")]
    operations = [
        migrations.RunSQL(
            FOLDED, "DROP FUNCTION folded(text)"
        ),
        migrations.RunSQL(TITLES, "DROP INDEX IF EXISTS paper_folded_title_words"),
    ]
