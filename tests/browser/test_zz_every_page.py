"""After all other tests of this folder: no page is left that none of them looked at."""

from pathlib import Path

import pytest
from django.urls import get_resolver

from benchmarks.pages import NO_PAGES, routes

IN_A_FRAME = {"preview"}  # a letter, in the page "letter", and looked at in it
ERRORS = {"400", "403", "404", "405", "429", "500"}


def test_every_page_was_looked_at(looked_at, request):
    files = {item.path.name for item in request.session.items if "browser" in item.path.parts}
    if files != {path.name for path in Path(__file__).parent.glob("test_*.py")}:
        pytest.skip("Only some tests of this folder run.")
    every = {*routes(get_resolver()), *ERRORS}
    assert every - looked_at - set(NO_PAGES) - IN_A_FRAME == set()
