"""What drives a reader's rankings, line by line: each can be switched off, on, or taken back."""

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from webapp.forms import EFFECTS, RuleForm, day_asked, key_asked, moment_asked
from webapp.models import Profile, Rating, Rule
from webapp.queries import papers, readers
from webapp.queries import signals as ledger
from webapp.services import readers as acts
from webapp.services import signals as service
from webapp.views import is_part
from webapp.views.profiles import mine
from webapp.views.rankings import feed_context
from webapp.views.readers import back_of, by_reader, page_of, refuse_act, say

WORDS = {value: name for name, value in EFFECTS.items()}
SWITCHES = ("pause", "resume", "remove")
SAYS = {f"{value}:{saved:d}": (value, saved) for value in (-1, 0, 1) for saved in (False, True)}
SAID = {
    "mute": gettext_lazy("“%(value)s” is muted. Papers of this day with it: %(n)s."),
    "boost": gettext_lazy("More of “%(value)s” from now on. Papers of this day with it: %(n)s."),
    "clear": gettext_lazy("“%(value)s” is neither muted nor boosted any more."),
}


@by_reader
def steer(request: HttpRequest) -> HttpResponse:
    """Mute or boost a term, an author or a subject, from a card or from a page; or no longer."""
    form = RuleForm(request.POST)
    if not form.is_valid():
        return refuse_act(request, str(form.non_field_errors()[0]), 400)
    interests, wish, now = mine(request), form.wish, timezone.now()
    interest, is_taken_away = page_of(request)
    if is_taken_away:
        why = gettext("That interest was taken away, so no rule was stored. Go to another page.")
        return refuse_act(request, why, 409)
    profile = interests.named(interest) or interests.whole
    try:
        before = service.rule(interests.whole, profile, wish, now)
    except service.TooManyRules as error:
        return refuse_act(request, str(error), 409)
    day = day_asked(request.POST) or _newest()
    acts.rerank_after(interests.whole.reader, day, now)
    n = papers.n_with(day, wish.kind, wish.value, profile.subjects) if day else 0
    undo = (reverse("steer"), WORDS[before], f"{wish.kind}:{wish.value}")
    said = f"{SAID[WORDS[wish.effect]]} {form.remark}".strip() % {"value": wish.value, "n": n}
    if is_part(request) and day:
        context = feed_context(request.user, day, request.POST)
        return render(request, "rankings/_list.html", context | {"said": said, "undo": undo})
    say(request, said, undo if before != wish.effect else None)
    return redirect(back_of(request))


def _newest() -> date | None:
    newest = papers.day_near(None)
    return newest and newest.day


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def signals(request: HttpRequest) -> HttpResponse:
    """The ledger, a page at a time; a POST switches, and leads back."""
    interests = mine(request)
    if request.method == "POST":
        do = _bring_back if "back" in request.POST else _switch
        return do(request, interests)
    page = ledger.acts(interests.whole.reader_id, key_asked(request.GET))
    facts = ledger.facts(interests.whole.reader_id)
    every, after = ledger.rules(interests, facts), _number(request.GET.get("rules", ""))
    rules, further = ledger.page_of_rules(every, after)
    day = facts.day if request.GET.get("effects") == "1" else None
    now = service.today(interests, facts, page.rows, rules) if day else None
    of_acts = [service.effect_of_act(interests, act, now) if now else None for act in page.rows]
    of_rules = [service.effect_of_rule(interests, rule, now) if now else None for rule in rules]
    weights = service.weights(interests, page.rows, facts.newest)
    rows = [
        {"act": act, "weight": weight, "effect": effect, "interest": _speaks_for(interests, act)}
        for act, weight, effect in zip(page.rows, weights, of_acts, strict=True)
    ]
    ruled = [{"rule": rule, "effect": effect} for rule, effect in zip(rules, of_rules, strict=True)]
    context: dict[str, Any] = {
        "rows": rows,
        "rules": ruled,
        "page": page,
        "facts": facts,
        "effects": day,
    }
    context |= {"n_rules": len(every), "after": after, "further": further}
    context |= {"interests": interests, "sure": service.sureness(page.rows, of_acts)}
    return render(request, "signals/signals.html", context)


def _speaks_for(interests: readers.Interests, act: Rating) -> Profile:
    return interests.named(act.profile_id) or interests.each[0]


def _switch(request: HttpRequest, interests: readers.Interests) -> HttpResponse:
    """Do what was asked: pause, resume or remove one signal, or some of them together."""
    now, whole = timezone.now(), interests.whole
    everything = service.own(whole)
    if _is_gone(request, everything):
        say(request, gettext("It was taken back already."), None)
        return redirect(back_of(request) if request.POST.get("next") else "signals")
    some = _asked(request, everything)
    if "pause" in request.POST:
        n = service.switch_off(whole, some, now)
        told = ngettext("One signal switched off.", "%(n)s signals switched off.", n)
        say(request, told % {"n": n}, (reverse("signals"), "resume", now.isoformat()))
    elif "resume" in request.POST:
        n = service.switch_on(whole, some, now)
        told = ngettext("One signal switched on again.", "%(n)s signals switched on again.", n)
        say(request, told % {"n": n}, None)
    else:
        undo = _undo_of(some)
        n = service.remove(whole, some, now)
        told = ngettext("One signal taken back.", "%(n)s signals taken back.", n)
        say(request, told % {"n": n}, (reverse("signals"), "back", undo))
    acts.rerank_after(whole.reader, None, now)
    return redirect(back_of(request) if request.POST.get("next") else "signals")


