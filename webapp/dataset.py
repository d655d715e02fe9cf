"""Rows into arrays and back: the one file that speaks both languages."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from itertools import chain
from threading import Lock
from typing import NamedTuple

import numpy as np

from recommender.explanation import shared_terms
from recommender.fold_in import fade
from recommender.interactions import Interactions
from recommender.layout import Plane, plane
from recommender.ranking import Candidates, Rated
from recommender.rowbytes import row_to_bytes, rows_from_bytes
from recommender.vectors import Vectors, from_npz, to_npz
from webapp.models import CandidatePack, ModelRun, PaperVector
from webapp.queries import papers, readers, runs, signals

# What an act weighs in training and when a reader is folded in.
SAVED_AND_LIKED, POSITIVE, NEGATIVE = 1.5, 1.0, -1.0
TERMS_SHOWN = 3
TERMS_TRIED = TERMS_SHOWN + 6  # some of them say nothing
# In abstracts of every kind, and so no reason for one.
_COMMON = (
    "approach approaches based data demonstrate different evidence existing experiments framework "
    "improve improves large method methods model models new novel paper performance problem "
    "problems propose proposed recent results show shows significantly study substantially task "
    "tasks use used using work"
)
COMMON = frozenset(_COMMON.split())
TERMS_FOR_LEADING = 150  # reasons further down are not worth their bytes
PACKS_KEPT = 12  # in one process; about 3 MB each at 1,500 papers


def value_of(value: int, saved: bool) -> float:
    """One number for what a reader said of a paper; a dislike outweighs a save."""
    if value < 0:
        return NEGATIVE
    return SAVED_AND_LIKED if saved and value > 0 else POSITIVE


def interactions() -> Interactions:
    """All saves and likes of all readers, one a (reader, paper), and upvotes that may teach."""
    return _interactions(chain(readers.positive_ratings(), readers.teaching_upvotes()))


def dislikes() -> Interactions:
    """All dislikes of all readers; their weights are positive too."""
    return _interactions(readers.negative_ratings())


def _interactions(acts: Iterable[readers.Act]) -> Interactions:
    rows = list(acts)
    return Interactions(
        np.array([row.reader for row in rows], np.int64),
        np.array([row.paper for row in rows], np.int64),
        np.array([abs(value_of(row.value, row.saved)) for row in rows], np.float32),
        np.array([row.day.toordinal() for row in rows], np.int32),
    )


class UnreadablePack(ValueError):  # noqa: N818 - it names what cannot be read
    """Stored bytes that are no pack of ours. The next embedding packs the day again."""


@dataclass(frozen=True)
class Pack:
    """A day's papers in a run's spaces, with the names of the terms that occur in them."""

    text: Vectors
    shared: Vectors
    columns: np.ndarray  # int32, ascending: the text columns that occur
    names: np.ndarray  # bytes, one a column

    def to_bytes(self) -> bytes:
        return to_npz(
            {
                "text": np.frombuffer(self.text.to_bytes(), np.uint8),
                "shared": np.frombuffer(self.shared.to_bytes(), np.uint8),
                "columns": self.columns,
                "names": self.names,
            }
        )

    @classmethod
    def from_bytes(cls, arrays: bytes) -> "Pack":
        try:
            stored = from_npz(arrays)
            return cls(
                Vectors.from_bytes(stored["text"].tobytes()),
                Vectors.from_bytes(stored["shared"].tobytes()),
                stored["columns"],
                stored["names"],
            )
        except (ValueError, KeyError) as error:
            raise UnreadablePack(f"these bytes are no pack: {error}") from error

    @cached_property
    def plane(self) -> Plane:
        """Of the item vectors where there are some, else of the texts."""
        return plane(self.seen)

    @property
    def seen(self) -> Vectors:
        """The rows that a map of the day shows."""
        return self.shared if self.shared.d > 1 else self.text

    def term(self, column: int) -> str:
        place = int(np.searchsorted(self.columns, column))
        if place < len(self.columns) and self.columns[place] == column:
            return bytes(self.names[place]).decode(errors="ignore")
        return ""


def make_pack(text: Vectors, shared: Vectors, terms: list[str]) -> Pack:
    columns = np.unique(text.rows.indices).astype(np.int32)
    return Pack(text, shared, columns, np.array([terms[c].encode() for c in columns], "S60"))


def pack(run_id: int, day: date, n_parts: int) -> Pack | None:
    """A day's pack for a run, from this process's memory when it was read before.

    UnreadablePack when its bytes are damaged, or were removed since its parts were counted.
    """
    return _pack(run_id, day, n_parts) if n_parts else None


@lru_cache(maxsize=PACKS_KEPT)
def _pack(run_id: int, day: date, n_parts: int) -> Pack:
    parts = list(_parts(run_id, day))
    if not parts:
        raise UnreadablePack(f"nothing is left of {day} in run {run_id}")
    columns, first = np.unique(np.concatenate([p.columns for p in parts]), return_index=True)
    return Pack(
        _latest([p.text for p in parts]),
        _latest([p.shared for p in parts]),
        columns,
        np.concatenate([p.names for p in parts])[first],
    )


forget_packs = _pack.cache_clear


def _parts(run_id: int, day: date) -> Iterator[Pack]:
    rows = CandidatePack.objects.filter(run_id=run_id, day=day).order_by("part")
    return (Pack.from_bytes(bytes(row)) for row in rows.values_list("arrays", flat=True))


def _latest(parts: list[Vectors]) -> Vectors:
    """The parts as one. A changed paper stands in two of them: its later row counts."""
    rest, seen = [], np.empty(0, np.int64)
    for part in reversed(parts):
        rest.append(part.take(part.ids[~np.isin(part.ids, seen)]))
        seen = np.union1d(seen, part.ids)
    return Vectors.concatenate(rest[::-1])


def is_readable(run_id: int, day: date) -> bool:
    """Whether every stored part of the day can be read; nothing is kept in memory."""
    try:
        for _ in _parts(run_id, day):
            pass
    except UnreadablePack:
        return False
    return True


def vectors(run: ModelRun, paper_ids: Iterable[int]) -> tuple[Vectors, Vectors]:
    """(text, shared) of the given papers that have a place in the run, in order of id."""
    stored = PaperVector.objects.filter(run=run, paper_id__in=list(paper_ids)).order_by("paper_id")
    rows = list(stored.values_list("paper_id", "text_row", "shared_row"))
    ids = np.array([row[0] for row in rows], np.int64)
    return (
        rows_from_bytes([bytes(row[1]) for row in rows], ids, run.n_terms),
        rows_from_bytes([bytes(row[2]) for row in rows], ids, run.n_dimensions),
    )


def past_day(run: ModelRun, paper_ids: Iterable[int]) -> Pack:
    """A day that is packed no more, from its papers' places; its terms have no names."""
    return Pack(*vectors(run, paper_ids), np.empty(0, np.int32), np.empty(0, "S1"))


