"""arXiv's identifiers and categories, as its help pages define them. Pure."""

import re
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext

ALIASES = {
    "math.MP": "math-ph",
    "stat.TH": "math.ST",
    "math.IT": "cs.IT",
    "q-fin.EC": "econ.GN",
    "cs.SY": "eess.SY",
    "cs.NA": "math.NA",
    "cmp-lg": "cs.CL",
    "alg-geom": "math.AG",
    "dg-ga": "math.DG",
    "funct-an": "math.FA",
    "q-alg": "math.QA",
    "adap-org": "nlin.AO",
    "comp-gas": "nlin.CG",
    "chao-dyn": "nlin.CD",
    "solv-int": "nlin.SI",
    "patt-sol": "nlin.PS",
    "mtrl-th": "cond-mat.mtrl-sci",
    "supr-con": "cond-mat.supr-con",
    "acc-phys": "physics.acc-ph",
    "ao-sci": "physics.ao-ph",
    "atom-ph": "physics.atom-ph",
    "bayes-an": "physics.data-an",
    "chem-ph": "physics.chem-ph",
    "plasm-ph": "physics.plasm-ph",
}
CATEGORY = re.compile(r"[a-z]{1,8}(-[a-z]{2,4})?(\.([A-Z]{2}|[a-z]{2,8}(-[a-z]{2,5})?))?")
# What bioRxiv and medRxiv name their preprints by. A stroke inside would end a path too early.
DOI = re.compile(r"10\.\d{4,9}/[\w.-]{1,100}", re.ASCII)
_ANY_DOI = re.compile(r"10\.\d{4,9}/[!-~]{1,200}")  # of a journal, say
_DOI_PREFIX = re.compile(
    r"^(?:(?:https?://)?(?:dx\.)?doi\.org/|doi:\s*|"
    r"(?:https?://)?(?:www\.)?(?:bio|med)rxiv\.org/content/)"
)
ELSEWHERE = re.compile(r"(bio|med)rxiv(\.[a-z0-9-]{1,50})?")
_NEW = re.compile(r"(\d{2})(\d{2})\.(\d{4,6})(?:[vV](\d{1,4}))?")
_OLD = re.compile(
    r"([a-z]{1,8}(?:-[a-z]{2,4})?)(?:\.[A-Z]{2})?/(\d{2})(\d{2})(\d{3})(?:[vV](\d{1,4}))?"
)
_PREFIX = re.compile(
    r"(?:https?://)?(?:www\.|export\.)?(?:arxiv\.org|xxx\.lanl\.gov)/"
    r"(?:abs|pdf|html|ps|src|format)/|"
    r"(?:https?://)?(?:www\.)?(?:(?:huggingface|hf)\.co/papers|(?:scirate\.com|papers\.cool)/arxiv|"
    r"alphaxiv\.org/(?:abs|pdf|overview)|ar5iv(?:\.labs\.arxiv)?\.org/(?:abs|html))/|"
    r"https?://[^/\s]{1,100}/papers/|"  # of this instance, or of another
    r"(?:(?:https?://)?(?:dx\.)?doi\.org/|doi:\s*)?10\.48550/arxiv\.|"
    r"oai:arxiv\.org:|info:arxiv/|arxiv[:\s]\s*",
    re.IGNORECASE,
)
_STAMP = re.compile(r"\s*\[[\w.-]+\](?:\s+\d{1,2} [A-Z][a-z]{2} \d{4})?$", re.ASCII)  # on a PDF


class Identifier(NamedTuple):
    arxiv_id: str  # without version
    version: int | None


def parse(text: str) -> Identifier:
    """Any spelling of an arXiv identifier -> the canonical one. ValueError says what is wrong."""
    bare = _STAMP.sub("", text.strip()[:300].strip("<>()\"'"))
    bare = _PREFIX.sub("", bare, count=1)
    bare = re.split(r"[?#]", bare)[0].removesuffix(".pdf").rstrip("./ ")
    if not bare.isascii():
        raise ValueError(_no_identifier(text))
    if match := _NEW.fullmatch(bare):
        return _new_style(text, *match.groups())
    if match := _OLD.fullmatch(bare):
        return _old_style(text, *match.groups())
    raise ValueError(_no_identifier(text))


