"""Expected against received, by subject and issue day; and the numbers that nobody listed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from webapp.arxiv import coverage, holes
from webapp.arxiv.listing import Listing
from webapp.arxiv.records import HarvestedPaper
from webapp.models import Coverage, Paper, Sought, Version
from webapp.queries import harvests

NEWS = {"new", "cross"}  # replacements are old papers, and no issue is made of them
LOOK_BACK = timedelta(days=7)
MOST_HOLES = 300  # numbers that are noticed at once; the rest is found the next time
_ASK_AGAIN = timedelta(hours=6)  # and twice as long each time: the query API lags by up to a day
_TRIES = 5
_HELD_BACK = 20  # one in so many: papers of moderation have old numbers, which begin no batch


def expect(subject: str, day: date, listing: Listing, now: datetime) -> None:
    """Take arXiv's own count, if the page is that day's; else remember whose day it is."""
    row = _row(subject, day, now)
    fresh = [one for part in listing.sections if part.kind == "new" for one in part.ids]
    is_old = harvests.were_news_before(fresh, day)
    row.listed_day = day - timedelta(days=1) if is_old else listing.day
    if row.listed_day == day:
        news = [section for section in listing.sections if section.kind in NEWS]
        named = [arxiv_id for section in news for arxiv_id in section.ids]
        twice = len(named) - len({*named})  # under both headings: one paper all the same
        row.expected = sum(section.total for section in news) - twice
        row.expected_ids = sorted({*row.expected_ids, *named})
    row.save(update_fields=["listed_day", "expected", "expected_ids"])


def received(source: str, day: date, arxiv_ids: Collection[str]) -> None:
    """Note which of a day's expected papers a source has brought."""
    brought = set(arxiv_ids)
    for row in Coverage.objects.select_for_update().filter(day=day).order_by("subject"):
        ours = {*row.received.get(source, ()), *(brought & {*row.expected_ids})}
        if ours:
            row.received[source] = sorted(ours)
            row.save(update_fields=["received"])


def renew(subject: str, day: date, now: datetime) -> Coverage:
    """Say anew what is missing, and what state the day is in."""
    row = _row(subject, day, now)
    stored = Paper.objects.filter(arxiv_id__in=row.expected_ids)
    known = set(stored.values_list("arxiv_id", flat=True))
    here = len(known)
    if row.expected is None:
        parts = harvests.parts_of(subject)
        here = Paper.objects.filter(issue_day=day, subjects__overlap=parts).count()
    row.missing_ids = holes.missing(row.expected_ids, known)
    state = coverage.state(
        day,
        now,
        harvests.holidays(),
        expected=row.expected,
        received=here,
        n_missing=len(row.missing_ids),
        feed_day=row.listed_day,
        is_odd_if_empty=harvests.is_empty_by_surprise(subject, day),
    )
    row.state, row.sentence, row.changed_at = state.kind.value, state.sentence, now
    row.save(update_fields=["missing_ids", "state", "sentence", "changed_at"])
    return row


def _row(subject: str, day: date, now: datetime) -> Coverage:
    return Coverage.objects.get_or_create(subject=subject, day=day, defaults={"changed_at": now})[0]


# --- numbers that nobody listed -----------------------------------------------------------------


def notice_holes(day: date, now: datetime) -> int:
    """Look for runs of unknown numbers among those of the last week, in each month it touches."""
    since = day - LOOK_BACK
    found: list[str] = []
    for month in sorted({f"{since:%y%m}", f"{day:%y%m}"}):
        known, recent = harvests.numbers_since(month, since)
        if recent:
            lowest = recent[len(recent) // _HELD_BACK]
            found += holes.ids(holes.holes(known, recent[-1], lowest=lowest), 10**6)
    asked = Sought.objects.filter(arxiv_id__in=found).values_list("arxiv_id", flat=True)
    return seek(sorted({*found} - {*asked})[:MOST_HOLES], Sought.Reason.HOLE, day, now)


def seek_versions(papers: Iterable[HarvestedPaper], now: datetime) -> None:
    """Ask for the number of a newer version, where no source has told it by now."""
    revised = {paper.arxiv_id: paper.revised_on for paper in papers if paper.revised_on}
    owed = {one: day for one, day in revised.items() if one not in _numbered(revised)}
    rows = Sought.objects.filter(arxiv_id__in=owed, reason=Sought.Reason.VERSION)
    rows.filter(state=Sought.State.FOUND).delete()  # those were of an older version
    _owe(owed, Sought.Reason.VERSION, now)


def _numbered(since: Mapping[str, date]) -> set[str]:
    """The papers that have a version with its number, of their day or later."""
    told = Version.objects.filter(paper__arxiv_id__in=since)
    rows = told.values_list("paper__arxiv_id", "submitted_at")
    # It is not said in which zone the day is.
    return {one for one, at in rows if at.date() >= since[one] - timedelta(days=1)}


def seek(arxiv_ids: Iterable[str], reason: str, day: date, now: datetime) -> int:
    """Owe a request for papers by their numbers, unless they are here; returns how many."""
    wanted = {*arxiv_ids}
    here = Paper.objects.filter(arxiv_id__in=wanted).values_list("arxiv_id", flat=True)
    return _owe(dict.fromkeys(wanted - {*here}, day), reason, now)


def _owe(days: Mapping[str, date], reason: str, now: datetime) -> int:
    """What was asked for before, for the same reason, stays as it is."""
    rows = [
        Sought(arxiv_id=arxiv_id, reason=reason, day=day, next_at=now)
        for arxiv_id, day in sorted(days.items())
    ]
    return len(Sought.objects.bulk_create(rows, ignore_conflicts=True))


def settle(asked: Sequence[str], found: Mapping[str, bool], now: datetime) -> None:
    """What became of numbers that were asked for; `found` says which are of our categories."""
    rows = list(Sought.objects.filter(arxiv_id__in=asked, state=Sought.State.OWED))
    versions = {row.arxiv_id: row.day for row in rows if row.reason == Sought.Reason.VERSION}
    lagging = versions.keys() - _numbered(versions)  # the query API still has the old one
    for row in rows:
        row.n_asked += 1
        is_lagging = row.reason == Sought.Reason.VERSION and row.arxiv_id in lagging
        if row.arxiv_id in found and not is_lagging:
            is_ours = found[row.arxiv_id]
            row.state = Sought.State.FOUND if is_ours else Sought.State.ELSEWHERE
        elif row.n_asked >= _TRIES:
            row.state = Sought.State.ABSENT
        row.next_at = now + _ASK_AGAIN * 2 ** (row.n_asked - 1)
    Sought.objects.bulk_update(rows, ["state", "n_asked", "next_at"])
