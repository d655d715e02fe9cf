"""Why a paper stood there, why it did not, what stood on a past day, and what was missed."""

import re
from datetime import timedelta

import pytest

from tests.factories import DAY, interests, paper, profile, rating, reader, world
from webapp.models import ModelRun, Paper, Profile, Ranking, Rating
from webapp.queries import history as record
from webapp.services import history as service
from webapp.services import profiles, readers, runs, signals
from webapp.services import rankings as ranking

pytestmark = pytest.mark.django_db


@pytest.fixture
def topics(who, now):
    older, today = world(4, DAY - timedelta(days=1)), world(12)
    runs.train("test", now)
    for liked in older["robots"]:
        rating(who, liked)
    rating(who, older["primes"][0], -1)
    ranking.fill("night", now)
    return older, today


def body(client, address, status=200):
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def why(paper):
    return f"/papers/{paper.arxiv_id}/why/"


def shown(html):
    return re.findall(r'<article data-arxiv-id="([^"]+)"', html)


def test_the_shares_that_are_shown_add_up_to_the_score(who, topics):
    for one in (*topics[1]["robots"][:3], *topics[1]["primes"][:3]):
        (placed,) = record.placed(profile(who), one.pk)
        told = service.why(interests(who), one, placed)
        assert sum(value for _, value in told.shares) == pytest.approx(placed.score, abs=1e-6)
        reasons = told.reasons
        assert reasons.by_text == pytest.approx(placed.text, abs=1e-6)
        assert reasons.by_readers == pytest.approx(placed.readers, abs=1e-6)
        assert reasons.lowered == pytest.approx(placed.lowered, abs=1e-6)


def test_the_page_says_where_why_and_by_which_run(client, who, topics):
    best = Paper.objects.get(pk=Ranking.objects.get(reader=who, day=DAY).paper_ids[0])
    html = body(client, why(best))
    assert "<b>place 1 of 36</b>" in html
    assert "The text, from what you saved and liked" in html
    assert html.count("<svg") == 5
    assert topics[0]["robots"][0].title in html
    assert f"Run {ModelRun.objects.get(is_active=True).pk}, by text" in html
    assert "from 5 of your saves and ratings" in html
    assert 'name="mute" value="author:Ada Example"' in html
    assert 'name="boost" value="subject:cs.RO"' in html


def test_the_saved_papers_and_the_others_add_up_to_their_shares(client, who, topics, now):
    for n, liked in enumerate(topics[1]["robots"][:5]):
        rating(who, liked, at=now - timedelta(minutes=n))
    ranking.rerank(profile(who), DAY, now)
    one = topics[1]["robots"][8]
    (placed,) = record.placed(profile(who), one.pk)
    told = service.why(interests(who), one, placed)
    n, text, shared = told.others
    assert (len(told.nearest), n) == (5, 4)
    assert sum(row[1] for row in told.nearest) + text == pytest.approx(placed.text, abs=1e-6)
    assert sum(row[2] for row in told.nearest) + shared == pytest.approx(placed.readers, abs=1e-6)
    assert "4 others" in body(client, why(one))


def test_the_disliked_paper_is_named(client, who, topics):
    html = body(client, why(topics[1]["primes"][0]))
    assert "because it is like one you asked for less of" in html
    assert topics[0]["primes"][0].title in html
    assert "asked for less of" not in body(client, why(topics[1]["robots"][0]))


def test_what_dislikes_took_is_a_share_below_nothing(who, topics):
    (placed,) = record.placed(profile(who), topics[1]["primes"][0].pk)
    assert placed.lowered < -0.5


def test_an_order_of_another_run_is_told_from_what_is_stored(client, who, topics, now):
    one = topics[1]["robots"][0]
    rating(reader(), topics[0]["primes"][1])
    Ranking.objects.update(run=None)
    html = body(client, why(one))
    assert "The saved paper that spoke for it most" in html
    assert "What its score is made of" in html


def test_an_interest_is_named(client, who, topics, now):
    profiles.make(profile(who), "Primes", now)
    ranking.rerank(profile(who), DAY, now)
    (placed,) = record.placed(profile(who), topics[1]["robots"][0].pk)
    html = body(client, why(topics[1]["robots"][0]))
    assert f"for {interests(who).named(placed.profile).name}" in html


@pytest.mark.parametrize(("asked", "value"), [("up", 1), ("down", -1)])
def test_the_preview_of_a_rating_is_what_happens(client, who, topics, now, asked, value):
    one = Paper.objects.get(pk=Ranking.objects.get(reader=who, day=DAY).paper_ids[14])
    before = Ranking.objects.get(reader=who, day=DAY).paper_ids
    told = signals.what_if(interests(who), one, value, DAY, now)
    html = body(client, f"{why(one)}?if={asked}")
    assert "nothing is stored yet" in html
    assert not Rating.objects.filter(reader=who, paper=one).exists()
    readers.rate(who, one, Rating.Value(value), now)
    readers.rerank_after(who, DAY, now)
    after = Ranking.objects.get(reader=who, day=DAY).paper_ids
    assert told == signals.preview(before, after, one.pk)
    assert told.rise or told.fall
    assert told.itself == (before.index(one.pk) + 1, after.index(one.pk) + 1)
    assert f"This paper itself would go from place {told.itself[0]} to " in html


# --- why was it missed


