"""Saved papers of which a newer version came: told, counted, taken note of, and back."""

import re
from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.utils import timezone

from tests.factories import DAY, NOON, paper, rating, reader
from webapp.models import Paper, Rating
from webapp.services import readers

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def changed(who):
    """A paper saved at its first version, of which the third is here now."""
    found = paper(title="Quiet galaxies")
    rating(who, found, 0, saved=True)
    replace(found, 3)
    return found


def replace(paper, version):
    Paper.objects.filter(pk=paper.pk).update(version=version)
    paper.refresh_from_db()


def note(html):
    found = re.search(r'<p class="changed">(.*?)<button', html, re.DOTALL)
    return re.sub(r"<[^>]+>", "", found[1]).strip() if found else ""


def see(client, paper, version, **how):
    return client.post(f"/papers/{paper.arxiv_id}/seen/", {"value": version}, **how)


def version_of(who):
    return Rating.objects.get(reader=who).saved_version


@pytest.mark.parametrize("address", ["/library/", "/library/?kind=changed", "/papers/{}", "/"])
def test_a_saved_paper_that_changed_says_so_wherever_it_is_shown(client, changed, address):
    html = client.get(address.format(changed.arxiv_id)).content.decode()
    assert note(html) == "Changed since you saved it: v1 to v3"
    assert f"https://arxiv.org/abs/{changed.arxiv_id}v1" in html


def test_a_paper_that_is_as_it_was_says_nothing(client, who):
    same = paper(version=4)
    readers.save(who, same, True, timezone.now())
    assert not note(client.get("/library/").content.decode())


def test_a_liked_paper_that_was_not_saved_says_nothing(client, who):
    liked = paper()
    rating(who, liked)
    replace(liked, 2)
    assert not note(client.get("/library/").content.decode())


def test_the_library_lists_the_changed_ones_alone(client, who, changed):
    rating(who, paper(title="As it was"), 0, saved=True)
    html = client.get("/library/").content.decode()
    assert "Changed since you saved them <small>1</small>" in html
    assert "As it was" in html
    html = client.get("/library/?kind=changed").content.decode()
    assert "Quiet galaxies" in html
    assert "As it was" not in html


def test_another_readers_saves_are_not_counted(client, changed):
    client.force_login(reader())
    assert "Changed since" not in client.get("/library/").content.decode()


def test_seen_is_an_act_that_can_be_undone(client, who, changed):
    html = see(client, changed, 3, headers=HTMX).content.decode()
    assert version_of(who) == 3
    assert not note(html)
    assert re.search(r'id="undo"[^>]*/seen/" name="value" value="1"', html)
    html = see(client, changed, 1, headers=HTMX).content.decode()
    assert note(html) == "Changed since you saved it: v1 to v3"


def test_seen_works_without_javascript(client, who, changed):
    assert see(client, changed, 3).status_code == 302
    html = client.get("/library/?kind=changed").content.decode()
    assert "None of your saved papers has changed" in html


def test_a_later_change_is_told_from_the_version_that_was_seen(client, who, changed):
    see(client, changed, 3)
    replace(changed, 4)
    assert note(client.get("/library/").content.decode()) == "Changed since you saved it: v3 to v4"


@pytest.mark.parametrize("value", ["", "x", "0", "-1", "1e9", "99999999999"])
def test_what_is_no_version_is_refused(client, who, changed, value):
    assert see(client, changed, value).status_code == 400
    assert version_of(who) == 1


def test_a_version_that_has_not_come_yet_is_not_seen(client, who, changed):
    see(client, changed, 30_000)
    assert version_of(who) == 3


def test_a_get_never_sees(client, who, changed):
    assert client.get(f"/papers/{changed.arxiv_id}/seen/").status_code == 405
    assert version_of(who) == 1


def test_seeing_what_was_never_saved_stores_nothing(client, who):
    assert see(client, paper(), 1).status_code == 302
    assert not Rating.objects.exists()


def test_seeing_is_no_new_act_for_the_order(client, who, changed):
    see(client, changed, 3)
    assert Rating.objects.get().changed_at == NOON


def test_taking_back_an_unsave_keeps_the_version_that_was_saved(who):
    one = paper()
    readers.save(who, one, True, NOON)
    replace(one, 2)
    readers.save(who, one, False, NOON)
    readers.save(who, one, True, NOON)
    assert version_of(who) == 1


def test_saved_again_on_another_day_it_is_the_version_of_that_day(who):
    one = paper()
    readers.save(who, one, True, NOON)
    readers.save(who, one, False, NOON)
    replace(one, 2)
    readers.save(who, one, True, NOON + timedelta(days=2))
    assert version_of(who) == 2


def test_rating_a_saved_paper_leaves_the_version_alone(who, changed):
    readers.rate(who, changed, Rating.Value.UP, NOON + timedelta(days=2))
    assert version_of(who) == 1


def test_a_withdrawn_paper_in_the_library_is_marked_and_stays(client, who):
    gone = paper(withdrawn_at=timezone.now(), title="Gone", day=DAY)
    rating(who, gone, 0, saved=True)
    html = client.get("/library/").content.decode()
    assert "Gone" in html
    assert "withdrawn by its authors" in html


def test_saves_from_before_take_the_version_that_is_here(who):
    rating(who, paper(version=2), 0, saved=True)
    rating(who, paper(version=5))
    Rating.objects.update(saved_version=None)
    migration = import_module("webapp.migrations.0011_saves_take_the_present_version")
    with connection.schema_editor() as editor:
        migration.take(None, editor)
    assert list(Rating.objects.order_by("pk").values_list("saved_version", flat=True)) == [2, None]
