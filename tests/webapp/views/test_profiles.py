"""Interests as people meet them: pages, refusals, other people's."""

import re
from datetime import timedelta

import pytest

from tests.factories import DAY, NOON, interests, paper, profile, rating, reader, world
from webapp.models import Profile, Rating
from webapp.services import profiles, readers, runs

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(client, who, now):
    """A ranked day, and an interest in primes beside the first."""
    older, today = world(3, DAY - timedelta(days=1)), world(12)
    runs.train("test", now)
    for liked in older["robots"]:
        rating(who, liked)
    primes = profiles.make(profile(who), "Primes", now)
    readers.save(who, older["primes"][0], True, now, primes.pk)
    readers.rerank_after(who, DAY, now)
    return interests(who).apart[0], primes, today


def body(client, address, status=200):
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def shown(html):
    return re.findall(r'<article data-arxiv-id="([^"]+)"', html)


def test_an_interest_is_made_and_has_a_page(client, who):
    answer = client.post("/profiles/", {"name": "  Quiet   galaxies "})
    assert answer.url == "/profiles/"
    html = body(client, "/profiles/")
    assert "“Quiet galaxies” is kept apart from now on." in html
    assert "it takes 50 % of the page" in html
    assert "What you said before speaks for “First interest”" in html
    made = interests(who).apart[1]
    assert f'href="/?profile={made.pk}"' in html
    assert "Quiet galaxies" in body(client, f"/profiles/{made.pk}/")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "Say what to call it."),
        (" \t ", "Say what to call it."),
        ("ALL", "You have “ALL” already"),
        ("first INTEREST", "You have “first INTEREST” already"),
        ("x" * 81, "at most 80 characters"),
        ("a\0b", "Null characters are not allowed"),
    ],
)
def test_a_name_that_makes_no_sense_is_refused(client, who, name, said):
    client.post("/profiles/", {"name": "Primes"})
    html = client.post("/profiles/", {"name": name}).content.decode()
    assert said in html
    assert len(interests(who).apart) == 2


def test_a_hostile_name_stays_text(client, who, two):
    client.post("/profiles/", {"name": "<script>alert(1)</script>"})
    for address in ("/profiles/", "/", "/library/"):
        assert "<script>alert" not in body(client, address)


def test_the_page_of_one_interest_holds_its_own_order(client, two):
    _first, primes, today = two
    html = body(client, f"/?profile={primes.pk}")
    assert set(shown(html)[:10]) <= {p.arxiv_id for p in today["primes"]}
    assert "ranked for you from 1 save" in html
    assert f'name="profile" value="{primes.pk}"' in html
    assert f'href="?day={DAY - timedelta(days=1)}&amp;profile={primes.pk}" rel="prev"' in html


def test_the_whole_says_which_interest_each_paper_is_for(client, two):
    html = body(client, "/")
    assert html.count("For <b>Primes</b>") == html.count("For <b>First interest</b>") == 15


def test_with_one_interest_nothing_is_said_of_interests(client, who, two, now):
    profiles.take_away(profile(who), two[1], now)
    readers.rerank_after(who, DAY, now)
    html = body(client, "/")
    assert 'aria-label="Interests"' not in html
    assert "For <b>" not in html


def test_an_act_on_an_interests_page_leads_back_there_and_speaks_for_it(client, who, two):
    _, primes, today = two
    saved = today["robots"][0]
    form = {"value": "save", "day": str(DAY), "profile": str(primes.pk)}
    answer = client.post(f"/papers/{saved.arxiv_id}/save/", form)
    assert answer.url == f"/?day={DAY}&profile={primes.pk}#paper-{saved.arxiv_id}"
    assert Rating.objects.get(reader=who, paper=saved).profile == primes


def test_htmx_gets_the_list_of_the_interest(client, two):
    _, primes, today = two
    form = {"value": "up", "day": str(DAY), "profile": str(primes.pk)}
    address = f"/papers/{today['primes'][0].arxiv_id}/rating/"
    html = client.post(address, form, headers={"HX-Request": "true"}).content.decode()
    assert set(shown(html)[:10]) <= {p.arxiv_id for p in today["primes"]}


def test_shares_and_exploration_are_stored_together(client, who, two):
    first, primes, _ = two
    fields = {f"quota-{first.pk}": "60", f"quota-{primes.pk}": "20", f"exploration-{first.pk}": "0"}
    assert client.post("/profiles/shares/", fields).url == "/profiles/"
    assert [(one.quota, one.exploration) for one in interests(who).apart] == [(60, 0), (20, None)]
    html = body(client, "/profiles/")
    assert "now 75 % of the page" in html
    for one, percent in ((first, 75), (primes, 25)):
        assert re.search(rf'name="quota-{one.pk}"[^>]* value="{percent}"', html)


@pytest.mark.parametrize("wrong", ["0", "101", "-5", "many", "9" * 400, "1.5", "٣"])
def test_a_share_that_makes_no_sense_is_refused(client, who, two, wrong):
    answer = client.post("/profiles/shares/", {f"quota-{two[0].pk}": wrong})
    assert answer.status_code == 400
    assert "Say a whole number from 1 to 100." in answer.content.decode()
    assert interests(who).apart[0].quota == 100


