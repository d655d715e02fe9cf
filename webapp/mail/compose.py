"""From what is to be said to a message: two parts of the same content, and the headers.

RFC 8058 for one-click unsubscribing, RFC 2919 for List-Id, RFC 3834 for Auto-Submitted.
"""

from datetime import date
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, ngettext

from webapp.models import Paper
from webapp.templatetags.papers import authors, plain

LONGEST_TITLE = 300
LARGEST = 98_000  # bytes; mail programs cut longer ones
UNFITTING = gettext_lazy("More did not fit into one letter.")


class Line(NamedTuple):
    """One paper in a letter, and why it is there."""

    paper: Paper
    because: Paper | None = None
    terms: list[str] = []  # never changed
    shared_percent: int = 0
    n_upvotes: int = 0
    is_picked: bool = False
    token: str = ""  # with which its reader can act on it

    @property
    def title(self) -> str:
        return one_line(self.paper.title)

    @property
    def authors(self) -> str:
        return one_line(authors(self.paper.authors, 4))

    @property
    def why(self) -> str:
        """In words; nothing where there is nothing to say."""
        if self.because and self.because.pk == self.paper.pk:
            return ""
        parts = []
        if self.because:
            told = gettext("Because you saved or liked “%(title)s”.")
            if self.terms:
                told = gettext("Because you saved or liked “%(title)s” (%(terms)s).")
            title, terms = one_line(self.because.title), ", ".join(self.terms[:4])
            parts.append(told % {"title": title, "terms": terms})
        if self.shared_percent:
            told = gettext("%(percent)s %% from other readers.")
            parts.append(told % {"percent": self.shared_percent})
        if self.is_picked:
            parts.append(gettext("Picked by an editor."))
        if self.n_upvotes:
            told = ngettext("%(n)s upvote.", "%(n)s upvotes.", self.n_upvotes)
            parts.append(told % {"n": self.n_upvotes})
        return " ".join(parts)


class Part(NamedTuple):
    """Papers under a heading: of one interest, or without one all of them."""

    name: str
    lines: list[Line]


class Letter(NamedTuple):
    """All that a letter says; the text part and the HTML part say the same."""

    day: date
    subject: str
    opening: str
    parts: list[Part]
    changed: list[tuple[Line, int]] = []  # saved papers, and the version that was saved
    sentences: list[str] = []  # why there is nothing
    list_name: str = "digest"
    key: str = ""  # of the subscription
    is_readers: bool = False  # who can see its settings

    def shorter(self) -> "Letter":
        """With three of four papers, at least one of each part."""
        parts = [Part(one.name, one.lines[: max(1, len(one.lines) * 3 // 4)]) for one in self.parts]
        changed = self.changed[: max(1, len(self.changed) * 3 // 4)]
        return self._replace(parts=parts, changed=changed, sentences=[str(UNFITTING)])

    @property
    def paper_ids(self) -> list[int]:
        return [line.paper.pk for part in self.parts for line in part.lines]


def one_line(text: str) -> str:
    """Words as meant, without what breaks lines or turns directions; safe in a header."""
    words = " ".join(str(plain(text)).split())
    return words if len(words) <= LONGEST_TITLE else words[: LONGEST_TITLE - 1] + "…"


def address(name: str, *args: Any) -> str:
    """Where a page stands for somebody who is not here."""
    return f"{settings.ADDRESS}{reverse(name, args=args)}"


def host() -> str:
    return urlsplit(settings.ADDRESS).hostname or "localhost"


def fitting(letter: Letter, to: str, number: str) -> tuple[Letter, EmailMultiAlternatives]:
    """A letter of as many of its papers as can be sent in one, and its message."""
    made = message(letter, to, number)
    while len(made.message().as_bytes()) > LARGEST and (less := letter.shorter()) != letter:
        letter, made = less, message(less, to, number)
    return letter, made


def message(letter: Letter, to: str, number: str) -> EmailMultiAlternatives:
    """A letter as it goes out; `number` is the digest's own, and stays through every try."""
    leave = address("unsubscribe", letter.key)
    own = address("letters") if letter.is_readers else address("manage", letter.key)
    context = {
        "letter": letter,
        "manage": own,
        "unsubscribe": leave,
        "site": host(),
        "base": settings.ADDRESS,
    }
    made = EmailMultiAlternatives(
        subject=letter.subject,
        body=render_to_string("mail/letter.txt", context),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[to],
        headers={
            "Message-ID": f"<{letter.list_name}.{number}@{host()}>",
            "List-Unsubscribe": f"<{leave}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "List-Id": f"Firstlight {letter.list_name} <{letter.list_name}.{host()}>",
            "Auto-Submitted": "auto-generated",
            "Precedence": "bulk",  # older answering machines know only this
        },
    )
    made.attach_alternative(render_to_string("mail/letter.html", context), "text/html")
    return made


NOTES = {
    "confirm": gettext_lazy("Confirm your subscription"),
    "known": gettext_lazy("Your subscription"),
}


def note(name: str, to: str, link: str, **facts: Any) -> EmailMessage:
    """A short mail of words about a subscription itself."""
    words = render_to_string(f"mail/{name}.txt", {"link": link, "site": host(), **facts})
    return EmailMessage(
        f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{NOTES[name]}",
        words,
        settings.DEFAULT_FROM_EMAIL,
        [to],
        headers={"Auto-Submitted": "auto-replied"},
    )
