"""After all other tests of this folder: no page is left that none of them looked at."""

from pathlib import Path

import pytest
from django.urls import get_resolver
from django.urls.resolvers import URLResolver

ACTS = (  # which answer POST alone
    *(
        "revoke_feed",
        "seen",
        "decide",
        "delete_comment",
        "moderate",
        "keep_search",
        "unkeep_search",
    ),
    *("upvote", "pick", "rate", "save", "see", "mail_events", "move", "together", "share_out"),
    *("take_away", "restore", "steer", "seed", "compare", "upvotes_teach", "fetch_again", "lift"),
    *("send_again", "await_papers"),
)
FILES = (
    *("daily_feed", "trending_feed", "search_feed", "subject_feed", "private_feed"),
    *("bib", "ris", "md", "mfa_download_recovery_codes", "archive"),
)
ELSEWHERE = (
    "search",  # has the address of "daily", and is looked at there
    "account_inactive",  # told to whom an operator has shut out
    "account_confirm_login_code",  # logins by code are not offered
    "mfa_login_webauthn",  # asked by a script
    "mfa_reauthenticate_webauthn",
    "replay",  # a part of "insight", and looked at in it
    "preview",  # a letter in a frame of the page "letter", and looked at in it
)
NO_PAGES = {*ACTS, *FILES, *ELSEWHERE}


def names(resolver):
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            if one.namespace != "admin":  # Django's own
                yield from names(one)
        elif one.name:
            yield one.name


def test_every_page_was_looked_at(looked_at, request):
    files = {item.path.name for item in request.session.items if "browser" in item.path.parts}
    if files != {path.name for path in Path(__file__).parent.glob("test_*.py")}:
        pytest.skip("Only some tests of this folder run.")
    every = set(names(get_resolver()))
    assert every - looked_at - NO_PAGES == set()
    assert every >= NO_PAGES
