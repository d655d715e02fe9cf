"""Training, judging, activating a run; giving papers their place in it."""

import hashlib
import logging
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from django.db.models import CharField, F, Q, Value
from django.db.models.functions import Cast, Concat

from recommender import artifact
from recommender.crossvalidation import learn_from_authors
from recommender.evaluation import (
    IssueDays,
    Items,
    JudgeConfig,
    Judgement,
    Report,
    evaluate,
    judge,
    promote,
)
from recommender.features import FeatureConfig, ItemFeatures, ItemText
from recommender.interactions import Interactions
from recommender.portfolios import fields, portfolios
from recommender.ranking import rank
from recommender.space import Train
from recommender.train import TrainConfig, authors_only, with_authors
from recommender.vectors import Vectors
from webapp import dataset
from webapp.models import CandidatePack, ModelRun, Paper, PaperVector
from webapp.queries import papers, rankings, runs
from webapp.services import encodings, work
from webapp.services.rankings import OPEN_DAYS

log = logging.getLogger(__name__)

NEWEST_PAPERS = 50_000  # that the text model reads
AT_ONCE = 2_000  # papers embedded in one transaction
LONGEST_TEST_DAYS = 28
KEPT_RUNS = 3  # the active one and those it can be taken back to
TRAINING_LOCK = 8_150_001
SEED = 0
RUN = "run {}"


@dataclass(frozen=True)
class Material:
    """What one training sees."""

    ids: np.ndarray  # numbers of this training, no database ids
    texts: list[ItemText]
    days: IssueDays
    interactions: Interactions
    dislikes: Interactions
    papers: list[Paper]  # in the order of the ids
    encoded: encodings.Encoded
    fingerprint: str


def _text(paper: Paper) -> ItemText:
    return ItemText(paper.title, paper.abstract, tuple(paper.subjects), tuple(paper.authors))


def gather() -> Material:
    """The newest papers, every rated one, and what readers said of them.

    Papers are numbered in the order of their arXiv ids: our own ids tell in which order they
    happened to be stored, and the core trains in the order of the ids it is given.
    """
    positive, negative = dataset.interactions(), dataset.dislikes()
    found = {paper.pk: paper for paper in papers.for_features(None, NEWEST_PAPERS)}
    rated = {*positive.items.tolist(), *negative.items.tolist()}
    older = papers.for_features(rated - found.keys(), NEWEST_PAPERS)
    found |= {paper.pk: paper for paper in older}
    ordered = sorted(found.values(), key=lambda paper: paper.arxiv_id)
    number = {paper.pk: place for place, paper in enumerate(ordered)}
    positive, negative = _numbered(positive, number), _numbered(negative, number)
    ids = np.arange(len(ordered), dtype=np.int64)
    days = np.array([paper.issue_day.toordinal() for paper in ordered], np.int32)
    texts = [_text(paper) for paper in ordered]
    encoded = encodings.for_training(ordered, rated)
    mark = encoded.marked(_fingerprint(positive, negative, days, texts))
    issued = IssueDays(ids, days)
    return Material(ids, texts, issued, positive, negative, ordered, encoded, mark)


def _numbered(acts: Interactions, number: dict[int, int]) -> Interactions:
    """The acts on the papers' numbers, in an order that is the same in every database."""
    items = np.array([number.get(pk, -1) for pk in acts.items.tolist()], np.int64)
    renamed = Interactions(acts.users, items, acts.weights, acts.days)
    order = np.lexsort((items, acts.users))
    return renamed.where(order[items[order] >= 0])


def _fingerprint(
    positive: Interactions, negative: Interactions, days: np.ndarray, texts: list[ItemText]
) -> str:
    mark = hashlib.sha256(f"{artifact.FORMAT} {TrainConfig()} {FeatureConfig()}".encode())
    for acts in (positive, negative):
        for column in (acts.users, acts.items, acts.weights, acts.days):
            mark.update(column.tobytes())
    mark.update(days.tobytes())
    for text in texts:
        mark.update(repr(text).encode(errors="replace"))
    return mark.hexdigest()


