"""Public upvotes teach the shared model where the reader agreed, and only there."""

import pytest

from tests.factories import NOON, paper, rating, reader
from webapp import dataset
from webapp.queries import readers as known
from webapp.services import readers
from webapp.services.social import upvotes

pytestmark = pytest.mark.django_db


def taught():
    acts = dataset.interactions()
    return sorted(zip(acts.users.tolist(), acts.items.tolist(), strict=True))


def test_upvotes_teach_only_where_the_reader_agreed_and_no_longer_when_not():
    who, other, liked = reader(), reader(), paper()
    for one in (who, other):
        upvotes.upvote(one, liked, True, NOON)
    assert taught() == []
    readers.let_upvotes_teach(who, True)
    assert taught() == [(who.pk, liked.pk)]
    readers.let_upvotes_teach(who, False)
    assert taught() == []


def test_a_private_rating_outweighs_the_upvote_of_the_same_paper():
    who, liked, disliked = reader(upvotes_teach=True), paper(), paper()
    for one in (liked, disliked):
        upvotes.upvote(who, one, True, NOON)
    rating(who, liked, value=1, saved=True)
    rating(who, disliked, value=-1)
    assert taught() == [(who.pk, liked.pk)]


def test_an_upvote_is_no_part_of_the_readers_own_ranking():
    who = reader(upvotes_teach=True)
    upvotes.upvote(who, paper(), True, NOON)
    assert known.acts_of(who.pk) == []
