"""Writing a letter: what stands in it, for whom."""

from datetime import UTC, date, datetime, time, timedelta

from django.core.mail import EmailMultiAlternatives
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext, gettext_lazy, ngettext

from webapp.mail import compose as mail
from webapp.mail import tokens
from webapp.mail.compose import Letter, Line, Part
from webapp.models import Digest, Paper, Profile, Subscription
from webapp.queries import digests, papers, readers
from webapp.queries.social import daily, trends
from webapp.services import history
from webapp.services.digests import empty, sending

NAMES = {"daily": "day", "weekly": "week", "monthly": "month", "days": "week"}
PERIODS = {"day": "date", "week": "week", "month": "month"}
FIRST_DAYS = {"daily": 3, "weekly": 7, "monthly": 31, "days": 7}  # of a first letter
LONGEST = timedelta(days=31)  # that a letter looks back
OPENINGS = {
    "day": gettext_lazy("Trending papers of the day, %(day)s"),
    "week": gettext_lazy("Trending papers of the week, %(day)s"),
    "month": gettext_lazy("Trending papers of the month, %(day)s"),
}


def compose(digest: Digest, now: datetime) -> EmailMultiAlternatives | None:
    """The message of a letter; None where there is nothing to send. Sets digest.paper_ids."""
    one = digest.subscription
    if not digests.wanted().filter(pk=one.pk).exists():
        return None
    if not one.key:
        one.key = tokens.new_key()
        one.save(update_fields=["key"])
    letter = letter_of(digest, now)
    if letter is None:
        return None
    letter, made = mail.fitting(letter, sending.address_of(one), str(digest.pk))
    digest.paper_ids = letter.paper_ids
    return made


def preview(one: Subscription, day: date, now: datetime) -> EmailMultiAlternatives | None:
    """The message that would go out on a day. Reads only, and nothing is sent."""
    one.key = one.key or tokens.new_key()
    letter = letter_of(Digest(subscription=one, day=day, queued_at=now, next_at=now), now)
    return mail.fitting(letter, sending.address_of(one), "preview")[1] if letter else None


def letter_of(digest: Digest, now: datetime) -> Letter | None:
    """What stands in a letter. Reads only."""
    is_personal = digest.subscription.what == Subscription.What.PERSONAL
    return _personal(digest, now) if is_personal else _trending(digest, now)


# --- trending -----------------------------------------------------------------------


def _trending(digest: Digest, now: datetime) -> Letter | None:
    """What readers of the instance upvoted lately; where nobody has, its daily pages."""
    one, before = digest.subscription, digests.mailed(digest).papers
    window = NAMES[one.cadence]
    cards = trends.leading(window, one.subjects, before, one.most)
    if len(cards) < one.most:
        have = before | {card.paper.pk for card in cards}
        cards += daily.leading(PERIODS[window], one.subjects, have, one.most - len(cards))
    if not cards:
        return None
    lines = [
        Line(
            card.paper,
            n_upvotes=card.entry.n_upvotes + card.entry.n_public if card.entry else 0,
            is_picked=bool(card.entry and card.entry.is_picked),
        )
        for card in cards
    ]
    subject = gettext("Trending papers: %(title)s") % {"title": lines[0].title}
    opening = OPENINGS[window] % {"day": spoken(digest.day)}
    parts = [Part("", lines)]
    return Letter(digest.day, subject[:150], opening, parts, list_name="trending", key=one.key)


# --- a reader's own -----------------------------------------------------------------


def _personal(digest: Digest, now: datetime) -> Letter | None:
    """The best of the reader's own ranking since the last letter, never mailed before."""
    one = digest.subscription
    assert one.reader is not None
    mailed = digests.mailed(digest)
    since = _since(digest, mailed.last_sent)
    interests = _interests(one)
    after = since.date() - timedelta(days=1)
    best = history.best_since(interests, after, one.most, mailed.papers, one.least_score)
    changed = digests.changed_since(one.reader.pk, since)
    sentences = []
    if not best:
        sentences = empty.why(interests.whole, digests.wish_of(one).zone, now)
        if not changed and not (one.tells_empty and sentences):
            return None
    parts = _parts(interests, after, [(row.paper, row.profile) for row in best], one.reader.pk)
    return Letter(
        digest.day,
        _subject(parts, len(changed)),
        _opening(digest, len(best), since.date()),
        parts,
        changed=[(Line(row.paper), row.saved_version or 1) for row in changed],
        sentences=sentences,
        key=one.key,
        is_readers=True,
    )


def _since(digest: Digest, last: datetime | None) -> datetime:
    """From when on papers are new to the reader; a catch-up reaches back over the whole hold.

    A first letter has the newest day that there is, however old: it shows what letters are like.
    """
    if last is None:
        start = digest.queued_at - timedelta(days=FIRST_DAYS[digest.subscription.cadence])
        newest = papers.day_near(None)
        return min(start, datetime.combine(newest.day, time(), UTC)) if newest else start
    return max(last, digest.queued_at - LONGEST)


def _interests(one: Subscription) -> readers.Interests:
    """The reader's interests, or one of them as if it were the whole."""
    assert one.reader_id is not None
    interests = readers.interests_of(one.reader_id)
    only = interests.named(one.profile_id)
    if only is None or only.is_whole:
        return interests
    return readers.Interests(only, [], interests.wishes)


def _parts(
    interests: readers.Interests, after: date, best: list[tuple[int, int | None]], reader_id: int
) -> list[Part]:
    ids = [paper for paper, _ in best]
    reasons = digests.reasons(interests.whole.pk, after, ids)
    known = papers.by_ids({*ids, *(reason.because for reason in reasons.values())})
    parts: dict[str, list[Line]] = {}
    for paper, profile in best:
        name = _name_of(interests.apart, profile)
        line = _line(known, paper, reasons.get(paper), reader_id)
        parts.setdefault(name, []).append(line)
    return [Part(name, lines) for name, lines in parts.items()]


def _name_of(apart: list[Profile], profile: int | None) -> str:
    return next((one.name for one in apart if one.pk == profile), apart[0].name if apart else "")


def _line(
    known: dict[int, Paper], paper: int, reason: digests.Reason | None, reader_id: int
) -> Line:
    line = Line(known[paper], token=tokens.for_paper(reader_id, paper))
    if reason is None:
        return line
    because = known.get(reason.because)
    return line._replace(because=because, terms=reason.terms, shared_percent=reason.shared_percent)


def _subject(parts: list[Part], n_changed: int) -> str:
    if parts:
        title = parts[0].lines[0].title
        return (gettext("New for you: %(title)s") % {"title": title})[:150]
    if n_changed:
        return gettext("New versions of what you saved")
    return gettext("No new papers for you")


def _opening(digest: Digest, n: int, since: date) -> str:
    if digest.is_catch_up:
        told = gettext("Welcome back: Nothing new for you since %(day)s")
        if n:
            told = ngettext(
                "Welcome back: %(n)s paper for you since %(day)s",
                "Welcome back: %(n)s papers for you since %(day)s",
                n,
            )
        return told % {"n": n, "day": spoken(since)}
    told = gettext("Nothing new for you, %(day)s")
    if n:
        told = ngettext("%(n)s paper for you, %(day)s", "%(n)s papers for you, %(day)s", n)
    return told % {"n": n, "day": spoken(digest.day)}


def spoken(day: date) -> str:
    return formatted(day, "l, j F Y")
