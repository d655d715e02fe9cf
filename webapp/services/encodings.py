"""Asking the sentence encoder, if one is set, what papers say; keeping its answers.

About 15 abstracts a second. Answers are stored a few dozen at a time, so that a worker that is
killed loses seconds, and whoever comes next asks for the rest.
"""

import hashlib
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from django.conf import settings

from recommender.encoder import Encoder, Encoding, encode, load
from recommender.evaluation import IssueDays
from recommender.features import ItemText
from recommender.interactions import Floats
from webapp.models import Paper, PaperEncoding
from webapp.queries import encodings

log = logging.getLogger(__name__)
AT_ONCE = 64
BROKEN = (RuntimeError, ValueError)  # missing, or of a mind of its own: words go on without it
MOST_A_TRAINING = 10_000  # newly read, about eleven minutes; the next training reads on


@dataclass(frozen=True)
class Encoded:
    """What a training knows of its papers: centred rows, zeros where unread; how; what is wrong."""

    rows: Floats | None = None
    encoding: Encoding | None = None
    note: str = ""
    read: int = 0  # so many texts just now

    def marked(self, fingerprint: str) -> str:
        """Another encoder, and other papers that it has read, make another training."""
        if self.rows is None or self.encoding is None:
            return fingerprint
        read = self.rows.any(axis=1).tobytes()
        return hashlib.sha256(f"{fingerprint} {self.encoding.name} ".encode() + read).hexdigest()

    def whole(self, days: IssueDays) -> IssueDays:
        """Leave out the days of which a paper is unread.

        What was rated is read first: on such a day to be read would be to be wanted.
        """
        if self.rows is None:
            return days
        unread = np.unique(days.days[~self.rows.any(axis=1)])
        kept = ~np.isin(days.days, unread)
        return IssueDays(days.ids[kept], days.days[kept])


def for_training(papers: Sequence[Paper], rated: Iterable[int]) -> Encoded:
    """Read what is unread, rated papers first, then the newest, as far as one training may."""
    name = settings.ENCODER
    if not name:
        return Encoded()
    first = set(rated)
    order = sorted(papers, key=lambda p: (p.pk in first, p.issue_day, p.arxiv_id), reverse=True)
    try:
        read = supply(order, name, load(name), MOST_A_TRAINING)
    except BROKEN as error:
        log.warning("Training without a sentence encoder: %s", error)
        return Encoded(note=f" Without a sentence encoder: {error}")
    rows = _rows(papers, name)
    if rows is None:
        return Encoded()
    encoding = Encoding.learn(name, rows)
    return Encoded(encoding.centred(rows), encoding, read=read)


def centred(papers: Sequence[Paper], encoding: Encoding | None) -> Floats | None:
    """Rows of the papers as a run learned to centre them, zeros where unread; None without any.

    What is unread is read now, unless its encoder is not the one that is set, or is gone: then
    the words alone place a paper, as they rank its day.
    """
    if encoding is None:
        return None
    if encoding.name == settings.ENCODER:
        try:
            supply(papers, encoding.name, load(encoding.name))
        except BROKEN as error:
            log.warning("New papers are placed by their words alone: %s", error)
    return known(papers, encoding)


def known(papers: Sequence[Paper], encoding: Encoding | None) -> Floats | None:
    """The same of what was read before; nothing is read."""
    if encoding is None:
        return None
    rows = _rows(papers, encoding.name, len(encoding.mean))
    return None if rows is None else encoding.centred(rows)


def supply(papers: Sequence[Paper], name: str, encoder: Encoder, most: int | None = None) -> int:
    """Read the papers whose text the encoder has not seen, `most` at most; returns how many."""
    seen = encodings.stored([paper.pk for paper in papers], name)
    unread = [p for p in papers if seen.get(p.pk, (b"",))[0] != _digest(p)][:most]
    for start in range(0, len(unread), AT_ONCE):
        part = unread[start : start + AT_ONCE]
        rows = encode(encoder, [ItemText(paper.title, paper.abstract) for paper in part])
        PaperEncoding.objects.bulk_create(
            [
                PaperEncoding(paper=paper, encoder=name, digest=_digest(paper), row=_bytes(row))
                for paper, row in zip(part, rows, strict=True)
            ],
            update_conflicts=True,
            unique_fields=["paper", "encoder"],
            update_fields=["digest", "row"],
        )
        log.info("%s has read %d of %d papers", name, start + len(part), len(unread))
    return len(unread)


def _rows(papers: Sequence[Paper], name: str, width: int | None = None) -> Floats | None:
    """Stored rows, zeros for what is unread or, under the same name, was of another width."""
    seen = encodings.stored([paper.pk for paper in papers], name)
    current = {p.pk: seen[p.pk][1] for p in papers if seen.get(p.pk, (b"",))[0] == _digest(p)}
    size = 2 * (width or max((len(row) // 2 for row in current.values()), default=0))
    read = {pk: np.frombuffer(row, "<f2") for pk, row in current.items() if len(row) == size}
    blank = np.zeros(size // 2, np.float16)
    rows = [read.get(paper.pk, blank) for paper in papers]
    return np.array(rows).astype(np.float32) if read else None


def _digest(paper: Paper) -> bytes:
    text = f"{paper.title}\n{paper.abstract}".encode(errors="replace")
    return hashlib.blake2b(text, digest_size=16).digest()


def _bytes(row: Floats) -> bytes:
    return bytes(row.astype("<f2").tobytes())


def forget_others() -> None:
    """Drop what an encoder said that is no longer the one set; none set keeps all."""
    if settings.ENCODER:
        PaperEncoding.objects.exclude(encoder=settings.ENCODER).delete()
