"""Interests kept apart: made, named, given their share, taken away and had back."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext, gettext_lazy, ngettext

from webapp.models import Paper, Profile, Ranking, Rating, Rule, Subject
from webapp.queries import papers, readers
from webapp.services import rankings, work
from webapp.services import readers as acts

MOST = 8  # each is ranked on every act
FIRST = gettext_lazy("First interest")
KEPT = timedelta(days=30)


class TooMany(ValueError):  # noqa: N818 - it names the state
    """As many interests as a page can share out."""


class Taken(ValueError):  # noqa: N818 - it names the state
    """Another interest of the reader is called so."""


def make(whole: Profile, name: str, now: datetime) -> Profile:
    """Keep a new interest apart. The first one made finds what there was as an interest beside it.

    The others give of their shares what makes the new one as large as they are on average.
    """
    with transaction.atomic():
        interests = _locked(whole)
        if again := next((one for one in interests.apart if one.name == name), None):
            return again  # two clicks at once
        _not_beyond(len(interests.apart) + 1)
        if not interests.apart:
            first = str(FIRST)
            if name.lower() == first.lower():
                first = gettext("First interest (before)")
            Profile.objects.create(
                reader_id=whole.reader_id,
                name=first,
                subjects=interests.whole.subjects,
                exploration=interests.whole.exploration,
            )
        made = Profile.objects.create(
            reader_id=whole.reader_id,
            name=name,
            subjects=interests.whole.subjects,
            exploration=interests.whole.exploration,
            quota=_mean_quota(interests),
        )
        changed(whole, now, outdated=True)
    return made


def _not_beyond(n: int) -> None:
    if n > MOST:
        told = ngettext(
            "%(n)s interest is as many as can be kept apart.",
            "%(n)s interests are as many as can be kept apart.",
            MOST,
        )
        raise TooMany(told % {"n": MOST})


def _mean_quota(interests: readers.Interests) -> int:
    quotas = [one.quota for one in interests.apart] or [100]
    return round(sum(quotas) / len(quotas))


def rename(whole: Profile, profile: Profile, name: str) -> None:
    """Taken where another interest got the name meanwhile, in another tab."""
    with transaction.atomic():
        if any(one.name == name for one in _locked(whole).apart if one.pk != profile.pk):
            told = gettext("You have “%(name)s” already: choose another name.")
            raise Taken(told % {"name": name})
        Profile.objects.filter(pk=profile.pk).update(name=name)


def share_out(
    whole: Profile, quotas: dict[int, int], explorations: dict[int, int], now: datetime
) -> None:
    """Set each interest's share, against the others', and its exploration in percent."""
    with transaction.atomic():
        for one in _locked(whole).each:
            one.quota = quotas.get(one.pk, one.quota)
            one.exploration = explorations.get(one.pk, one.exploration)
            one.save(update_fields=["quota", "exploration"])
        changed(whole, now)


def take_away(whole: Profile, profile: Profile, now: datetime) -> None:
    """An interest is gone from every page; its ratings speak for the first one, until restored.

    The last one that is left can't be told from the whole, and becomes it.
    """
    with transaction.atomic():
        interests = _locked(whole)
        Profile.objects.filter(pk=profile.pk).update(deleted_at=now)
        left = [one for one in interests.apart if one.pk != profile.pk]
        if len(left) == 1:
            Profile.objects.filter(pk=left[0].pk).update(deleted_at=now)
            _take_over(whole, left[0])
        changed(whole, now, outdated=True)


def _take_over(whole: Profile, last: Profile) -> None:
    Profile.objects.filter(pk=whole.pk).update(subjects=last.subjects, exploration=last.exploration)
    rules = list(Rule.objects.filter(profile=last))
    for rule in rules:
        rule.pk, rule.profile = None, whole
    Rule.objects.bulk_create(rules, ignore_conflicts=True)


def restore(whole: Profile, profile: Profile, now: datetime) -> list[str]:
    """Bring back an interest, and what went with it at the same moment; their names.

    An interest is never alone: where it would be, what went last comes back as well.
    TooMany where there are others in its place.
    """
    with transaction.atomic():
        apart, gone = _locked(whole).apart, readers.taken_away(whole.reader_id)
        back = [one for one in gone if one.deleted_at == profile.deleted_at]
        if not apart and len(back) == 1:
            others = [one for one in gone if one not in back]
            back += [one for one in others if one.deleted_at == others[0].deleted_at]
        _not_beyond(len(apart) + len(back))
        for one in back:
            one.name = free_name(whole.reader_id, one.name)
            one.deleted_at = None
            one.save(update_fields=["name", "deleted_at"])
        changed(whole, now, outdated=True)
    return [one.name for one in back]


def kept_from(whole: Profile, search: str) -> Profile | None:
    """The interest that was made of a search, whatever it is called now."""
    low = search.casefold()
    return next((one for one in _locked(whole).apart if one.search.casefold() == low), None)


def free_name(reader_id: int, name: str) -> str:
    """A name that no interest of the reader has yet."""
    taken = set(
        Profile.objects.filter(reader=reader_id, deleted_at=None).values_list("name", flat=True)
    )
    names = (name if n == 1 else f"{name[:70]} ({n})" for n in range(1, MOST + 2))
    return next(one for one in names if one not in taken)


def choose_subjects(profile: Profile, codes: list[str], now: datetime, day: date | None) -> None:
    """Narrow an interest to some subjects; none means all.

    Its orders of the days that are kept ranked no longer hold. Those of the past do: they say
    what was shown, and who had placed what readers acted on.
    """
    known = set(Subject.objects.filter(code__in=codes).values_list("code", flat=True))
    whole = readers.interests_of(profile.reader_id).whole
    with transaction.atomic():
        _locked(whole)
        profile.subjects = sorted(known)
        profile.save(update_fields=["subjects"])
        changed(whole, now, outdated=True)
    acts.rerank_after(whole.reader, day, now)


def move(whole: Profile, paper: Paper, profile: Profile, now: datetime) -> None:
    """Let what was said of a paper speak for another interest."""
    with transaction.atomic():
        _locked(whole)
        Rating.objects.filter(reader=whole.reader_id, paper=paper).update(profile=profile)
        changed(whole, now)


def _locked(whole: Profile) -> readers.Interests:
    """One change of a reader's interests at a time; the same lock as a ranking's."""
    Profile.objects.select_for_update().get(pk=whole.pk)
    return readers.interests_of(whole.reader_id)


def changed(whole: Profile, now: datetime, *, outdated: bool = False) -> None:
    """Let every day that is kept ranked be ranked anew; outdated ones are not shown meanwhile."""
    Profile.objects.filter(pk=whole.pk).update(changed_at=now)
    if apart := readers.interests_of(whole.reader_id).apart:
        codes = {code for one in apart for code in one.subjects}
        together = sorted(codes) if all(one.subjects for one in apart) else []
        Profile.objects.filter(pk=whole.pk).update(subjects=together)
    if outdated:
        days = papers.newest_days(rankings.OPEN_DAYS)
        Ranking.objects.filter(reader=whole.reader_id, day__in=days).update(is_outdated=True)
    acts.rank_soon(whole.reader_id, now)


def forget_deleted(now: datetime) -> work.Counts:
    """Remove interests taken away long ago; their ratings are the first one's for good."""
    gone = Profile.objects.filter(~Q(name=Profile.WHOLE), deleted_at__lt=now - KEPT)
    n, _ = gone.delete()
    return {"interests": n}
