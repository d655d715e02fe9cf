# ruff: noqa: RUF001 - Greek letters are what tells data from words
"""Whatever readers see goes through gettext: found in the sources, seen on pages in ⟦brackets⟧."""

import ast
import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template.base import Lexer, TokenType
from django.urls import reverse
from django.utils.translation import trans_real
from django.utils.translation.trans_real import CONTEXT_SEPARATOR

from tests.factories import DAY, indexed, paper, rating
from webapp import urls
from webapp.models import Rating, Subject
from webapp.services import readers, runs
from webapp.templatetags import cards

ROOT = Path(__file__).resolve().parent.parent.parent / "webapp"
TEMPLATES = sorted(
    str(path.relative_to(ROOT / "templates"))
    for path in (ROOT / "templates").rglob("*")
    if path.suffix in {".html", ".txt"}
)
# Names that are the same in every language.
NAMES = {
    "Firstlight", "arXiv", "bioRxiv", "LightFM", "DOI", "PDF", "HTML", "BibTeX", "RIS", "ORCID",
    "Atom", "RSS", "JSON", "Markdown", "OAI", "PMH", "UTC", "Zotero", "JabRef", "Mendeley",
    "ARXIV", "SUBJECTS", "LaTeX", "Hugging", "Face", "Factory",
}  # fmt: skip
SPOKEN = ("title", "aria-label", "placeholder", "alt", "label", "summary")
UNSPOKEN = {"script", "style", "code", "pre", "kbd", "math", "var"}
WORD = re.compile(r"[A-Za-z]{2,}")


class Spoken(HTMLParser):
    """What a reader can see or hear of a page, without what says `translate="no"`."""

    def __init__(self):
        super().__init__()
        self.found, self.silent = [], []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if self.silent:
            self.silent += [tag] if tag == self.silent[0] else []
            return
        if tag in UNSPOKEN or given.get("translate") == "no":
            if tag not in {"input", "meta", "link", "br", "hr", "img"}:
                self.silent.append(tag)
            return
        self.found += [given[name] or "" for name in SPOKEN if name in given]
        if tag == "input" and given.get("type") in {"submit", "button", "reset"}:
            self.found.append(given.get("value") or "")
        if tag == "meta" and given.get("name") == "description":
            self.found.append(given.get("content") or "")

    def handle_startendtag(self, tag, attrs):
        self.found += [value or "" for name, value in attrs if name in SPOKEN]

    def handle_endtag(self, tag):
        if self.silent and tag == self.silent[0]:
            self.silent.pop()

    def handle_data(self, data):
        if not self.silent:
            self.found.append(data)


def spoken(html):
    parser = Spoken()
    parser.feed(html)
    parser.close()
    return parser.found


def words(texts):
    return [word for text in texts for word in WORD.findall(text) if word not in NAMES]


def unmarked(source, is_html):
    """What stands in a template outside of `translate` and `blocktranslate`."""
    kept, tags, inside = [], [], ""
    for token in Lexer(source).tokenize():
        name = token.contents.split()[0] if token.contents.split() else ""
        if token.token_type == TokenType.TEXT:
            kept.append("" if inside else token.contents)
        elif token.token_type == TokenType.BLOCK and inside:
            inside = "" if name == f"end{inside}" else inside
        elif token.token_type == TokenType.BLOCK and name in {"blocktranslate", "comment"}:
            inside = name
        elif token.token_type != TokenType.COMMENT:
            kept.append(" ")
            tags.append("" if name == "translate" else token.contents)
    text = "".join(kept)
    literals = [
        literal
        for tag in tags
        for literal in re.findall(r"""(?<!_\()(?<!date:)"([^"]*)\"""", tag)
        if re.match(r"[A-Z][a-z]|\w+ \w", literal)
    ]
    if any("|pluralize" in tag or "|yesno" in tag for tag in tags):
        literals.append("a plural outside of blocktranslate")
    return words(spoken(text) if is_html else [text]) + literals


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_holds_words_of_its_own(name):
    source = (ROOT / "templates" / name).read_text()
    assert unmarked(source, name.endswith(".html")) == []


