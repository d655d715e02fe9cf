"""Training, judging, activating a run; giving papers their place in it."""

import hashlib
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from django.conf import settings
from django.db import connection, transaction

from recommender import artifact
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
from recommender.ranking import rank
from recommender.space import ItemSpace
from recommender.train import TrainConfig
from recommender.train import train as train_space
from recommender.vectors import Vectors
from webapp import dataset
from webapp.models import CandidatePack, ModelRun, Paper, PaperVector
from webapp.queries import papers, runs
from webapp.services import work
from webapp.services.rankings import OPEN_DAYS

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

    ids: np.ndarray
    texts: list[ItemText]
    days: IssueDays
    interactions: Interactions
    dislikes: Interactions
    fingerprint: str


def _text(paper: Paper) -> ItemText:
    return ItemText(paper.title, paper.abstract, tuple(paper.subjects), tuple(paper.authors))


def gather() -> Material:
    """The newest papers, every rated one, and what readers said of them."""
    positive, negative = dataset.interactions(), dataset.dislikes()
    found = {paper.pk: paper for paper in papers.for_features(None, NEWEST_PAPERS)}
    rated = {*positive.items.tolist(), *negative.items.tolist()} - found.keys()
    found |= {paper.pk: paper for paper in papers.for_features(rated, NEWEST_PAPERS)}
    ordered = [found[pk] for pk in sorted(found)]
    ids = np.array([paper.pk for paper in ordered], np.int64)
    days = np.array([paper.issue_day.toordinal() for paper in ordered], np.int32)
    texts = [_text(paper) for paper in ordered]
    mark = _fingerprint(positive, negative, days, texts)
    return Material(ids, texts, IssueDays(ids, days), positive, negative, mark)


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
        if run.state != ModelRun.State.TRAINING:
            return {"known": run.pk}
        _fit(run, material)
        if run.state == ModelRun.State.READY:
            activate(run, now)
        forget_old()
        return {"run": run.pk, "state": run.state, "papers": run.n_papers}


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


def _train_space(interactions: Interactions, features: Vectors, seed: int) -> ItemSpace:
    return train_space(interactions, features, TrainConfig(), seed)


def _fit(run: ModelRun, material: Material) -> None:
    """Judge a training on the past; if accepted, train on everything and write it down."""
    features = ItemFeatures().fit(material.texts)
    rows = Vectors(material.ids, features.transform(material.texts))
    judgement = _judge(material, rows)
    verdict = promote(judgement.report, _report_of_active(material, judgement), judgement.baselines)
    space = _train_space(material.interactions, rows, SEED)
    weight = judgement.weight if space.d else 0.0
    folder = models_folder() / f"run-{run.pk}"
    _write(folder, artifact.Model(features, space, weight))
    _write(judged(folder), artifact.Model(features, judgement.space, judgement.weight))
    run.state = ModelRun.State.READY if verdict.accepted else ModelRun.State.REFUSED
    run.verdict, run.weight, run.folder = verdict.sentence, weight, folder.name
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


