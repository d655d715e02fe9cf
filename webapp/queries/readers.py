"""What readers said."""

import json
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from webapp.models import Profile, Rating, Reader, Upvote

# What a ranking listens to: more would make a rating wait, and older acts have faded.
MOST_ACTS = 1_000
SPEAKS = Q(saved=True) | ~Q(value=Rating.Value.NONE)
HEARD = SPEAKS & Q(paused_at=None)
CHANGED = Q(saved=True, saved_version__lt=F("paper__version"))
POSITIVE = Q(value__gte=0) & (Q(saved=True) | Q(value=Rating.Value.UP))


def profile_of(reader: Reader) -> Profile:
    """What a reader's feed shows: the only interest, or the blend of all. As old as the account."""
    return Profile.objects.get(reader=reader, name=Profile.WHOLE)


class Wish(NamedTuple):
    """A rule that holds: more of a value, or never again."""

    kind: str
    value: str
    effect: int


class Interests(NamedTuple):
    """A reader's profiles: the whole, and the interests kept apart; none while there is one."""

    whole: Profile
    apart: list[Profile]
    wishes: dict[int, list[Wish]]  # by profile, without those of the whole

    @property
    def each(self) -> list[Profile]:
        """What is ranked by itself: the interests, or the whole when it is the only one."""
        return self.apart or [self.whole]

    @property
    def percents(self) -> dict[int, int]:
        """The share of each when all of them have something to show, in percent."""
        total = sum(one.quota for one in self.each) or 1
        return {one.pk: max(round(100 * one.quota / total), 1) for one in self.each}

    def named(self, profile_id: int | None) -> Profile | None:
        """One of these, or none."""
        return next((one for one in (self.whole, *self.apart) if one.pk == profile_id), None)

    def wishes_of(self, profile: Profile) -> list[Wish]:
        """The rules that hold for an interest: those of all, and its own."""
        own = [] if profile == self.whole else self.wishes.get(profile.pk, [])
        return [*self.wishes.get(self.whole.pk, []), *own]

    @property
    def n_wishes(self) -> int:
        return sum(map(len, self.wishes.values()))


def interests_of(reader_id: int) -> Interests:
    """All of a reader's interests and rules, in one query; the first interest first."""
    # Written out: every page asks, and the ORM took a millisecond to say it.
    living = list(
        Profile.objects.raw(
            """
            SELECT p.*, coalesce((
                SELECT jsonb_agg(jsonb_build_array(kind, value, effect) ORDER BY id)
                FROM webapp_rule r WHERE r.profile_id = p.id AND r.paused_at IS NULL), '[]'
            )::text AS wished
            FROM webapp_profile p WHERE reader_id = %s AND deleted_at IS NULL ORDER BY id
            """,
            [reader_id],
        )
    )
    wishes = {one.pk: [Wish(*rule) for rule in json.loads(vars(one)["wished"])] for one in living}
    whole = next(one for one in living if one.is_whole)
    return Interests(whole, [one for one in living if one != whole], wishes)


def zone_of(user: object) -> ZoneInfo:
    """Where the reader's clock hangs; a visitor's, and a name that is no more, is UTC."""
    if not isinstance(user, Reader):
        return ZoneInfo("UTC")
    try:
        return ZoneInfo(user.time_zone or settings.DEFAULT_TIME_ZONE)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


class Act(NamedTuple):
    """What one reader says of one paper, and since when."""

    reader: int
    paper: int
    value: int
    saved: bool
    day: date
    profile: int | None = None  # the interest it speaks for; none, and one taken away: the first


def positive_ratings() -> Iterator[Act]:
    """Every save and like of active readers, oldest first."""
    return _acts(POSITIVE)