def train(slot: str, now: datetime) -> work.Counts:
    """Train, judge, and if the verdict allows it, embed, pack, activate, and ask for ranks.

    Nothing happens when nothing has changed since a run that was judged. Killed half-way it
    leaves an inactive run, which the next training takes up again.
    """
    with only_one() as mine:
        if not mine:
            return {"busy": 1}
        material = gather()
        if not len(material.ids):
            return {"papers": 0}
        run, _ = ModelRun.objects.get_or_create(fingerprint=material.fingerprint)
        known = run.state == ModelRun.State.REFUSED or _readable(run)
        if not known:
            _fit(run, material)
        if not known or _is_owed(run):
            if run.state == ModelRun.State.READY:
                activate(run, now)
            forget_old()
            encodings.forget_others()
        read: work.Counts = {"read": material.encoded.read} if material.encoded.read else {}
        if known:
            return read | {"known": run.pk}
        return read | {"run": run.pk, "state": run.state, "papers": run.n_papers}


def _is_owed(run: ModelRun) -> bool:
    """Accepted and never served: its worker died before it could activate it."""
    active = runs.active_run()
    return (
        run.state == ModelRun.State.READY
        and run.activated_at is None
        and (active is None or active.pk < run.pk)
    )


def _readable(run: ModelRun) -> bool:
    """Whether the run was judged and its models can be read, to serve and to compare with."""
    if run.state != ModelRun.State.READY:
        return False
    folder = models_folder() / run.folder
    try:
        artifact.load(folder)
        artifact.load(judged(folder))
    except artifact.BadArtifact as error:
        log.warning("Run %s cannot be read: %s", run.pk, error)
        return False
    return True


@contextmanager
def only_one() -> Iterator[bool]:
    """One training at a time, over all machines; the lock ends with the connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [TRAINING_LOCK])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [TRAINING_LOCK])


def _fit(run: ModelRun, material: Material) -> None:
    """Judge a training on the past; if accepted, train on everything and write it down."""
    features, encoded = ItemFeatures().fit(material.texts), material.encoded
    rows = Vectors(material.ids, features.transform(material.texts), encoded.rows)
    authors = portfolios(material.texts, material.ids, material.days.days)
    side_by_side = fields(material.texts, material.ids)
    train = with_authors(authors, features.words_, side_by_side)
    judgement = _judge(material, rows, train)
    active, note = _active_to_match(run)
    note += encoded.note
    report = _report_of(active, material, judgement) if active else None
    verdict = promote(judgement.report, report, judgement.baselines)
    if judgement.judged:
        space, weight = train(material.interactions, rows, SEED), judgement.weight
    else:  # too few readers to learn from: what authors taught, as far as it helps authors
        alone = authors_only(features.words_, side_by_side)
        space, weight = learn_from_authors(authors, rows, alone, side_by_side, SEED)
        if weight:
            note += f" What authors wrote counts {weight:g} beside the text."
    weight = weight if space.d else 0.0
    folder = models_folder() / f"run-{run.pk}"
    model = partial(artifact.Model, features, encoding=encoded.encoding)
    _write(folder, model(space, weight))
    _write(judged(folder), model(judgement.space, judgement.weight))
    run.state = ModelRun.State.READY if verdict.accepted else ModelRun.State.REFUSED
    run.verdict, run.weight, run.folder = verdict.sentence + note, weight, folder.name
    run.report = {"run": judgement.report.summary()} | {
        name: report.summary() for name, report in judgement.baselines.items()
    }
    run.n_readers = len(np.unique(material.interactions.users))
    run.n_interactions, run.n_papers = len(material.interactions), len(material.ids)
    run.n_terms, run.n_dimensions = rows.d, space.d
    run.save()


def judged(folder: Path) -> Path:
    """Where the model stands that was trained on the past alone.

    A later training is compared with it: the serving model has already seen the days that the
    next split tests on.
    """
    return folder.with_name(folder.name + "-judged")


def _write(folder: Path, model: artifact.Model) -> None:
    shutil.rmtree(folder, ignore_errors=True)  # of a training that was killed after writing
    artifact.save(model, folder)


def _judge(material: Material, rows: Vectors, train: Train) -> Judgement:
    days = material.days.days[np.isin(material.days.ids, material.interactions.items)]
    span = int(days.max() - days.min()) if len(days) else 0
    config = JudgeConfig(test_days=max(1, min(LONGEST_TEST_DAYS, span // 3)))
    return judge(
        rows,
        material.interactions,
        material.encoded.whole(material.days),
        train,
        config,
        seed=SEED,
        dislikes=material.dislikes,
    )


def _active_to_match(run: ModelRun) -> tuple[ModelRun | None, str]:
    """The active run, if there is one that can be read; and what to say if it cannot."""
    active = runs.active_run()
    if active is None or active.pk == run.pk:
        return None, ""
    if not _readable(active):
        return None, f" Not compared with run {active.pk}, whose model cannot be read."
    return active, ""


def _report_of(active: ModelRun, material: Material, judgement: Judgement) -> Report | None:
    """What the active run's judged model does on the same split: a new one has to match it."""
    if not judgement.split.cases:
        return None
    model = artifact.load(judged(models_folder() / active.folder))
    features = model.features.transform(material.texts)
    rows = Vectors(material.ids, features, encodings.known(material.papers, model.encoding))
    items = Items(rows, model.space.place(rows.ids, rows.rows, rows.encoded))
    return evaluate(partial(rank, weight=model.weight), judgement.split, items)