def _judge(material: Material, rows: Vectors) -> Judgement:
    days = material.interactions.days
    span = int(days.max() - days.min()) if len(days) else 0
    config = JudgeConfig(test_days=max(1, min(LONGEST_TEST_DAYS, span // 3)))
    return judge(
        rows,
        material.interactions,
        material.days,
        _train_space,
        config,
        seed=SEED,
        dislikes=material.dislikes,
    )


def _report_of_active(material: Material, judgement: Judgement) -> Report | None:
    """What the active run's judged model does on the same split: a new one has to match it."""
    active = runs.active_run()
    if active is None or not judgement.split.cases:
        return None
    model = artifact.load(judged(models_folder() / active.folder))
    features = model.features.transform(material.texts)
    items = Items(Vectors(material.ids, features), model.space.place(material.ids, features))
    return evaluate(partial(rank, weight=model.weight), judgement.split, items)


def models_folder() -> Path:
    folder: Path = settings.HOME / "models"
    return folder


@lru_cache(maxsize=1)
def load(folder: str) -> artifact.Model:
    """A run's model; a folder never changes, so a worker reads it once."""
    return artifact.load(models_folder() / folder)


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
    run = ModelRun.objects.get(pk=int(slot.split()[1]), state=ModelRun.State.READY)
    if not run.is_active:
        activate(run, now)
    return {"run": run.pk}


def embed(slot: str, now: datetime) -> work.Counts:
    """Give every paper of the open days, and every rated one, its place in the active run."""
    run = runs.active_run()
    if run is None:
        return ask_for_first(now)
    counts = place(run, work.days_of(slot) or papers.newest_days(OPEN_DAYS), now)
    if counts["embedded"] or counts["packed"]:
        work.ask("rank", f"{RUN.format(run.pk)} embedded {now:%Y-%m-%dT%H:%M:%S.%f}", now)
    return counts


def place(run: ModelRun, days: list[date], now: datetime) -> work.Counts:
    """Vectors, then packs, for what has none yet."""
    model = load(run.folder)
    embedded = 0
    while missing := runs.papers_without_vector(run.pk, days, AT_ONCE):
        text, shared = _vectors(model, missing)
        rows = dataset.paper_vectors(run, text, shared)
        PaperVector.objects.bulk_create(rows, ignore_conflicts=True)
        embedded += len(rows)
    packed = sum(_pack(run, model, day, now) for day in days)
    return {"embedded": embedded, "packed": packed}


def _vectors(model: artifact.Model, paper_ids: Iterable[int]) -> tuple[Vectors, Vectors]:
    found = list(papers.for_features(paper_ids, AT_ONCE))
    ids = np.array([paper.pk for paper in found], np.int64)
    rows = model.features.transform([_text(paper) for paper in found])
    return Vectors(ids, rows), model.space.place(ids, rows)


def _pack(run: ModelRun, model: artifact.Model, day: date, now: datetime) -> int:
    """One more part for the day's papers that stand in no part."""
    ids = runs.papers_not_packed(run.pk, day)
    if not ids:
        return 0
    text, shared = dataset.vectors(run, ids)
    pack = dataset.make_pack(text, shared, model.features.terms_)
    with transaction.atomic():
        # Two workers at once would pack the same papers: the second meets the unique part.
        CandidatePack.objects.create(
            run=run,
            day=day,
            part=runs.n_parts(run.pk, day),
            paper_ids=text.ids.tolist(),
            arrays=pack.to_bytes(),
            created_at=now,
        )
    return len(ids)


def ask_for_first(now: datetime) -> work.Counts:
    """An instance that has papers and no run yet needs one before tomorrow morning."""
    if runs.active_run() or not Paper.objects.exists():
        return {}
    asked = work.ask("train", f"{now:%Y-%m-%dT%H}:00 first", now)
    return {"asked for a first training": 1} if asked else {}


def forget_old() -> None:
    """Remove vectors, packs and folders of runs that nobody can go back to.

    Of the refused ones the newest stays on disk, to be looked at.
    """
    ready = ModelRun.objects.filter(state=ModelRun.State.READY).order_by("-activated_at")
    refused = ModelRun.objects.filter(state=ModelRun.State.REFUSED).order_by("-pk")
    kept = set(ready.values_list("pk", flat=True)[:KEPT_RUNS])
    CandidatePack.objects.exclude(run__in=kept).delete()
    PaperVector.objects.exclude(run__in=kept).delete()
    folders = {*ready.values_list("folder", flat=True)[:KEPT_RUNS]}
    folders |= {*refused.values_list("folder", flat=True)[:1]}
    for folder in models_folder().glob("run-*"):
        if folder.name.removesuffix("-judged") not in folders:
            shutil.rmtree(folder)
    artifact.sweep_temporary(models_folder())
