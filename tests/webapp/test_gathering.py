"""What is marked is found by those who gather it; scripts hold nothing that would have to be."""

import ast
import re

import pytest

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
KEY_NAMES = {"Enter"}


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_holds_words_of_its_own(name):
    """They read them from the page, which has them translated."""
    comment = re.compile(r"/\*.*?\*/| //.*?$", re.DOTALL | re.MULTILINE)
    source = comment.sub("", (ROOT / "static" / name).read_text())
    literals = {one.strip("\"'` ") for one in re.findall(r"\"[^\"\n]*\"|'[^'\n]*'|`[^`]*`", source)}
    assert {one for one in literals - KEY_NAMES if SENTENCE.search(one)} == set()