def models_folder() -> Path:
    return Path(settings.HOME) / "models"


def activate(run: ModelRun, now: datetime) -> None:
    """Serve with this run. Vectors and packs first: no page meets a run without them."""
    days = papers.newest_days(OPEN_DAYS)
    place(run, days, now)
    with transaction.atomic():
        ModelRun.objects.filter(is_active=True).update(is_active=False)
        ModelRun.objects.filter(pk=run.pk).update(is_active=True, activated_at=now)
        work.ask("rank", f"{RUN.format(run.pk)} active {now:%Y-%m-%dT%H:%M:%S.%f}", now)


def activate_asked(slot: str, now: datetime) -> work.Counts:
    """Take an accepted run back into service; the slot begins with its number: 'run 12 ...'."""
    run = ModelRun.objects.get(pk=int(slot.split()[1]))
    if run.state != ModelRun.State.READY:
        return {"refused": f"Run {run.pk} is {run.state}: only a ready one can serve."}
    if not _readable(run):
        return {"refused": f"The model of run {run.pk} cannot be read."}
    if not run.is_active:
        activate(run, now)
    return {"run": run.pk}


def embed(slot: str, now: datetime) -> work.Counts:
    """Give every paper of the open days, and every rated one, its place in the active run.

    And in the earlier one that it is compared with, before: both are needed to draw a list up.
    """
    run = runs.active_run()
    if run is None:
        return ask_for_first(now)
    days = work.days_of(slot) or papers.newest_days(OPEN_DAYS)
    for rival in rankings.rival_runs(days):
        try:
            place(rival, days, now)
        except artifact.BadArtifact:
            log.exception("Run %d cannot be compared with", rival.pk)
    try:
        counts = place(run, days, now)
    except artifact.BadArtifact as error:
        work.ask("train", f"{now:%Y-%m-%dT%H}:00 unreadable", now)
        return {"asked for a training": f"The model of run {run.pk} cannot be read: {error}"}
    if counts["embedded"] or counts["packed"]:
        work.ask("rank", f"{RUN.format(run.pk)} embedded {now:%Y-%m-%dT%H:%M:%S.%f}", now)
    return counts


