"""oaipmh.arxiv.org/oai: the six verbs, tokens and errors of OAI-PMH 2.0."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlencode

from tests.fakes import categories, oai_records
from tests.fakes.answers import Answer, escape
from tests.fakes.archive import Seen, datestamp_and_id
from tests.fakes.view import View

EARLIEST = date(2005, 9, 16)
# verb -> required and allowed arguments; a resumptionToken stands alone
ARGUMENTS = {
    "Identify": ((), ()),
    "ListMetadataFormats": ((), ("identifier",)),
    "ListSets": ((), ("resumptionToken",)),
    "GetRecord": (("identifier", "metadataPrefix"), ()),
    "ListIdentifiers": (("metadataPrefix",), ("from", "until", "set", "resumptionToken")),
    "ListRecords": (("metadataPrefix",), ("from", "until", "set", "resumptionToken")),
}
EXPLAIN = {
    "badVerb": "Value of the verb argument is not a legal OAI-PMH verb or is missing.",
    "badResumptionToken": "The value of the resumptionToken argument is invalid or expired.",
    "cannotDisseminateFormat": "The metadata format is not supported by this repository.",
    "idDoesNotExist": "The value of the identifier argument is unknown in this repository.",
    "noRecordsMatch": "The combination of the arguments results in an empty list.",
}
NAMES = (
    'xmlns="http://www.openarchives.org/OAI/2.0/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation='
    '"http://www.openarchives.org/OAI/2.0/ http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd"'
)


class OaiError(Exception):
    def __init__(self, code: str, text: str = ""):
        super().__init__(text or EXPLAIN[code])
        self.code = code


class Listing(NamedTuple):
    """What a list request asks for, whether its arguments or a token say so."""

    verb: str
    prefix: str
    wanted: str
    first: date
    last: date
    horizon: date | None = None  # of the first page: later ones belong to the same list
    after: tuple[str, str] = ("", "")


def answer(view: View, pairs: list[tuple[str, str]]) -> Answer:
    arguments = dict(pairs)
    try:
        verb = _check(pairs, arguments)
        body = VERBS[verb](view, arguments)
    except OaiError as error:
        body = f'<error code="{error.code}">{escape(str(error))}</error>'
        if error.code in {"badVerb", "badArgument"}:
            arguments = {}
    said = "".join(f' {name}="{escape(value)}"' for name, value in arguments.items())
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH {NAMES}>
<responseDate>{view.now:%Y-%m-%dT%H:%M:%SZ}</responseDate>
<request{said}>{escape(view.base)}/oai</request>
{body}
</OAI-PMH>
"""
    return Answer(text.encode(), "text/xml; charset=utf-8")


def _check(pairs, arguments) -> str:
    verb = arguments.get("verb", "")
    if verb not in ARGUMENTS:
        raise OaiError("badVerb")
    required, allowed = ARGUMENTS[verb]
    given = arguments.keys() - {"verb"}
    if len(pairs) != len(arguments):
        raise OaiError("badArgument", "An argument is repeated.")
    if "resumptionToken" in given and "resumptionToken" in allowed:
        if len(given) > 1:
            raise OaiError("badArgument", "resumptionToken is an exclusive argument.")
        return verb
    if unknown := given - {*required, *allowed}:
        raise OaiError("badArgument", f"Not arguments of {verb}: {', '.join(sorted(unknown))}.")
    if missing := {*required} - given:
        raise OaiError("badArgument", f"{verb} needs {', '.join(sorted(missing))}.")
    return verb


def _identify(view: View, arguments) -> str:
    return f"""<Identify>
<repositoryName>arXiv</repositoryName>
<baseURL>{escape(view.base)}/oai</baseURL>
<protocolVersion>2.0</protocolVersion>
<adminEmail>help@arxiv.org</adminEmail>
<earliestDatestamp>{EARLIEST}</earliestDatestamp>
<deletedRecord>persistent</deletedRecord>
<granularity>YYYY-MM-DD</granularity>
</Identify>"""


def _list_formats(view: View, arguments) -> str:
    if "identifier" in arguments:
        _find(view, arguments["identifier"])
    formats = "".join(
        f"<metadataFormat><metadataPrefix>{prefix}</metadataPrefix><schema>{schema}</schema>"
        f"<metadataNamespace>{space}</metadataNamespace></metadataFormat>\n"
        for prefix, (_, space, schema) in oai_records.FORMATS.items()
    )
    return f"<ListMetadataFormats>\n{formats}</ListMetadataFormats>"


def _all_sets(view: View) -> dict[str, str]:
    sets = {}
    for code in sorted({*categories.names(), *view.archive.used}):
        for spec in categories.sets_of((code,)):
            group, archive = spec.split(":")[:2]
            sets[group] = group
            sets[f"{group}:{archive}"] = archive
            sets[spec] = categories.names().get(code, code)
    return sets


def _list_sets(view: View, arguments) -> str:
    if "resumptionToken" in arguments:
        raise OaiError("badResumptionToken")
    sets = "".join(
        f"<set><setSpec>{spec}</setSpec><setName>{escape(name)}</setName></set>\n"
        for spec, name in _all_sets(view).items()
    )
    return f"<ListSets>\n{sets}</ListSets>"


