"""Acts: who may, what is answered, what is refused; and the pages of one's own."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import DAY, paper, profile, rating, reader, world
from webapp.models import Rating
from webapp.queries import readers
from webapp.services import runs

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def save(client, paper, value="save", headers=None, **fields):
    address = f"/papers/{paper.arxiv_id}/save/"
    return client.post(address, {"value": value, **fields}, headers=headers)


def rate(client, paper, value="up", headers=None, **fields):
    address = f"/papers/{paper.arxiv_id}/rating/"
    return client.post(address, {"value": value, **fields}, headers=headers)


def said(who):
    said = readers.SPEAKS
    acts = Rating.objects.filter(said, reader=who)
    return set(acts.values_list("paper__arxiv_id", "value", "saved"))


def shown(html):
    return re.findall(r'<article data-arxiv-id="([^"]+)"', html)


def test_a_save_is_stored_and_leads_back_to_the_paper(client, who):
    saved = paper()
    answer = save(client, saved, day=str(DAY), page="2")
    assert said(who) == {(saved.arxiv_id, 0, True)}
    assert answer.status_code == 302
    assert answer.url == f"/?day={DAY}&page=2#paper-{saved.arxiv_id}"


def test_the_page_after_an_act_says_what_was_stored(client, who):
    saved = paper(title="Quiet galaxies")
    save(client, saved)
    assert "Saved “Quiet galaxies”." in client.get("/").content.decode()


def test_an_address_in_a_message_is_shown_as_it_is(client):
    password = "grey mornings 27"
    fields = {"email": "a--b@example.org", "password1": password, "password2": password}
    client.post("/accounts/signup/", fields)
    assert "a--b@example.org is unconfirmed" in client.get("/").content.decode()


@pytest.mark.parametrize(("value", "stored"), [("up", 1), ("down", -1)])
def test_a_rating_is_stored(client, who, value, stored):
    rated = paper()
    rate(client, rated, value)
    assert said(who) == {(rated.arxiv_id, stored, False)}


def test_pressing_again_takes_back(client, who):
    rated = paper()
    rate(client, rated)
    html = client.get("/").content.decode()
    assert re.search(r'id="more-[^>]* value="clear" aria-pressed="true"', html)
    rate(client, rated, "clear")
    assert said(who) == set()


def test_old_identifiers_with_a_stroke_can_be_saved(client, who):
    old = paper(arxiv_id="hep-th/9901001")
    assert save(client, old).status_code == 302
    assert said(who) == {("hep-th/9901001", 0, True)}


def test_htmx_gets_the_reranked_list_with_what_was_said_and_an_undo(client, who, now):
    today = world(8)
    runs.train("test", now)
    for liked in today["robots"][:2]:
        rating(who, liked)
    answer = rate(client, today["robots"][2], headers=HTMX, day=str(DAY))
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in html
    robots = {p.arxiv_id for p in today["robots"]}
    assert set(shown(html)[:8]) == robots
    assert "More like" in html
    assert re.search(r'id="undo"[^>]*/rating/" name="value" value="clear"', html)


def test_undo_brings_back_what_was_said_before(client, who):
    changed = paper()
    rating(who, changed, Rating.Value.DOWN)
    html = rate(client, changed, "up", HTMX, day=str(DAY)).content.decode()
    assert re.search(r'id="undo"[^>]*value="down"', html)


def test_an_act_that_changes_nothing_offers_no_undo(client, who):
    saved = paper()
    save(client, saved)
    assert 'id="undo"' not in save(client, saved, headers=HTMX, day=str(DAY)).content.decode()


def test_htmx_without_a_day_gets_the_papers_acts_alone(client, who):
    saved = paper()
    html = save(client, saved, headers=HTMX, next="/library/").content.decode()
    assert f'id="acts-{saved.arxiv_id}"' in html
    assert '<input type="hidden" name="next" value="/library/">' in html
    assert shown(html) == []


@pytest.mark.parametrize("value", ["", "5", "UP", "up ", "NaN", "save"])
def test_an_unknown_rating_is_refused(client, who, value):
    rated = paper()
    answer = rate(client, rated, value)
    assert answer.status_code == 400
    assert "say up, down or clear" in answer.content.decode().replace("Say value=up", "say up")
    assert said(who) == set()


def test_htmx_is_told_why_an_act_is_refused(client, who):
    answer = rate(client, paper(), "5", HTMX)
    assert answer.status_code == 400
    assert answer.content.decode().startswith('<p class="error">')


def test_an_unknown_paper_is_404(client, who):
    answer = client.post("/papers/2611.99999/save/", {"value": "save"}, headers=HTMX)
    assert answer.status_code == 404
    assert "2611.99999 is not stored here" in answer.content.decode()


@pytest.mark.parametrize("act", [save, rate])
def test_a_withdrawn_paper_is_409(client, who, act):
    gone = paper(withdrawn_at=timezone.now())
    answer = act(client, gone)
    assert answer.status_code == 409
    assert "withdrawn" in answer.content.decode()
    assert said(who) == set()


def test_a_withdrawn_paper_can_still_be_let_go(client, who):
    gone = paper(withdrawn_at=timezone.now())
    rating(who, gone, Rating.Value.NONE, saved=True)
    save(client, gone, "unsave")
    assert said(who) == set()


def test_a_form_without_its_token_changes_nothing(who):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(who)
    saved = paper()
    answer = save(strict, saved)
    assert answer.status_code == 403
    assert "The form was too old" in answer.content.decode()
    assert said(who) == set()


def test_htmx_without_a_token_is_told_to_reload(who):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(who)
    answer = save(strict, paper(), headers=HTMX)
    assert answer.status_code == 403
    assert answer.content.decode().startswith('<p class="error">This page is too old')


def test_someone_logged_out_is_sent_to_the_door_and_back(client):
    answer = save(client, paper(), day=str(DAY))
    assert answer.status_code == 302
    assert answer.url == f"/accounts/login/?next=%2F%3Fday%3D{DAY}"
    assert Rating.objects.count() == 0


def test_htmx_is_told_that_one_is_logged_out(client):
    answer = save(client, paper(), headers=HTMX)
    assert answer.status_code == 401
    assert "You are logged out" in answer.content.decode()


@pytest.mark.parametrize("act", ["save", "rating"])
def test_a_get_never_acts(client, who, act):
    address = f"/papers/{paper().arxiv_id}/{act}/?value=save"
    assert client.get(address).status_code == 405
    assert said(who) == set()


@pytest.mark.parametrize(
    "there", ["//evil.example/", "https://evil.example/", "javascript:alert(1)"]
)
def test_nobody_is_led_away_after_an_act(client, who, there):
    assert save(client, paper(), next=there).url.startswith("/#paper-")


def test_what_was_said_of_a_hostile_title_stays_text(client, who):
    evil = paper(title="<script>alert(1)</script>")
    assert "<script>alert" not in save(client, evil, headers=HTMX).content.decode()


def test_the_library_holds_ones_own_acts_newest_first(client, who):
    first, second, others = paper(), paper(), paper()
    rating(who, first, saved=True)
    rating(who, second, at=timezone.now() + timedelta(days=1))
    rating(reader(), others)
    html = client.get("/library/?kind=all").content.decode()
    assert shown(html) == [second.arxiv_id, first.arxiv_id]


def test_the_library_makes_as_many_queries_for_ten_as_for_one(
    client, who, django_assert_num_queries
):
    rating(who, paper())
    client.get("/library/?kind=all")
    with django_assert_num_queries(6):
        client.get("/library/?kind=all")
    for _ in range(9):
        rating(who, paper())
    with django_assert_num_queries(6):
        client.get("/library/?kind=all")


def test_an_empty_library_says_how_to_fill_it(client, who):
    assert "Nothing here yet" in client.get("/library/?kind=all").content.decode()


@pytest.mark.parametrize("address", ["/library/?kind=all", "/profiles/"])
def test_pages_of_ones_own_need_a_login(client, address):
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer.url == f"/accounts/login/?next={address}"


def subjects_of(who):
    return f"/profiles/{profile(who).pk}/"


def test_subjects_are_chosen_and_narrow_the_day(client, who):
    wanted = paper(subjects=["cs.RO"])
    paper(subjects=["math.NT"])
    answer = client.post(subjects_of(who), {"subjects": ["cs.RO"]})
    assert answer.url == "/"
    assert shown(client.get("/").content.decode()) == [wanted.arxiv_id]


def test_choosing_none_means_every_subject(client, who):
    paper(subjects=["cs.RO"])
    client.post(subjects_of(who), {"subjects": ["cs.RO"]})
    client.post(subjects_of(who), {})
    assert profile(who).subjects == []
    assert "papers of every subject" in client.get(subjects_of(who)).content.decode()


def test_an_unknown_subject_is_refused_and_the_ticks_are_kept(client, who):
    paper(subjects=["cs.RO"])
    html = client.post(subjects_of(who), {"subjects": ["cs.RO", "x.YZ"]}).content.decode()
    assert "That is not a subject here." in html
    assert re.search(r'value="cs.RO" checked', html)
    assert profile(who).subjects == []
