"""What a reader rules, switches off and on again; and what one signal does to a day."""

from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet

from recommender.fold_in import HALF_LIFE_DAYS
from webapp import dataset
from webapp.models import Profile, Rating, Rule
from webapp.queries import readers
from webapp.queries.signals import newest_days
from webapp.services import profiles, rankings

MOST_RULES = 200
TOP = 20


class TooManyRules(ValueError):  # noqa: N818 - it names the state
    """More wishes than a day can be sifted by at once."""


def rule(whole: Profile, profile: Profile, wish: readers.Wish, now: datetime) -> int:
    """Mute or boost from now on; an effect of 0 takes the rule back. Returns the effect before."""
    with transaction.atomic():
        Profile.objects.select_for_update().get(pk=whole.pk)
        own = Rule.objects.filter(profile=profile, kind=wish.kind, value=wish.value)
        before = own.values_list("effect", flat=True).first() or 0
        if not wish.effect:
            own.delete()
        elif Rule.objects.filter(profile__reader=whole.reader_id).count() >= MOST_RULES:
            raise TooManyRules(f"{MOST_RULES} rules are as many as can be kept.")
        else:
            Rule.objects.update_or_create(
                profile=profile,
                kind=wish.kind,
                value=wish.value,
                defaults={"effect": wish.effect, "created_at": now, "paused_at": None},
            )
        profiles.changed(whole, now)
    return before


class Signals(NamedTuple):
    """Some of a reader's acts and rules."""

    acts: QuerySet[Rating]
    rules: QuerySet[Rule]


def own(whole: Profile) -> Signals:
    """All of them."""
    acts = Rating.objects.filter(readers.SPEAKS, reader=whole.reader_id)
    return Signals(acts, Rule.objects.filter(profile__reader=whole.reader_id))


def switch_off(whole: Profile, some: Signals, now: datetime) -> int:
    """Keep them, but don't listen to them; all of one moment can be switched on together."""
    with transaction.atomic():
        Profile.objects.select_for_update().get(pk=whole.pk)
        n = sum(rows.filter(paused_at=None).update(paused_at=now) for rows in some)
        profiles.changed(whole, now)
    return n


def switch_on(whole: Profile, some: Signals, now: datetime) -> int:
    """Listen to them again."""
    with transaction.atomic():
        Profile.objects.select_for_update().get(pk=whole.pk)
        n = sum(rows.filter(paused_at__isnull=False).update(paused_at=None) for rows in some)
        profiles.changed(whole, now)
    return n


def remove(whole: Profile, some: Signals, now: datetime) -> int:
    """Take back what was said: acts say nothing any more, saves are let go, rules are gone."""
    with transaction.atomic():
        Profile.objects.select_for_update().get(pk=whole.pk)
        n = some.acts.update(value=Rating.Value.NONE, saved=False, changed_at=now)
        n += some.rules.delete()[0]
        profiles.changed(whole, now)
    return n


def weights(interests: readers.Interests, acts: list[Rating]) -> list[float]:
    """What each act weighs today: its value, faded by its age; 0 while it is switched off."""
    days, each = newest_days(interests.whole.reader_id), {one.pk for one in interests.each}
    first = interests.each[0].pk
    newest: dict[int, date] = {}
    for profile, day in days.items():
        key = profile if profile in each else first
        newest[key] = max(day, newest.get(key, day))
    return [_weight(act, newest.get(act.profile_id or 0) or newest.get(first)) for act in acts]


def _weight(act: Rating, newest: date | None) -> float:
    if act.paused_at or newest is None:
        return 0.0
    age = max((newest - act.day).days, 0)
    return float(dataset.value_of(act.value, act.saved) * 0.5 ** (age / HALF_LIFE_DAYS))


class Effect(NamedTuple):
    """What the leading papers of a day would be with a signal switched, against what they are."""

    enter: list[int]
    leave: list[int]
    n_moved: int  # of those that stay among them


def effect_of_act(interests: readers.Interests, act: Rating, day: date) -> Effect | None:
    """What switching one act would change in the day's leading papers; None without a model."""
    heard = readers.acts_of(interests.whole.reader_id)
    without = [one for one in heard if one.paper != act.paper_id]
    switched = without if act.paused_at is None else [*heard, readers.as_act(act)]
    return _effect(interests, heard, interests, switched, day)


def effect_of_rule(interests: readers.Interests, rule: Rule, day: date) -> Effect | None:
    """The same of a mute or a boost."""
    heard = readers.acts_of(interests.whole.reader_id)
    wish = readers.Wish(rule.kind, rule.value, rule.effect)
    wishes = {pk: [one for one in some if one != wish] for pk, some in interests.wishes.items()}
    if rule.paused_at:
        wishes[rule.profile_id].append(wish)
    return _effect(interests, heard, interests._replace(wishes=wishes), heard, day)


def _effect(
    interests: readers.Interests,
    heard: list[readers.Act],
    others: readers.Interests,
    switched: list[readers.Act],
    day: date,
) -> Effect | None:
    now, then = rankings.order(interests, heard, day), rankings.order(others, switched, day)
    if now is None or then is None:
        return None
    return compare(now, then)


def compare(now: list[int], then: list[int]) -> Effect:
    """Which of the leading papers come, go and change places."""
    before, after = now[:TOP], then[:TOP]
    moved = sum(paper in after and after.index(paper) != n for n, paper in enumerate(before))
    enter = [paper for paper in after if paper not in before]
    return Effect(enter, [paper for paper in before if paper not in after], moved)
