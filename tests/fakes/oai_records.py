"""OAI-PMH records: the header, and the metadata formats arXiv, arXivRaw and oai_dc."""

from datetime import UTC, date
from email.utils import format_datetime

from tests.fakes import categories
from tests.fakes.answers import escape, tag
from tests.fakes.archive import Seen

SUFFIXES = {"Jr", "Jr.", "Sr", "Sr.", "II", "III", "IV"}
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


def header(seen: Seen) -> str:
    state = seen.state
    status = ' status="deleted"' if state.kind == "delete" else ""
    sets = "".join(f"<setSpec>{s}</setSpec>" for s in categories.sets_of(state.categories))
    return (
        f"<header{status}>\n<identifier>oai:arXiv.org:{escape(seen.paper.id)}</identifier>\n"
        f"<datestamp>{state.day}</datestamp>\n{sets}\n</header>\n"
    )


def record(seen: Seen, prefix: str, horizon: date) -> str:
    if seen.state.kind == "delete":
        return f"<record>\n{header(seen)}</record>\n"
    write = FORMATS[prefix][0]
    return f"<record>\n{header(seen)}<metadata>\n{write(seen, horizon)}\n</metadata>\n</record>\n"


def _root(prefix: str) -> str:
    _, space, schema = FORMATS[prefix]
    return f'xmlns="{space}" {XSI} xsi:schemaLocation="{space} {schema}"'


def _arxiv(seen: Seen, horizon: date) -> str:
    paper, state = seen.paper, seen.state
    versions = paper.versions(horizon)
    updated = f"{versions[-1].submitted:%Y-%m-%d}" if len(versions) > 1 else ""
    return f"""<arXiv {_root("arXiv")}>
<id>{escape(paper.id)}</id>
<created>{versions[0].submitted:%Y-%m-%d}</created>{tag("updated", updated)}
<authors>{"".join(_author(name) for name in state.authors)}</authors>
<title>{escape(state.title)}</title>
<categories>{escape(" ".join(state.categories))}</categories>{tag("comments", state.comments)}{
        tag("journal-ref", state.journal_ref)
    }{tag("doi", state.doi)}
<license>{escape(state.license)}</license>
<abstract>{escape(state.abstract)}</abstract>
</arXiv>"""


def split_name(name: str) -> tuple[str, str, str]:
    """(key name, forenames, suffix): the last word is the key name, as far as a machine can say."""
    words = name.split()
    suffix = words.pop() if len(words) > 2 and words[-1] in SUFFIXES else ""
    return words[-1] if words else name, " ".join(words[:-1]), suffix


def _author(name: str) -> str:
    key, forenames, suffix = split_name(name)
    parts = f"{tag('keyname', key)}{tag('forenames', forenames)}{tag('suffix', suffix)}"
    return f"<author>{parts}</author>"


def _raw(seen: Seen, horizon: date) -> str:
    paper, state = seen.paper, seen.state
    versions = "".join(
        f'<version version="v{v.version}">'
        f"<date>{format_datetime(v.submitted.astimezone(UTC), usegmt=True)}</date>"
        f"<size>{'0kb' if v.withdrawn else f'{1 + len(v.abstract) // 4}kb'}</size>"
        f"<source_type>{'I' if v.withdrawn else 'D'}</source_type></version>\n"
        for v in paper.versions(horizon)
    )
    return f"""<arXivRaw {_root("arXivRaw")}>
<id>{escape(paper.id)}</id><submitter>{escape(state.authors[0])}</submitter>
{versions}<title>{escape(state.title)}</title>
<authors>{escape(", ".join(state.authors))}</authors>
<categories>{escape(" ".join(state.categories))}</categories>{tag("comments", state.comments)}{
        tag("journal-ref", state.journal_ref)
    }{tag("doi", state.doi)}
<license>{escape(state.license)}</license>
<abstract>  {escape(state.abstract)}
</abstract></arXivRaw>"""


def _last_first(name: str) -> str:
    key, forenames, suffix = split_name(name)
    return ", ".join(part for part in (key, f"{forenames} {suffix}".strip()) if part)


def _dublin_core(seen: Seen, horizon: date) -> str:
    paper, state = seen.paper, seen.state
    subjects = [categories.names().get(code, code) for code in state.categories]
    dates = sorted({f"{v.submitted:%Y-%m-%d}" for v in paper.versions(horizon)})
    fields = [
        ("title", [state.title]),
        ("creator", [_last_first(name) for name in state.authors]),
        ("subject", subjects),
        ("description", [state.abstract, f"Comment: {state.comments}" if state.comments else ""]),
        ("date", dates),
        ("type", ["text"]),
        ("identifier", [f"http://arxiv.org/abs/{paper.id}", state.journal_ref]),
        ("identifier", [f"doi:{state.doi}" if state.doi else ""]),
    ]
    body = "".join(tag(f"dc:{name}", value) for name, values in fields for value in values)
    _, space, schema = FORMATS["oai_dc"]
    return (
        f'<oai_dc:dc xmlns:oai_dc="{space}" xmlns:dc="http://purl.org/dc/elements/1.1/" {XSI} '
        f'xsi:schemaLocation="{space} {schema}">\n{body}\n</oai_dc:dc>'
    )


FORMATS = {
    "arXiv": (_arxiv, "http://arxiv.org/OAI/arXiv/", "https://oaipmh.arxiv.org/OAI/arXiv.xsd"),
    "arXivRaw": (
        _raw,
        "http://arxiv.org/OAI/arXivRaw/",
        "https://oaipmh.arxiv.org/OAI/arXivRaw.xsd",
    ),
    "oai_dc": (
        _dublin_core,
        "http://www.openarchives.org/OAI/2.0/oai_dc/",
        "http://www.openarchives.org/OAI/2.0/oai_dc.xsd",
    ),
}
