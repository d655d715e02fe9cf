"""What a reader rules, switches off and on again; and what one signal does to a day."""

from datetime import date, datetime
from textwrap import shorten
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext, ngettext

from recommender.fold_in import HALF_LIFE_DAYS
from webapp import dataset
from webapp.formats.query import Query, Term
from webapp.models import Paper, Profile, Rating, Rule
from webapp.queries import papers, readers
from webapp.queries import signals as ledger
from webapp.queries.rankings import spoken_to
from webapp.services import profiles, rankings
from webapp.services import readers as acts

MOST_RULES = 200
MOST_WISHES = 8  # of a search that is kept
TOP = 20
MOVES = 3


class TooManyRules(ValueError):  # noqa: N818 - it names the state
    """More wishes than a day can be sifted by at once."""


def rule(whole: Profile, profile: Profile, wish: readers.Wish, now: datetime) -> int:
    """Mute or boost from now on; an effect of 0 takes the rule back. Returns the effect before."""
    with transaction.atomic():
        Profile.objects.select_for_update().get(pk=whole.pk)
        this = Rule.objects.filter(profile=profile, kind=wish.kind, value=wish.value)
        before = this.values_list("effect", flat=True).first() or 0
        if not wish.effect:
            this.delete()
        elif own(whole).rules.count() >= MOST_RULES:
            told = ngettext(
                "%(n)s rule is as many as can be kept.",
                "%(n)s rules are as many as can be kept.",
                MOST_RULES,
            )
            raise TooManyRules(told % {"n": MOST_RULES})
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
    living = Rule.objects.filter(profile__reader=whole.reader_id, profile__deleted_at=None)
    return Signals(acts, living)


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


def bring_back(whole: Profile, pk: int, value: int, saved: bool, now: datetime) -> None:
    """Undo of `remove`: an act says again what it said; tags, note and version are there still."""
    with transaction.atomic():
        Profile.objects.select_for_update().get(pk=whole.pk)
        silent = Rating.objects.filter(~readers.SPEAKS, reader=whole.reader_id, pk=pk)
        if saved:
            silent = silent.filter(saved_version__isnull=False)
        silent.update(value=value, saved=saved, changed_at=now)
        profiles.changed(whole, now)


def weights(
    interests: readers.Interests, acts: list[Rating], days: dict[int | None, date]
) -> list[float]:
    """What each act weighs today: its value, faded by its age; 0 while it is switched off.

    `days` are those of the newest act by interest, from which ages count.
    """
    each, first = {one.pk for one in interests.each}, interests.each[0].pk
    newest: dict[int | None, date] = {}
    for profile, day in days.items():
        key = profile if profile in each else first
        newest[key] = max(day, newest.get(key, day))
    keys = [act.profile_id if act.profile_id in each else first for act in acts]
    return [_weight(act, newest.get(key)) for act, key in zip(acts, keys, strict=True)]


def _weight(act: Rating, newest: date | None) -> float:
    if act.paused_at or newest is None:
        return 0.0
    age = max((newest - act.day).days, 0)
    return float(dataset.value_of(act.value, act.saved) * 0.5 ** (age / HALF_LIFE_DAYS))


class Preview(NamedTuple):
    """Which papers an act would move most, as (paper, place now, place then)."""

    rise: list[tuple[int, int, int]]
    fall: list[tuple[int, int, int]]
    itself: tuple[int, int] | None = None  # where the paper of the act stands and would


def what_if(
    interests: readers.Interests, paper: Paper, value: int, day: date, now: datetime
) -> Preview | None:
    """What a rating of a paper would do to a day, before it is given; None without a model."""
    heard = readers.acts_of(interests.whole.reader_id)
    others = [act for act in heard if act.paper != paper.pk]
    was = next((act for act in heard if act.paper == paper.pk), None)
    placed_by = spoken_to(interests.whole.reader_id, paper).interest
    act = readers.Act(
        interests.whole.reader_id,
        paper.pk,
        value,
        bool(was and was.saved),
        was.day if was else now.date(),
        was.profile if was else placed_by,
    )
    said = sorted([*others, act], key=lambda one: one.paper)
    before, after = rankings.order(interests, heard, day), rankings.order(interests, said, day)
    if before is None or after is None:
        return None
    return preview(before, after, paper.pk)


