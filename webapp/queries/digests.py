"""Letters that are due and owed, and what stands in them."""

import json
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import Q

from webapp.mail.schedule import EVERY_DAY, Wish
from webapp.models import Digest, Profile, Rating, Reader, Subscription, Suppression
from webapp.queries.readers import CHANGED

WORKDAYS = (0, 1, 2, 3, 4)
_DAYS = {
    Subscription.Cadence.DAILY: EVERY_DAY,
    Subscription.Cadence.WEEKLY: (0,),
    Subscription.Cadence.MONTHLY: (),
}


def wish_of(one: Subscription) -> Wish:
    """When letters are wanted. A weekly one comes on Monday unless a day is chosen."""
    name = one.time_zone or (one.reader.time_zone if one.reader else "")
    days = one.days or _DAYS.get(Subscription.Cadence(one.cadence), ())
    is_monthly = one.cadence == Subscription.Cadence.MONTHLY
    return Wish(days, one.hour, _zone(name), is_monthly)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or settings.DEFAULT_TIME_ZONE)
    except (KeyError, ValueError, OSError):  # a name that is no more
        return ZoneInfo("UTC")


def due(now: datetime, limit: int) -> list[Subscription]:
    """Subscriptions whose next letter is due, locked; those that another process has are left."""
    rows = Subscription.objects.select_for_update(skip_locked=True, of=("self",))
    rows = rows.filter(ended_at=None, confirmed_at__isnull=False, next_at__lte=now)
    rows = rows.filter(
        Q(reader=None) | Q(reader__is_active=True), Q(profile=None) | Q(profile__deleted_at=None)
    )
    return list(rows.select_related("reader").order_by("next_at", "pk")[:limit])


def owed(now: datetime) -> bool:
    """Whether there is a letter to send, or one whose sender is gone."""
    waiting = Q(state=Digest.State.QUEUED, next_at__lte=now)
    lost = Q(state__in=(Digest.State.COMPOSING, Digest.State.SENDING), lease_until__lt=now)
    return Digest.objects.filter(waiting | lost).exists()


def to_answer(now: datetime) -> bool:
    """Whether somebody who wished for letters waits for a mail about it."""
    return Subscription.objects.filter(answer_at__lte=now).exists()


# --- what stands in them ------------------------------------------------------------

REMEMBERED = timedelta(days=120)  # older papers are not mailed anyway
MOST_CHANGED = 20
_LEFT = (Digest.State.SENDING, Digest.State.SENT, Digest.State.UNKNOWN)


class Mailed(NamedTuple):
    """What a reader has had: papers, and the day of the last letter of this subscription."""

    papers: frozenset[int]
    last_sent: datetime | None


def mailed(digest: Digest) -> Mailed:
    """What went out before this letter; to a reader, by any of the subscriptions."""
    one = digest.subscription
    whose = Q(subscription__reader=one.reader_id) if one.reader_id else Q(subscription=one)
    rows = Digest.objects.filter(
        whose, state__in=_LEFT, queued_at__gt=digest.queued_at - REMEMBERED
    ).exclude(pk=digest.pk)
    ids: set[int] = set()
    last: datetime | None = None
    for subscription, papers, at in rows.values_list("subscription", "paper_ids", "queued_at"):
        ids.update(papers)
        if subscription == one.pk:
            last = max(at, last or at)
    return Mailed(frozenset(ids), last)


class Reason(NamedTuple):
    """Why a paper stands in a ranking."""

    because: int  # id of a paper, -1: none
    shared_percent: int
    terms: list[str]


def reasons(profile_id: int, after: date, paper_ids: list[int]) -> dict[int, Reason]:
    """Of papers in an interest's stored orders; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT w.id, k.because[n], k.text_shares[n], k.shared_shares[n],
                coalesce(k.terms -> (n - 1), '[]')::text
            FROM webapp_ranking k, unnest(%(ids)s::bigint[]) AS w (id),
                LATERAL array_position(k.paper_ids, w.id) AS n
            WHERE k.profile_id = %(profile)s AND k.day > %(after)s AND n IS NOT NULL
            ORDER BY k.day
            """,
            {"ids": paper_ids, "profile": profile_id, "after": after},
        )
        rows = cursor.fetchall()
    return {
        pk: Reason(because, _percent(text, shared), json.loads(terms))
        for pk, because, text, shared, terms in rows
    }


def _percent(text: float, shared: float) -> int:
    return round(100 * shared / (text + shared)) if shared > 0 and text + shared > 0 else 0


def changed_since(reader_id: int, since: datetime) -> list[Rating]:
    """Saved papers that have a newer version than was saved, found since a moment."""
    rows = Rating.objects.filter(CHANGED, reader=reader_id, paper__changed_at__gt=since)
    rows = rows.select_related("paper").defer("paper__search")
    return list(rows.order_by("-paper__changed_at", "-pk")[:MOST_CHANGED])


# --- a reader's own letters ---------------------------------------------------------

PLACES = (3, 10, 30)
LAST = 10


def of_reader(reader: Reader) -> list[Subscription]:
    """A reader's own letters; that of all interests first."""
    rows = Subscription.objects.filter(reader=reader, what=Subscription.What.PERSONAL)
    rows = rows.filter(Q(profile=None) | Q(profile__deleted_at=None))
    return list(rows.select_related("reader", "profile").order_by("profile", "pk"))


class Place(NamedTuple):
    """The paper that stands at a place of a reader's newest day: a measure to choose by."""

    place: int
    score: float
    title: str
    day: date


def places(reader: Reader, profile_id: int | None) -> list[Place]:
    """Some places of the newest ranked day of an interest; of none, the whole."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH newest AS (
                SELECT k.* FROM webapp_ranking k JOIN webapp_profile f ON f.id = k.profile_id
                WHERE k.reader_id = %(reader)s AND NOT k.is_outdated
                  AND (f.id = %(profile)s OR %(profile)s IS NULL AND f.name = %(whole)s)
                ORDER BY k.day DESC LIMIT 1)
            SELECT w.n, k.scores[w.n], p.title, k.day
            FROM newest k, unnest(%(places)s::int[]) AS w (n)
            JOIN webapp_paper p ON p.id = (SELECT k2.paper_ids[w.n] FROM newest k2)
            ORDER BY w.n
            """,
            {
                "reader": reader.pk,
                "profile": profile_id,
                "whole": Profile.WHOLE,
                "places": list(PLACES),
            },
        )
        return [Place(*row) for row in cursor.fetchall()]


def last_letters(one: Subscription) -> list[Digest]:
    return list(Digest.objects.filter(subscription=one).order_by("-day")[:LAST])


def suppression_of(address: str) -> Suppression | None:
    """Why nothing is sent to an address, if nothing is."""
    return Suppression.objects.filter(address=address.lower()).first()
