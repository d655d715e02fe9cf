"""What was expected and what came: for readers, for the feed's line, for the operator."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, Max, Min, Q
from django.utils.formats import number_format
from django.utils.translation import ngettext

from webapp.models import Coverage, Gate, Harvest, Holiday, Paper, Sought, Subject, Work


def holes_of(days: Collection[date]) -> dict[date, str]:
    """A sentence on the gaps in arXiv's numbers that each day brought to light, if any."""
    seen = Sought.objects.filter(day__in=days, reason=Sought.Reason.HOLE)
    counts: dict[date, Counter[str]] = defaultdict(Counter)
    for day, state in seen.values_list("day", "state"):
        counts[day][state] += 1
    return {day: _said(n) for day, n in counts.items()}


def _said(n: Counter[str]) -> str:
    others = n[Sought.State.ELSEWHERE] + n[Sought.State.ABSENT]
    told = ngettext(
        "%(n)s number was missing between those that came: %(found)s found since, "
        "%(others)s of other categories or not at arXiv, %(owed)s still asked for.",
        "%(n)s numbers were missing between those that came: %(found)s found since, "
        "%(others)s of other categories or not at arXiv, %(owed)s still asked for.",
        n.total(),
    )
    found, owed = n[Sought.State.FOUND], n[Sought.State.OWED]
    given = {"n": n.total(), "found": found, "others": others, "owed": owed}
    return told % {name: number_format(m, force_grouping=True) for name, m in given.items()}


def expected_ids(day: date) -> set[str]:
    """What arXiv's listings have named for a day, over all subjects that are followed."""
    lists = Coverage.objects.filter(day=day).values_list("expected_ids", flat=True)
    return {arxiv_id for ids in lists for arxiv_id in ids}


def missing_ids(subjects: list[str], day: date) -> list[str]:
    """What was named and is not here, in order."""
    rows = Coverage.objects.filter(day=day, subject__in=subjects)
    return sorted({arxiv_id for row in rows for arxiv_id in row.missing_ids})


def holidays() -> frozenset[date]:
    return frozenset(Holiday.objects.values_list("date", flat=True))


FEW = 4  # papers a day; a category that has had no more may have none
SETTLED = ("complete", "holiday", "quiet day")


def unsettled_days(since: date, until: date, subjects: list[str]) -> set[date]:
    """What was asked for by hand, of other subjects or of days to come, is nobody's concern."""
    rows = Coverage.objects.filter(day__range=(since, until), subject__in=subjects)
    rows = rows.exclude(state__in=SETTLED)
    return set(rows.values_list("day", flat=True))


def were_news_before(arxiv_ids: Collection[str], day: date) -> bool:
    """Whether most of a batch's new papers were announced earlier: an old one, shown again."""
    return _are_most(arxiv_ids, Q(issue_day__lt=day))


def were_news_after(arxiv_ids: Collection[str], day: date) -> bool:
    """Whether most of a batch's new papers were announced later: it is not that day's."""
    return _are_most(arxiv_ids, Q(issue_day__gt=day))


def _are_most(arxiv_ids: Collection[str], when: Q) -> bool:
    announced = Paper.objects.filter(when, arxiv_id__in=arxiv_ids, day_is_derived=False)
    return bool(arxiv_ids) and announced.count() * 2 >= len(arxiv_ids)


def ids_of_whole_lists(subjects: list[str], day: date) -> set[str] | None:
    """What the listings of a day name; None where one of the subjects' was not read."""
    rows = Coverage.objects.filter(day=day, subject__in=subjects, expected__isnull=False)
    lists = list(rows.values_list("expected_ids", flat=True))
    return {one for ids in lists for one in ids} if len(lists) == len(subjects) else None


def is_empty_by_surprise(subject: str, day: date) -> bool:
    """Whether no paper at all on this day would be odd.

    It is not for a category that has had a handful before, nor for a day whose papers came with
    a later one: two nights are merged at times.
    """
    known = Coverage.objects.filter(subject=subject)
    is_small = known.filter(day__lt=day, expected__range=(1, FEW)).exists()
    return not is_small and not known.filter(day__gt=day, expected__gt=0).exists()


def is_settled(day: date, subjects: list[str]) -> bool:
    """Whether every subject that is followed has all it expects of a day."""
    rows = Coverage.objects.filter(day=day, subject__in=subjects, state__in=SETTLED)
    return rows.count() >= len(subjects)


def was_done_since(source: str, day: date, subject: str, since: datetime) -> bool:
    """Whether a source was asked for the same lately, on whatever occasion, and answered."""
    done = Harvest.objects.filter(source=source, day=day, subject=subject, state=Harvest.State.DONE)
    return done.filter(finished_at__gt=since).exists()


MANY = 4  # refusals, an hour's


