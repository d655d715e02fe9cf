"""Who can be asked for papers: a function a source, which is told what to ask and on which row.

It returns True when nothing is left to ask. An answer that is no list of papers is refused whole
and never counts as "nothing new"; its row says so in a sentence.
"""

from collections.abc import Callable
from typing import NamedTuple

from webapp.services.sources import announced, elsewhere, oai, query
from webapp.services.sources.asking import Asked

ARXIV = "arxiv"  # one line for all of arXiv's interfaces, by its terms; the others have their own


class Source(NamedTuple):
    ask: Callable[[Asked], bool]
    line: str = ARXIV
    one_by_one: bool = False  # a row for each subject


SOURCES = {
    "listing": Source(announced.from_listings, one_by_one=True),
    "rss": Source(announced.from_feed),
    "atom": Source(announced.from_feed),
    **{name: Source(oai.from_oai, one_by_one=True) for name in oai.PREFIXES},
    "missing": Source(query.missing),
    "sought": Source(query.sought),
    "submitted": Source(query.brought),
    "query": Source(query.submitted),
    **{server: Source(elsewhere.preprints, "biorxiv") for server in ("biorxiv", "medrxiv")},
    "daily_papers": Source(elsewhere.upvotes, "daily_papers"),
}
