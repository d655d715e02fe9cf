"""Effects of signals: what they cost to tell, and where they cannot be told."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import DAY, NOON, indexed, interests, profile, rating, world
from webapp import dataset
from webapp.models import CandidatePack, ModelRun, Rating, Rule
from webapp.queries import readers
from webapp.queries import signals as ledger
from webapp.services import profiles, rankings, runs, signals

pytestmark = pytest.mark.django_db


@pytest.fixture
def topics(who, now):
    older, today = world(4, DAY - timedelta(days=1)), world(12)
    for one in older["robots"]:
        rating(who, one)
    runs.train("test", now)
    return older, today


def test_a_damaged_pack_leaves_effects_untold(client, who, topics):
    act = Rating.objects.filter(reader=who).first()
    dataset.forget_packs()
    CandidatePack.objects.update(arrays=b"torn")
    assert client.get("/signals/?effects=1").status_code == 200
    assert client.get(f"/signals/act/{act.pk}/").status_code == 200
    assert client.get(f"/papers/{act.paper.arxiv_id}/why/").status_code == 200


def steer(client, **rule):
    assert client.post("/rules/", rule).status_code == 302


def test_effects_cost_the_same_whatever_the_number_of_signals(client, who, topics):
    address, asked = "/signals/?effects=1", []
    for n in range(3):
        rating(who, topics[1]["primes"][n])
        steer(client, mute=f"term:word{n}")
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        asked.append(len(queries))
    assert f"(run {ModelRun.objects.get().pk})" in client.get(address).content.decode()
    assert asked[0] == asked[1] == asked[2] < 8


def test_effects_that_are_told_together_are_those_of_orders_made_one_by_one(client, who, topics):
    """With every kind of wish, of all and of an interest, also switched off."""
    older = topics[0]
    second = profiles.make(profile(who), "Primes", NOON)
    rating(who, older["primes"][0], -1)
    Rating.objects.filter(reader=who, paper=older["robots"][0]).update(paused_at=NOON)
    Rating.objects.filter(reader=who, paper=older["robots"][1]).update(profile=second)
    steer(client, boost="term:zeta function")
    steer(client, boost="author:Ada Example", profile=second.pk)
    steer(client, mute="subject:astro-ph.GA", profile=second.pk)
    steer(client, mute="term:sample7")
    steer(client, boost="subject:math.NT")
    Rule.objects.filter(kind="term", effect=1).update(paused_at=NOON)
    indexed()
    found = interests(who)
    facts, acts = ledger.facts(who.pk), [*Rating.objects.filter(reader=who)]
    rules = ledger.rules(found, facts)
    now = signals.today(found, facts, acts, rules)
    heard = readers.acts_of(who.pk)
    assert now.order == rankings.order(found, heard, DAY)
    assert len(rules) == 5
    for act in acts:
        others = [one for one in heard if one.paper != act.paper_id]
        then = others if act.paused_at is None else [*heard, readers.as_act(act)]
        alone = signals.compare(now.order, rankings.order(found, then, DAY))
        assert signals.effect_of_act(found, act, now) == alone
    for rule in rules:
        Rule.objects.filter(pk=rule.pk).update(paused_at=None if rule.paused_at else NOON)
        alone = signals.compare(now.order, rankings.order(interests(who), heard, DAY))
        Rule.objects.filter(pk=rule.pk).update(paused_at=rule.paused_at)
        assert signals.effect_of_rule(found, rule, now) == alone


def test_what_is_switched_off_drives_nothing_and_is_told(client, who, topics):
    client.post("/signals/", {"pause": "all:0"})
    ledger = client.get("/signals/?effects=1").content.decode()
    assert "All you said is switched off" in ledger
    assert "How firm it is" not in ledger
    assert "What you said is switched off" in client.get("/welcome/").content.decode()
    n = Rating.objects.filter(reader=who).count()
    assert f"{n} signals are switched off" in client.get("/").content.decode()


def test_rules_come_by_the_page_and_each_once(client, who, topics, now):
    Rule.objects.bulk_create(
        Rule(profile=profile(who), kind="term", value=f"word{n:02d}", effect=-1, created_at=now)
        for n in range(45)
    )
    address, listed = "/signals/", []
    while address:
        html = client.get(address).content.decode()
        listed += re.findall(r"<b>(word\d\d)</b>", html)
        following = re.search(r'href="(\?rules=\d+)" rel="next"', html)
        address = following and f"/signals/{following[1]}"
    assert listed == [f"word{n:02d}" for n in range(45)]


def test_a_short_ledger_has_no_empty_pager(client, who, topics):
    assert '<nav class="pages"' not in client.get("/signals/").content.decode()