def _find(view: View, identifier: str) -> Seen:
    arxiv_id = identifier.removeprefix("oai:arXiv.org:")
    paper = view.archive.papers.get(arxiv_id)
    horizon = view.horizon("oai")
    if paper is None or arxiv_id == identifier or view.hidden(arxiv_id):
        raise OaiError("idDoesNotExist")
    if (state := paper.at(horizon)) is None:
        raise OaiError("idDoesNotExist")
    return Seen(state, paper)


def _get_record(view: View, arguments) -> str:
    _check_prefix(arguments["metadataPrefix"])
    seen = _find(view, arguments["identifier"])
    record = oai_records.record(seen, arguments["metadataPrefix"], view.horizon("oai"))
    return f"<GetRecord>\n{record}</GetRecord>"


def _check_prefix(prefix: str) -> None:
    if prefix not in oai_records.FORMATS:
        raise OaiError("cannotDisseminateFormat")


def _day(arguments, name: str, otherwise: date) -> date:
    text = arguments.get(name)
    if text is None:
        return otherwise
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  a day has no zone
    except ValueError:
        raise OaiError("badArgument", f"{name} is not a day, YYYY-MM-DD: {text}") from None


def _asked(view: View, arguments) -> Listing:
    if "resumptionToken" in arguments:
        return _read_token(view, arguments)
    _check_prefix(arguments["metadataPrefix"])
    wanted = arguments.get("set", "")
    if wanted and wanted not in _all_sets(view):
        raise OaiError("badArgument", f"There is no set {wanted}.")
    first, last = _day(arguments, "from", EARLIEST), _day(arguments, "until", date.max)
    if first > last:
        raise OaiError("badArgument", "from is after until.")
    return Listing(arguments["verb"], arguments["metadataPrefix"], wanted, first, last)


def _list(view: View, arguments) -> str:
    asked = _asked(view, arguments)
    found = list(islice(_matching(view, asked), view.page_size + 1))
    if not found:
        raise OaiError("noRecordsMatch")
    page, rest = found[: view.page_size], found[view.page_size :]
    horizon = asked.horizon or view.horizon("oai")
    if asked.verb == "ListRecords":
        body = "".join(oai_records.record(seen, asked.prefix, horizon) for seen in page)
    else:
        body = "".join(oai_records.header(seen) for seen in page)
    token = _next_token(view, asked, arguments.get("resumptionToken"), page, rest)
    return f"<{asked.verb}>\n{body}{token}</{asked.verb}>"


def _matching(view: View, asked: Listing) -> Iterator[Seen]:
    snapshot = view.records("oai", asked.horizon)
    last = asked.last.isoformat()
    start = max((max(asked.first, EARLIEST).isoformat(), ""), asked.after)
    for seen in islice(snapshot, bisect_right(snapshot, start, key=datestamp_and_id), None):
        if seen.state.day.isoformat() > last:
            return
        if not view.hidden(seen.paper.id) and _is_in(seen, asked.wanted):
            yield seen


def _is_in(seen: Seen, wanted: str) -> bool:
    specs = categories.sets_of(seen.state.categories) if wanted else ()
    return not wanted or any(f"{spec}:".startswith(f"{wanted}:") for spec in specs)


def _next_token(view: View, asked: Listing, given: str | None, page, rest) -> str:
    if view.repeats_token:
        token = given or write_token(view, asked, page[-1] if rest else None)
    elif rest:
        token = write_token(view, asked, page[-1])
    else:
        return "<resumptionToken/>\n" if given else ""
    midnight = f"{view.now:%Y-%m-%d}T23:59:59Z"
    return f'<resumptionToken expirationDate="{midnight}">{escape(token)}</resumptionToken>\n'


def write_token(view: View, asked: Listing, last: Seen | None) -> str:
    """Its characters must be escaped again in an address, as arXiv's must."""
    stamp, arxiv_id = datestamp_and_id(last) if last else asked.after
    horizon = asked.horizon or view.horizon("oai")
    if view.is_stale and asked.horizon is None:
        horizon = view.batch_before(horizon)
    parts = {
        "verb": asked.verb,
        "metadataPrefix": asked.prefix,
        "set": asked.wanted,
        "from": asked.first,
        "until": asked.last,
        "horizon": horizon,
        "after": f"{stamp}|{arxiv_id}",
        "issued": f"{view.now:%Y-%m-%d}.{view.epoch}",
    }
    return quote(urlencode(parts), safe="")


def _read_token(view: View, arguments) -> Listing:
    parts = dict(parse_qsl(unquote(arguments["resumptionToken"]), keep_blank_values=True))
    try:
        stamp, arxiv_id = parts["after"].split("|")
        listing = Listing(
            parts["verb"],
            parts["metadataPrefix"],
            parts["set"],
            *(date.fromisoformat(parts[name]) for name in ("from", "until", "horizon")),
            (stamp, arxiv_id),
        )
    except (KeyError, ValueError):
        raise OaiError("badResumptionToken") from None
    issued = f"{view.now:%Y-%m-%d}.{view.epoch}"
    if "%3D" not in arguments["resumptionToken"] or listing.verb != arguments["verb"]:
        raise OaiError("badResumptionToken")
    if parts.get("issued") != issued:
        raise OaiError("badResumptionToken")
    return listing


VERBS = {
    "Identify": _identify,
    "ListMetadataFormats": _list_formats,
    "ListSets": _list_sets,
    "GetRecord": _get_record,
    "ListIdentifiers": _list,
    "ListRecords": _list,
}
