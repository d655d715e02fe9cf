"""arxiv.org: /list/CATEGORY/new and /catchup/CATEGORY/DAY, as pages."""

from datetime import UTC, date, timedelta
from email.utils import format_datetime

from tests.fakes import categories, days
from tests.fakes.answers import Answer, escape, page
from tests.fakes.archive import Seen
from tests.fakes.view import View

SHOW = (25, 50, 100, 250, 500, 1000, 2000)
SECTIONS = {
    "New submissions": ("new",),
    "Cross submissions": ("cross",),
    "Replacement submissions": ("replace", "replace-cross"),
}
CATCH_UP = timedelta(days=90)


def new(view: View, asked: str, query: dict[str, str]) -> Answer:
    code = categories.known(asked, view.archive.used)
    skip, show = query.get("skip", "0"), query.get("show", "2000")
    if code is None:
        return _refused(f"Invalid archive or category {asked}", 404)
    if not (skip.isdecimal() and show.isdecimal() and int(show) in SHOW):
        return _refused(f"Invalid show or skip value: show must be one of {SHOW}")
    day = view.newest_batch("list")
    rows = view.announced(view.batch_before(day) if view.is_stale else day, frozenset({code}))
    answer = _listing(code, day, rows, int(skip), int(show))
    opened = min(view.now, days.announced_at(day)).astimezone(UTC)
    answer.headers["Last-Modified"] = format_datetime(opened, usegmt=True)
    return answer


def catch_up(view: View, asked: str, text: str, query: dict[str, str]) -> Answer:
    code = categories.known(asked, view.archive.used)
    number = query.get("page", "1")
    if code is None or query.keys() - {"abs", "page"} or not number.isdecimal() or number == "0":
        return _refused("Invalid category or parameters: only abs and page are allowed")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return _refused("Invalid date format, use YYYY-MM-DD")
    today = view.now.astimezone(days.EASTERN).date()
    if not today - CATCH_UP <= day <= today + days.ONE_DAY:
        return _refused(f"Date must be within the last {CATCH_UP.days} days")
    is_open = day <= view.horizon("list")
    rows = view.announced(day, frozenset({code})) if is_open else []
    return _listing(code, day, rows, 2000 * (int(number) - 1), 2000, query.get("abs") == "True")


def _refused(why: str, status: int = 400) -> Answer:
    return page("Error", f"<h1>Error</h1>\n<p>{escape(why)}</p>", status)


def _listing(code, day, rows, skip, show, abstracts=True) -> Answer:
    sections, index = [], 0
    for name, kinds in SECTIONS.items():
        entries = [(kind, seen) for kind, seen in rows if kind in kinds]
        numbered = list(enumerate(entries, start=index + 1))
        index += len(entries)
        shown = [(n, entry) for n, entry in numbered if skip < n <= skip + show]
        if shown:
            heading = _heading(name, numbered, shown)
            items = "".join(_row(n, kind, seen, abstracts) for n, (kind, seen) in shown)
            sections.append(f"<dl id='articles'>\n<h3>{heading}</h3>\n{items}</dl>\n")
    total = len(rows)
    body = f"""<div id='content-inner'>
<div id='dlpage'>
<h1>{escape(categories.names().get(code, code))}</h1>
<ul>
</ul>
<p>See <a id="recent-{code}" href="/list/{code}/recent">recent</a> articles</p>
<h3>Showing new listings for {day:%A}, {day.day} {day:%B %Y}</h3>
{_totals(total, show) if total else ""}
{"".join(sections) or "<p>No updates today.</p>"}
</div>
</div>"""
    return page(f"{code} new listings", body)


def _totals(total: int, show: int) -> str:
    return (
        f"<div class='paging'>Total of {total} entries\n</div>\n"
        f"<div class='morefewer'>Showing up to {show} entries per page</div>"
    )


def _heading(name: str, numbered: list, shown: list) -> str:
    n, total = len(shown), len(numbered)
    is_first, is_last = shown[0] == numbered[0], shown[-1] == numbered[-1]
    if is_first and is_last:
        return f"{name} (showing {n} of {total} entries)"
    if is_first:
        return f"{name} (showing first {n} of {total} entries)"
    return f"{name} (continued, showing {'last ' if is_last else ''}{n} of {total} entries)"


def _note(kind: str, seen: Seen) -> str:
    if kind == "cross":
        return f"(cross-list from {seen.state.categories[0]})"
    return "(replaced)" if kind.startswith("replace") else ""


def _row(number: int, kind: str, seen: Seen, abstracts: bool) -> str:
    state, arxiv_id = seen.state, escape(seen.paper.id)
    return f"""<dt>
      <a name='item{number}'>[{number}]</a>
      <a href ="/abs/{arxiv_id}" title="Abstract" id="{arxiv_id}">
        arXiv:{arxiv_id}
      </a>
      {_note(kind, seen)}
      [<a href="/pdf/{arxiv_id}" title="Download PDF" id="pdf-{arxiv_id}">pdf</a>]
    </dt>
    <dd>
      <div class='meta'>
        <div class='list-title mathjax'><span class='descriptor'>Title:</span>
          {escape(state.title)}
        </div>
        <div class='list-authors'>{_authors(state.authors)}</div>
{_said("comments mathjax", "Comments", state.comments)}{
        _said("journal-ref", "Journal-ref", state.journal_ref)
    }        <div class='list-subjects'><span class='descriptor'>Subjects:</span>
          {_subjects(state.categories)}
        </div>
{_abstract(state.abstract) if abstracts else ""}      </div>
    </dd>
"""


def _abstract(text: str) -> str:
    return f"        <p class='mathjax'>\n          {escape(text)}\n        </p>\n"


def _authors(names) -> str:
    search = '<a href="https://arxiv.org/search/?searchtype=author&amp;query={0}">{0}</a>'
    return ", ".join(search.format(escape(name)) for name in names)


def _said(style: str, label: str, text: str) -> str:
    if not text:
        return ""
    return (
        f"        <div class='list-{style}'><span class='descriptor'>{label}:</span>\n"
        f"          {escape(text)}\n        </div>\n"
    )


def _subjects(codes) -> str:
    first, *rest = (escape(categories.spelled_out(code)) for code in codes)
    return f'<span class="primary-subject">{first}</span>' + "".join(f"; {more}" for more in rest)
