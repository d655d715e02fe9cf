"""Expected against received, by subject and issue day."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from webapp.arxiv import coverage, holes
from webapp.arxiv.listing import Listing
from webapp.models import Coverage, Paper
from webapp.queries import harvests

NEWS = {"new", "cross"}  # replacements are old papers, and no issue is made of them


def expect(subject: str, day: date, listing: Listing, now: datetime) -> None:
    """Take arXiv's own count, if the page is that day's; else remember whose day it is."""
    row = _row(subject, day, now)
    row.listed_day = listing.day if not _was_news_before(listing, day) else day - timedelta(days=1)
    if row.listed_day == day:
        news = [section for section in listing.sections if section.kind in NEWS]
        row.expected = sum(section.total for section in news)
        named = [arxiv_id for section in news for arxiv_id in section.ids]
        row.expected_ids = sorted({*row.expected_ids, *named})
    row.save()


def _was_news_before(listing: Listing, day: date) -> bool:
    """An old batch under a new heading: most of its new papers were announced earlier."""
    fresh = [
        arxiv_id
        for section in listing.sections
        if section.kind == "new"
        for arxiv_id in section.ids
    ]
    before = Paper.objects.filter(arxiv_id__in=fresh, issue_day__lt=day, day_is_derived=False)
    return before.count() * 2 > len(fresh)


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
        here = Paper.objects.filter(issue_day=day, subjects__contains=[subject]).count()
    row.missing_ids = holes.missing(row.expected_ids, known)
    state = coverage.state(
        day,
        now,
        harvests.holidays(),
        expected=row.expected,
        received=here,
        n_missing=len(row.missing_ids),
        feed_day=row.listed_day,
    )
    row.state, row.sentence, row.changed_at = state.kind.value, state.sentence, now
    row.save()
    return row


def _row(subject: str, day: date, now: datetime) -> Coverage:
    return Coverage.objects.get_or_create(subject=subject, day=day, defaults={"changed_at": now})[0]