def is_refused_again_and_again(source: str, day: date, subject: str, since: datetime) -> bool:
    """Whether the last tries at the same were refused, and the very last one lately."""
    tries = Harvest.objects.filter(source=source, day=day, subject=subject).order_by("-pk")
    last = list(tries.values_list("state", "started_at")[:MANY])
    is_refused = len(last) == MANY and {state for state, _ in last} == {Harvest.State.REFUSED}
    return is_refused and last[0][1] > since


def left_off(source: str, day: date, subject: str) -> Harvest | None:
    """The last try at the same, if it ended in the middle and can be gone on with."""
    last = Harvest.objects.filter(source=source, day=day, subject=subject).order_by("-pk").first()
    is_open = last is not None and last.state != Harvest.State.DONE and last.cursor
    return last if is_open else None


def last_list(source: str, subject: str) -> Harvest | None:
    """The newest list that was read to its end, by the server's own time."""
    whole = Harvest.objects.filter(source=source, subject=subject, state=Harvest.State.DONE)
    return whole.exclude(response_at=None).order_by("-response_at").first()


def arxiv_subjects() -> list[tuple[str, str]]:
    """Code and name of arXiv's own categories."""
    subjects = Subject.objects.exclude(group__in=("bioRxiv", "medRxiv"))
    return list(subjects.values_list("code", "name"))


def parts_of(subject: str) -> list[str]:
    """A category, or an archive such as cs with all that are part of it."""
    parts = Subject.objects.filter(code__startswith=f"{subject}.").values_list("code", flat=True)
    return [subject, *parts]


def numbers_since(month: str, day: date) -> tuple[list[str], list[str]]:
    """Known identifiers of a month (such as 2604), and those among them of a day or later."""
    papers = Paper.objects.filter(arxiv_id__startswith=f"{month}.").order_by("arxiv_id")
    known = list(papers.values_list("arxiv_id", "issue_day"))
    return [one for one, _ in known], [one for one, at in known if at >= day]


def ids_to_seek(now: datetime, limit: int) -> list[str]:
    """Numbers that it is time to ask for, those noticed last first."""
    owed = Sought.objects.filter(state=Sought.State.OWED, next_at__lte=now)
    ids = owed.order_by("-day", "arxiv_id").values_list("arxiv_id", flat=True)[:limit]
    return list(dict.fromkeys(ids))  # some for two reasons


def was_tried(source: str, day: date, subject: str, slot: str) -> bool:
    """Whether this occasion has asked already; a try that was killed is not one."""
    tries = Harvest.objects.filter(source=source, day=day, subject=subject, slot=slot)
    return tries.exclude(state=Harvest.State.RUNNING).exists()


def last_by_source() -> list[Harvest]:
    """The newest try of each source, for the operator."""
    newest = Harvest.objects.values("source").annotate(newest=Max("pk")).values("newest")
    return list(Harvest.objects.filter(pk__in=newest).order_by("source"))


def gates() -> list[Gate]:
    return list(Gate.objects.order_by("name"))


_COUNTS = """
WITH asked AS (
    SELECT * FROM webapp_coverage WHERE day = ANY(%(days)s) AND subject = ANY(%(subjects)s)),
named AS (
    SELECT day, count(DISTINCT one) AS n FROM asked, unnest(expected_ids) one GROUP BY day),
missing AS (
    SELECT day, count(DISTINCT one) AS n FROM asked, unnest(missing_ids) one GROUP BY day),
nameless AS (  -- of lists whose pages ended too early
    SELECT day, sum(greatest(expected - cardinality(expected_ids), 0)) AS n
    FROM asked GROUP BY day),
counts AS (
    SELECT day,
        CASE WHEN count(expected) = cardinality(%(subjects)s::text[])
             THEN coalesce(max(named.n), 0) + max(nameless.n) END AS expected,
        coalesce(max(missing.n), 0) + coalesce(max(nameless.n), 0) AS n_missing,
        min(listed_day) AS listed_day,
        bool_or(expected = 0 AND state IN ('late', 'stale')) IS TRUE AS is_odd_if_empty
    FROM asked LEFT JOIN named USING (day) LEFT JOIN missing USING (day)
        JOIN nameless USING (day) GROUP BY day)
SELECT
    coalesce((SELECT json_object_agg(date, name) FROM webapp_holiday), '{}')::text,
    coalesce((SELECT json_agg(json_build_array(
        day, expected, n_missing, listed_day, is_odd_if_empty)) FROM counts), '[]')::text
"""
# Of a day over several subjects: expected (None: not known), missing, newest listing's day,
# whether an empty list of one of them was not believed.
DayCount = tuple[int | None, int, date | None, bool]