def teaching_upvotes() -> Iterator[Act]:
    """Upvotes of active readers who let them teach, where they said nothing else of the paper."""
    rated = Rating.objects.filter(SPEAKS, reader=OuterRef("reader"), paper=OuterRef("paper"))
    rows = Upvote.objects.filter(
        ~Exists(rated), reader__upvotes_teach=True, reader__is_active=True
    ).order_by("at", "id")
    columns = rows.values_list("reader_id", "paper_id", "at__date")
    for reader, paper, day in columns.iterator(10_000):
        yield Act(reader, paper, Rating.Value.UP, saved=False, day=day)


def negative_ratings() -> Iterator[Act]:
    """Every dislike of active readers, oldest first."""
    return _acts(Q(value=Rating.Value.DOWN))


def _acts(which: Q) -> Iterator[Act]:
    rows = Rating.objects.filter(which, reader__is_active=True, paused_at=None).order_by(
        "day", "id"
    )
    return _as_acts(rows)


def _as_acts(rows: QuerySet[Rating]) -> Iterator[Act]:
    columns = rows.values_list("reader_id", "paper_id", "value", "saved", "day", "profile_id")
    return (Act(*row) for row in columns.iterator(10_000))


def as_act(row: Rating) -> Act:
    """A row as a ranking hears it."""
    return Act(row.reader_id, row.paper_id, row.value, row.saved, row.day, row.profile_id)


def acts_of(reader_id: int) -> list[Act]:
    """A reader's newest acts, in the order of the papers."""
    newest = Rating.objects.filter(HEARD, reader_id=reader_id).order_by("-changed_at", "-pk")[
        :MOST_ACTS
    ]
    return sorted(_as_acts(newest), key=lambda act: act.paper)


def by_interest(interests: Interests, acts: list[Act]) -> dict[int, list[Act]]:
    """The acts that each interest goes by. Who speaks for none that is there, for the first."""
    each = interests.each
    said: dict[int, list[Act]] = {one.pk: [] for one in each}
    for act in acts:
        said.get(act.profile or 0, said[each[0].pk]).append(act)
    return said


def n_said(interests: Interests) -> dict[int, int]:
    """How many saves and ratings each interest goes by."""
    rows = Rating.objects.filter(HEARD, reader_id=interests.whole.reader_id).order_by()
    first, counts = interests.each[0].pk, dict.fromkeys((one.pk for one in interests.each), 0)
    for profile, n in rows.values_list("profile").annotate(Count("pk")):
        counts[profile if profile in counts else first] += n
    return counts


def taken_away(reader_id: int) -> list[Profile]:
    """Interests that can still be brought back, the last one first."""
    gone = Profile.objects.filter(reader=reader_id, deleted_at__isnull=False)
    return list(gone.order_by("-deleted_at", "pk"))


def ratings_of(reader_id: int, paper_ids: list[int]) -> dict[int, Rating]:
    rows = Rating.objects.filter(reader_id=reader_id, paper_id__in=paper_ids)
    return {row.paper_id: row for row in rows}


_PRESSED_COLUMNS = ["id", "reader_id", "paper_id", "value", "saved", "saved_version"]
_PRESSED = f"""
SELECT {", ".join(_PRESSED_COLUMNS)} FROM webapp_rating
WHERE reader_id = %s AND paper_id = ANY(%s)
"""  # noqa: S608 - made of constants


def pressed(reader_id: int, paper_ids: list[int]) -> dict[int, Rating]:
    """The same, with no more than the buttons on a list tell; and written out, as every list asks.

    Whole rows with their times took more than twice as long.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PRESSED, [reader_id, paper_ids])
        found = [Rating.from_db("default", _PRESSED_COLUMNS, row) for row in cursor.fetchall()]
    return {row.paper_id: row for row in found}


def who_held(session_key: str) -> int | None:
    """Whose login a session was, also one that is over; nobody's where it is forgotten."""
    if not (session_key.isalnum() and len(session_key) <= 40):
        return None
    found = Session.objects.filter(session_key=session_key).first()
    reader = found.get_decoded().get(SESSION_KEY) if found else None
    return int(reader) if reader else None
