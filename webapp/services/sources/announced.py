"""What arXiv announces: its listing pages, which count, and its feeds, which bring."""

from datetime import date, datetime, timedelta

from django.conf import settings

from webapp.arxiv import announcements, calendar, listing
from webapp.arxiv.answers import UpstreamError
from webapp.models import Harvest
from webapp.queries import harvests
from webapp.services import coverage
from webapp.services.sources.asking import Asked, Batch, ask, ended, keep

CATCH_UP = timedelta(days=90)  # how far back arXiv's catch-up pages reach
PAGE, MOST_PAGES = 2_000, 10  # rows of one page; no category has had so many pages


def from_listings(asked: Asked) -> bool:
    """ArXiv's own count, and the names of what it counts."""
    today = asked.clock().astimezone(calendar.EASTERN).date()
    if asked.row.day < today - CATCH_UP:
        said = f"arXiv lists the {CATCH_UP.days} newest days only; {asked.row.day} is older"
        ended(asked, Harvest.State.REFUSED, f"{said}, so its count cannot be known.")
        return False
    for subject in asked.subjects:
        listed = _listed(asked, subject)
        if listed is None:
            return False
        coverage.expect(subject, asked.row.day, listed, asked.clock())
    return True


def _listed(asked: Asked, subject: str) -> listing.Listing | None:
    """A day's list from all the pages it takes."""
    pages: list[listing.Listing] = []
    for number in range(MOST_PAGES):
        page = ask(asked, *_page(asked, subject, number), listing.parse)
        if page is None:
            return None
        if pages and page.day != pages[0].day:
            ended(asked, Harvest.State.REFUSED, "A new batch came while its pages were read.")
            return None
        pages.append(page)
        whole = listing.joined(pages)
        if whole.is_whole or not page.ids:
            return whole
    return whole


def _page(asked: Asked, subject: str, number: int) -> tuple[str, dict[str, str]]:
    if asked.row.day >= calendar.expected_day(asked.clock(), harvests.holidays()):
        skip = {"skip": f"{number * PAGE}", "show": f"{PAGE}"}
        return f"{settings.ARXIV_LIST_URL}/list/{subject}/new", skip
    url = f"{settings.ARXIV_LIST_URL}/catchup/{subject}/{asked.row.day}"
    return url, {"abs": "False", "page": f"{number + 1}"}


def from_feed(asked: Asked) -> bool:
    """RSS or Atom: the current batch, with its kinds."""

    def read(body: bytes) -> Batch:
        feed = announcements.parse(body, asked.row.day)
        if said := _another_day(asked, feed):
            raise UpstreamError("unknown", said)
        return Batch(feed.papers, refused=feed.refused)

    url = f"{settings.ARXIV_RSS_URL}/{asked.row.source}/{'+'.join(asked.subjects)}"
    batch = ask(asked, url, {}, read)
    if batch is None:
        return False
    keep(asked, batch)
    return True


def _another_day(asked: Asked, feed: announcements.Announcement) -> str:
    """Why a feed is not that of the day asked for; empty where nothing speaks against it.

    It holds the current batch, whatever the day, and its dates prove nothing: it is judged by its
    new papers, against the listings and against what was announced on other days. Where neither
    says anything, its date has to do for a day that is not the newest.
    """
    day = asked.row.day
    fresh = {item.paper.arxiv_id for item in feed.items if item.announce_type == "new"}
    if harvests.were_news_before(fresh, day):
        return f"The feed still holds the batch before {day}."
    if harvests.were_news_after(fresh, day):
        return f"The feed holds a newer batch than that of {day}."
    named = harvests.ids_of_whole_lists(asked.subjects, day)
    if fresh and named is not None and 2 * len(fresh & named) < len(fresh):
        return f"The feed holds other papers than arXiv's listings of {day}."
    if named is None and feed.feed_day != day and not _is_current(day, asked.clock()):
        return f"The feed is of {feed.feed_day or 'no day'}, not of {day}."
    return ""


def _is_current(day: date, now: datetime) -> bool:
    """Whether a feed of this moment should hold the batch of a day."""
    is_newest = day == calendar.expected_day(now, harvests.holidays())
    return is_newest and now >= calendar.due_since(day, "feed")
