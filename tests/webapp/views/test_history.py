"""Why a paper stood there, why it did not, what stood on a past day, and what was missed."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import DAY, interests, paper, profile, rating, reader, world
from webapp.models import ModelRun, Paper, Profile, Ranking, Rating, Visit, Work
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


# --- catching up


def test_the_best_of_all_days_come_first(client, who, topics):
    html = body(client, "/catch-up/")
    assert "The best 30 of 48 papers of 2 days since Friday 13 November 2026" in html
    robots = {p.arxiv_id for p in topics[1]["robots"]}
    assert set(shown(html)[:12]) == robots


def test_what_was_said_something_of_does_not_come_back(client, who, topics, now):
    readers.rate(who, topics[1]["robots"][0], Rating.Value.UP, now)
    assert topics[1]["robots"][0].arxiv_id not in shown(body(client, "/catch-up/"))


def test_who_is_through_sees_nothing_twice_and_can_take_it_back(client, who, topics):
    client.post("/catch-up/", {"day": str(DAY)})
    html = body(client, "/catch-up/")
    assert "Nothing new since Friday 20 November 2026" in html
    assert 'name="day" value="">Undo' in html
    world(1, DAY + timedelta(days=3))
    assert "3 papers of 1 day since" in body(client, "/catch-up/")
    client.post("/catch-up/", {"day": ""})
    assert len(shown(body(client, "/catch-up/"))) == 30


def test_nobody_is_through_with_days_to_come(client, who, topics):
    client.post("/catch-up/", {"day": "2099-01-01"})
    world(1, DAY + timedelta(days=3))
    assert "3 papers of 1 day since" in body(client, "/catch-up/")


@pytest.mark.parametrize("address", ["/", "/catch-up/", "/insight/map/", "/coverage/"])
def test_a_day_that_does_not_exist_is_named(client, who, topics, address):
    html = body(client, f"{address}?day=2026-02-30")
    assert "There is no day “2026-02-30”" in html
    assert "There is no day" not in body(client, f"{address}?day=")
    assert "There is no day" not in body(client, f"{address}?day={DAY}")


def test_each_interest_has_its_share_of_what_was_missed(who, topics, now):
    primes = profiles.make(profile(who), "Primes", now)
    readers.rate(who, topics[0]["primes"][1], Rating.Value.UP, now, primes.pk)
    robots = interests(who).apart[0]
    profiles.share_out(profile(who), {robots.pk: 80, primes.pk: 20}, {}, now)
    ranking.fill("minute", now + timedelta(minutes=1))
    best = service.best_since(interests(who), DAY - timedelta(days=7))
    assert [row.profile for row in best[:10]].count(primes.pk) == 2


def test_an_older_paper_is_worth_a_little_less(who, topics):
    rows = record.missed(profile(who), DAY - timedelta(days=7))
    assert {row.fresh for row in rows} == {0.5}
    best = service.best_since(interests(who), DAY - timedelta(days=7))
    assert best[0].day == DAY


@pytest.fixture
def back(who, topics, now):
    """The reader was here before the last of three days that came meanwhile."""
    left = now - timedelta(days=9)
    Visit.objects.create(reader=who, last_at=left)
    Paper.objects.filter(issue_day=DAY - timedelta(days=1)).update(created_at=left)
    world(1, DAY + timedelta(days=3))
    return left


def test_it_begins_with_the_day_after_the_last_visit(client, who, back):
    html = body(client, "/catch-up/")
    assert "Since your last visit." in html
    assert "of 39 papers of 2 days since Thursday 19 November 2026" in html


def test_it_begins_there_still_once_the_new_visit_is_noted(client, who, back):
    client.post("/papers/seen/")
    assert "of 2 days since Thursday 19 November" in body(client, "/catch-up/")


def test_it_begins_later_for_who_has_seen_all_up_to_a_later_day(client, who, back):
    client.post("/catch-up/", {"day": str(DAY)})
    assert "3 papers of 1 day since Friday 20 November" in body(client, "/catch-up/")


def test_the_newest_day_leads_to_what_was_missed(client, who, back):
    html = body(client, "/")
    assert "2 days have come since your last visit: the best of their 39 papers" in html
    assert "since your last visit" not in body(client, f"/?day={DAY}")
    client.post("/catch-up/", {"day": str(DAY)})
    assert "since your last visit" not in body(client, "/")


def test_a_reader_who_was_away_for_a_day_missed_nothing(client, who, topics, now):
    Visit.objects.create(reader=who, last_at=now - timedelta(days=9))
    Paper.objects.filter(issue_day=DAY - timedelta(days=1)).update(created_at=now - timedelta(9))
    assert "since your last visit" not in body(client, "/")


def test_days_that_are_not_ranked_are_shown_newest_first(client, who, topics):
    Ranking.objects.filter(reader=who).delete()
    Work.objects.all().delete()
    html = body(client, "/catch-up/")
    assert "The newest 30 of 48 papers of 2 days" in html
    assert "2 of these days are not ranked for you" in html
    unsaid = [p.arxiv_id for some in topics[1].values() for p in some]
    assert shown(html) == sorted(unsaid, reverse=True)[:30]


def test_days_that_are_being_ranked_are_told_so(client, who, topics, now):
    Ranking.objects.filter(reader=who).delete()
    readers.rank_soon(who.pk, timezone.now())
    assert "2 of these days are being ranked" in body(client, "/catch-up/")


def test_who_has_nothing_left_to_see_has_nothing_to_mark(client, who, topics):
    for one in Paper.objects.filter(issue_day=DAY):
        rating(who, one)
    html = body(client, f"/catch-up/?day={DAY - timedelta(days=1)}")
    assert "you saved, rated or muted all of them" in html
    assert "Mark all as seen" not in html


def test_each_paper_says_why_on_its_day(client, who, topics):
    html = body(client, "/catch-up/")
    best = topics[1]["robots"][0]
    assert f'/papers/{best.arxiv_id}/why/?day={DAY}">Why?' in html
    assert html.count("Because you saved or liked") >= 12
    assert "shared terms: " in html


def test_less_like_this_says_what_it_moved_on_the_papers_day(client, who, topics):
    best = topics[1]["robots"][0]
    assert f'name="of" value="{DAY}"' in body(client, "/catch-up/")
    sent = {"value": "down", "of": str(DAY), "next": "/catch-up/"}
    answer = client.post(
        f"/papers/{best.arxiv_id}/rating/", sent, headers={"HX-Request": "true"}
    ).content.decode()
    assert "It went from place" in answer
    assert f'name="of" value="{DAY}"' in answer


def test_a_get_marks_nothing(client, who, topics):
    body(client, "/catch-up/")
    who.refresh_from_db()
    assert who.caught_up_on is None


def test_an_instance_without_papers_says_so(client, who):
    assert "There are no papers here yet" in body(client, "/catch-up/")


def test_pages_make_few_queries(client, who, topics, django_assert_max_num_queries):
    client.get("/")
    for address in ("/history/", "/catch-up/"):
        with django_assert_max_num_queries(7):
            client.get(address)
