"""OAI-PMH: everything that changed, in one of three formats, page by page."""

from collections.abc import Mapping
from datetime import date, timedelta

from django.conf import settings

from webapp.arxiv import oai
from webapp.models import Harvest
from webapp.queries import harvests
from webapp.services.sources.asking import Asked, Batch, ask, begin_again, ended, keep

# `arXiv` has the names apart, `arXivRaw` all versions, `oai_dc` the least.
PREFIXES = {"oai": "arXiv", "oai_raw": "arXivRaw", "oai_dc": "oai_dc"}
NIGHTLY = {prefix: source for source, prefix in PREFIXES.items()}
OVERLAP = timedelta(days=7)  # papers that moderation held back appear late
MOST_PAGES = 2_000
_GROUPS = {"cs", "econ", "eess", "math", "q-bio", "q-fin", "stat"}


def from_oai(asked: Asked) -> bool:
    """Every subject's list; a lost token begins that list again."""
    row, names = asked.row, _names(asked.row.source)
    for subject in asked.subjects[int(row.counts.get("subjects", 0)) :]:
        if not _whole_list(asked, subject, names):
            return False
        row.counts["subjects"] = int(row.counts.get("subjects", 0)) + 1
        row.save()
    return True


def _whole_list(asked: Asked, subject: str, names: Mapping[str, str]) -> bool:
    row, announced = asked.row, harvests.expected_ids(asked.row.day)
    first = {
        "metadataPrefix": PREFIXES[row.source],
        "set": set_of(subject),
        "from": f"{since(row)}",
    }
    seen, lost = {row.cursor}, False
    for _ in range(MOST_PAGES):
        rest = {"resumptionToken": row.cursor} if row.cursor else first
        params = {"verb": "ListRecords"} | rest
        page = ask(asked, settings.ARXIV_OAI_URL, params, lambda body: oai.parse(body, names))
        if page is None:
            if "badResumptionToken" not in row.error:
                return False
            begin_again(row)  # they expire daily
            if lost:
                return False
            seen, lost = {""}, True
            continue
        row.response_at = row.response_at or page.response_at
        keep(asked, Batch(page.papers, page.deleted, page.refused, page.token), announced)
        if not page.token:
            return True
        if page.token in seen:
            break
        seen.add(page.token)
    begin_again(row)
    ended(asked, Harvest.State.REFUSED, "OAI-PMH repeats a token: the list never ends.")
    return False


def since(row: Harvest) -> date:
    """The first day to ask for: a week before the server's last answer to a list that ended.

    No last day is ever named. A second try for the same issue day asks for what came since.
    """
    last = harvests.last_list(row.source, row.subject)
    if last is None or last.response_at is None:
        return row.day - OVERLAP
    begin = min(row.day, last.response_at.date())
    return begin if last.day == row.day else begin - OVERLAP


def set_of(subject: str) -> str:
    """ArXiv's name of a category's set: group:archive:CATEGORY."""
    archive, _, part = subject.partition(".")
    group = archive if archive in _GROUPS else "physics"
    return f"{group}:{archive}:{part}" if part else f"{group}:{archive}"


def _names(source: str) -> Mapping[str, str]:
    """Dublin Core spells its subjects out."""
    return oai.spelled_out(harvests.arxiv_subjects()) if source == "oai_dc" else {}
