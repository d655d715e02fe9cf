"""A round of questions: asked one by one, skipped, left, taken up again, taken back."""

import re
from datetime import timedelta

import pytest

from tests.factories import DAY, NOON, interests, paper, profile, rating, world
from webapp.models import CandidatePack, Paper, Rating, Round
from webapp.services import profiles, rounds, runs

pytestmark = pytest.mark.django_db
ROUND = "/welcome/round/"


@pytest.fixture
def topics(now):
    older, today = world(4, DAY - timedelta(days=1)), world(12)
    runs.train("test", now)
    return older, today


def send(client, **fields):
    return client.post(ROUND, fields, follow=True).content.decode()


def asked(html):
    found = re.search(r'name="paper" value="([^"]+)"', html)
    return found and found[1]


def answer(client, value, html=None):
    return send(client, paper=asked(html or client.get(ROUND).content.decode()), value=value)


def test_a_round_is_twelve_papers_of_every_kind(client, who, topics):
    html = send(client, begin="1")
    assert "Question 1 of 12" in html
    found = Paper.objects.filter(pk__in=Round.objects.get().paper_ids)
    assert {one.subjects[0] for one in found[:12]} == {"astro-ph.GA", "cs.RO", "math.NT"}
    first = Round.objects.get().paper_ids[:3]
    kinds = {one.subjects[0] for one in Paper.objects.filter(pk__in=first)}
    assert len(kinds) == 3


def test_answers_count_skips_do_not_and_the_end_tells_them(client, who, topics):
    send(client, begin="1")
    for value in ["up", "down", "skip"] * 4:
        html = answer(client, value)
    assert "That was the last question" in html
    assert html.count("<li>More:") == 4
    assert '<progress id="disliked" max="3" value="4">' in html
    rows = Rating.objects.filter(reader=who, origin="round")
    assert sorted(rows.values_list("value", flat=True)) == [-1] * 4 + [1] * 4
    assert "(asked for)" in client.get("/signals/").content.decode()


def test_it_is_left_and_taken_up_again(client, who, topics):
    send(client, begin="1")
    answer(client, "up")
    before = client.get(ROUND).content.decode()
    assert "Question 2 of 12" in before
    assert "You are at question 2 of 12" in client.get("/welcome/").content.decode()
    assert "Question 2 of 12" in send(client, begin="1")
    assert asked(client.get(ROUND).content.decode()) == asked(before)


def test_the_ranking_follows_an_answer(client, who, topics):
    robots = topics[1]["robots"]
    Round.objects.create(reader=who, paper_ids=[robots[0].pk, robots[1].pk], begun_at=NOON)
    answer(client, "up")
    first = re.findall(r'data-arxiv-id="([^"]+)"', client.get("/").content.decode())[:3]
    assert set(first) <= {one.arxiv_id for one in robots}


def test_sent_twice_it_counts_once(client, who, topics):
    html = send(client, begin="1")
    answer(client, "up", html)
    again = answer(client, "down", html)
    assert "Question 2 of 12" in again
    assert Rating.objects.get().value == 1


def test_an_answer_is_undone_and_asked_again(client, who, topics):
    html = send(client, begin="1")
    answer(client, "down", html)
    html = send(client, back=asked(html))
    assert "Question 1 of 12" in html
    assert Rating.objects.get().value == 0
    assert "Question 1 of 12" in send(client, back=asked(html))


def test_undoing_a_skip_leaves_what_was_said_elsewhere(client, who, topics):
    html = send(client, begin="1")
    rating(who, Paper.objects.get(arxiv_id=asked(html)), 1)
    answer(client, "skip", html)
    send(client, back=asked(html))
    assert Rating.objects.get().value == 1


@pytest.mark.parametrize("value", ["up", "down"])
def test_undoing_brings_back_what_was_said_in_another_tab_before(client, who, topics, value):
    html = send(client, begin="1")
    name = asked(html)
    client.post(f"/papers/{name}/rating/", {"value": "up"})
    client.post(f"/papers/{name}/save/", {"value": "save"})
    answer(client, value, html)
    assert "Question 1 of 12" in send(client, back=name)
    assert Rating.objects.values_list("value", "saved", "origin").get() == (1, True, "")


@pytest.mark.parametrize(
    ("kind", "value"), [("rating", "up"), ("rating", "down"), ("save", "save")]
)
def test_undoing_leaves_what_was_said_since(client, who, topics, kind, value):
    html = send(client, begin="1")
    name = asked(html)
    answer(client, "down", html)
    client.post(f"/papers/{name}/{kind}/", {"value": value})
    said = Rating.objects.values_list("value", "saved", "changed_at").get()
    assert "Question 1 of 12" in send(client, back=name)
    assert Rating.objects.values_list("value", "saved", "changed_at").get() == said