def placed(run: ModelRun, rows: list[signals.Placed]) -> tuple[Vectors, Vectors]:
    """(text, shared) of acts that were read with their papers' places."""
    known = [row for row in rows if row.text is not None and row.shared is not None]
    ids = np.array([row.act.paper for row in known], np.int64)
    return (
        rows_from_bytes([bytes(row.text or b"") for row in known], ids, run.n_terms),
        rows_from_bytes([bytes(row.shared or b"") for row in known], ids, run.n_dimensions),
    )


class Places(NamedTuple):
    """Where all the papers that have a place in a run stand: text, item vectors."""

    run_id: int = 0
    newest: int = 0  # the greatest id of the rows that were read
    text: Vectors = Vectors.empty()
    shared: Vectors = Vectors.empty()


_reading = Lock()
_places = [Places()]


def places(run: runs.Placed) -> Places:
    """All papers' places under a run; this process remembers them, and reads only what is new.

    A paper that changed has a new row, and the later one counts.
    """
    with _reading:
        known = _places[0] if _places[0].run_id == run.run_id else Places(run.run_id)
        if known.newest < run.newest:
            known = _read_on(known, run)
        _places[0] = known
        return known


def _read_on(known: Places, run: runs.Placed) -> Places:
    stored = PaperVector.objects.filter(run=run.run_id, pk__gt=known.newest, pk__lte=run.newest)
    rows = list(stored.order_by("paper_id").values_list("paper_id", "text_row", "shared_row"))
    if not rows:  # gone since the newest was asked for
        return known
    ids, text, shared = zip(*rows, strict=True)
    return Places(
        run.run_id,
        run.newest,
        _latest([known.text, rows_from_bytes(text, ids, run.n_terms)]),
        _latest([known.shared, rows_from_bytes(shared, ids, run.n_dimensions)]),
    )


