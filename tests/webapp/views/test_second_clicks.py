"""What is taken away twice, by a second click or in another tab: a page, never a refusal."""

import re

import pytest

from tests.factories import NOON, paper, profile, rating, reader
from webapp.models import Profile, Rating, Rule
from webapp.services import profiles

pytestmark = pytest.mark.django_db


def rule_of(whose, value="graph"):
    return Rule.objects.create(
        profile=profile(whose), kind="term", value=value, effect=-1, created_at=NOON
    )


@pytest.mark.parametrize("name", ["remove", "pause", "resume"])
def test_a_rule_that_is_gone_leads_to_the_page(client, who, name):
    own, other = rule_of(who), rule_of(who, "other")
    sent = {"remove": f"rule:{own.pk}"}
    assert "One signal taken back" in client.post("/signals/", sent, follow=True).content.decode()
    again = client.post("/signals/", {name: f"rule:{own.pk}"}, follow=True)
    assert again.status_code == 200
    assert "It was taken back already." in again.content.decode()
    assert [*Rule.objects.all()] == [other]


@pytest.mark.parametrize("name", ["remove", "pause", "resume"])
def test_an_act_that_is_gone_leads_to_the_page(client, who, name):
    own = rating(who, paper(), saved=True)
    client.post("/signals/", {"remove": f"act:{own.pk}"})
    again = client.post("/signals/", {name: f"act:{own.pk}", "next": "/library/"}, follow=True)
    assert again.redirect_chain == [("/library/", 302)]
    assert "It was taken back already." in again.content.decode()


@pytest.mark.parametrize("name", ["remove", "pause", "resume"])
def test_what_is_another_readers_stays_unknown(client, who, name):
    stranger = reader()
    theirs, silent = rating(stranger, paper()), rating(stranger, paper(), 0)
    rule = rule_of(stranger)
    for value in (f"act:{theirs.pk}", f"act:{silent.pk}", f"rule:{rule.pk}"):
        assert client.post("/signals/", {name: value}).status_code == 404
    assert Rule.objects.count() == 1
    assert Rating.objects.get(pk=theirs.pk).value == 1


def test_an_interest_is_taken_away_and_brought_back_twice(client, who):
    made = profiles.make(profile(who), "Primes", NOON)
    for act in ("delete", "delete", "restore", "restore"):
        assert client.post(f"/profiles/{made.pk}/{act}/", follow=True).status_code == 200
    assert Profile.objects.get(pk=made.pk).deleted_at is None
    theirs = profiles.make(profile(reader()), "Primes", NOON)
    assert client.post(f"/profiles/{theirs.pk}/delete/").status_code == 404


@pytest.fixture
def gone(who):
    """An interest whose page is open in one tab, and which was taken away in another."""
    made = profiles.make(profile(who), "Primes", NOON)
    profiles.take_away(profile(who), made, NOON)
    return made


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_save_on_the_page_of_an_interest_that_is_gone_counts_for_all(client, who, gone, headers):
    saved = paper()
    sent = {"value": "save", "profile": gone.pk, "day": str(saved.issue_day)}
    if not headers:
        sent["next"] = "/library/"
    answer = client.post(f"/papers/{saved.arxiv_id}/save/", sent, headers=headers, follow=True)
    assert answer.status_code == 200
    assert "That interest was taken away, so this counts for all" in answer.content.decode()
    assert Rating.objects.get(reader=who).profile_id is None


def test_an_act_for_an_interest_of_somebody_else_is_not_stored(client, who):
    theirs, saved = profiles.make(profile(reader()), "Primes", NOON), paper()
    answer = client.post(f"/papers/{saved.arxiv_id}/save/", {"value": "save", "profile": theirs.pk})
    assert answer.status_code == 404
    assert "That is no interest of yours" in answer.content.decode()
    assert not Rating.objects.exists()


def test_a_mute_on_the_page_of_an_interest_that_is_gone_is_no_rule_for_all(client, who, gone):
    answer = client.post("/rules/", {"mute": "term:graph", "profile": gone.pk})
    assert answer.status_code == 409
    assert "That interest was taken away, so no rule was stored" in answer.content.decode()
    assert not Rule.objects.exists()


def test_the_page_of_an_interest_that_is_gone_leads_back(client, who, gone):
    paper()
    answer = client.get(f"/?profile={gone.pk}")
    assert answer.status_code == 410
    assert f'action="/profiles/{gone.pk}/restore/"' in answer.content.decode()
    theirs = profiles.make(profile(reader()), "Primes", NOON)
    assert client.get(f"/?profile={theirs.pk}").status_code == 404


def undone(client, sent):
    html = client.post("/signals/", sent, follow=True).content.decode()
    back = re.search(r'name="back" value="([^"]+)">Undo', html)[1]
    assert client.post("/signals/", {"back": back}, follow=True).status_code == 200
    return back


def test_a_save_that_is_taken_back_comes_back_with_its_tags_and_note(client, who):
    kept = rating(who, paper(), -1, saved=True)
    Rating.objects.filter(pk=kept.pk).update(tags=["thesis"], note="Read twice.", saved_at=NOON)
    undone(client, {"remove": f"act:{kept.pk}"})
    kept.refresh_from_db()
    assert (kept.value, kept.saved, kept.tags, kept.note) == (-1, True, ["thesis"], "Read twice.")
    assert "Read twice." in client.get("/library/").content.decode()


@pytest.mark.parametrize("paused_at", [None, NOON])
def test_a_rule_that_is_taken_back_comes_back_as_it_was(client, who, paused_at):
    own = Rule.objects.create(
        profile=profile(who),
        kind="author",
        value="Ada: Example",
        effect=1,
        created_at=NOON,
        paused_at=paused_at,
    )
    undone(client, {"remove": f"rule:{own.pk}"})
    found = Rule.objects.get()
    assert (found.kind, found.value, found.effect) == ("author", "Ada: Example", 1)
    assert bool(found.paused_at) == bool(paused_at)


def test_only_ones_own_signals_are_brought_back(client, who):
    stranger = reader()
    silent = rating(stranger, paper(), 0)
    client.post("/signals/", {"back": f"act:{silent.pk}:1:0"})
    assert Rating.objects.get().value == 0
    for back in (f"rule:{profile(stranger).pk}:mute:term:graph", "act:1:7:0", "rule:x", ""):
        assert client.post("/signals/", {"back": back}).status_code == 404
    assert not Rule.objects.exists()
