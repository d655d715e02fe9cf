"""What a reader does to a library: tag, note, tell how far one has read, take out and put back.

None of it is heard by a ranking but taking out and putting back, which are saves.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils.formats import number_format
from django.utils.translation import gettext

from webapp.models import Rating

MOST_TAGS = 20
LONGEST_TAG = 40
LONGEST_NOTE = 5_000
_CONTROL = re.compile("[\0-\x1f\x7f-\x9f]")


class Refused(ValueError):  # noqa: N818 - it says what happened
    """Tags or a note that cannot be kept; the message is for the reader."""


def tags_in(text: str) -> list[str]:
    """The tags of a text that parts them by commas: small letters, one space, each once, sorted.

    Raises Refused for too many, too long ones and control characters.
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    parts = (" ".join(part.split()).removeprefix("#").strip() for part in plain.split(","))
    tags = sorted({part for part in parts if part})
    if any(_CONTROL.search(tag) for tag in tags):
        raise Refused(gettext("A tag is made of letters, digits and signs that can be seen."))
    if any(len(tag) > LONGEST_TAG for tag in tags):
        told = gettext("A tag has at most %(most)s characters; part tags by commas.")
        raise Refused(told % {"most": LONGEST_TAG})
    return _few(tags)


def note_in(text: str) -> str:
    """A note as it is kept: its lines as they are, however they were sent. Raises Refused."""
    note = text.replace("\r\n", "\n").strip()
    if "\0" in note:
        raise Refused(gettext("The note holds a character that cannot be stored (NUL)."))
    if len(note) > LONGEST_NOTE:
        told = gettext("A note has at most %(most)s characters; this one has %(n)s.")
        most, n = (number_format(m, force_grouping=True) for m in (LONGEST_NOTE, len(note)))
        raise Refused(told % {"most": most, "n": n})
    return note


def _few(tags: list[str]) -> list[str]:
    if len(tags) > MOST_TAGS:
        told = gettext("A paper has at most %(most)s tags; this would be %(n)s.")
        raise Refused(told % {"most": MOST_TAGS, "n": len(tags)})
    return tags


def annotate(rating: Rating, tags: list[str], note: str, state: str) -> None:
    """Keep what the reader wrote about a paper, instead of what was there."""
    Rating.objects.filter(pk=rating.pk).update(tags=tags, note=note, state=state)


class Kept(NamedTuple):
    """What a reader keeps with a paper that an act on several may change."""

    tags: list[str]
    state: str


def tag(reader_id: int, chosen: Iterable[int], tags: list[str]) -> dict[int, Kept]:
    """Add tags to the chosen papers; all of them or, where one has too many, none (Refused)."""

    def more(_: int, old: Kept) -> Kept:
        return old._replace(tags=_few(sorted({*old.tags, *tags})))

    return _change(reader_id, chosen, more)


def untag(reader_id: int, chosen: Iterable[int], tags: list[str]) -> dict[int, Kept]:
    """Take tags from the chosen papers."""

    def fewer(_: int, old: Kept) -> Kept:
        return old._replace(tags=[one for one in old.tags if one not in tags])

    return _change(reader_id, chosen, fewer)


def set_state(reader_id: int, chosen: Iterable[int], state: str) -> dict[int, Kept]:
    """Say how far the reader is with the chosen papers."""
    return _change(reader_id, chosen, lambda _, old: old._replace(state=state))


def restore(reader_id: int, were: dict[int, Kept]) -> int:
    """Undo of the three: tags and states are again as they were."""
    return len(_change(reader_id, were, lambda pk, _: were[pk]))


def _change(
    reader_id: int, chosen: Iterable[int], new: Callable[[int, Kept], Kept]
) -> dict[int, Kept]:
    """Returns what those that are others now were before."""
    own = Rating.objects.filter(reader=reader_id, pk__in=chosen, saved=True)
    with transaction.atomic():
        rows = list(own.select_for_update().order_by("pk").only("tags", "state"))
        were = {row.pk: Kept(row.tags, row.state) for row in rows}
        changed = [row for row in rows if new(row.pk, were[row.pk]) != were[row.pk]]
        for row in changed:
            row.tags, row.state = new(row.pk, were[row.pk])
        Rating.objects.bulk_update(changed, ["tags", "state"], batch_size=1_000)
    return {row.pk: were[row.pk] for row in changed}


def take_out(reader_id: int, chosen: Iterable[int], now: datetime) -> int:
    """Let go of the chosen papers. Ratings stay, and so do tags and notes, for an undo."""
    own = Rating.objects.filter(reader=reader_id, pk__in=chosen, saved=True)
    return own.update(saved=False, changed_at=now)


def put_back(reader_id: int, chosen: Iterable[int], now: datetime) -> int:
    """Undo of `take_out`: the papers are back as they were, withdrawn ones too."""
    own = Rating.objects.filter(reader=reader_id, pk__in=chosen, saved=False)
    return own.filter(saved_version__isnull=False).update(saved=True, changed_at=now)
