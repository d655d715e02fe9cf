"""What was meant by a word that no paper has: one of recent titles that is spelled nearly so.

The extension for it, pg_trgm, is not installed everywhere, and few searches come this far.
"""

import re
from difflib import get_close_matches

from django.db import connection

from webapp.queries.searches.asked import RAREST, Asked

TITLES = 5_000  # the newest
LEAST_LETTERS = 4
ALIKE = 0.8  # of 1; two letters of ten exchanged


def meant(asked: Asked, text: str) -> str:
    """The text with its unknown words as titles spell them; nothing where none is like them."""
    better, words = text, set[str]()
    for word in _missing(asked):
        words = words or _of_titles()
        near = [one for one in words if one[0] == word[0].lower() and abs(len(one) - len(word)) < 3]
        for found in get_close_matches(word.lower(), near, 1, ALIKE):
            better = re.sub(rf"\b{re.escape(word)}\b", found, better, count=1)
    return better if better != text else ""


def _missing(asked: Asked) -> list[str]:
    rare = [word for word in asked.words if word.share == RAREST and _is_plain(word.name)]
    if not rare:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT name FROM unnest(%s::text[], %s::text[]) AS w(name, query)
            WHERE NOT EXISTS (SELECT FROM webapp_paper p WHERE p.search @@ query::tsquery)
            """,
            ([word.name for word in rare], [word.query for word in rare]),
        )
        return [name for (name,) in cursor.fetchall()]


def _is_plain(word: str) -> bool:
    return len(word) >= LEAST_LETTERS and word.isalpha()


def _of_titles() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT title FROM webapp_paper ORDER BY issue_day DESC, arxiv_id DESC LIMIT %s",
            (TITLES,),
        )
        titles = " ".join(title for (title,) in cursor.fetchall())
    return {word for word in re.findall(r"\w+", titles.lower()) if _is_plain(word)}
