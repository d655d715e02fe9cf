"""A search that is kept as an interest, and taken back."""

import re

import pytest

from tests.factories import NOON, indexed, paper, rating, reader, world
from webapp.models import Profile, Rating, Rule
from webapp.queries import readers
from webapp.services import profiles

pytestmark = pytest.mark.django_db


@pytest.fixture
def who(client):
    who = reader()
    client.force_login(who)
    return who


def keep(client, q):
    return client.post("/papers/interest/", {"q": q, "next": "/profiles/"}, follow=True)


def test_a_search_becomes_an_interest_of_its_papers_words_and_categories(client, who):
    world(8)
    indexed()
    html = keep(client, "tactile robot cat:cs.RO -prime").content.decode()
    assert "Kept as the interest" in html
    made = readers.interests_of(who.pk).apart[-1]
    assert (made.name, made.subjects) == ("tactile robot cat:cs.RO -prime", ["cs.RO"])
    assert "Search for tactile robot cat:cs.RO -prime again" in html
    seeds = Rating.objects.filter(reader=who, profile=made, value=1)
    assert {seed.paper.subjects[0] for seed in seeds} == {"cs.RO"}
    assert seeds.count() == 5
    rules = set(made.rules.values_list("kind", "value", "effect"))
    assert rules == {("term", "tactile", 1), ("term", "robot", 1), ("term", "prime", -1)}
    signals = client.get("/signals/").content.decode()
    assert "Mute term <b>prime</b>" in signals
    assert signals.count('<td class="said">more like this <small>(found by a search)') == 5
    begun = client.get("/welcome/").content.decode()
    assert "You have brought" not in begun
    assert "Take the last ones back" not in begun


def test_a_search_for_authors_becomes_an_interest_in_them(client, who):
    paper("robots", authors=["Ada Müller", "Ben Example"])
    paper("robots", authors=["Cy Bach"])
    indexed()
    html = keep(client, 'robot au:muller -au:"cy bach"').content.decode()
    assert "3 rules for its words and authors" in html
    made = readers.interests_of(who.pk).apart[-1]
    assert set(made.rules.values_list("kind", "value", "effect")) == {
        ("term", "robot", 1),
        ("author", "Ada Müller", 1),
        ("author", "Cy Bach", -1),
    }


def test_keeping_it_can_be_undone(client, who):
    world(8)
    indexed()
    own = paper("robots")
    indexed()
    rating(who, own, -1)
    html = keep(client, "tactile robot").content.decode()
    value = re.search(r'name="kept" value="([^"]+)"', html)[1]
    client.post("/papers/interest/undo/", {"kept": value})
    assert readers.interests_of(who.pk).apart == []
    assert list(Rating.objects.filter(readers.SPEAKS, reader=who)) == [
        Rating.objects.get(paper=own)
    ]
    again = client.post("/papers/interest/undo/", {"kept": value})
    assert (again.status_code, again["Location"]) == (302, "/profiles/")  # a second click


def test_keeping_it_twice_makes_one(client, who):
    world(8)
    indexed()
    keep(client, "tactile robot")
    html = keep(client, "Tactile Robot").content.decode()
    assert "This search is kept already, as the interest “tactile robot”." in html
    assert 'name="kept"' not in html
    assert Profile.objects.filter(reader=who).exclude(search="").count() == 1
    assert Rule.objects.count() == 2


def test_an_interest_of_the_same_name_outlives_the_undo(client, who):
    world(8)
    indexed()
    mine = profiles.make(readers.profile_of(who), "tactile robot", NOON)
    html = keep(client, "tactile robot").content.decode()
    mine.refresh_from_db()
    assert (mine.search, mine.rules.count(), mine.ratings.count()) == ("", 0, 0)
    value = re.search(r'name="kept" value="([^"]+)"', html)[1]
    client.post("/papers/interest/undo/", {"kept": value})
    assert "tactile robot" in {one.name for one in readers.interests_of(who.pk).apart}


def test_a_search_kept_again_after_a_new_name_is_not_kept_beside_it(client, who):
    world(8)
    indexed()
    keep(client, "tactile robot")
    Profile.objects.filter(reader=who, search="tactile robot").update(name="Hands")
    keep(client, "tactile robot")
    assert Profile.objects.filter(reader=who, search="tactile robot").count() == 1


def test_what_finds_nothing_is_not_kept(client, who):
    assert keep(client, "xyzzy").status_code == 400
    assert keep(client, "-robot").status_code == 400
    assert readers.interests_of(who.pk).apart == []


@pytest.mark.parametrize("kept", ["", "1", "x~y", "1~2026", "99999999999999999999~2026-01-01"])
def test_nobody_elses_interest_is_taken_back(client, who, kept):
    other = reader()
    whole = readers.profile_of(other)
    for value in (kept, f"{whole.pk}~2026-01-01T00:00:00+00:00"):
        assert client.post("/papers/interest/undo/", {"kept": value}).status_code == 404


def test_a_stranger_is_asked_to_log_in(client):
    answer = client.post(
        "/papers/interest/", {"q": "robot", "next": "/papers?q=robot"}, follow=True
    )
    assert "nothing was stored" in answer.content.decode()
    # The address of the act would answer a login with a refusal.
    assert answer.redirect_chain[0][0].startswith("/accounts/login/?next=%2Fdrafts%2F")
    assert client.get("/papers/interest/").status_code in {302, 405}
