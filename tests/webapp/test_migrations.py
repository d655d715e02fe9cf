"""Migrations that change rows, in tables as large as a host may have."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from tests import factories
from webapp.models import Paper

pytestmark = pytest.mark.django_db
folding = import_module("webapp.migrations.0035_words_in_folded_letters")


def test_names_are_folded_whatever_number_a_paper_has():
    papers = [factories.paper(pk=pk, authors=["Éva Gárdos"]) for pk in (32_760, 70_000)]
    Paper.objects.update(search=None)
    with connection.schema_editor() as editor:
        folding.fold(apps, editor)
    found = Paper.objects.extra(where=["search @@ to_tsquery('simple', 'gardos')"])
    assert set(found) == set(papers)
