"""What a reader keeps: saved and rated papers, by tag, state, interest and words."""

from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from django.db.models import Case, Count, F, Func, Q, QuerySet, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, Left, Lower

from webapp.formats.query import parse
from webapp.models import Rating
from webapp.queries.papers import subject_names
from webapp.queries.readers import CHANGED, SPEAKS, Interests
from webapp.queries.searches import hits
from webapp.queries.searches.asked import read

PAGE = 25
# The rated ones that are not saved stand where their rating puts them.
SINCE = Case(When(saved=True, then=Coalesce("saved_at", "changed_at")), default="changed_at")
# By name: what is sorted by, whether upward, and how the key of a page is read from an address.
SORTS: dict[str, tuple[Any, bool, Any]] = {
    "saved": (SINCE, False, datetime.fromisoformat),
    "day": (F("paper__issue_day"), False, date.fromisoformat),
    "title": (Left(Lower("paper__title"), 80), True, str),
}
# What is saved stands first: acts on a list would else bury it.
KINDS = {
    "saved": Q(saved=True),
    "rated": ~Q(value=Rating.Value.NONE),
    "changed": CHANGED,
    "all": Q(pk__isnull=False),
}


class Wanted(NamedTuple):
    """Which papers, in which order; what is empty narrows nothing."""

    words: str = ""
    tag: str = ""
    state: str = ""
    kind: str = "saved"
    interest: int | None = None
    sort: str = "saved"


class Shelf(NamedTuple):
    """A page of a library, and what there is beside it."""

    rows: list[Rating]
    following: str  # of the address; nothing on the last page
    n: int  # of all pages
    n_saved: int  # of them; what can be tagged
    n_kind: int  # of the same kind, however they are narrowed
    n_of: dict[str, int]  # of each kind
    tags: list[str]  # every one the reader uses, by name

    @property
    def has_saved(self) -> bool:
        """Whether anything on the page can be ticked."""
        return any(row.saved for row in self.rows)


def shelf(interests: Interests, wanted: Wanted, after: str) -> Shelf:
    """A page by key: `after` is where the page before ended, and nonsense is the beginning."""
    own, which = _own(interests), _which(interests, wanted)
    filters = {f"n_{name}": kind for name, kind in KINDS.items()}
    filters |= {"n_found": which, "n_found_saved": which & Q(saved=True)}
    counts = own.aggregate(**{name: Count("pk", filter=one) for name, one in filters.items()})
    rows, following = _page(own.filter(which), wanted.sort, after)
    n_of = {name: counts[f"n_{name}"] for name in KINDS}
    found = (counts["n_found"], counts["n_found_saved"])
    return Shelf(rows, following, *found, n_of[wanted.kind], n_of, _tags(own))


def saved_of(interests: Interests, wanted: Wanted) -> set[int]:
    """Numbers of all saved papers that are wanted, on whichever page they stand."""
    found = _own(interests).filter(_which(interests, wanted), saved=True)
    return set(found.values_list("pk", flat=True))


def _own(interests: Interests) -> QuerySet[Rating]:
    return Rating.objects.filter(SPEAKS, reader=interests.whole.reader_id)


def _which(interests: Interests, wanted: Wanted) -> Q:
    which = KINDS[wanted.kind]
    if wanted.tag:
        which &= Q(saved=True, tags__contains=[wanted.tag])
    if wanted.state:
        which &= Q(saved=True, state=wanted.state)
    if wanted.interest:
        which &= _speaks_for(interests, wanted.interest)
    return which & _has(interests, wanted.words) if wanted.words else which


def _speaks_for(interests: Interests, asked: int) -> Q:
    """As a ranking counts: what speaks for no interest that is there speaks for the first."""
    if asked != interests.each[0].pk:
        return Q(profile=asked)
    others = [one.pk for one in interests.each[1:]]
    return Q(profile=None) | ~Q(profile__in=others)


def _has(interests: Interests, words: str) -> Q:
    """What a search in the library finds by all the words, in the paper or what was noted of it."""
    asked = read(parse(words, subject_names()), interests.whole.reader_id)
    match = hits.match(asked)
    text = f"SELECT p.id FROM {asked.source.text} WHERE {match.text}"  # noqa: S608 - of constants
    return Q(paper_id__in=RawSQL(text, (*asked.source.values, *match.values)))  # noqa: S611 - as above


def _page(own: QuerySet[Rating], sort: str, after: str) -> tuple[list[Rating], str]:
    by, is_upward, read = SORTS[sort]
    rows = own.annotate(key=by).select_related("paper")
    rows = rows.defer("paper__search", "paper__abstract")
    if place := _place(after, read):
        key, pk = place
        way = "gt" if is_upward else "lt"
        rows = rows.filter(Q(**{f"key__{way}": key}) | Q(key=key, **{f"pk__{way}": pk}))
    order = ("key", "pk") if is_upward else ("-key", "-pk")
    found: list[Any] = list(rows.order_by(*order)[: PAGE + 1])
    if len(found) <= PAGE:
        return found, ""
    last = found[PAGE - 1]
    key = last.key if isinstance(last.key, str) else last.key.isoformat()
    return found[:PAGE], f"{key}~{last.pk}"


def _place(after: str, read: Any) -> tuple[Any, int] | None:
    key, _, number = after.rpartition("~")
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        return None
    try:
        found = read(key)
        if isinstance(found, datetime):  # in UTC: PostgreSQL knows no offset of a day
            found = found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None
    return None if found is None else (found, int(number))


def _tags(own: QuerySet[Rating]) -> list[str]:
    used = own.filter(saved=True).annotate(tag=Func("tags", function="unnest"))
    return list(used.values_list("tag", flat=True).distinct().order_by("tag"))
