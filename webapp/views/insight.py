"""What a reader's ranking is worth: only its reader sees it, and looking changes nothing."""

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from webapp import pictures
from webapp.forms import day_asked, no_day_asked, page_asked
from webapp.models import Reader
from webapp.queries import insight as known
from webapp.queries import papers
from webapp.services import insight as service
from webapp.views import is_part

WIDTH, HEIGHT = 640, 200  # of a course
BARS = (240, 36)  # of a subject's year
MAP = (800, 560)
LINKED = 300  # papers on a map that nothing is said of, and yet are links: a page has 100 kB
ROWS = 50  # of the table of all papers


@require_safe
@login_required
def insight(request: HttpRequest) -> HttpResponse:
    """Hits by week, comparisons, topics by month."""
    assert isinstance(request.user, Reader)
    reader_id = request.user.pk
    weeks = service.weeks(known.hits(reader_id, service.LEADING))
    shares = [(week.share, week.low, week.high) for week in weeks]
    course = pictures.course(shares, WIDTH, HEIGHT)
    topics = service.topics(reader_id, timezone.localdate())
    context = {
        "weeks": weeks,
        "course": course,
        "hit_points": list(zip(weeks, course.points, strict=True)),
        "leading": service.LEADING,
        "verdicts": [_told(one) for one in service.verdicts(reader_id)],
        "replay": _replayed(reader_id),
        "least": service.LEAST_READERS,
        "few": service.FEW,
        "topics": topics,
        "topic_rows": [
            (code, counts, pictures.bars(counts, topics.most, *BARS), sum(counts))
            for code, counts in topics.rows
        ],
    }
    return render(request, "insight/insight.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def replay(request: HttpRequest) -> HttpResponse:
    """Ask for past days to be ranked again; or look how far that is. A part of the page."""
    assert isinstance(request.user, Reader)
    if request.method == "POST":
        service.ask_for_replay(request.user.pk, timezone.now())
    if not is_part(request):
        return redirect(reverse("insight") + "#past")
    return render(request, "insight/_replay.html", {"replay": _replayed(request.user.pk)})


def _replayed(reader_id: int) -> dict[str, Any]:
    """What is known of past days, as a picture and a table, and how the work on them stands."""
    found = known.replayed(reader_id, timezone.now().date())
    context: dict[str, Any] = {"found": found, "most": known.REPLAYED, "leading": service.LEADING}
    if not found.result.get("n_days"):
        return context
    rankers = found.result["rankers"]
    names = [service.NAMES[one["name"]] for one in rankers]
    groups = [[one[measure] for one in rankers] for measure in ("ndcg", "hits")]
    picture = pictures.forest(groups, WIDTH)
    told = [gettext("nDCG"), gettext("Hit rate")]
    return context | {
        "best": service.best(found.result),
        "rankers": [
            (name, [one["ndcg"], one["hits"]], one["ahead"] if one["name"] != "run" else None)
            for name, one in zip(names, rankers, strict=True)
        ],
        "picture": picture,
        "groups": [
            (name, y, list(zip(names, points, strict=True)))
            for name, (y, points) in zip(told, picture.groups, strict=True)
        ],
        "first": date.fromisoformat(found.result["first"]),
        "last": date.fromisoformat(found.result["last"]),
    }


def _told(one: service.Verdict) -> dict[str, Any]:
    """A comparison with each result's place on a line from 0 to 100."""
    own, every = one.own, one.all
    n_days, n_readers = own.units if own else 0, every.units if every else 0
    days = ngettext("%(n)s day", "%(n)s days", n_days) % {"n": n_days}
    readers = ngettext("%(n)s reader", "%(n)s readers", n_readers) % {"n": n_readers}
    rows = [(gettext("Your days"), days, own), (gettext("All readers"), readers, every)]
    return {
        "comparison": one.comparison,
        "results": [
            {
                "who": who,
                "units": units,
                "result": found,
                "tells": service.tells(found),
                "at": round(100 * found.preference, 1),
                "low": round(100 * found.low, 1),
                "width": round(100 * (found.high - found.low), 1),
            }
            for who, units, found in rows
            if found
        ],
    }


@require_safe
@login_required
def day_map(request: HttpRequest) -> HttpResponse:
    """A day's papers on a plane, with the reader's own; a table beside it has the same links."""
    assert isinstance(request.user, Reader)
    day, of = papers.day_near(day_asked(request.GET)), subject_asked(request.GET)
    found = service.day_map(request.user.pk, day.day, of) if day else None
    context: dict[str, Any] = {"day": day, "map": found, "of": of, "size": MAP}
    context["no_day"] = no_day_asked(request.GET)
    if found:
        shapes = {code: n for n, code in enumerate(found.subjects)}
        marks = [_mark(spot, shapes) for spot in found.spots]
        context |= _parted(marks) | _listed(marks, request.GET)
        wanted = [pictures.Label(a.name, *pictures.placing(a.x, a.y, *MAP)) for a in found.areas]
        context |= {"areas": pictures.labels(wanted, *MAP), "shapes": list(shapes.items())}
        context["percent"] = round(100 * found.share)
    return render(request, "insight/map.html", context)


def subject_asked(query: QueryDict) -> str:
    """?of=cs.LG or ?of=all; nothing: the reader's subjects."""
    return query.get("of", "").replace("\0", "")[:40]


def _parted(marks: list[dict[str, Any]]) -> dict[str, Any]:
    """Those that are named; the others, as far as a page can carry links of all of them."""
    others = [one for one in marks if not one["kind"]]
    rest = others[LINKED:]
    return {
        "named": [_with_words(one) for one in marks if one["kind"]],
        "others": others[:LINKED],
        "n_rest": len(rest),
        "rest": "".join(f"M{one['x']:.0f} {one['y']:.0f}h0" for one in rest),
    }


def _listed(marks: list[dict[str, Any]], query: QueryDict) -> dict[str, Any]:
    """The rows of the table: those that are named, or on request a page of all."""
    if not query.get("list"):
        return {"rows": [_with_words(one) for one in marks if one["kind"]], "is_list": False}
    n_pages = max(1, -(-len(marks) // ROWS))
    page = min(page_asked(query), n_pages)
    rows = [_with_words(one) for one in marks[(page - 1) * ROWS : page * ROWS]]
    places = {"with_places": bool(query.get("places"))}
    return {"rows": rows, "is_list": True, "page": page, "n_pages": n_pages} | places


def _mark(spot: service.Spot, shapes: dict[str, int]) -> dict[str, Any]:
    """A paper on the map; its kind is in which way it is named, nothing where it is not."""
    mark, (x, y) = spot.mark, pictures.placing(spot.x, spot.y, *MAP)
    kind = {1: "liked", -1: "less"}.get(mark.said, "leading" if mark.is_named else "")
    kind = "elsewhere" if mark.is_elsewhere else kind
    shape = shapes.get(mark.subject, service.SHAPES)
    return {"mark": mark, "x": x, "y": y, "up": MAP[1] - y, "kind": kind, "shape": shape}


def _with_words(one: dict[str, Any]) -> dict[str, Any]:
    mark: known.Mark = one["mark"]
    said = {1: gettext("saved or liked"), -1: gettext("less of it")}.get(mark.said, "")
    place = gettext("place %(n)s") % {"n": mark.place} if mark.place else ""
    elsewhere = gettext("of another day") if mark.is_elsewhere else ""
    return one | {"told": ", ".join(part for part in (place, said, elsewhere) if part)}