# Files whose sentences are for operators: logs, commands, jobs and what is stored of them.
OPERATORS = {
    "admin.py", "bell.py", "celery.py", "dataset.py", "embedded.py", "jobs.py", "processes.py",
    "servers.py", "settings.py", "supervisor.py", "tasks.py", "wsgi.py",
}  # fmt: skip
# The services are the worker's, which no page reaches; the last keeps what became of jobs.
WORKERS = ("coverage", "demo", "encodings", "harvests", "imports", "runs", "sources", "work")
OF_OPERATORS = (
    *("management/", "migrations/", "arxiv/", "models/"),
    *(f"services/{name}" for name in WORKERS),
)
# What is written for programs: the headings of a paper's Markdown.
FOR_PROGRAMS = {("views/papers.py", "_facts")}
SQL = re.compile(r"\s*(?:WITH|SELECT|INSERT|UPDATE|DELETE)\b")
MARKS = {"gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "gettext_noop"}
LOGS = {"debug", "info", "warning", "error", "exception", "add_argument"}
SENTENCE = re.compile(r"[A-Z][a-z’']+[ :.,]|[a-z’']{2,} [a-z]{2,} [a-z]|[a-z]{3,}\.$|^[A-Z][a-z]+$")
PYTHON = sorted(
    name
    for path in ROOT.rglob("*.py")
    for name in [str(path.relative_to(ROOT))]
    if name not in OPERATORS and not name.startswith(OF_OPERATORS)
)


def is_mark(call, names):
    called = getattr(call.func, "id", getattr(call.func, "attr", ""))
    return called in names


def documented(tree):
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    bodies = [node.body[:1] for node in ast.walk(tree) if isinstance(node, owners)]
    return {id(first.value) for body in bodies for first in body if isinstance(first, ast.Expr)}


def sentences(name):
    """String constants that read like sentences, outside of gettext, logs and docstrings."""
    tree = ast.parse((ROOT / name).read_text())
    passed = documented(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and (name, node.name) in FOR_PROGRAMS:
            passed |= {id(part) for part in ast.walk(node)}
        if isinstance(node, ast.Call) and is_mark(node, MARKS | LOGS):
            passed |= {id(part) for part in ast.walk(node)}
        if isinstance(node, ast.Subscript | ast.AnnAssign):  # types that are written as strings
            kind = node.slice if isinstance(node, ast.Subscript) else node.annotation
            passed |= {id(part) for part in ast.walk(kind)}
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if id(node) not in passed and SENTENCE.search(node.value)
        if node.value not in NAMES and not SQL.match(node.value)
    ]


@pytest.mark.parametrize("name", PYTHON)
def test_no_sentence_for_readers_passes_by_gettext(name):
    assert sentences(name) == []


class Bracketed:
    """A language in which every message stands in ⟦brackets⟧."""

    def gettext(self, message):
        return f"⟦{message.rpartition(CONTEXT_SEPARATOR)[2]}⟧" if message else ""

    def ngettext(self, one, many, n):
        return self.gettext(one if n == 1 else many)


@pytest.fixture
def bracketed(monkeypatch):
    monkeypatch.setattr(trans_real, "_default", Bracketed())
    monkeypatch.delattr(trans_real._active, "value", raising=False)  # left by commands, as migrate
    pieces = [cards._piece, cards._muting, cards._wordings]
    for piece in pieces:
        piece.cache_clear()
    yield
    for piece in pieces:
        piece.cache_clear()


# A world without Latin letters, so that every Latin word outside of brackets is one of ours.
GREEK = {
    "galaxies": "γαλαξίας φάσμα σκόνη ερυθρά μετατόπιση αστέρας",
    "robots": "ρομπότ λαβή αφή μίμηση χειρισμός πολιτική",
    "primes": "πρώτος κόσκινο ζήτα μηδενικά αριθμός φράγμα",
}
DATA = re.compile(
    r"\S+@\S+|https?://\S+|\b[a-z-]+\.[A-Za-z-]{2,}\b|\b[a-z-]+/\d+|testserver\S*"
    r"|\b(?:[a-z]{2}|id|cat)[:=]\S*|\.(?:md|bib|ris|atom|rss|json)\b|\?\S+"
)
ONLY_POST = {405}


@pytest.fixture
def greek_world(who, now):
    Subject.objects.update(name="Κλάδος", group="Ομάδα")
    days = [DAY - timedelta(days=3), DAY]
    made = {
        (topic, day): [
            paper(
                topic, day, title=f"{text} {n}", abstract=f"{text}. {text} {n}.", authors=["Άλφα"]
            )
            for n in range(12)
        ]
        for day in days
        for topic, text in GREEK.items()
    }
    runs.train("test", now)
    for liked in made["robots", days[0]]:
        rating(who, liked, saved=True)
    readers.rerank_after(who, DAY, now)
    indexed()
    return made["robots", DAY][0]


def plain(html):
    """Its Latin words outside of brackets, which may stand in one another."""
    texts = spoken(html)
    before = None
    joined = "\n".join(texts)
    while before != joined:
        before, joined = joined, re.sub(r"⟦[^⟦⟧]*⟧", "", joined)
    return words([DATA.sub("", joined)])


def named():
    return sorted({one.name for one in urls.urlpatterns if getattr(one, "name", None)})


def address(name, greek, who):
    act = Rating.objects.filter(reader=who).first()
    given = {
        "arxiv_id": greek.arxiv_id, "code": "cs.RO", "form": "atom", "pk": act.pk, "token": "x",
        "key": "x", "provider": "postmark",
    }  # fmt: skip
    name_of_day = {"date": "2026-11-20", "week": "2026-W47", "month": "2026-11"}
    given["name"] = name_of_day.get(name, "x")
    pattern = next(one for one in urls.urlpatterns if getattr(one, "name", None) == name)
    wanted = pattern.pattern.converters
    return reverse(name, kwargs={key: given[key] for key in wanted})


@pytest.mark.parametrize("name", named())
def test_every_word_of_a_page_can_be_translated(name, client, bracketed, greek_world, who):
    answer = client.get(address(name, greek_world, who))
    if answer.status_code in ONLY_POST or not answer["Content-Type"].startswith("text/html"):
        return
    assert plain(answer.content.decode()) == []