def _no_identifier(text: str) -> str:
    return gettext("%(text)r is not an arXiv identifier") % {"text": text[:60]}


def named(text: str) -> str:
    """Any spelling of an arXiv identifier or of a preprint's DOI -> what a paper is known by.

    ValueError says what is wrong.
    """
    doi = bare_doi(text)
    if DOI.fullmatch(doi) and not doi.startswith("10.48550/"):
        return doi
    return parse(text).arxiv_id


def bare_doi(text: str) -> str:
    """Any spelling of a DOI, also the address of a preprint's page -> the DOI. Else nothing."""
    bare = _DOI_PREFIX.sub("", text.strip()[:300].lower())
    if bare != text.strip()[:300].lower() and "rxiv.org/" in text.lower():
        bare = re.sub(
            r"(?:v\d+)?(?:\.(?:full|abstract|article-info)[\w.+-]*)?(?:[?#].*)?$", "", bare
        )
    return bare if _ANY_DOI.fullmatch(bare) else ""


def is_doi(paper_id: str) -> bool:
    return paper_id.startswith("10.") and "/" in paper_id


def label(paper_id: str) -> str:
    """What a paper is called on a page: arXiv:2401.01234 or doi:10.1101/..."""
    return f"doi:{paper_id}" if is_doi(paper_id) else f"arXiv:{paper_id}"


def url(paper_id: str) -> str:
    """The page of the paper's newest version at its source."""
    return f"https://{'doi.org' if is_doi(paper_id) else 'arxiv.org/abs'}/{paper_id}"


def month(arxiv_id: str) -> date:
    """The first day of the month in a canonical identifier: that of its announcement."""
    yy, mm = (int(n) for n in re.findall(r"\d{2}", arxiv_id.rpartition("/")[2])[:2])
    return date(1900 + yy if "/" in arxiv_id and yy > 90 else 2000 + yy, mm, 1)


def _new_style(text: str, yy: str, mm: str, number: str, version: str | None) -> Identifier:
    digits = 4 if yy + mm < "1501" else 5
    if not "01" <= mm <= "12" or yy + mm < "0704" or int(number) == 0:
        raise ValueError(_never_used(text))
    if len(number) != digits and not (digits == 5 and len(number) == 6):
        told = gettext("%(text)r has %(n)s digits where arXiv has %(digits)s")
        raise ValueError(told % {"text": text[:60], "n": len(number), "digits": digits})
    return Identifier(f"{yy}{mm}.{number}", _version(text, version))


def _never_used(text: str) -> str:
    return gettext("%(text)r names no month or number that arXiv has used") % {"text": text[:60]}


def _old_style(
    text: str, archive: str, yy: str, mm: str, number: str, version: str | None
) -> Identifier:
    in_use = ("91" <= yy <= "99" and yy + mm >= "9107") or yy + mm <= "0703"
    if not "01" <= mm <= "12" or not in_use or number == "000":
        raise ValueError(_never_used(text))
    return Identifier(f"{archive}/{yy}{mm}{number}", _version(text, version))


def _version(text: str, version: str | None) -> int | None:
    if version is not None and int(version) == 0:
        told = gettext("%(text)r: versions begin at 1")
        raise ValueError(told % {"text": text[:60]})
    return int(version) if version else None


def canonical_category(code: str) -> str:
    """The category a page shows. ValueError when it cannot be one."""
    if not CATEGORY.fullmatch(code):
        raise ValueError(f"{code[:40]!r} is not a category")
    return ALIASES.get(code, code)


def categories(text: str) -> list[str]:
    """Codes apart by commas or spaces -> the canonical ones, each once.

    An archive such as math stands for its categories. Those of bioRxiv and medRxiv stay as they
    are. ValueError names what cannot be one.
    """
    codes = [code for code in re.split(r"[\s,]+", text) if code]
    known = (c if ELSEWHERE.fullmatch(c) else canonical_category(c) for c in codes)
    return list(dict.fromkeys(known))
