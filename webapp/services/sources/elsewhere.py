"""Beyond arXiv: preprints of bioRxiv and medRxiv, and what people upvote on Hugging Face."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction

from webapp.arxiv import biorxiv, daily_papers
from webapp.arxiv.answers import UpstreamError
from webapp.models import Harvest, Sought
from webapp.services import coverage, papers
from webapp.services.sources.asking import (
    Asked,
    Batch,
    ask,
    begin_again,
    count_refused,
    ended,
    keep,
)

POSTED = timedelta(days=3)  # a weekend, and a day on which the other side was late
MOST_PAGES = 500
PAPERS_A_PAGE, MOST_DAILY_PAGES = 100, 20  # a day has had 150 papers or so


def preprints(asked: Asked) -> bool:
    """What a server has posted in the days up to one, in the categories that are followed."""
    row, server = asked.row, asked.row.source
    span = f"{row.day - POSTED}/{row.day}"

    def read(body: bytes) -> biorxiv.Page:
        page = biorxiv.parse(body)
        if not page.n_rows:  # these servers post every day
            raise UpstreamError("empty", f"Nothing was posted in {span}, it says.")
        return page

    for _ in range(MOST_PAGES):
        place = int(row.cursor or 0)
        url = f"{settings.BIORXIV_URL}/details/{server}/{span}/{place}/json"
        page = ask(asked, url, {}, read)
        if page is None:
            return False
        stated = [biorxiv.harvested(preprint, server) for preprint in page.preprints]
        ours = tuple(p for p in stated if {server, *p.subjects} & {*asked.subjects})
        following = page.next_cursor
        if following is not None and following <= place:
            begin_again(row)
            ended(asked, Harvest.State.REFUSED, f"{server} repeats a page: its list never ends.")
            return False
        keep(asked, Batch(ours, refused=page.refused, cursor=f"{following or ''}"))
        if following is None:
            return True
    begin_again(row)
    ended(asked, Harvest.State.REFUSED, f"{server} has more than {MOST_PAGES} pages.")
    return False


def upvotes(asked: Asked) -> bool:
    """The daily page of one day, with its counts. It says nothing about the papers themselves."""
    row = asked.row
    for page in range(int(row.cursor or 0), MOST_DAILY_PAGES):
        params = {"date": f"{row.day}", "limit": f"{PAPERS_A_PAGE}", "p": f"{page}"}
        found = ask(asked, settings.DAILY_PAPERS_URL, params, daily_papers.parse)
        if found is None:
            return False
        is_full = len(found.papers) + len(found.refused) >= PAPERS_A_PAGE
        with transaction.atomic():
            now = asked.clock()
            ids = papers.store_upvotes(found.papers, row.day, now)
            row.cursor, row.cursor_at = (f"{page + 1}", now) if is_full else ("", None)
            row.counts["papers"] = row.counts.get("papers", 0) + len(ids)
            count_refused(row, found.refused)
            row.save()
            if settings.ARXIV_SUBJECTS:
                coverage.seek(ids, Sought.Reason.UPVOTED, row.day, now)
        if not is_full:
            return True
    begin_again(row)
    said = f"The daily papers of {row.day} have more than {MOST_DAILY_PAGES} pages."
    ended(asked, Harvest.State.REFUSED, said)
    return False
