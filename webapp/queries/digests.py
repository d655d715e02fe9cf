"""Letters that are due and owed, and what stands in them."""

import json
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower, TruncDate

from webapp.mail.schedule import EVERY_DAY, Wish
from webapp.models import Digest, Profile, Rating, Reader, Subscription, Suppression
from webapp.queries.readers import CHANGED

CONFIRMED = EmailAddress.objects.filter(
    user=OuterRef("reader"), email__iexact=OuterRef("reader__email"), verified=True
)
SUPPRESSED = Suppression.objects.filter(
    Q(address=OuterRef("address")) | Q(address=Lower(OuterRef("reader__email")))
)
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
    rows = wanted().select_for_update(skip_locked=True, of=("self",)).filter(next_at__lte=now)
    return list(rows.select_related("reader").order_by("next_at", "pk")[:limit])


def wanted() -> QuerySet[Subscription]:
    """Those that letters may go to. Asked again before one leaves: much can change meanwhile."""
    rows = Subscription.objects.filter(
        Q(reader=None) | Q(reader__is_active=True),
        Q(profile=None) | Q(profile__deleted_at=None),
        ended_at=None,
        confirmed_at__isnull=False,
    )
    if not settings.MAIL_FOLDER:  # else nobody could confirm an address
        rows = rows.filter(Q(reader=None) | Exists(CONFIRMED))
    return rows.exclude(Exists(SUPPRESSED))


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


def of_address(name: str) -> list[Subscription]:
    """Every letter that goes to an address, or to the reader of a number."""
    whose = Q(address__iexact=name) | Q(reader__email__iexact=name)
    if name.isascii() and name.isdigit() and len(name) < 18:
        whose = Q(reader=int(name))
    return list(
        Subscription.objects.filter(whose).select_related("reader", "profile").order_by("pk")
    )


class Place(NamedTuple):
    """The paper that stands at a place of a reader's newest day: a measure to choose by."""

    place: int
    score: float
    title: str
    day: date


def places(reader: Reader, profile_id: int | None) -> list[Place]:
    """By score the third, tenth and so on of an interest's newest day; of none, of the whole.

    Explored places were not earned, and are no measure.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH newest AS (
                SELECT k.* FROM webapp_ranking k JOIN webapp_profile f ON f.id = k.profile_id
                WHERE k.reader_id = %(reader)s AND NOT k.is_outdated
                  AND (f.id = %(profile)s OR %(profile)s::bigint IS NULL AND f.name = %(whole)s)
                ORDER BY k.day DESC LIMIT 1),
            best AS (
                SELECT k.day, t.paper, t.score, row_number() OVER (ORDER BY t.score DESC, t.n) AS n
                FROM newest k
                CROSS JOIN LATERAL unnest(k.paper_ids, k.scores)
                    WITH ORDINALITY AS t (paper, score, n)
                WHERE NOT t.n = ANY(k.explored))
            SELECT b.n, b.score, p.title, b.day FROM best b JOIN webapp_paper p ON p.id = b.paper
            WHERE b.n = ANY(%(places)s) ORDER BY b.n
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


# --- the operator's view ------------------------------------------------------------

SHOWN_DAYS = 14
LAST_TROUBLES = 50
TROUBLES = (Digest.State.FAILED, Digest.State.UNKNOWN)


def per_day(now: datetime) -> list[tuple[date, dict[str, int]]]:
    """Letters of the last days by what became of them, by the day (UTC) on which they were due."""
    rows = Digest.objects.filter(queued_at__gt=now - timedelta(days=SHOWN_DAYS))
    counted = rows.values_list(TruncDate("queued_at"), "state").annotate(n=Count("pk")).order_by()
    days: dict[date, dict[str, int]] = {}
    for day, state, n in counted:
        days.setdefault(day, {})[state] = n
    return sorted(days.items(), reverse=True)


def oldest_waiting() -> Digest | None:
    """The letter that has waited longest."""
    waiting = Digest.objects.filter(
        state__in=(Digest.State.QUEUED, Digest.State.COMPOSING, Digest.State.SENDING)
    )
    return waiting.order_by("queued_at").first()


def troubles() -> list[Digest]:
    """The last letters that were not sent, or nobody knows; and those that wait after a refusal."""
    rows = Digest.objects.filter(
        Q(state__in=TROUBLES) | Q(state=Digest.State.QUEUED, attempts__gt=0)
    )
    return list(rows.select_related("subscription__reader").order_by("-queued_at")[:LAST_TROUBLES])


def suppressions(before: int | None) -> list[Suppression]:
    """Addresses that get nothing, the newest first, a page by key."""
    rows = (
        Suppression.objects.all() if before is None else Suppression.objects.filter(pk__lt=before)
    )
    return list(rows.order_by("-pk")[:LAST_TROUBLES])