def preview(before: list[int], after: list[int], acted_on: int) -> Preview:
    """The three that would rise and the three that would fall most, among the leading places."""
    now, then = ({pk: n + 1 for n, pk in enumerate(order)} for order in (before, after))
    leading = {*before[:TOP], *after[:TOP]} - {acted_on}
    moves = [(pk, now[pk], then[pk]) for pk in leading if pk in now and pk in then]
    moves.sort(key=lambda move: (move[2] - move[1], move[2]))
    rise = [move for move in moves[:MOVES] if move[2] < move[1]]
    fall = [move for move in moves[::-1][:MOVES] if move[2] > move[1]]
    is_there = acted_on in now and acted_on in then
    return Preview(rise, fall, (now[acted_on], then[acted_on]) if is_there else None)


class Effect(NamedTuple):
    """What the leading papers of a day would be with a signal switched, against what they are."""

    enter: list[int]
    leave: list[int]
    n_moved: int  # of those that stay among them


class Today(NamedTuple):
    """A day as it stands: what is heard, and the order that comes of it; none without a model."""

    day: date
    heard: list[readers.Act]
    order: list[int] | None
    known: rankings.Known | None


def today(
    interests: readers.Interests, facts: ledger.Facts, acts: list[Rating], rules: list[Rule]
) -> Today | None:
    """What the effects of these signals are told against, read once; None without a paper."""
    if facts.day is None:
        return None
    reader_id, run = interests.whole.reader_id, facts.active
    try:
        pack = dataset.pack(run.pk, facts.day, facts.n_parts) if run else None
    except dataset.UnreadablePack:
        pack = None
    if run is None or pack is None:
        return Today(facts.day, [], None, None)
    rows = ledger.placed(reader_id, run.pk, [act.pk for act in acts])
    heard = [row.act for row in rows if row.is_heard]
    wishes = [(one.kind, one.value) for some in interests.wishes.values() for one in some]
    wishes += [(rule.kind, rule.value) for rule in rules]
    sifted = ledger.sifted(facts.day, wishes)
    known = rankings.Known(run, pack, *dataset.placed(run, rows), sifted)
    return Today(
        facts.day, heard, rankings.order_of_known(known, interests, heard, facts.day), known
    )


def effect_of_act(interests: readers.Interests, act: Rating, now: Today) -> Effect | None:
    """What switching one act would change in the day's leading papers; None without a model."""
    without = [one for one in now.heard if one.paper != act.paper_id]
    switched = without if act.paused_at is None else [*now.heard, readers.as_act(act)]
    return _effect(now, interests, switched)


def effect_of_rule(interests: readers.Interests, rule: Rule, now: Today) -> Effect | None:
    """The same of a mute or a boost."""
    wish = readers.Wish(rule.kind, rule.value, rule.effect)
    wishes = {pk: [one for one in some if one != wish] for pk, some in interests.wishes.items()}
    if rule.paused_at:
        wishes[rule.profile_id].append(wish)
    return _effect(now, interests._replace(wishes=wishes), now.heard)


def _effect(now: Today, others: readers.Interests, switched: list[readers.Act]) -> Effect | None:
    if now.order is None or now.known is None:
        return None
    return compare(now.order, rankings.order_of_known(now.known, others, switched, now.day))


def compare(now: list[int], then: list[int]) -> Effect:
    """Which of the leading papers come, go and change places."""
    before, after = now[:TOP], then[:TOP]
    moved = sum(paper in after and after.index(paper) != n for n, paper in enumerate(before))
    enter = [paper for paper in after if paper not in before]
    return Effect(enter, [paper for paper in before if paper not in after], moved)


