"""rss.arxiv.org: /rss/CATS and /atom/CATS."""

from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256

from tests.fakes import categories, days
from tests.fakes.answers import Answer, escape, tag
from tests.fakes.archive import Seen
from tests.fakes.view import View

LIMIT = 2000
TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml"}
XML = "<?xml version='1.0' encoding='UTF-8'?>\n"
NAMES = 'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
ATOM = 'xmlns:atom="http://www.w3.org/2005/Atom" '
CONTENT = 'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
SKIP = "<skipDays><day>Saturday</day><day>Sunday</day></skipDays>"


def answer(view: View, kind: str, asked: str) -> Answer:
    asked = asked.strip("/")
    if not asked:
        return Answer(b"Name the categories, joined by +.\n", "text/plain; charset=utf-8")
    spelled = [categories.known(code, view.archive.used) for code in asked.split("+")]
    if None in spelled:
        wrong = next(c for c, s in zip(asked.split("+"), spelled, strict=True) if s is None)
        text = f"Bad archive or category {wrong!r}. Valid ones are listed at arxiv.org."
        return _typed(view, kind, _write(view, kind, asked, (), text), 400)
    stamp, shown = _batch(view, frozenset(spelled))
    return _typed(view, kind, _write(view, kind, "+".join(spelled), shown, stamp=stamp))


def _batch(view: View, wanted: frozenset[str]) -> tuple[date, list[tuple[str, Seen]]]:
    """The generator stamps everything with the day of building, whatever the batch is."""
    day = view.horizon("feed")
    if not days.is_batch_day(day, view.archive.holidays):
        return day, []
    of = view.batch_before(day) if view.is_stale else day
    return day, view.announced(of, wanted)[:LIMIT]


def _typed(view: View, kind: str, text: str, status: int = 200) -> Answer:
    today = view.now.astimezone(days.EASTERN).date()
    left = days.midnight(today + days.ONE_DAY).astimezone(UTC) - view.now
    headers = {"Cache-Control": f"max-age={int(left.total_seconds())}"}
    if status == 200:
        headers["ETag"] = f'"{sha256(text.encode()).hexdigest()[:32]}"'
    return Answer(text.encode(), TYPES[kind], status, headers)


def _write(view, kind, asked, shown, error="", stamp=None) -> str:
    built = view.now if stamp is None else _built(view, stamp)
    title = f"Feed error for query: {asked}" if error else f"{asked} updates on arXiv.org"
    about = error or f"{asked} updates on the arXiv.org e-print archive."
    write = _rss if kind == "rss" else _atom
    return XML + write(asked, title, about, built, shown)


def _built(view: View, stamp: date) -> datetime:
    """A few seconds past midnight, Eastern, of the day of building."""
    return min(view.now, days.midnight(stamp).astimezone(UTC) + timedelta(seconds=2))


def _rss(asked, title, about, built, shown) -> str:
    midnight = format_datetime(days.midnight(built.astimezone(days.EASTERN).date()))
    link = f"http://rss.arxiv.org/rss/{escape(asked)}"
    items = "".join(_item(kind, seen, midnight) for kind, seen in shown)
    return f"""<rss {NAMES}{ATOM}{CONTENT}version="2.0">
  <channel>
    <title>{escape(title)}</title>
    <link>{link}</link>
    <description>{escape(about)}</description>
    <atom:link href="{link}" rel="self" type="application/rss+xml"/>
    <docs>http://www.rssboard.org/rss-specification</docs>
    <language>en-us</language>
    <lastBuildDate>{format_datetime(built.astimezone(UTC))}</lastBuildDate>
    <managingEditor>rss-help@arxiv.org</managingEditor>
    <pubDate>{midnight}</pubDate>
    {SKIP}
{items}  </channel>
</rss>
"""


def _described(kind: str, seen: Seen) -> str:
    state = seen.state
    head = f"arXiv:{seen.paper.id}v{state.version} Announce Type: {kind} \nAbstract: "
    return escape(head + state.abstract)


def _facts(kind: str, seen: Seen) -> str:
    state = seen.state
    return (
        f"<arxiv:announce_type>{kind}</arxiv:announce_type>"
        f"{tag('dc:rights', state.license)}{tag('arxiv:DOI', state.doi)}"
        f"{tag('arxiv:journal_reference', state.journal_ref)}"
        f"{tag('dc:creator', ', '.join(state.authors))}"
    )


def _item(kind: str, seen: Seen, midnight: str) -> str:
    paper, state = seen.paper, seen.state
    terms = "".join(tag("category", code) for code in state.categories)
    return f"""    <item>
      <title>{escape(state.title)}</title>
      <link>https://arxiv.org/abs/{paper.id}</link>
      <description>{_described(kind, seen)}</description>
      <guid isPermaLink="false">oai:arXiv.org:{paper.id}v{state.version}</guid>
      {terms}
      <pubDate>{midnight}</pubDate>
      {_facts(kind, seen)}
    </item>
"""


def _atom(asked, title, about, built, shown) -> str:
    midnight = days.midnight(built.astimezone(days.EASTERN).date()).isoformat()
    updated = built.astimezone(UTC).isoformat(timespec="microseconds")
    link = f"http://rss.arxiv.org/atom/{escape(asked)}"
    entries = "".join(_entry(kind, seen, midnight, updated) for kind, seen in shown)
    return f"""<feed {NAMES}xmlns="http://www.w3.org/2005/Atom" xml:lang="en-us">
  <id>{link}</id>
  <title>{escape(title)}</title>
  <updated>{updated}</updated>
  <link href="{link}" rel="self" type="application/atom+xml"/>
  <subtitle>{escape(about)}</subtitle>
{entries}</feed>
"""


def _entry(kind: str, seen: Seen, midnight: str, updated: str) -> str:
    paper, state = seen.paper, seen.state
    terms = "".join(f'<category term="{escape(code)}"/>' for code in state.categories)
    return f"""  <entry>
    <id>oai:arXiv.org:{paper.id}v{state.version}</id>
    <title>{escape(state.title)}</title>
    <updated>{updated}</updated>
    <link href="https://arxiv.org/abs/{paper.id}" rel="alternate" type="text/html"/>
    <summary>{_described(kind, seen)}</summary>
    {terms}
    <published>{midnight}</published>
    {_facts(kind, seen)}
  </entry>
"""
