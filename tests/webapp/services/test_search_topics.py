"""Over the demo's papers: what people ask for, which papers are about it, and where these stand."""

import json
from pathlib import Path

import pytest
from django.db import connection

from webapp.arxiv import bulk
from webapp.formats.query import parse
from webapp.models import Paper
from webapp.queries.papers import subject_names
from webapp.queries.searches.asked import read
from webapp.services import runs, searches
from webapp.services.papers import store

pytestmark = pytest.mark.django_db
FIXTURES = Path(__file__).resolve().parents[3] / "fixtures"

# What is about them comes before all else: a topic of the demo, or papers by their titles.
FIRST = {
    "neural collapse": "neural-collapse",
    "diffusion models generalization": "diffusion-generalization",
    "generalization in diffusion models": "diffusion-generalization",
    "neural differential equations": "neural-differential-equations",
    "neural ODE": "neural-differential-equations",
    "neural ODEs": "neural-differential-equations",
    "neural SDE": "2402.14989",
    "neural stochastic differential equations": "2402.14989",
    "neural pde solvers": "2302.10255",
    "neural solvers and operators": "neural-pde-solvers",
    "neural operators": "2310.19809",
    "neural operators for partial differential equations": "2310.19809",
    "neural fields": "neural-fields",
    "neural radiance fields": "2211.15977 2309.15426",
    "NeRF": "2211.15977",
    "infinitely wide networks": "1806.07572 2011.14522 2107.01408 2204.14126",
    "neural tangent kernel": "1806.07572 2011.14522 2204.14126",
    "NTK": "1806.07572 2011.14522 2204.14126",
    "overparameterization and overfitting": "2310.02541 2311.14646",
    "spiking neural networks": "2303.10276",
    "brain decoding": "1807.06173 2310.19812",
    "neural decoding": "1807.06173 2310.19812",
    "neural representations": "2309.11028",
    "uncertainty": "2403.13740 2604.16677",
    "probabilistic neural networks": "2305.14859 2403.13740",
    "neural processes": "2304.09431",
    "photometric redshift estimation": "2501.09112",
    "deep learning for cosmology": "2405.03293",
    "cosmological likelihood deep learning": "2405.03293",
    "information compression in neural networks": "1902.09037",
    "batch normalization": "2003.07845",
    "cyberbullying detection": "2111.01689",
    "image dehazing": "2111.09733",
    "breast density": "2202.08238",
    "neural network verification": "2210.16114",
    "hebbian networks": "2212.00606",
    "hypernetworks": "2304.07645",
    "mixture of experts": "2309.13850",
    "MoE": "2309.13850",
    "blind spots of vision models": "2310.19889",
    "neural circuit diagrams": "2402.05424",
    "inductive bias": "2406.15941",
    "number theory": "number-theory",
    "L-functions": "2604.21195 2604.22259 2604.22272",
    "L functions": "2604.21195 2604.22259 2604.22272",
    "program repair": "2604.17464 2604.19305 2604.21579",
    "chain of thought": "2604.20090 2604.22709 2604.23351 2604.26355",
    "policy optimization": ("2604.14895 2604.16972 2604.19485 2604.20659 2604.20733 2604.26553"),
    "text to image": "2604.16481 2604.19954 2604.21041 2604.22302",
    "image editing": "2604.14591 2604.15917 2604.19406",
}
# Of these so many, at least, stand among the first so many.
AMONG = [
    ("neural density estimation", "density-estimation", 1, 1),
    ("neural density estimation", "density-estimation", 3, 9),
    ("density estimation", "density-estimation", 3, 6),
    ("density estimators", "density-estimation", 3, 6),
    ("diffusion generalization", "diffusion-generalization", 1, 1),
    ("diffusion generalization", "diffusion-generalization", 2, 6),
    ("PDE solvers", "neural-pde-solvers", 2, 4),
    ("theory of wide networks", "wide-networks", 4, 4),
    ("efficient neural networks", "efficient-networks", 3, 5),
    ("quantization and pruning of neural networks", "efficient-networks", 3, 7),
    ("uncertainty and probability in neural networks", "uncertainty", 3, 4),
    ("probability estimation with uncertainty", "uncertainty", 1, 1),
    ("galaxies in the early universe", "galaxies", 8, 10),
    ("high-redshift galaxies", "galaxies", 9, 10),
    ("cosmology", "cosmology", 8, 10),
    ("dark energy", "cosmology", 9, 10),
    ("code generation", "code-agents", 9, 10),
    ("software engineering agents", "code-agents", 9, 10),
    ("robot manipulation", "robot-manipulation", 9, 10),
    ("VLA", "robot-manipulation", 9, 10),
    ("safety of language models", "llm-safety", 8, 10),
    ("jailbreak attacks", "llm-safety", 9, 10),
    ("reasoning and reinforcement learning", "llm-reasoning", 7, 10),
    ("RL for language model reasoning", "llm-reasoning", 7, 10),
    ("image generation and diffusion", "image-generation", 9, 10),
    ("text-to-image diffusion models", "image-generation", 9, 10),
]


@pytest.fixture
def topics(now):
    """The demo's papers, placed by a model, with PostgreSQL's own statistics of their words."""
    lines = (FIXTURES / "papers.jsonl").read_bytes().splitlines()
    store([bulk.parse_line(line) for line in lines], now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE webapp_paper")
    runs.train("night", now)
    found = json.loads((FIXTURES / "topics.json").read_text())
    return {key: set(topic["papers"]) for key, topic in found.items()}


def found_first(text, n):
    places = searches.ranked(read(parse(text, subject_names()), None))[:n]
    known = dict(Paper.objects.values_list("pk", "arxiv_id"))
    return {known[place.paper_id] for place in places}


def test_what_people_ask_for_comes_first(topics):
    rows = [(text, topics.get(about) or set(about.split())) for text, about in FIRST.items()]
    rows = [(text, about, len(about), len(about)) for text, about in rows]
    rows += [(text, topics[key], n, first) for text, key, n, first in AMONG]
    missed = [
        (text, n, first, found & about)
        for text, about, n, first in rows
        if len((found := found_first(text, first)) & about) < n
    ]
    assert missed == []
