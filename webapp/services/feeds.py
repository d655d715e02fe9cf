"""Private feeds: made, used, revoked."""

import secrets
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import ngettext

from webapp.models import FeedToken, Profile
from webapp.queries.feeds import digest_of

MOST = 10


class TooMany(ValueError):  # noqa: N818 - it names the state
    """As many private feeds as a reader can keep an eye on."""


def make(whole: Profile, profile: Profile, name: str, now: datetime) -> str:
    """A new token, which is told this once: only its digest is kept."""
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        Profile.objects.select_for_update().get(pk=whole.pk)  # two clicks at once
        if FeedToken.objects.filter(profile__reader=whole.reader_id).count() >= MOST:
            told = ngettext(
                "%(n)s private feed is as many as can be kept: revoke one first.",
                "%(n)s private feeds are as many as can be kept: revoke one first.",
                MOST,
            )
            raise TooMany(told % {"n": MOST})
        FeedToken.objects.create(
            profile=profile, name=name, digest=digest_of(token), created_at=now
        )
    return token


def revoke(reader_id: int, token_id: int) -> str | None:
    """Its address leads nowhere from now on. The name it had; nothing where there was none."""
    mine = FeedToken.objects.filter(pk=token_id, profile__reader=reader_id)
    name = mine.values_list("name", flat=True).first()
    return name if mine.delete()[0] else None


def note_use(token_id: int, day: date) -> None:
    """Once a day; what was read is not noted."""
    FeedToken.objects.filter(pk=token_id).exclude(last_used_on=day).update(last_used_on=day)