def _undo_of(some: service.Signals) -> str:
    """What brings a signal back: act:7:-1:1, its value and whether it was saved; or a rule."""
    if act := some.acts.first():
        return f"act:{act.pk}:{act.value}:{act.saved:d}"
    rule = some.rules.get()
    kind = "off" if rule.paused_at else "rule"
    return f"{kind}:{rule.profile_id}:{WORDS[rule.effect]}:{rule.kind}:{rule.value}"


def _bring_back(request: HttpRequest, interests: readers.Interests) -> HttpResponse:
    """Undo of taking one back; what makes no sense, or is another reader's, is 404."""
    now, whole = timezone.now(), interests.whole
    kind, _, rest = request.POST["back"].partition(":")
    number, _, said = rest.partition(":")
    if kind == "act" and said in SAYS:
        service.bring_back(whole, _number(number), *SAYS[said], now)
    elif kind in ("rule", "off") and (profile := interests.named(_number(number))):
        name, _, wished = said.partition(":")
        form = RuleForm({name: wished})
        if not form.is_valid():
            raise Http404
        try:
            service.rule(whole, profile, form.wish, now)
        except service.TooManyRules as error:
            return refuse_act(request, str(error), 409)
        if kind == "off":
            again = profile.rules.filter(kind=form.wish.kind, value=form.wish.value)
            service.switch_off(whole, service.Signals(Rating.objects.none(), again), now)
    else:
        raise Http404
    acts.rerank_after(whole.reader, None, now)
    say(request, gettext("It is back."), None)
    return redirect(back_of(request) if request.POST.get("next") else "signals")


def _is_gone(request: HttpRequest, everything: service.Signals) -> bool:
    """Whether a form names one signal that is taken back: a second click, or another tab.

    What is another reader's is not gone, and stays unknown here.
    """
    name = next((name for name in SWITCHES if name in request.POST), "")
    kind, _, number = request.POST.get(name, "").partition(":")
    pk = _number(number)
    if not pk or kind not in ("act", "rule"):
        return False
    if kind == "rule":
        return not Rule.objects.filter(pk=pk).exists()
    others = Rating.objects.exclude(reader=request.user.pk or 0)
    return not (everything.acts.filter(pk=pk).exists() or others.filter(pk=pk).exists())


def _number(number: str) -> int:
    return int(number) if number.isascii() and number.isdigit() and len(number) < 18 else 0


def _asked(request: HttpRequest, everything: service.Signals) -> service.Signals:
    """Which signals a form names: act:7, rule:7, a day since when, a moment, or all. Else 404."""
    name = next((name for name in SWITCHES if name in request.POST), "")
    kind, _, number = request.POST.get(name, "").partition(":")
    pk = _number(number)
    acts_of, rules_of = everything
    if kind == "act" and acts_of.filter(pk=pk).exists():
        return service.Signals(acts_of.filter(pk=pk), rules_of.none())
    if kind == "rule" and rules_of.filter(pk=pk).exists():
        return service.Signals(acts_of.none(), rules_of.filter(pk=pk))
    if name == "pause" and kind == "all":
        return everything
    if name == "pause" and (day := day_asked(request.POST)):
        since = rules_of.filter(created_at__date__gte=day)
        return service.Signals(acts_of.filter(day__gte=day), since)
    if name == "resume" and (at := moment_asked(request.POST, "resume")):
        return service.Signals(acts_of.filter(paused_at=at), rules_of.filter(paused_at=at))
    raise Http404


@require_safe
@login_required
def reset(request: HttpRequest) -> HttpResponse:
    """Ask once more before everything is switched off."""
    everything = service.own(mine(request).whole)
    context = {"n_acts": everything.acts.count(), "n_rules": everything.rules.count()}
    return render(request, "signals/reset.html", context)


@require_safe
@login_required
def effect(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """What one signal does to the leading papers of the newest day."""
    interests = mine(request)
    everything = service.own(interests.whole)
    rows = everything.acts if kind == "act" else everything.rules
    signal = rows.filter(pk=pk).first()
    if signal is None:
        raise Http404
    found, facts = None, ledger.facts(interests.whole.reader_id)
    if isinstance(signal, Rating):
        today = service.today(interests, facts, [signal], [])
        found = today and service.effect_of_act(interests, signal, today)
    elif isinstance(signal, Rule):
        today = service.today(interests, facts, [], [signal])
        found = today and service.effect_of_rule(interests, signal, today)
    context: dict[str, Any] = {
        "signal": signal,
        "kind": kind,
        "day": facts.day,
        "effect": found,
        "top": service.TOP,
    }
    if found:
        known = papers.by_ids([*found.enter, *found.leave])
        context["enter"] = [known[pk] for pk in found.enter if pk in known]
        context["leave"] = [known[pk] for pk in found.leave if pk in known]
    return render(request, "signals/effect.html", context)
