"""What links in letters may do, signed; nothing is done before somebody presses a button there.

A link that a scanner follows changes nothing. Tokens of one kind are worth nothing as another.
"""

import secrets
from datetime import timedelta
from typing import Any

from django.core import signing

LASTS = timedelta(days=30)  # a link that saves or rates a paper
TO_CONFIRM = timedelta(days=3)
_ACTS, _CONFIRM = "mail.acts", "mail.confirm"


class Invalid(ValueError):  # noqa: N818 - it names what it is
    """A token that was altered or is none of ours."""


class Expired(Invalid):
    """One that was ours, and is too old."""


def new_key() -> str:
    """What makes the links of a subscription its own; random, so that none can be guessed."""
    return secrets.token_urlsafe(24)


def for_paper(reader_id: int, paper_id: int) -> str:
    """A link with which this reader can save or rate this paper, without logging in."""
    return signing.dumps([reader_id, paper_id], salt=_ACTS)


def paper_of(token: str) -> tuple[int, int]:
    """Reader and paper of such a link. Invalid or Expired otherwise."""
    reader_id, paper_id = _read(token, _ACTS, LASTS)
    return int(reader_id), int(paper_id)


def to_confirm(subscription_id: int, key: str) -> str:
    """A link that confirms an address, until it has: its use makes a new key."""
    return signing.dumps([subscription_id, key], salt=_CONFIRM)


def confirmed(token: str) -> tuple[int, str]:
    """Subscription and key of such a link. Invalid or Expired otherwise."""
    subscription_id, key = _read(token, _CONFIRM, TO_CONFIRM)
    return int(subscription_id), str(key)


def _read(token: str, salt: str, lasts: timedelta) -> tuple[Any, Any]:
    try:
        first, second = signing.loads(token, salt=salt, max_age=lasts)
    except signing.SignatureExpired as error:
        raise Expired from error
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Invalid from error
    return first, second
