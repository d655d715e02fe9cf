"""What stands in a letter: the reader's own best, each paper once in a life."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from tests.factories import DAY, NOON, paper, profile, rating, reader, world
from webapp.models import Digest, Paper, Reader, Subscription, Suppression
from webapp.services import profiles, readers, runs
from webapp.services.digests import claims, letters

pytestmark = pytest.mark.django_db


@pytest.fixture
def who(now):
    """Somebody who likes robots, on a ranked day."""
    older = world(3, DAY - timedelta(days=1))
    world(12)
    runs.train("test", now)
    found = reader()
    for liked in older["robots"]:
        rating(found, liked)
    readers.rerank_after(found, DAY, now)
    return found


def due(now, day=DAY, **fields):
    defaults = {"created_at": now, "confirmed_at": now, "cadence": "daily", "most": 5}
    fields = defaults | fields
    if "reader" in fields:
        fields["what"] = "personal"
    known = {name: fields[name] for name in ("reader", "address", "profile") if name in fields}
    one, _ = Subscription.objects.get_or_create(**known, defaults=fields)
    return Digest.objects.create(subscription=one, day=day, queued_at=now, next_at=now)


def read(message):
    return message_from_bytes(message.message().as_bytes(), policy=policy.default)


def test_a_reader_gets_the_best_of_the_own_ranking_with_reasons(who, now):
    digest = due(now, reader=who)
    letter = letters.letter_of(digest, now)
    lines = letter.parts[0].lines
    assert [line.paper.subjects for line in lines] == [["cs.RO"]] * 5
    assert all(line.why.startswith("Because you saved or liked “Robot study") for line in lines)
    message = read(letters.compose(digest, now))
    text, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    for line in lines:
        assert line.title in text
        assert line.title in html
        assert f"/mail/{line.token}" in text


def test_no_paper_is_mailed_twice_and_what_was_said_something_of_is_not_mailed(who, now):
    first = due(NOON, reader=who)
    letters.compose(first, NOON)
    Digest.objects.filter(pk=first.pk).update(state="sent", paper_ids=first.paper_ids)
    liked = Paper.objects.filter(issue_day=DAY, subjects=["cs.RO"]).exclude(pk__in=first.paper_ids)[
        0
    ]
    readers.save(who, liked, True, now)
    again = due(NOON + timedelta(hours=20), DAY + timedelta(days=1), reader=who)
    letters.compose(again, now)
    assert again.paper_ids
    assert not set(again.paper_ids) & {*first.paper_ids, liked.pk}


def test_a_first_letter_has_the_newest_day_however_old(who, now):
    later = now + timedelta(days=90)
    first = due(later, reader=who)
    letters.compose(first, later)
    assert first.paper_ids
    Digest.objects.filter(pk=first.pk).update(state="sent", paper_ids=first.paper_ids)
    assert letters.letter_of(due(later, DAY + timedelta(days=1), reader=who), later) is None


def test_each_interest_has_its_heading_and_its_share(who, now):
    primes = profiles.make(profile(who), "Primes", now)
    readers.save(who, paper("primes", DAY - timedelta(days=1)), True, now, primes.pk)
    runs.embed("test", now)
    readers.rerank_after(who, DAY, now)
    parts = letters.letter_of(due(now, reader=who, most=10), now).parts
    assert {part.name: len(part.lines) for part in parts} == {"Primes": 5, profiles.FIRST: 5}


def test_a_minimum_score_leaves_out_what_is_below(who, now):
    assert letters.letter_of(due(now, reader=who, least_score=1e9), now) is None


def test_nothing_new_is_no_letter_unless_the_reader_wants_to_know_why(now):
    paper(day=DAY - timedelta(days=90))
    silent, curious = reader(), reader()
    assert letters.compose(due(now, reader=silent), now) is None
    message = letters.compose(due(now, reader=curious, tells_empty=True), now)
    assert "No papers of your subjects have come in" in message.body
    assert message.subject == "No new papers for you"


def test_new_versions_of_saved_papers_are_told(who, now):
    saved = paper("primes", DAY - timedelta(days=1))
    rating(who, saved, 0, saved=True)
    Paper.objects.filter(pk=saved.pk).update(version=3, changed_at=now)
    body = letters.compose(due(now, reader=who), now).body
    assert "NEW VERSIONS OF WHAT YOU SAVED" in body
    assert "v1 to v3" in body


@pytest.mark.parametrize("what", ["interest", "account", "address", "confirmation"])
def test_what_was_queued_before_it_was_taken_away_is_not_written(who, now, settings, what):
    robots = profiles.make(profile(who), "Robots", now)
    readers.rerank_after(who, DAY, now)
    digest = due(now, reader=who, profile=robots if what == "interest" else None)
    assert letters.compose(digest, now)
    settings.MAIL_FOLDER = None if what == "confirmation" else settings.MAIL_FOLDER
    if what == "interest":
        profiles.take_away(profile(who), robots, now)
        readers.rerank_after(who, DAY, now)
    elif what == "account":
        Reader.objects.update(is_active=False)
    elif what == "address":
        address = who.email.lower()
        Suppression.objects.create(address=address, why="bounced", at=now)
    digest = Digest.objects.select_related("subscription__reader").get()
    assert letters.compose(digest, now) is None
    Subscription.objects.update(next_at=now)
    assert claims.claim("later", now) == {"queued": 0}


def test_strangers_get_the_daily_papers_of_their_subjects(now):
    world(4)
    digest = due(now, address="dawn@example.org", subjects=["math.NT"], most=3)
    message = letters.compose(digest, now)
    assert len(digest.paper_ids) == 3
    assert set(
        Paper.objects.filter(pk__in=digest.paper_ids).values_list("subjects__0", flat=True)
    ) == {"math.NT"}
    assert "/mail/" not in message.body


HOSTILE = (
    'A <script>alert(1)</script> & $5 "quoted"\r\nBcc: evil@example.org\n\u202eRTL\u2066 \0end 😀 '
    + "x" * 9000
)


def test_a_hostile_title_stays_words_and_injects_no_header(now):
    names = [r"Erd\H{o}s", HOSTILE.replace("\0", "")]
    paper(title=HOSTILE.replace("\0", ""), authors=names)
    raw = letters.compose(due(now, address="dawn@example.org"), now).message().as_bytes()
    message = message_from_bytes(raw, policy=policy.default)
    assert message["Bcc"] is None
    ours = {"Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Auto-Submitted"}
    usual = {"Precedence", "Content-Type", "MIME-Version", "Subject", "From", "To", "Date"}
    assert {*message.keys()} == ours | usual
    assert len(message.keys()) == len({*message.keys()})
    text, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert 'A <script>alert(1)</script> & $5 "quoted" Bcc: evil@example.org RTL end' in text
    assert "Erdős, A <script>" in text
    assert "Erdős, A &lt;script&gt;" in html
    assert "<script>" not in html
    assert not set("\u202e\u2066") & set(text + html)
    assert len(raw) < 100_000


def test_headers_let_a_provider_unsubscribe_with_one_click(settings, now):
    settings.ADDRESS = "https://papers.example.org"
    paper()
    digest = due(now, address="dawn@example.org")
    first, again = (read(letters.compose(digest, now)) for _ in range(2))
    key = Subscription.objects.get().key
    assert first["List-Unsubscribe"].strip() == f"<https://papers.example.org/unsubscribe/{key}>"
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert first["List-Id"] == "Firstlight trending <trending.papers.example.org>"
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Message-ID"] == again["Message-ID"]


def test_a_long_letter_stays_below_what_mail_programs_cut(who, now):
    Paper.objects.update(title="\U0001f600" * 999, authors=["\U0001f600" * 999] * 9)
    digest = due(now, reader=who, most=30)
    letter = letters.compose(digest, now)
    assert len(letter.message().as_bytes()) < 100_000
    assert 1 < len(digest.paper_ids) == letter.body.count("* ") < 30
    assert "More did not fit" in letter.body
