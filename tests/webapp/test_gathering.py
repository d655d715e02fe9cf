"""What is marked is found by those who gather it; scripts hold nothing that would have to be."""

import ast
import contextlib
import os
import re
import shutil
import subprocess
from gettext import GNUTranslations
from io import StringIO

import pytest
from django.core.management import call_command

from tests.webapp.test_translation import MARKS, PYTHON, ROOT, SENTENCE, TEMPLATES, is_mark


def test_a_note_to_translators_ends_its_line():
    """What follows on the same line would not be gathered, messages too."""
    notes = re.compile(r"Translators:[^%#]*(?:{% endcomment %}|#})(?!\n)")
    assert [
        name for name in TEMPLATES if notes.search((ROOT / "templates" / name).read_text())
    ] == []


def lost(source):
    """Marks that xgettext passes over: inside of an f-string, or of what is no plain string."""
    tree = ast.parse(source)
    calls = [one for one in ast.walk(tree) if isinstance(one, ast.Call) and is_mark(one, MARKS)]
    inside = {
        id(part)
        for whole in ast.walk(tree)
        if isinstance(whole, ast.JoinedStr)
        for part in ast.walk(whole)
    }
    return [
        one.lineno
        for one in calls
        if id(one) in inside
        or not isinstance(one.args[0], ast.Constant)
        or "\\u" in (ast.get_source_segment(source, one.args[0]) or "")
    ]


@pytest.mark.parametrize("name", PYTHON)
def test_every_mark_is_gathered(name):
    assert lost((ROOT / name).read_text()) == []


SCRIPTS = sorted(path.name for path in (ROOT / "static").glob("*.js"))
KEY_NAMES = {"Enter", "Escape"}


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_holds_words_of_its_own(name):
    """They read them from the page, which has them translated."""
    comment = re.compile(r"/\*.*?\*/| //.*?$", re.DOTALL | re.MULTILINE)
    source = comment.sub("", (ROOT / "static" / name).read_text())
    literals = {one.strip("\"'` ") for one in re.findall(r"\"[^\"\n]*\"|'[^'\n]*'|`[^`]*`", source)}
    assert {one for one in literals - KEY_NAMES if SENTENCE.search(one)} == set()


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """A translation as `make messages` begins and ends it, in which each message says itself."""
    if not shutil.which("xgettext"):
        if os.environ.get("FIRSTLIGHT_REQUIRE_BROWSER"):
            pytest.fail("GNU gettext is not installed")
        pytest.skip("GNU gettext is not installed")
    sources = tmp_path_factory.mktemp("gathered") / "webapp"
    shutil.copytree(ROOT, sources, ignore=shutil.ignore_patterns("__pycache__", "migrations"))
    catalog = sources / "locale" / "de" / "LC_MESSAGES" / "django.po"
    catalog.parent.parent.parent.mkdir(exist_ok=True)
    told = StringIO()
    with contextlib.chdir(sources):
        call_command("makemessages", locale=["de"], no_wrap=True, stdout=told, stderr=told)
    assert "warning" not in told.getvalue()
    subprocess.run(["msgen", "-o", catalog, catalog], check=True)
    compiled = catalog.with_suffix(".mo")
    subprocess.run(["msgfmt", "--check-format", "-o", compiled, catalog], check=True)
    with compiled.open("rb") as file:
        return GNUTranslations(file)


@pytest.mark.parametrize(
    "message",
    [
        "Skip to the content",  # on every page
        "Reload the page to see what is stored.",
        "Summary by Firstlight.",  # of a feed
        "Noted: look into your mail for a link.",  # an answer
    ],
)
def test_a_translation_can_be_begun(begun, message):
    found = [said for said in begun._catalog if message in str(said)]
    assert found != []
    assert len(begun._catalog) > 1_000
