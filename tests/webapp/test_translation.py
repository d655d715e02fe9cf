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

from tests.factories import DAY, indexed, paper, profile, rating, reader
from webapp import urls
from webapp.models import Digest, Rating, Subject, Subscription, Suppression
from webapp.services import feeds, readers, runs
from webapp.services.digests import confirming, letters, personal, subscriptions
from webapp.services.social import comments, editing, trends, upvotes
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
        elif token.contents == "block kind":  # a class for the whole page
            inside = "block"
        elif token.token_type != TokenType.COMMENT:
            kept.append(" ")
            tags.append("" if name == "translate" else token.contents)
    text = re.sub(r"(</?) ", r"\1", "".join(kept))  # an element whose name is chosen by a tag
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
# What programs read: names of headers and modules, the lines of an export, and what papers write.
PROTOCOL = {"Referer", "Precedence", "Type", "anymail.backends."}
EXPORTS = {"formats/abbreviations.py", "formats/markdown.py", "formats/prose.py"}
MARKS = {"gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "gettext_noop"}
LOGS = {"debug", "info", "warning", "error", "exception", "add_argument"}
SENTENCE = re.compile(r"[A-Z][a-z’']+[ :.,]|[a-z’']{2,} [a-z]{2,} [a-z]|[a-z]{3,}\.$|^[A-Z][a-z]+$")
PYTHON = sorted(
    name
    for path in ROOT.rglob("*.py")
    for name in [str(path.relative_to(ROOT))]
    if name not in OPERATORS | EXPORTS and not name.startswith(OF_OPERATORS)
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
        types = [getattr(node, name, None) for name in ("slice", "annotation", "returns")]
        passed |= {id(part) for kind in types if kind for part in ast.walk(kind)}
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if id(node) not in passed and SENTENCE.search(node.value)
        if node.value not in NAMES | PROTOCOL and words([node.value])
        if not SQL.match(node.value)
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
    return outside(spoken(html))


def outside(texts):
    """Their Latin words outside of brackets, which may stand in one another."""
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


def test_every_word_of_a_page_can_be_translated(client, bracketed, greek_world, who):
    pages = {name: client.get(address(name, greek_world, who)) for name in named()}
    found = {
        name: plain(page.content.decode())
        for name, page in pages.items()
        if page.status_code not in ONLY_POST and page["Content-Type"].startswith("text/html")
    }
    for page in pages.values():
        page.close()  # one is a file
    assert len(found) > 40
    assert {name: left for name, left in found.items() if left} == {}


@pytest.fixture
def public_world(greek_world, who, now):
    """Upvoted, picked and discussed; one comment is reported, one hidden; somebody is an author."""
    other = reader(name="Βάσω")
    who.name, who.is_editor, who.is_superuser = "Άννα", True, True
    who.save()
    for one in (who, other):
        upvotes.upvote(one, greek_world, True, now)
        comments.write(one, greek_world, "λόγος", now)
    hidden = comments.write(other, greek_world, "άλλος", now + timedelta(hours=1))
    reported = comments.write(other, greek_world, "τρίτος", now + timedelta(hours=2))
    comments.hide(who, hidden, "αιτία", now)
    comments.report(who, reported, "αιτία", now)
    editing.pick(who, greek_world, "σημείωση", now)
    editing.claim(other, greek_world, "εγώ", now)
    trends.compute_trend("x", now)
    return greek_world


def test_what_readers_said_stands_in_translated_words(client, bracketed, public_world, who):
    for name in ("discussion", "queue", "upvoters", "trending", "paper", "daily"):
        page = client.get(address(name, public_world, who))
        assert plain(page.content.decode()) == [], name


@pytest.fixture
def letter(greek_world, who, now):
    """A reader's own letters, with every fate that one can have."""
    wish = dict.fromkeys(("least_place", "held_until"))
    wish |= {"cadence": "daily", "days": [], "hour": 7, "most": 5, "tells_empty": True}
    one = Subscription.objects.get(pk=personal.make(who, None, wish, now))
    for n, state in enumerate(Digest.State.values):
        day = DAY - timedelta(days=n)
        times = {"queued_at": now, "next_at": now, "sent_at": now}
        Digest.objects.create(subscription=one, day=day, state=state, attempts=1, **times)
    Suppression.objects.create(address="q@example.org", why="bounced", said="όχι", at=now)
    return one


def test_the_pages_of_letters_and_private_feeds_can_be_translated(client, bracketed, letter, who):
    who.is_superuser = True
    who.save()
    feeds.make(profile(who), profile(who), "όνομα", letter.created_at)
    for page in ("letters", "mail", "private_feeds"):
        assert plain(client.get(reverse(page)).content.decode()) == []
    assert plain(client.get(reverse("letter", args=[letter.pk])).content.decode()) == []


def test_letters_can_be_translated(bracketed, letter, who, now, settings):
    settings.MAIL_FOLDER = "letters"  # no address need be confirmed
    Digest.objects.all().delete()
    made = letters.compose(Digest(subscription=letter, day=DAY, queued_at=now, next_at=now), now)
    assert outside([made.subject, made.body]) == []
    assert plain(made.alternatives[0][0]) == []


def test_letters_to_strangers_can_be_translated(client, bracketed, greek_world, now, mailoutbox):
    wish = {"cadence": "weekly", "days": [], "hour": 7, "time_zone": "UTC", "subjects": ["cs.RO"]}
    subscriptions.subscribe("r@example.org", wish, now)
    confirming.answer("x", now)
    one = Subscription.objects.get(address="r@example.org")
    client.post(reverse("confirm", args=[subscriptions.link_to_confirm(one)]))
    one.refresh_from_db()
    made = letters.preview(one, DAY, now)
    for message in (*mailoutbox, made):
        assert outside([message.subject, message.body]) == []
    for page in ("manage", "unsubscribe"):
        assert plain(client.get(reverse(page, args=[one.key])).content.decode()) == []


def test_feeds_can_be_translated(client, bracketed, greek_world, who, now):
    token = feeds.make(profile(who), profile(who), "όνομα", now)
    feed = {
        "daily_feed": [],
        "trending_feed": [],
        "subject_feed": ["math"],
        "private_feed": [token],
    }
    for name, given in feed.items():
        found = client.get(reverse(name, args=[*given, "json"])).json()
        assert outside([found["title"], found["description"]]) == []
        for item in found["items"]:
            assert plain(item["content_html"]) == []


PAGES_OF_ACCOUNTS = [
    "account_login", "account_signup", "account_logout", "account_email", "account_inactive",
    "account_change_password", "account_reset_password", "account_reset_password_done",
    "account_reauthenticate", "account_email_verification_sent", "mfa_index", "mfa_list_webauthn",
]  # fmt: skip


@pytest.mark.parametrize("is_logged_in", [True, False])
def test_the_pages_of_accounts_can_be_translated(is_logged_in, client, bracketed, who):
    for name in PAGES_OF_ACCOUNTS:
        client.force_login(who) if is_logged_in else client.logout()
        answer = client.get(reverse(name), follow=True)
        assert plain(answer.content.decode()) == [], name
