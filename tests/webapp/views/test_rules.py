"""Mutes and boosts that somebody writes: stored as papers spell them, or refused."""

import pytest

from tests.factories import DAY, NOON, indexed, paper, world
from webapp.models import Rule

pytestmark = pytest.mark.django_db


@pytest.fixture
def papers():
    world(2)
    paper(authors=["Emile Example"])
    indexed()


def steer(client, **fields):
    return client.post("/rules/", {"day": str(DAY), **fields}, follow=True)


@pytest.mark.parametrize(
    ("wish", "stored"),
    [
        ("subject:CS.ro", "cs.RO"),
        ("subject:cs.na", "math.NA"),
        ("author:ada  EXAMPLE", "Ada Example"),
        ("author:Émile Exàmple", "Emile Example"),
        ("author:Nobody Here", "Nobody Here"),
    ],
)
def test_a_rule_is_stored_as_papers_spell_it(client, who, papers, wish, stored):
    steer(client, mute=wish)
    assert Rule.objects.get().value == stored


@pytest.mark.parametrize("code", ["cs.XX", "cs", "robots"])
def test_a_category_that_is_none_is_refused(client, who, papers, code):
    answer = steer(client, mute=f"subject:{code}")
    assert answer.status_code == 400
    assert f"No category is called “{code}”" in answer.content.decode()
    assert not Rule.objects.exists()


def test_a_rule_of_another_spelling_can_be_taken_back(client, who, papers):
    whole = who.profiles.get()
    Rule.objects.create(profile=whole, kind="subject", value="cs.XX", effect=-1, created_at=NOON)
    steer(client, clear="subject:cs.XX")
    assert not Rule.objects.exists()


@pytest.mark.parametrize(("name", "is_told"), [("Ada Example", False), ("Nobody Here", True)])
def test_an_author_that_no_paper_has_is_told_of(client, who, papers, name, is_told):
    html = steer(client, boost=f"author:{name}").content.decode()
    assert "More of" in html
    assert ("No paper here has an author of that name" in html) is is_told