def sureness(acts: list[Rating], effects: list[Effect | None]) -> int | None:
    """How firm the leading papers are, in percent: how many stay when any one act is left out.

    What is switched off is left out already.
    """
    pairs = zip(acts, effects, strict=True)
    known = [effect for act, effect in pairs if effect and act.paused_at is None]
    if not known:
        return None
    return round(100 - 100 * sum(len(effect.enter) for effect in known) / (TOP * len(known)))


class Kept(NamedTuple):
    """An interest made of a search, and what it was given."""

    profile: Profile
    n_papers: int = 0
    n_rules: int = 0
    is_new: bool = False


def keep_search(whole: Profile, query: Query, seeds: list[Paper], now: datetime) -> Kept:
    """Make an interest that is ranked by a search's best papers, words, authors and categories.

    Papers of which the reader has said anything keep what was said. An interest that is merely
    called so stays what it is, since taking this one back would take it away.
    """
    with transaction.atomic():
        if again := profiles.kept_from(whole, query.text):
            return Kept(again)
        made = profiles.make(whole, profiles.free_name(whole.reader_id, _name_of(query)), now)
        codes = {code for choice in query.wanted for term in choice for code in _subjects(term)}
        made.search, made.subjects = query.text, sorted(codes) or made.subjects
        made.save(update_fields=["search", "subjects"])
        said = readers.ratings_of(whole.reader_id, [paper.pk for paper in seeds])
        unsaid = [paper for paper in seeds if not (paper.pk in said or paper.withdrawn_at)]
        for paper in unsaid:
            acts.rate(whole.reader, paper, Rating.Value.UP, now, made.pk, Rating.Origin.FOUND)
        wishes = _wishes(query, [paper.pk for paper in seeds])
        for wish in wishes:
            rule(whole, made, wish, now)
        profiles.changed(whole, now, outdated=True)
    return Kept(made, len(unsaid), len(wishes), is_new=True)


def _name_of(query: Query) -> str:
    name = shorten(query.text, 76, placeholder=" …") or query.text[:76]
    if name.lower() != Profile.WHOLE:
        return name
    return (gettext("Search: %(words)s") % {"words": name})[:80]


def _subjects(term: Term) -> tuple[str, ...]:
    return term.codes if term.field == "cat" else ()


def _wishes(query: Query, seeds: list[int]) -> list[readers.Wish]:
    """More of its words, phrases and authors, never those left out.

    A name is often half of one: whom it means say the papers that were found, and one in full where
    it is left out. What a rule cannot say is left to the search.
    """
    more = [term for choice in query.wanted for term in choice]
    wished = [(term, Rule.Effect.BOOST) for term in more]
    wished += [(term, Rule.Effect.MUTE) for term in query.unwanted]
    words = [
        (t.text, effect) for t, effect in wished if t.field in ("", "ti") and len(t.text) < 120
    ]
    found = dict(words[:MOST_WISHES])
    terms = [readers.Wish(Rule.Kind.TERM, w, e) for w, e in found.items() if papers.has_words(w)]
    named = [(term.text, effect) for term, effect in wished if term.field == "au"]
    names = {
        name: effect
        for text, effect in named
        for name in ([papers.author_spelled(text)] if effect < 0 else papers.called(text, seeds))
    }
    authors = [readers.Wish(Rule.Kind.AUTHOR, n, e) for n, e in names.items() if 0 < len(n) <= 120]
    return [*terms, *authors[:MOST_WISHES]]


def unkeep_search(whole: Profile, profile: Profile, at: datetime, now: datetime) -> None:
    """Take away an interest and what was said of its papers in the moment that it was made."""
    with transaction.atomic():
        seeded = Rating.objects.filter(reader=whole.reader_id, profile=profile, changed_at=at)
        seeded.filter(saved=False).update(value=Rating.Value.NONE, changed_at=now)
        profiles.take_away(whole, profile, now)
