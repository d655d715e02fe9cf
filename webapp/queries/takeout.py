"""All that an account holds, part by part, as rows that another program can read."""

from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import ForeignKey, QuerySet

from webapp.models import (
    AwaitedSeed,
    Claim,
    Comment,
    Digest,
    FeedToken,
    Paper,
    Profile,
    Ranking,
    Rating,
    Reader,
    Replay,
    Report,
    Round,
    Rule,
    Submission,
    Subscription,
    Upvote,
    Visit,
)

AT_ONCE = 100  # rows, whose papers are looked up together
SECRETS = {"password", "key", "digest"}  # what opens an account, a letter's links, a feed
PAPERS = {"paper_ids", "first_ids", "because"}  # arrays of papers
# The parts of an archive and whose rows they are. What proves an account (passkeys, codes) stays.
PARTS: dict[str, Callable[[int], QuerySet[Any]]] = {
    "account": lambda reader: Reader.objects.filter(pk=reader),
    "addresses": lambda reader: EmailAddress.objects.filter(user=reader),
    "interests": lambda reader: Profile.objects.filter(reader=reader),
    "rules": lambda reader: Rule.objects.filter(profile__reader=reader),
    "papers": lambda reader: Rating.objects.filter(reader=reader),
    "awaited": lambda reader: AwaitedSeed.objects.filter(reader=reader),
    "round": lambda reader: Round.objects.filter(reader=reader),
    "rankings": lambda reader: Ranking.objects.filter(reader=reader),
    "replay": lambda reader: Replay.objects.filter(reader=reader),
    "visit": lambda reader: Visit.objects.filter(reader=reader),
    "upvotes": lambda reader: Upvote.objects.filter(reader=reader),
    "submissions": lambda reader: Submission.objects.filter(reader=reader),
    "claims": lambda reader: Claim.objects.filter(reader=reader),
    "comments": lambda reader: Comment.objects.filter(reader=reader),
    "reports": lambda reader: Report.objects.filter(reader=reader),
    "letters": lambda reader: Subscription.objects.filter(reader=reader),
    "letters_sent": lambda reader: Digest.objects.filter(subscription__reader=reader),
    "feeds": lambda reader: FeedToken.objects.filter(profile__reader=reader),
}


def rows(part: str, reader_id: int) -> Iterator[dict[str, Any]]:
    """One part's rows, the oldest first; a paper is named by its identifier.

    Other numbers lead from one part to another: a rule's `profile` is an interest's `id`.
    """
    found = PARTS[part](reader_id)
    names = [_named(field) for field in found.model._meta.concrete_fields if _is_told(field)]  # noqa: SLF001
    told = found.order_by("pk").values(*names).iterator(AT_ONCE)
    while some := list(islice(told, AT_ONCE)):
        yield from _with_identifiers(some)


def _is_told(field: Any) -> bool:
    """Who it is all of is told once; an editor is somebody else."""
    is_of_reader = isinstance(field, ForeignKey) and field.related_model is Reader
    return not is_of_reader and field.name not in SECRETS


def _named(field: Any) -> str:
    is_paper = isinstance(field, ForeignKey) and field.related_model is Paper
    return f"{field.name}__arxiv_id" if is_paper else field.name


def _with_identifiers(some: list[dict[str, Any]]) -> list[dict[str, Any]]:
    arrays = [row[name] for row in some for name in PAPERS & row.keys()]
    asked = set(chain.from_iterable(arrays))
    names = dict(Paper.objects.filter(pk__in=asked).values_list("pk", "arxiv_id")) if asked else {}
    return [
        {
            name.removesuffix("__arxiv_id"): [names.get(one) for one in value]
            if name in PAPERS
            else value
            for name, value in row.items()
        }
        for row in some
    ]


def is_last_operator(reader: Reader) -> bool:
    """Whether nobody else could let others into the admin."""
    others = Reader.objects.exclude(pk=reader.pk).filter(is_superuser=True, is_active=True)
    return reader.is_superuser and not others.exists()