def test_undoing_step_by_step_restores_each(client, who, topics):
    html = send(client, begin="1")
    names = []
    for before, value in (("down", "up"), (None, "skip"), ("up", "down"), (None, "up")):
        names.append(asked(html))
        if before:
            client.post(f"/papers/{names[-1]}/rating/", {"value": before})
        html = answer(client, value, html)
    for name in reversed(names):
        assert asked(send(client, back=name)) == name
    kept = Rating.objects.values_list("paper__arxiv_id", "value")
    assert {*kept} == {(names[0], -1), (names[2], 1), (names[3], 0)}


def test_undoing_of_a_paper_withdrawn_since_says_nothing_of_it(client, who, topics):
    html = send(client, begin="1")
    client.post(f"/papers/{asked(html)}/rating/", {"value": "up"})
    answer(client, "down", html)
    Paper.objects.filter(arxiv_id=asked(html)).update(withdrawn_at=NOON)
    send(client, back=asked(html))
    assert Rating.objects.get().value == 0


def test_another_round_asks_about_others(client, who, topics):
    send(client, begin="1")
    first = Round.objects.get().paper_ids
    for _ in range(12):
        answer(client, "up")
    send(client, begin="1")
    assert not {*first} & {*Round.objects.get().paper_ids}


def test_what_was_spoken_of_is_not_asked_about(who, topics, now):
    every = [one for day in topics for listed in day.values() for one in listed]
    for one in every[12:]:
        rating(who, one)
    rounds.begin(interests(who), now)
    assert {*Round.objects.get().paper_ids} == {one.pk for one in every[:12]}
    Round.objects.all().delete()
    rating(who, every[0])
    with pytest.raises(rounds.NothingToAsk, match="too few"):
        rounds.begin(interests(who), now)


def test_only_papers_of_the_readers_subjects_without_mutes(who, topics, now):
    profiles.choose_subjects(profile(who), ["cs.RO", "math.NT"], now, None)
    rounds.begin(interests(who), now)
    found = Paper.objects.filter(pk__in=Round.objects.get().paper_ids)
    assert {one.subjects[0] for one in found} <= {"cs.RO", "math.NT"}


def test_a_paper_withdrawn_meanwhile_can_only_be_skipped(client, who, topics):
    html = send(client, begin="1")
    Paper.objects.filter(arxiv_id=asked(html)).update(withdrawn_at=NOON)
    assert 'value="up"' not in client.get(ROUND).content.decode()
    assert "Question 2 of 12" in answer(client, "up", html)
    assert not Rating.objects.exists()


@pytest.mark.parametrize("with_model", [True, False])
def test_without_a_model_or_papers_it_says_why(client, who, now, with_model):
    world(2)
    if with_model:
        runs.train("test", now)
    answer = client.post(ROUND, {"begin": "1"})
    assert answer.status_code == 409
    assert ("too few" if with_model else "no model") in answer.content.decode()
    assert not Round.objects.exists()


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 404),
        ({"paper": "\0"}, 404),
        ({"paper": "2611.99999", "value": "up"}, 404),
        ({"back": "nothing"}, 404),
    ],
)
def test_nonsense_is_refused(client, who, topics, fields, status):
    assert client.post(ROUND, fields).status_code == status


def test_no_such_answer_is_refused_and_one_not_asked_for_changes_nothing(client, who, topics):
    html = send(client, begin="1")
    assert client.post(ROUND, {"paper": asked(html), "value": "x"}).status_code == 400
    send(client, paper=paper().arxiv_id, value="up")
    assert not Rating.objects.exists()
    assert Round.objects.get().answers == []


def test_looking_changes_nothing_and_costs_few_queries(
    client, who, topics, django_assert_max_num_queries
):
    with django_assert_max_num_queries(5):
        client.get(ROUND)
    assert not Round.objects.exists()
    send(client, begin="1")
    with django_assert_max_num_queries(5):
        client.get(ROUND)


def test_a_round_whose_next_paper_is_gone_makes_room_for_another(client, who, topics):
    send(client, begin="1")
    answer(client, "up")
    Paper.objects.get(pk=Round.objects.get().paper_ids[1]).delete()
    assert "That was the last question" in client.get(ROUND).content.decode()
    assert "Question 1 of 12" in send(client, begin="1")


def test_a_model_without_places_for_the_newest_days_has_nothing_to_ask(client, who, topics):
    CandidatePack.objects.all().delete()
    assert "too few papers" in send(client, begin="1")


def test_an_answer_from_a_tab_that_is_behind_is_told(client, who, topics):
    question = asked(send(client, begin="1"))
    send(client, paper=question, value="up")
    assert "was answered already" in send(client, paper=question, value="down")
    assert Rating.objects.get().value == 1
