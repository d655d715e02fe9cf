"""arXiv's categories: names, archives, groups, aliases, OAI sets."""

import json
from functools import cache
from pathlib import Path

SUBJECTS = Path(__file__).resolve().parents[2] / "fixtures" / "subjects.json"
PHYSICS = frozenset(
    [
        "astro-ph",
        "cond-mat",
        "gr-qc",
        "hep-ex",
        "hep-lat",
        "hep-ph",
        "hep-th",
        "math-ph",
        "nlin",
        "nucl-ex",
        "nucl-th",
        "physics",
        "quant-ph",
    ]
)
ALIASES = {
    "math.MP": "math-ph",
    "stat.TH": "math.ST",
    "math.IT": "cs.IT",
    "q-fin.EC": "econ.GN",
    "cs.SY": "eess.SY",
    "cs.NA": "math.NA",
}
SPOKEN = {canonical: alias for alias, canonical in ALIASES.items()}


@cache
def names() -> dict[str, str]:
    """Code -> name. Without the fixtures a code is its own name."""
    if not SUBJECTS.is_file():
        return {}
    return {row["code"]: row["name"] for row in json.loads(SUBJECTS.read_text())}


def archive_of(code: str) -> str:
    return code.split(".", maxsplit=1)[0]


def canonical(code: str) -> str:
    return ALIASES.get(code, code)


@cache
def known(code: str, used: frozenset[str]) -> str | None:
    """The code in arXiv's own spelling, archives and groups included; None when there is none."""
    codes = {*names(), *ALIASES, *used}
    codes |= {archive_of(code) for code in codes} | PHYSICS | {"grp_physics"}
    return {code.lower(): code for code in codes}.get(code.lower())


@cache
def matches(code: str, wanted: frozenset[str]) -> bool:
    """Is a paper's category one of those asked for, or in an archive asked for?"""
    archive = archive_of(code)
    return (
        canonical(code) in {canonical(w) for w in wanted}
        or archive in wanted
        or archive_of(SPOKEN.get(code, code)) in wanted
        or ("grp_physics" in wanted and archive in PHYSICS)
    )


@cache
def set_of(code: str) -> str:
    archive, _, subject = code.partition(".")
    group = "physics" if archive in PHYSICS else archive
    return f"{group}:{archive}:{subject}" if subject else f"{group}:{archive}"


@cache
def sets_of(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Papers in alias categories are in both sets."""
    both = {*codes, *(SPOKEN[code] for code in codes if code in SPOKEN)}
    return tuple(sorted(set_of(code) for code in both | {canonical(code) for code in both}))


def spelled_out(code: str) -> str:
    return f"{names().get(code, code)} ({code})"
