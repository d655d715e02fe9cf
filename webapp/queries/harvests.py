"""What was expected and what came: for readers, for the feed's line, for the operator."""

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Max

from webapp.models import Coverage, Gate, Harvest, Holiday, Paper, Sought, Subject

# The worst state of a day's subjects is the day's state.
WORST_FIRST = ("stale", "late", "partial", "waiting", "complete", "holiday", "quiet day")


class DayCoverage(NamedTuple):
    """One issue day over all subjects that are followed."""

    day: date
    state: str
    sentence: str
    rows: list[Coverage]
    holes: str = ""  # what became of missing numbers that no listing named

    @property
    def sources(self) -> list[str]:
        return sorted({source for row in self.rows for source in row.received})

    @property
    def table(self) -> list["Line"]:
        return [
            Line(
                row.subject,
                row.sentence,
                row.expected,
                [len(row.received.get(source, ())) for source in self.sources],
                row.missing_ids,
            )
            for row in self.rows
        ]


class Line(NamedTuple):
    """One subject's row of a day's table."""

    subject: str
    sentence: str
    expected: int | None
    counts: list[int]  # in the order of the day's sources
    missing_ids: list[str]


def coverage_of(day: date) -> DayCoverage | None:
    """A day's coverage, None where nothing was ever expected or asked."""
    rows = list(Coverage.objects.filter(day=day).order_by("subject"))
    if not rows:
        return None
    worst = min(rows, key=lambda row: WORST_FIRST.index(row.state))
    return DayCoverage(day, worst.state, worst.sentence, rows, holes_of([day]).get(day, ""))


def holes_of(days: Collection[date]) -> dict[date, str]:
    """A sentence on the gaps in arXiv's numbers that each day brought to light, if any."""
    seen = Sought.objects.filter(day__in=days, reason=Sought.Reason.HOLE)
    counts: dict[date, Counter[str]] = defaultdict(Counter)
    for day, state in seen.values_list("day", "state"):
        counts[day][state] += 1
    return {day: _said(n) for day, n in counts.items()}


def _said(n: Counter[str]) -> str:
    others = n[Sought.State.ELSEWHERE] + n[Sought.State.ABSENT]
    return (
        f"{n.total():,} numbers were missing between those that came: {n[Sought.State.FOUND]:,} "
        f"found since, {others:,} of other categories or not at arXiv, "
        f"{n[Sought.State.OWED]:,} still asked for."
    )


def expected_ids(day: date) -> set[str]:
    """What arXiv's listings have named for a day, over all subjects that are followed."""
    lists = Coverage.objects.filter(day=day).values_list("expected_ids", flat=True)
    return {arxiv_id for ids in lists for arxiv_id in ids}


def missing_ids(subjects: list[str], day: date) -> list[str]:
    """What was named and is not here, in order."""
    rows = Coverage.objects.filter(day=day, subject__in=subjects)
    return sorted({arxiv_id for row in rows for arxiv_id in row.missing_ids})


def newest_days(n: int) -> list[DayCoverage]:
    """The newest days that anything is known about, newest first."""
    days = Coverage.objects.order_by("-day").values_list("day", flat=True).distinct()[:n]
    found = (coverage_of(day) for day in days)
    return [day for day in found if day]


def holidays() -> frozenset[date]:
    return frozenset(Holiday.objects.values_list("date", flat=True))


FEW = 4  # papers a day; a category that has had no more may have none
SETTLED = ("complete", "holiday", "quiet day")


def unsettled_days(since: date) -> set[date]:
    rows = Coverage.objects.filter(day__gte=since).exclude(state__in=SETTLED)
    return set(rows.values_list("day", flat=True))


def were_news_before(arxiv_ids: Collection[str], day: date) -> bool:
    """Whether most of a batch's new papers were announced earlier: an old one, shown again."""
    before = Paper.objects.filter(arxiv_id__in=arxiv_ids, issue_day__lt=day, day_is_derived=False)
    return bool(arxiv_ids) and before.count() * 2 >= len(arxiv_ids)


def is_empty_by_surprise(subject: str, day: date) -> bool:
    """Whether no paper at all on this day would be odd.

    It is not for a category that has had a handful before, nor for a day whose papers came with
    a later one: two nights are merged at times.
    """
    known = Coverage.objects.filter(subject=subject)
    is_small = known.filter(day__lt=day, expected__range=(1, FEW)).exists()
    return not is_small and not known.filter(day__gt=day, expected__gt=0).exists()


def is_settled(day: date, n_subjects: int) -> bool:
    """Whether every subject that is followed has all it expects of a day."""
    return Coverage.objects.filter(day=day, state__in=SETTLED).count() >= n_subjects


def was_done_since(source: str, day: date, subject: str, since: datetime) -> bool:
    """Whether a source was asked for the same lately, on whatever occasion, and answered."""
    done = Harvest.objects.filter(source=source, day=day, subject=subject, state=Harvest.State.DONE)
    return done.filter(finished_at__gt=since).exists()


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


def troubles(n: int) -> list[Harvest]:
    """The newest tries that brought nothing, with their reasons."""
    return list(Harvest.objects.exclude(error="").order_by("-pk")[:n])


def gates() -> list[Gate]:
    return list(Gate.objects.order_by("name"))