def test_a_save_is_moved_from_one_interest_to_another(client, who, two):
    _first, primes, _ = two
    moved = Rating.objects.filter(reader=who).exclude(profile=primes).first().paper
    assert f'id="for-{moved.arxiv_id}"' in body(client, "/library/?kind=all")
    address = f"/papers/{moved.arxiv_id}/interest/"
    answer = client.post(address, {"value": primes.pk, "next": "/library/"})
    assert answer.url == f"/library/#paper-{moved.arxiv_id}"
    assert Rating.objects.get(reader=who, paper=moved).profile == primes


def test_one_is_taken_away_and_brought_back(client, who, two):
    _, primes, _ = two
    client.post(f"/profiles/{primes.pk}/delete/")
    html = body(client, "/profiles/")
    assert "“Primes” is taken away" in html
    assert "Bring back “First interest” and “Primes”" in html
    client.post(f"/profiles/{primes.pk}/restore/")
    assert [one.name for one in interests(who).apart] == ["First interest", "Primes"]


def test_an_interest_is_renamed_and_narrowed(client, who, two):
    _, primes, today = two
    answer = client.post(f"/profiles/{primes.pk}/", {"name": "Numbers", "subjects": ["math.NT"]})
    assert answer.url == f"/?profile={primes.pk}"
    assert set(shown(body(client, answer.url))) == {p.arxiv_id for p in today["primes"]}
    assert profile(who).subjects == []  # the first still holds every subject


def test_who_chooses_subjects_on_the_way_in_comes_back_to_it(client, who, two):
    profiles.take_away(profile(who), two[1], NOON)
    address = f"/profiles/{profile(who).pk}/"
    assert f'href="{address}?next=/welcome/"' in body(client, "/welcome/")
    assert 'name="next" value="/welcome/"' in body(client, f"{address}?next=/welcome/")
    answer = client.post(address, {"subjects": ["math.NT"], "next": "/welcome/"})
    assert answer.url == "/welcome/"
    assert client.post(address, {"next": "https://example.org/"}).url == "/"


def test_a_subject_says_how_many_papers_a_day_it_has(client, who, two):
    html = body(client, f"/profiles/{two[0].pk}/")
    assert re.search(r"<b>math.NT</b> Number Theory <small>\d+ a day</small>", html)


def test_a_taken_name_is_refused_and_the_ticks_are_kept(client, who, two):
    _, primes, _ = two
    fields = {"name": "First interest", "subjects": ["math.NT"]}
    html = client.post(f"/profiles/{primes.pk}/", fields).content.decode()
    assert "already: choose another name" in html
    assert 'value="math.NT" checked' in html
    primes.refresh_from_db()
    assert (primes.name, primes.subjects) == ("Primes", [])


@pytest.mark.parametrize("number", ["0", "x", "999999999999999999999", "-1", "1e5", ""])
def test_an_interest_that_is_none_is_404_and_no_number_is_no_wish(client, two, number):
    answer = client.get(f"/?profile={number}")
    assert answer.status_code == (200 if not number else 404)


def test_other_peoples_are_404(client, two, now):
    other = reader()
    theirs = profiles.make(profile(other), "Secret", now)
    assert client.get(f"/?profile={theirs.pk}").status_code == 404
    assert client.get(f"/profiles/{theirs.pk}/").status_code == 404
    for act in ("delete", "restore"):
        assert client.post(f"/profiles/{theirs.pk}/{act}/").status_code == 404
    client.post("/profiles/shares/", {f"quota-{theirs.pk}": "1"})
    about = paper()
    assert (
        client.post(f"/papers/{about.arxiv_id}/interest/", {"value": theirs.pk}).status_code == 400
    )
    client.post(f"/papers/{about.arxiv_id}/save/", {"value": "save", "profile": str(theirs.pk)})
    assert not Rating.objects.filter(paper=about).exists()
    assert Profile.objects.get(pk=theirs.pk).quota == 100
    assert "Secret" not in body(client, "/profiles/")


@pytest.mark.parametrize(
    "address", ["/profiles/shares/", "/profiles/1/delete/", "/profiles/1/restore/"]
)
def test_a_get_never_acts(client, who, address):
    assert client.get(address).status_code == 405


def test_the_page_makes_as_many_queries_for_many_as_for_two(
    client, who, two, now, django_assert_max_num_queries
):
    for n in range(5):
        profiles.make(profile(who), f"Interest {n}", now)
    client.get("/")
    for address in ("/", "/profiles/", f"/?profile={two[1].pk}"):
        with django_assert_max_num_queries(8):
            client.get(address)


def test_a_second_click_on_take_away_or_restore_does_no_more(client, who, two):
    for verb, left in (("delete", 0), ("restore", 2)):
        for _ in range(2):
            assert client.post(f"/profiles/{two[1].pk}/{verb}/").url == "/profiles/"
        assert len(interests(who).apart) == left