def outlook_facts(
    days: list[date], subjects: list[str]
) -> tuple[dict[date, str], dict[date, DayCount]]:
    """All holidays, and what is known of some issue days, in one query: the feed has no more."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"days": days, "subjects": subjects})
        holidays, counts = map(json.loads, cursor.fetchone())
    named = {date.fromisoformat(day): name for day, name in holidays.items()}
    return named, {
        date.fromisoformat(day): (
            expected,
            n_missing,
            date.fromisoformat(listed) if listed else None,
            is_odd,
        )
        for day, expected, n_missing, listed, is_odd in counts
    }


def coverage_between(first: date, last: date) -> dict[date, list[Coverage]]:
    """The rows of some days, by subject."""
    found: dict[date, list[Coverage]] = {}
    for row in Coverage.objects.filter(day__range=(first, last)).order_by("day", "subject"):
        found.setdefault(row.day, []).append(row)
    return found


class Neighbours(NamedTuple):
    """The days that anything is known about: around some days, and the outermost."""

    older: date | None
    newer: date | None
    first: date | None
    last: date | None


def neighbours(first: date, last: date) -> Neighbours:
    found = Coverage.objects.aggregate(
        older=Max("day", filter=Q(day__lt=first)),
        newer=Min("day", filter=Q(day__gt=last)),
        first=Min("day"),
        last=Max("day"),
    )
    return Neighbours(**found)


def troubles_between(first: date, last: date, n: int) -> list[Harvest]:
    """The newest tries for some days that brought nothing or not all, with their reasons."""
    tries = Harvest.objects.filter(day__range=(first, last)).exclude(error="")
    return list(tries.order_by("-pk")[:n])


def failed_in(slot: str) -> list[Harvest]:
    """The tries of one occasion that left a reason behind."""
    occasion = slot.partition(AND_ON)[0]
    return list(Harvest.objects.filter(slot=occasion).exclude(error="").order_by("pk"))


def last_trouble_by_source() -> dict[str, Harvest]:
    failed = Harvest.objects.exclude(error="").values("source").annotate(newest=Max("pk"))
    rows = Harvest.objects.filter(pk__in=failed.values("newest"))
    return {row.source: row for row in rows}


def running(since: datetime) -> list[Harvest]:
    """Tries that began lately and have not ended; older ones were killed."""
    open_ones = Harvest.objects.filter(state=Harvest.State.RUNNING, started_at__gt=since)
    return list(open_ones.order_by("-pk"))


class Request(NamedTuple):
    """What the operator asked for, and how far a worker is with it."""

    day: str
    source: str
    subject: str
    at: datetime
    state: str
    error: str
    n_done: int
    n_failed: int

    @property
    def is_open(self) -> bool:
        return self.state in {Work.State.WAITING, Work.State.RUNNING}


ASKED = "/asked "
AND_ON = " and on "  # what was not done within one piece of work is asked for in another


def slot_of_request(day: date, source: str, subject: str, now: datetime) -> str:
    return f"{day}/{source or 'all'}/{subject}{ASKED}{now:%Y-%m-%dT%H:%M:%S}"


def is_requested(day: date, source: str, subject: str) -> bool:
    """Whether the same is being asked for at this moment."""
    same = Work.objects.filter(
        job="harvest", slot__startswith=f"{day}/{source or 'all'}/{subject}{ASKED}"
    )
    return same.filter(state__in=[Work.State.WAITING, Work.State.RUNNING]).exists()


def requests(since: datetime) -> list[Request]:
    """What was asked for by hand lately, newest first. A long one goes on in further rows."""
    rows: dict[str, list[Work]] = {}
    asked = Work.objects.filter(job="harvest", slot__contains=ASKED, asked_at__gt=since)
    for row in asked.order_by("-pk"):
        rows.setdefault(row.slot.partition(AND_ON)[0], []).append(row)
    tries = Harvest.objects.filter(slot__in=rows).values("slot", "state")
    counts = {(one["slot"], one["state"]): one["n"] for one in tries.annotate(n=Count("pk"))}
    return [_request(slot, parts, counts) for slot, parts in rows.items()]


def _request(slot: str, parts: list[Work], counts: dict[tuple[str, str], int]) -> Request:
    day, source, subject = slot.partition(ASKED)[0].split("/")
    worst = next((row for state in _OPEN_FIRST for row in parts if row.state == state), parts[0])
    return Request(
        day,
        "" if source == "all" else source,
        subject,
        parts[-1].asked_at,
        worst.state,
        worst.error.strip().rpartition("\n")[2],
        counts.get((slot, Harvest.State.DONE), 0),
        counts.get((slot, Harvest.State.REFUSED), 0)
        + counts.get((slot, Harvest.State.UNREACHED), 0),
    )


_OPEN_FIRST = (
    Work.State.QUARANTINED,
    Work.State.RUNNING,
    Work.State.WAITING,
)
