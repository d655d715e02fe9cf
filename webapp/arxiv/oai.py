"""An OAI-PMH answer of arXiv -> papers. Pure.

OAI-PMH is the truth about a paper's content: names apart, every category, every correction. It
does not say when a paper was announced, so issue days are derived; an announced one wins.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import NamedTuple

from webapp.arxiv import identifiers
from webapp.arxiv.answers import (
    Element,
    Refused,
    UpstreamError,
    child,
    children,
    fields,
    local,
    shown,
    text_of,
    xml_root,
)
from webapp.arxiv.oai_formats import FORMATS, Header, day_of
from webapp.arxiv.records import HarvestedPaper, moment

RECORD_VERBS = {"ListRecords", "GetRecord", "ListIdentifiers"}
VERBS = RECORD_VERBS | {"Identify", "ListMetadataFormats", "ListSets"}
_NO_NAMES: Mapping[str, str] = MappingProxyType({})


class Page(NamedTuple):
    """One answer, accepted whole. `token` is what to ask with for the next page; "" at the end."""

    verb: str
    response_at: datetime | None
    papers: tuple[HarvestedPaper, ...] = ()
    deleted: tuple[str, ...] = ()  # arXiv ids, as far as they are such
    headers: tuple[str, ...] = ()  # the same of ListIdentifiers, those not deleted
    refused: tuple[Refused, ...] = ()
    token: str = ""
    identity: Mapping[str, str] = _NO_NAMES  # of Identify


def parse(body: bytes, subject_names: Mapping[str, str] = _NO_NAMES) -> Page:
    """Read one answer. Raises UpstreamError; its `code` is the protocol's where it has one.

    noRecordsMatch is a page without records: nothing new is a result. `subject_names` maps
    oai_dc's spelled-out subjects to categories; see `spelled_out`.
    """
    root = xml_root(body, {"OAI-PMH", "record"})
    if local(root) == "record":  # a record on its own, as some archives keep them
        return _records("GetRecord", None, [root], "", subject_names)
    response_at = moment(text_of(child(root, "responseDate")))
    answers = [part for part in root if local(part) in VERBS]
    if errors := children(root, "error"):
        return _no_match(errors, response_at, has_answer=bool(answers))
    if len(answers) != 1:
        said = f"{len(answers)} answers" if answers else "neither records nor an error"
        raise UpstreamError("unknown", f"The OAI-PMH answer holds {said}.")
    answer = answers[0]
    verb = local(answer)
    if verb not in RECORD_VERBS:
        return Page(verb, response_at, identity=fields(answer) if verb == "Identify" else _NO_NAMES)
    token = _token(answer)
    if verb == "ListIdentifiers":
        return _identifiers(response_at, children(answer, "header"), token)
    return _records(verb, response_at, children(answer, "record"), token, subject_names)


def spelled_out(subjects: Iterable[tuple[str, str]]) -> dict[str, str]:
    """(code, name) of arXiv's taxonomy -> code by the name that oai_dc has for it.

    That is "Mathematics - Logic"; an archive without parts stands alone: "Quantum Physics".
    """
    names = {}
    for code, name in subjects:
        archive = _ARCHIVES.get(code.partition(".")[0])
        names[f"{archive} - {name}" if archive and "." in code else name] = code
    return names | {"Astrophysics": "astro-ph", "Condensed Matter": "cond-mat"}


_ARCHIVES = {
    "astro-ph": "Astrophysics",
    "cond-mat": "Condensed Matter",
    "cs": "Computer Science",
    "econ": "Economics",
    "eess": "Electrical Engineering and Systems Science",
    "math": "Mathematics",
    "nlin": "Nonlinear Sciences",
    "physics": "Physics",
    "q-bio": "Quantitative Biology",
    "q-fin": "Quantitative Finance",
    "stat": "Statistics",
}


def _no_match(errors: list[Element], response_at: datetime | None, *, has_answer: bool) -> Page:
    for error in errors:
        code = error.get("code", "")
        if code != "noRecordsMatch":
            said = f"{code} {text_of(error)}".strip()
            raise UpstreamError("error", f"OAI-PMH answers with an error: {shown(said)}.", code)
    if has_answer:
        raise UpstreamError("error", "OAI-PMH answers and says that there is no answer.")
    return Page("ListRecords", response_at)


def _token(answer: Element) -> str:
    token = " ".join(text_of(child(answer, "resumptionToken")).split())
    if len(token) > 2_000:
        raise UpstreamError("hostile", f"The resumption token has {len(token):,} characters.")
    return token


def _identifiers(response_at: datetime | None, headers: list[Element], token: str) -> Page:
    read = [(_header(element), element.get("status") == "deleted") for element in headers]
    if not read:
        raise UpstreamError("unknown", "ListIdentifiers lists nothing and does not say so.")
    return Page(
        "ListIdentifiers",
        response_at,
        deleted=tuple(_arxiv_id(header) for header, gone in read if gone),
        headers=tuple(_arxiv_id(header) for header, gone in read if not gone),
        token=token,
    )


def _records(
    verb: str,
    response_at: datetime | None,
    records: list[Element],
    token: str,
    names: Mapping[str, str],
) -> Page:
    if not records and not token:
        raise UpstreamError("unknown", f"{verb} holds no record and does not say noRecordsMatch.")
    papers: list[HarvestedPaper] = []
    deleted, refused = [], []
    latest = response_at.date() if response_at else None
    for element in records:
        head = child(element, "header")
        header = _header(head, latest)
        if head is not None and head.get("status") == "deleted":
            deleted.append(_arxiv_id(header))
            continue
        try:
            papers.append(_paper(element, header, names))
        except ValueError as error:
            refused.append(Refused(header.identifier, str(error)))
    return Page(
        verb, response_at, tuple(papers), tuple(deleted), refused=tuple(refused), token=token
    )


def _header(element: Element | None, latest: date | None = None) -> Header:
    """A datestamp of the future would outlast every later statement: the answer's day bounds it."""
    facts = {} if element is None else fields(element)
    stamped = day_of(facts.get("datestamp", ""))
    if stamped and latest:
        stamped = min(stamped, latest)
    sets = () if element is None else children(element, "setSpec")
    return Header(
        identifier=" ".join(facts.get("identifier", "").split())[:200],
        stamped=stamped,
        sets=tuple(text_of(one).strip() for one in sets),
    )


def _arxiv_id(header: Header) -> str:
    try:
        return identifiers.parse(header.identifier).arxiv_id
    except ValueError:
        return header.identifier


def _paper(record: Element, header: Header, names: Mapping[str, str]) -> HarvestedPaper:
    identifier = identifiers.parse(header.identifier)
    metadata = child(record, "metadata")
    if metadata is None or not len(metadata):
        raise ValueError("the record has no metadata")
    content = metadata[0]
    read = FORMATS.get(local(content))
    if read is None:
        raise ValueError(f"metadata in {shown(local(content))}, which is not read here")
    paper = read(content, identifier.arxiv_id, header, names)
    if paper.arxiv_id != identifier.arxiv_id:
        raise ValueError(f"the header says {identifier.arxiv_id}, the metadata {paper.arxiv_id}")
    return paper
