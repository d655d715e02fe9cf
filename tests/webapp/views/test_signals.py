"""Steering: mutes and boosts, the ledger, switching off and on, and what each thing does."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from tests.factories import DAY, interests, paper, profile, rating, reader, world
from webapp.models import Profile, Ranking, Rating, Rule
from webapp.queries import papers, signals
from webapp.services import profiles, readers, runs
from webapp.services import rankings as ranking
from webapp.services import signals as service

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def index_words():
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE webapp_paper SET search = setweight(to_tsvector('english', title), 'A')"
            " || setweight(to_tsvector('english', abstract), 'B')"
            " || setweight(to_tsvector('simple', array_to_string(authors, ' ')), 'C')"
        )


@pytest.fixture
def topics(who, now):
    """A day of three topics, ranked for a reader of robots."""
    older, today = world(4, DAY - timedelta(days=1)), world(12)
    runs.train("test", now)
    index_words()
    for liked in older["robots"]:
        rating(who, liked)
    readers.rerank_after(who, DAY, now)
    return older, today


def steer(client, headers=None, **fields):
    return client.post("/rules/", {"day": str(DAY), **fields}, headers=headers)


def shown(html):
    return re.findall(r'<article data-arxiv-id="([^"]+)"', html)


def feed(client, address="/"):
    answer = client.get(address)
    assert answer.status_code == 200
    return shown(answer.content.decode())


def names(listed):
    return {paper.arxiv_id for paper in listed}


def order(who):
    return Ranking.objects.get(profile=profile(who), day=DAY).paper_ids


def test_a_muted_term_is_gone_at_once_and_undone_at_once(client, topics):
    before = feed(client)
    assert names(topics[1]["robots"]) <= set(before)
    html = steer(client, HTMX, mute="term:tactile grasps").content.decode()
    assert not names(topics[1]["robots"]) & set(shown(html))
    assert "“tactile grasps” is muted. Papers of this day with it: 12." in html
    undo = re.search(r'id="undo"[^>]*formaction="/rules/" name="clear" value="([^"]+)"', html)[1]
    assert shown(steer(client, HTMX, clear=undo).content.decode()) == before


@pytest.mark.parametrize("wish", ["subject:cs.RO", "author:Robin Robot", "term:ROBOT"])
def test_each_kind_of_mute_keeps_papers_away(client, who, topics, now, wish):
    papers.Paper.objects.filter(subjects=["cs.RO"]).update(authors=["Robin Robot"])
    steer(client, mute=wish)
    assert not names(topics[1]["robots"]) & set(feed(client))
    assert len(order(who)) == 24


@pytest.mark.parametrize("wish", ["subject:math.NT", "term:prime gap", "author:Pia Prime"])
def test_a_boost_lifts_and_says_so(client, who, topics, wish):
    papers.Paper.objects.filter(subjects=["math.NT"]).update(authors=["Pia Prime"])
    before = order(who)
    steer(client, boost=wish)
    primes = {p.pk for p in topics[1]["primes"]}
    assert sum(map(order(who).index, primes)) < sum(map(before.index, primes))
    row = Ranking.objects.get(profile=profile(who), day=DAY)
    boosted = {p for p, share in zip(row.paper_ids, row.boosted_shares, strict=True) if share}
    assert boosted == primes


def test_a_name_of_an_author_is_no_term(client, topics):
    steer(client, mute="term:Ada")
    assert len(feed(client)) == 30


def test_a_reader_who_said_nothing_can_mute(client, who):
    world(2)
    index_words()
    steer(client, mute="subject:cs.RO")
    html = client.get("/").content.decode()
    assert len(shown(html)) == 4
    assert "4 papers, newest first" in html


def test_a_rule_alone_is_ranked_by_once_there_is_a_model(client, who, topics, now):
    Rating.objects.filter(reader=who).delete()
    steer(client, boost="subject:math.NT")
    html = client.get("/").content.decode()
    assert set(shown(html)[:12]) == names(topics[1]["primes"])
    assert "newest first, with your mutes and boosts" in html
    later = timezone.now()
    assert ranking.fill("hour", later)["ranked"] >= 1
    assert ranking.fill("later", later) == {"ranked": 0}


def test_a_rule_of_one_interest_leaves_the_others_alone(client, who, topics, now):
    primes = profiles.make(profile(who), "Primes", now)
    steer(client, mute="subject:cs.RO", profile=str(primes.pk))
    assert not names(topics[1]["robots"]) & set(feed(client, f"/?profile={primes.pk}"))
    assert names(topics[1]["robots"]) & set(feed(client))


def test_without_javascript_a_mute_leads_back_and_can_be_undone(client, who, topics):
    address = f"/papers/{topics[1]['robots'][0].arxiv_id}/why/"
    answer = steer(client, mute="term:robot", next=address)
    assert answer.url == address
    html = client.get(address).content.decode()
    assert '<button name="clear" value="term:robot">Undo</button>' in html
    assert "Your mute of the term “robot” keeps it" in html


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"mute": ""},
        {"mute": "robot"},
        {"mute": "colour:red"},
        {"mute": "term:"},
        {"mute": "term: \0 "},
        {"mute": "term:of the"},
        {"mute": "term:!!!"},
        {"mute": "term:" + "x" * 121},
        {"effect": "destroy", "kind": "term", "value": "robot"},
        {"effect": "mute", "kind": "", "value": "robot"},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(client, topics, fields):
    assert steer(client, **fields).status_code == 400
    answer = steer(client, HTMX, **fields)
    assert answer.content.decode().startswith('<p class="error">')
    assert not Rule.objects.exists()


@pytest.mark.parametrize("value", ["a' OR 1=1 --", "<b>x</b>", "a & b | !c", "\\", "日本語"])
def test_a_hostile_term_is_a_term(client, topics, value):
    answer = steer(client, mute=f"term:{value}")
    assert answer.status_code in {302, 400}
    assert len(feed(client)) == 30
    assert "<b>x</b>" not in client.get("/signals/").content.decode()


def test_there_are_only_so_many_rules(client, who, topics, monkeypatch):
    monkeypatch.setattr(service, "MOST_RULES", 2)
    for n in range(2):
        steer(client, mute=f"author:A{n}")
    assert steer(client, mute="author:A3").status_code == 409


def test_a_visitor_and_a_get_change_nothing(client, topics):
    assert client.get("/rules/").status_code == 405
    client.logout()
    assert steer(client, mute="term:robot").status_code == 302
    assert not Rule.objects.exists()


def test_less_like_this_says_what_it_moved(client, who, topics):
    disliked = papers.by_ids(order(who)[:1]).popitem()[1]
    form = {"value": "down", "day": str(DAY)}
    address = f"/papers/{disliked.arxiv_id}/rating/"
    html = client.post(address, form, headers=HTMX).content.decode()
    said = re.search(r"It went from place 1 to (\d+)(, and \d+ more left the first 30)?\.", html)
    assert int(said[1]) == order(who).index(disliked.pk) + 1 > 12


# --- the ledger


def test_it_lists_every_act_and_rule_with_date_and_weight(client, who, topics, now):
    steer(client, boost="author:Ada Example")
    rating(who, topics[1]["primes"][0], -1, at=now - timedelta(days=73))
    html = client.get("/signals/").content.decode()
    assert "Boost author <b>Ada Example</b>" in html
    assert len(re.findall(r'class="said"[^>]*>\s*more like this', html)) == 4
    assert "less like this" in html
    assert re.search(r">11 Sep 2026</td>\s*<td[^>]*>-0\.50</td>", html)


def test_the_pages_of_the_ledger_hold_each_act_once(client, who, now):
    for n in range(45):
        rating(who, paper(), at=now - timedelta(minutes=n % 3))
    seen, address = [], "/signals/"
    while address:
        html = client.get(address).content.decode()
        seen += re.findall(r'href="/signals/act/(\d+)/"', html)
        following = re.search(r'href="(\?before=[^"]+)" rel="next"', html)
        address = f"/signals/{following[1]}" if following else ""
    assert len(seen) == len(set(seen)) == 45


@pytest.mark.parametrize(
    "before", ["x", "~", "2026-11-23T09:00:00~1", "2026~9", "~" * 300, "a~9" * 90]
)
def test_a_page_that_is_none_is_the_first(client, who, before):
    rating(who, paper())
    assert "/signals/act/" in client.get("/signals/", {"before": before}).content.decode()


def test_the_ledger_makes_as_many_queries_for_many_as_for_one(
    client, who, topics, django_assert_max_num_queries
):
    client.get("/signals/")
    for n in range(15):
        rating(who, paper())
        Rule.objects.create(
            profile=profile(who),
            kind="term",
            value=f"x{n}",
            effect=1,
            created_at=paper().created_at,
        )
    with django_assert_max_num_queries(7):
        client.get("/signals/")


def test_what_is_switched_off_is_not_heard_and_comes_back(client, who, topics, now):
    before = order(who)
    for act in Rating.objects.filter(reader=who):
        client.post("/signals/", {"pause": f"act:{act.pk}"})
    assert not Ranking.objects.filter(profile=profile(who), day=DAY).exists()
    assert "(off)" in client.get("/signals/").content.decode()
    for act in Rating.objects.filter(reader=who):
        client.post("/signals/", {"resume": f"act:{act.pk}"})
    assert order(who) == before


def test_a_paused_act_teaches_no_model(who, topics, now):
    from webapp import dataset  # noqa: PLC0415

    before = len(dataset.interactions().users)
    service.switch_off(profile(who), service.own(profile(who)), now)
    assert len(dataset.interactions().users) == before - 4


def test_who_rates_again_is_heard_again(client, who, topics, now):
    service.switch_off(profile(who), service.own(profile(who)), now)
    readers.rate(who, topics[0]["robots"][0], Rating.Value.DOWN, now)
    assert len(readers.readers.acts_of(who.pk)) == 1


def test_all_since_a_day_is_switched_off_together_and_on_again(client, who, topics, now):
    rating(who, topics[1]["primes"][0], at=now + timedelta(days=1))
    rating(who, topics[1]["primes"][1], at=now + timedelta(days=2))
    client.post("/signals/", {"pause": "since", "day": f"{(now + timedelta(days=1)).date()}"})
    assert Rating.objects.filter(reader=who, paused_at=None).count() == 4
    html = client.get("/signals/").content.decode()
    assert "2 switched off on" in html
    moment = re.search(r'name="resume" value="([^"a-z]+[^":]*:[^"]*)"', html)[1].replace(
        "&#x2B;", "+"
    )
    client.post("/signals/", {"resume": moment})
    assert not Rating.objects.filter(paused_at__isnull=False).exists()


def test_starting_over_asks_first_and_can_be_undone(client, who, topics, now):
    steer(client, mute="term:prime")
    before = order(who)
    html = client.get("/signals/reset/").content.decode()
    assert "all 4 saves and ratings and 1 rule." in html
    client.post("/signals/", {"pause": "all:0"})
    assert "newest first" in client.get("/").content.decode()
    html = client.get("/signals/").content.decode()
    assert "5 switched off on" in html
    assert Rating.objects.filter(reader=who, value=1).count() == 4
    client.post("/signals/", {"resume": signals.facts(who.pk).paused[0].at.isoformat()})
    assert order(who) == before


def test_what_is_taken_back_is_gone(client, who, topics):
    steer(client, mute="term:prime")
    act = Rating.objects.filter(reader=who).first()
    client.post("/signals/", {"remove": f"act:{act.pk}"})
    client.post("/signals/", {"remove": f"rule:{Rule.objects.get().pk}"})
    act.refresh_from_db()
    assert not act.says_something
    assert not Rule.objects.exists()


def test_other_peoples_signals_are_404(client, who, topics, now):
    other = reader()
    theirs = rating(other, paper())
    rule = Rule.objects.create(
        profile=profile(other), kind="term", value="x", effect=1, created_at=now
    )
    for name in ("pause", "resume", "remove"):
        for value in (f"act:{theirs.pk}", f"rule:{rule.pk}"):
            assert client.post("/signals/", {name: value}).status_code == 404
    assert client.get(f"/signals/act/{theirs.pk}/").status_code == 404
    assert client.get(f"/signals/rule/{rule.pk}/").status_code == 404


@pytest.mark.parametrize("value", ["", "act", "act:", "act:x", "act:" + "9" * 40, "all:0", "x:1"])
def test_a_switch_that_makes_no_sense_is_404(client, who, topics, value):
    for name in ("resume", "remove"):
        assert client.post("/signals/", {name: value}).status_code == 404
    assert client.post("/signals/", {}).status_code == 404
    assert Rating.objects.filter(paused_at=None).count() == 4


def effect_of_act(who, act):
    today = service.today(interests(who), signals.facts(who.pk), [act], [])
    return service.effect_of_act(interests(who), act, today)


def effect_of_rule(who, rule):
    today = service.today(interests(who), signals.facts(who.pk), [], [rule])
    return service.effect_of_rule(interests(who), rule, today)


def test_the_effect_that_is_announced_is_what_happens(client, who, topics, now):
    primes = rating(who, topics[0]["primes"][0])
    readers.rerank_after(who, DAY, now)
    for signal in (primes, *Rating.objects.filter(reader=who)[:2]):
        before = order(who)
        told = effect_of_act(who, signal)
        client.post("/signals/", {"pause": f"act:{signal.pk}"})
        assert service.compare(before, order(who)) == told
        signal.refresh_from_db()
        back = effect_of_act(who, signal)
        before = order(who)
        client.post("/signals/", {"resume": f"act:{signal.pk}"})
        assert service.compare(before, order(who)) == back


def test_the_effect_of_a_rule_is_what_happens(client, who, topics):
    steer(client, mute="subject:cs.RO")
    rule, before = Rule.objects.get(), order(who)
    told = effect_of_rule(who, rule)
    assert len(told.enter) == 12
    html = client.get(f"/signals/rule/{rule.pk}/").content.decode()
    assert topics[1]["robots"][0].title in html
    client.post("/signals/", {"pause": f"rule:{rule.pk}"})
    assert service.compare(before, order(who)) == told


def test_the_effects_of_a_page_are_worked_out_when_asked(client, who, topics):
    html = client.get("/signals/").content.decode()
    assert "changes nothing" not in html
    assert "<meter" not in html
    assert "The text of what you saved and rated; other readers count nothing yet" in html
    assert "you have given 4" in html
    html = client.get("/signals/?effects=1").content.decode()
    assert re.search(r"(changes nothing|\d+ come, \d+ go, \d+ move)", html)
    assert (
        50 <= int(re.search(r'<meter id="sure" min="0" max="100" value="(\d+)">', html)[1]) <= 100
    )


def test_it_tells_whether_explored_papers_paid_off(client, who, topics, now):
    one = papers.by_ids(order(who)[20:21]).popitem()[1]
    Ranking.objects.filter(profile=profile(who)).update(explored=[21, 25])
    unopened = Ranking.objects.get(profile=profile(who), day=DAY)
    unopened.pk, unopened.day = None, DAY - timedelta(days=9)
    unopened.save()
    readers.save(who, one, True, now)
    readers.rerank_after(who, DAY, now)
    Ranking.objects.filter(profile=profile(who), day=DAY).update(explored=[25])
    found = signals.facts(who.pk).explored
    assert (found.shown, found.liked, found.disliked) == (2, 1, 0)
    html = client.get("/signals/").content.decode()
    assert "2 papers from outside your habit stand on the days of which" in html


def test_a_deleted_interests_rules_don_t_hold(client, who, topics, now):
    primes = profiles.make(profile(who), "Primes", now)
    profiles.make(profile(who), "Others", now)
    steer(client, mute="subject:cs.RO", profile=str(primes.pk))
    assert len(signals.rules(interests(who), signals.facts(who.pk))) == 1
    profiles.take_away(profile(who), primes, now)
    assert signals.rules(interests(who), signals.facts(who.pk)) == []
    assert Profile.objects.get(pk=primes.pk).rules.count() == 1