def place(run: ModelRun, days: list[date], now: datetime) -> work.Counts:
    """Vectors, then packs, for what has none yet.

    The model is read when something is missing, and not kept: it is large, and needed seldom.
    """
    model = cache(lambda: artifact.load(models_folder() / run.folder))
    embedded = 0
    while missing := runs.papers_without_vector(run.pk, days, AT_ONCE):
        text, shared = _vectors(model(), missing)
        rows = dataset.paper_vectors(run, text, shared)
        PaperVector.objects.bulk_create(rows, ignore_conflicts=True)
        embedded += len(rows)
    packed = sum(_pack(run, model, day, now) for day in days)
    return {"embedded": embedded, "packed": packed}


def _vectors(model: artifact.Model, paper_ids: Iterable[int]) -> tuple[Vectors, Vectors]:
    found = list(papers.for_features(paper_ids, AT_ONCE))
    ids = np.array([paper.pk for paper in found], np.int64)
    rows = model.features.transform([_text(paper) for paper in found])
    encoded = encodings.centred(found, model.encoding)
    return Vectors(ids, rows, encoded), model.space.place(ids, rows, encoded)


@transaction.atomic
def _pack(run: ModelRun, model: Callable[[], artifact.Model], day: date, now: datetime) -> int:
    """One more part for the day's papers that stand in no part; all of them if one is damaged."""
    _pack_alone(run, day)
    part = runs.n_parts(run.pk, day)
    if not dataset.is_readable(run.pk, day):
        CandidatePack.objects.filter(run=run, day=day).delete()
    ids = runs.papers_not_packed(run.pk, day)
    if not ids:
        return 0
    newest = runs.newest_vector(run.pk, ids)  # before the vectors: a later one is packed again
    text, shared = dataset.vectors(run, ids)
    pack = dataset.make_pack(text, shared, model().features.terms_)
    CandidatePack.objects.create(
        run=run,
        day=day,
        part=part,
        paper_ids=text.ids.tolist(),
        arrays=pack.to_bytes(),
        newest_vector=newest,
        created_at=now,
    )
    return len(ids)


def _pack_alone(run: ModelRun, day: date) -> None:
    """Let a second worker wait until the first one's part is there, else both pack the same."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [run.pk, day.toordinal()])


def ask_for_first(now: datetime) -> work.Counts:
    """An instance that has papers and no run yet needs one before tomorrow morning."""
    if runs.active_run() or not Paper.objects.exists():
        return {}
    asked = work.ask("train", f"{now:%Y-%m-%dT%H}:00 first", now)
    return {"asked for a first training": 1} if asked else {}


def forget_old() -> None:
    """Remove vectors, packs and folders of runs that nobody can go back to.

    Of the refused ones the newest stays on disk, to be looked at. A forgotten run gives its
    fingerprint away: the same papers and ratings would be trained again, as a run of its own.
    """
    ready = ModelRun.objects.filter(Q(state=ModelRun.State.READY) | Q(is_active=True))
    order = ("-is_active", F("activated_at").desc(nulls_last=True), "-pk")
    kept = list(ready.order_by(*order)[:KEPT_RUNS])
    refused = ModelRun.objects.filter(state=ModelRun.State.REFUSED).order_by("-pk")
    ready.exclude(pk__in=[run.pk for run in kept]).update(
        state=ModelRun.State.FORGOTTEN,
        fingerprint=Concat(Value("forgotten "), Cast("pk", CharField())),
    )
    CandidatePack.objects.exclude(run__in=kept).delete()
    PaperVector.objects.exclude(run__in=kept).delete()
    folders = {run.folder for run in kept} | {*refused.values_list("folder", flat=True)[:1]}
    for folder in models_folder().glob("run-*"):
        if folder.name.removesuffix("-judged") not in folders:
            shutil.rmtree(folder)
    artifact.sweep_temporary(models_folder())