def forget_places() -> None:
    """What a test's end empties."""
    _places[0] = Places()


def paper_vectors(run: ModelRun, text: Vectors, shared: Vectors) -> list[PaperVector]:
    """The rows that keep these vectors."""
    return [
        PaperVector(
            run=run,
            paper_id=int(paper_id),
            text_row=row_to_bytes(
                text.rows[place], None if text.encoded is None else text.encoded[place]
            ),
            shared_row=row_to_bytes(shared.rows[place]),
        )
        for place, paper_id in enumerate(text.ids)
    ]


def rated(run: ModelRun, acts: list[readers.Act]) -> Rated:
    """One reader's acts in a run's spaces. Papers without a place there count later."""
    return rated_in(*vectors(run, {act.paper for act in acts}), acts)


def rated_in(text: Vectors, shared: Vectors, acts: list[readers.Act]) -> Rated:
    """The same, of (text, shared) that were read before and may hold more papers, by id."""
    by_paper = {act.paper: act for act in acts}
    placed = [by_paper[paper] for paper in text.ids.tolist() if paper in by_paper]
    if len(placed) < len(text.ids):
        ids = [act.paper for act in placed]
        text, shared = text.take(ids), shared.take(ids)
    values = [value_of(act.value, act.saved) for act in placed]
    return Rated(text, shared, fade(values, [act.day.toordinal() for act in placed]))


def candidates(
    pack: Pack, paper_ids: list[int], day: date, boosts: Mapping[int, float]
) -> Candidates:
    """The given papers in the given order, as far as the pack holds them."""
    held = set(pack.text.ids.tolist())
    known = [i for i in paper_ids if i in held]
    ids = np.array(known, np.int64)
    days = np.full(len(ids), day.toordinal(), np.int32)
    wished = np.array([boosts[i] for i in known], np.float32)
    return Candidates(ids, pack.text.take(ids), pack.shared.take(ids), days, wished)


def reasons(pack: Pack, ids: np.ndarray, because: np.ndarray, rated: Vectors) -> list[list[str]]:
    """The words that each leading paper shares with the saved paper it resembles most.

    `because` names a paper of `rated`, or is -1. Subjects are terms too, and count; the page
    names them anyway. Only they hold . or -. Words are paired across a stop word ("fields dark" of
    "fields of dark matter"): such a pair is told of nobody, since no rule and no search meets it.
    """
    leading = ids[:TERMS_FOR_LEADING]
    found = shared_terms(pack.text.take(leading), rated, because[: len(leading)], k=TERMS_TRIED)
    named = [[pack.term(column) for column in row if column >= 0] for row in found]
    told = [[name for name in row if name and not {".", "-"} & {*name}] for row in named]
    pairs = papers.met(leading.tolist(), [[name for name in row if " " in name] for row in told])
    said = zip(told, pairs, strict=True)
    told = [[name for name in row if " " not in name or name in met] for row, met in said]
    return [telling(row)[:TERMS_SHOWN] for row in told]


def telling(terms: list[str]) -> list[str]:
    """Terms without those that are common everywhere, and without parts of longer ones here."""
    parts = {word for term in terms if " " in term for word in term.split()}
    return [term for term in terms if term not in parts and term not in COMMON]
