"""What the pictures of pages show beside the demo: acts of its readers, letters, logins half-way.

Runs inside an instance: `manage.py shell -c "from benchmarks import scene; scene.stage()"`.
"""

import json
import time
from datetime import timedelta
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone

from webapp.mail import tokens
from webapp.models import Comment, Digest, Paper, Ranking, Rating, Reader, Rule, Subscription
from webapp.queries import readers as known
from webapp.services import library, profiles, rankings, readers, rounds, signals
from webapp.services.digests import personal, sending, subscriptions
from webapp.services.social import comments, editing, submissions, upvotes

NOW = timezone.now()
PASSWORD = "grey mornings 27"
WORST = (400, 403, 429, 500)
BORROWED = "django.contrib.auth.backends.ModelBackend"
WEEKLY = {"cadence": "weekly", "days": [0], "hour": 7}
KEPT = {"path": "", "back": "/", "fields": [["body", "Which of both bounds holds?\nThe second?"]]}


def stage() -> None:
    """Set everything up; print where it is to be found, and the logins to look at it."""
    one, *others = Reader.objects.order_by("pk")
    papers = list(Paper.objects.order_by("-issue_day", "-arxiv_id")[:30])
    _in_public(one, others, papers)
    places: dict[str, Any] = _of_one_reader(one, papers) | _letters(one, others[0], papers)
    places |= _accounts(one, others, papers[1])
    places["worst"] = {f"/{code}": render_to_string(f"{code}.html") for code in WORST}
    print(json.dumps(places | {"paper": papers[1].arxiv_id}))


def _in_public(one: Reader, others: list[Reader], papers: list[Paper]) -> None:
    for n, paper in enumerate(papers[:12]):
        for reader in others[n:]:
            upvotes.upvote(reader, paper, True, NOW)
    others[0].is_staff = others[0].is_editor = True
    others[0].save()
    editing.pick(others[0], papers[1], "Clear from the first page on, and the code is there.", NOW)
    editing.claim(others[1], papers[2], "I am the second author; my page links to it.", NOW)
    submissions.submit(one, papers[20].arxiv_id, NOW)
    comments.write(others[2], papers[1], "Section 4 answers what I asked myself in section 2.", NOW)
    told = comments.write(others[3], papers[1], "Buy my course instead.", NOW)
    comments.report(one, told, "An advertisement.", NOW)
    comments.write(one, papers[1], "Does the bound need $n > 2$?", NOW)


def _of_one_reader(reader: Reader, papers: list[Paper]) -> dict[str, Any]:
    profiles.make(known.profile_of(reader), "Robots that learn", NOW)
    whole = known.interests_of(reader.pk)
    for effect, value in ((1, "diffusion"), (-1, "benchmark")):
        signals.rule(whole.whole, whole.whole, known.Wish("term", value, effect), NOW)
    readers.save(reader, papers[1], True, NOW)
    kept = Rating.objects.get(reader=reader, paper=papers[1])
    library.annotate(kept, ["to cite", "bounds"], "Compare with the earlier proof.", "reading")
    Paper.objects.filter(ratings__reader=reader, ratings__saved=True).exclude(
        pk=papers[1].pk
    ).update(version=3)
    rounds.begin(known.interests_of(reader.pk), NOW)
    rankings.fill("scene", NOW)
    order = Ranking.objects.filter(profile=whole.whole).order_by("-day")[0]
    return {
        "second": Paper.objects.get(pk=order.paper_ids[1]).arxiv_id,
        "keep": kept.pk,
        "act": kept.pk,
        "rule": Rule.objects.filter(profile__reader=reader)[0].pk,
        "profile": whole.apart[-1].pk,
        "comment": Comment.objects.get(reader=reader).pk,
        "reported": Comment.objects.get(reports__isnull=False).pk,
    }


def _letters(reader: Reader, editor: Reader, papers: list[Paper]) -> dict[str, Any]:
    letter = personal.make(reader, None, WEEKLY | {"most": 10, "least_place": None}, NOW)
    fields: dict[str, Any] = {"address": "night@example.org", "created_at": NOW}
    fields |= {"key": tokens.new_key(), "confirmed_at": NOW, "next_at": NOW + timedelta(days=2)}
    stranger = Subscription.objects.create(**fields)
    fields |= {"address": "dusk@example.org", "key": tokens.new_key(), "asked_at": NOW}
    unconfirmed = Subscription.objects.create(**fields | {"confirmed_at": None})
    for n, state in enumerate(("sent", "empty", "failed", "unknown")):
        at = NOW - timedelta(days=7 * n + 1)
        more = {"queued_at": at, "next_at": at, "sent_at": at, "state": state}
        more["error"] = "451 try again later" if n > 1 else ""
        for one in (letter, stranger.pk):
            Digest.objects.create(subscription_id=one, day=at.date(), attempts=1, **more)
    # Whose first days these are: through with all papers, and without letters.
    sending.suppress("newcomer@example.org", "bounced", "550 no such user", NOW)
    return {
        "letter": letter,
        "key": stranger.key,
        "confirm": subscriptions.link_to_confirm(unconfirmed),
        "token": tokens.for_paper(reader.pk, papers[3].pk),
    }


def _accounts(one: Reader, others: list[Reader], paper: Paper) -> dict[str, Any]:
    fresh = Reader.objects.create_user(
        "newcomer@example.org", PASSWORD, caught_up_on=paper.issue_day
    )
    address = EmailAddress.objects.create(user=fresh, email=fresh.email, primary=True)
    guarded, keyed = others[-1], others[-2]
    guarded.set_password(PASSWORD)
    guarded.save()
    TOTP.activate(guarded, generate_totp_secret())
    RecoveryCodes.activate(guarded)
    draft = KEPT | {"path": f"/papers/{paper.arxiv_id}/comments", "reader": one.pk}
    who = {"reader": one, "editor": others[0], "newcomer": fresh, "guarded": guarded}
    logins = {name: _login(reader) for name, reader in (who | {"keyed": keyed}).items()}
    return {
        "confirmation": EmailConfirmationHMAC(address).key,
        "reset": f"{user_pk_to_url_str(fresh)}-{default_token_generator.make_token(fresh)}",
        "draft": "kept",
        "login": guarded.email,
        "password": PASSWORD,
        "logins": logins | {"drafting": _login(one, drafts={"kept": draft})},
    }


def _login(reader: Reader, **more: object) -> str:
    """A session whose password was given so late that no page asks for it again."""
    client = Client(HTTP_HOST=settings.ALLOWED_HOSTS[0])
    client.force_login(reader, BORROWED)
    session = client.session
    given = {"method": "password", "at": time.time() + 3_600, "reauthenticated": True}
    whose = {"account_authentication_methods_user": str(reader.pk)}
    session.update({"account_authentication_methods": [given]} | whose | more)
    session.save()
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)