def test_a_paper_that_was_never_harvested(client, who, settings):
    settings.ARXIV_SUBJECTS = ["cs.LG"]
    html = body(client, "/papers/2611.99999/why/", 404)
    assert "is not stored here" in html
    assert "cs.LG" in html


def test_a_paper_of_other_subjects(client, who, topics):
    Profile.objects.filter(reader=who).update(subjects=["cs.RO"])
    html = body(client, why(topics[1]["primes"][0]))
    assert "It is in none of your subjects: it is in math.NT." in html


@pytest.mark.parametrize("wish", ["subject:math.NT", "author:Ada Example"])
def test_a_muted_paper(client, who, topics, wish):
    muted = topics[1]["primes"][0]
    stood = Ranking.objects.get(reader=who, day=DAY).paper_ids.index(muted.pk) + 1
    client.post("/rules/", {"mute": wish})
    html = body(client, why(muted))
    assert f"Your mute of the {wish.replace(':', ' “')}” keeps it from your lists since" in html
    assert f"It first stood at <b>place {stood} of 36</b>" in html
    assert f'name="clear" value="{wish}"' in html
    client.post("/rules/", {"clear": wish})
    assert f"It stood at <b>place {stood} of 36</b>" in body(client, why(muted))


def test_a_mute_of_one_interest_is_taken_back_there(client, who, topics, now):
    made = profiles.make(profile(who), "Primes", now)
    client.post("/rules/", {"mute": "subject:math.NT", "profile": made.pk})
    html = body(client, why(topics[1]["primes"][0]))
    assert "It holds for Primes." in html
    assert f'name="profile" value="{made.pk}"' in html


def test_the_first_order_of_a_day_outlives_every_act(client, who, topics, now):
    first = Ranking.objects.get(reader=who, day=DAY).paper_ids
    for liked in topics[1]["primes"][:2]:
        readers.rate(who, liked, Rating.Value.UP, now)
        readers.rerank_after(who, DAY, now)
    stored = Ranking.objects.get(reader=who, day=DAY)
    assert stored.paper_ids != first
    assert stored.first_ids == first
    was = first.index(topics[1]["primes"][0].pk) + 1
    assert f"It first stood at place {was} of 36" in body(client, why(topics[1]["primes"][0]))
    assert f'href="?day={DAY}">first 36' in body(client, "/history/")
    page = body(client, f"/history/?day={DAY}")
    titles = [Paper.objects.get(pk=pk).title for pk in first[:30]]
    assert re.findall(r"why/[^>]+>([^<]+)</a>", page) == titles


def test_a_withdrawn_paper(client, who, topics, now):
    Paper.objects.filter(pk=topics[1]["primes"][0].pk).update(withdrawn_at=now)
    assert "have withdrawn it" in body(client, why(topics[1]["primes"][0]))


def test_a_paper_that_was_ranked_far_below(client, who, topics):
    last = Paper.objects.get(pk=Ranking.objects.get(reader=who, day=DAY).paper_ids[-1])
    assert "place 36 of 36" in body(client, why(last))


def test_a_paper_of_a_day_that_was_not_ranked(client, who):
    old = paper(day=DAY - timedelta(days=400))
    assert "is shown <a" in body(client, why(old))


@pytest.mark.parametrize(
    "spelling", ["{}", "arXiv:{}v3", "https://arxiv.org/abs/{}", " https://arxiv.org/pdf/{}v1.pdf "]
)
def test_a_paper_is_asked_for_in_any_spelling(client, who, spelling):
    asked = client.get("/history/", {"paper": spelling.format("2611.00001")})
    assert asked.url == "/papers/2611.00001/why/"


@pytest.mark.parametrize("text", ["nonsense", "<script>", "\0", "x" * 10_000, "2611.1"])
def test_what_names_no_paper_is_told_so(client, who, text):
    html = client.get("/history/", {"paper": text}).content.decode()
    assert "<script>" not in html
    assert text == "\0" or "That names no paper" in html


@pytest.mark.parametrize(
    "address", ["/history/", "/catch-up/", "/signals/", "/papers/2611.00001/why/"]
)
def test_these_pages_need_a_login(client, address):
    assert client.get(address).url == f"/accounts/login/?next={address}"


def test_other_peoples_days_are_not_ones_own(client, topics):
    client.force_login(reader())
    assert "No day has been ranked for you yet" in body(client, "/history/")
    assert "place" not in body(client, why(topics[1]["robots"][0])).split("<h2>")[0].split("<h1")[1]


# --- the record


def test_the_days_on_record_name_their_run(client, who, topics):
    html = body(client, "/history/")
    assert html.count('<tr><th scope="row">') == 2
    assert f"{ModelRun.objects.get(is_active=True).pk} <small>" in html


def test_the_record_goes_back_by_key(client, who, topics, monkeypatch):
    monkeypatch.setattr(record, "DAYS", 1)
    html = body(client, "/history/")
    assert f'href="?before={DAY}"' in html
    html = body(client, f"/history/?before={DAY}")
    assert f'href="/?day={DAY - timedelta(days=1)}"' in html
    assert 'rel="next"' not in html


def test_a_paper_that_moves_to_another_day_is_new_on_that_one_only(client, who, topics, now):
    moved = topics[1]["robots"][0]
    Paper.objects.filter(pk=moved.pk).update(issue_day=DAY - timedelta(days=1))
    assert moved.arxiv_id not in shown(body(client, f"/?day={DAY}"))
    assert moved.pk not in {row.paper for row in record.missed(profile(who), DAY - timedelta(9))}
