"""Insight: known acts in, known figures out; nobody else's; nothing changes by looking."""

import re
from datetime import date, timedelta

import pytest

from recommender.interleaving import wilson
from tests.factories import DAY, NOON, TOPICS, paper, profile, rating, reader, world
from webapp import dataset
from webapp.models import CandidatePack, Comparison, Profile, Ranking, Rating
from webapp.services import insight as service
from webapp.services import rankings, readers, runs
from webapp.services import seeds as seeding
from webapp.views import insight as views

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 16)


def ordered(who, day, n=12, **fields):
    """A day with so many papers, in this order."""
    listed = [paper(day=day) for _ in range(n)]
    nothing = [0.0] * n
    Ranking.objects.create(
        reader=who,
        profile=profile(who),
        day=day,
        paper_ids=[one.pk for one in listed],
        scores=nothing,
        because=[-1] * n,
        text_shares=nothing,
        shared_shares=nothing,
        ranked_at=NOON,
        **fields,
    )
    return listed


def act(who, paper, value=1, at=NOON):
    readers.rate(who, paper, Rating.Value(value), at)


def page(client):
    return client.get("/insight/").content.decode()


def weeks(who):
    return service.weeks(service.known.hits(who.pk, 10))


# --- hits


def test_hits_of_a_week_are_counted_where_papers_stood_before(client, who):
    first, second = ordered(who, MONDAY), ordered(who, MONDAY + timedelta(days=1))
    for place in (1, 3, 10, 11):
        act(who, first[place - 1])
    act(who, second[0], -1)
    ordered(who, MONDAY + timedelta(days=2))  # nobody knows whether it was looked at
    (week,) = weeks(who)
    assert (week.begins, week.n_days, week.shown, week.hits) == (MONDAY, 2, 20, 3)
    assert (week.low, week.high) == wilson(3 / 20, 20)
    html = page(client)
    assert "<td>15 %</td>" in html.replace(' class="number"', "")
    assert "5 to 36 %" in html


def test_an_act_that_lifts_a_paper_makes_no_hit_of_it(who, now):
    older, today = world(4, DAY - timedelta(days=1)), world(12)
    runs.train("test", now)
    rating(who, older["robots"][0])
    rankings.rerank(profile(who), DAY, now)
    last = Ranking.objects.get(reader=who, day=DAY).paper_ids[-1]
    liked = next(p for listed in today.values() for p in listed if p.pk == last)
    act(who, liked, at=now)
    readers.rerank_after(who, DAY, now)
    assert Ranking.objects.get(reader=who, day=DAY).paper_ids.index(last) < 10
    assert Rating.objects.get(paper=liked).place == 36
    assert [week.hits for week in weeks(who)] == [0]


def test_weeks_stand_apart_the_oldest_first_and_short_days_have_fewer_places(who):
    late, early = ordered(who, MONDAY), ordered(who, MONDAY - timedelta(days=3), n=4)
    act(who, late[0])
    act(who, early[1])
    found = [(week.begins, week.shown, week.hits) for week in weeks(who)]
    assert found == [(MONDAY - timedelta(days=7), 4, 1), (MONDAY, 10, 1)]


def test_what_was_brought_along_asked_for_or_taken_back_is_no_hit(who):
    one, two, three, four = ordered(who, MONDAY)[:4]
    seeding.seed(profile(who), {one.pk}, NOON, None, saved=True)
    readers.rate(who, two, Rating.Value.UP, NOON, origin=Rating.Origin.ROUND)
    act(who, three)
    act(who, three, 0)
    assert weeks(who) == []
    act(who, four)
    assert [week.hits for week in weeks(who)] == [1]


def test_a_paper_saved_and_then_liked_keeps_the_place_of_the_first_act(who):
    one = ordered(who, MONDAY)[11]
    readers.save(who, one, True, NOON)
    Ranking.objects.update(paper_ids=[one.pk])
    act(who, one)
    assert Rating.objects.get().place == 12


# --- comparisons


def compared(who, begins=MONDAY, rival="newest"):
    found, _ = Comparison.objects.get_or_create(rival=rival, begins_on=begins)
    return found


def won(who, comparison, day, first, second):
    """A day on which so many papers of each team were liked."""
    listed = ordered(who, day, comparison=comparison, teams=[0, 1] * 6)
    for n in range(first):
        act(who, listed[2 * n])
    for n in range(second):
        act(who, listed[2 * n + 1])


def test_ones_own_days_settle_a_comparison(client):
    who = reader(compares=True)
    client.force_login(who)
    comparison = compared(who)
    for n, (first, second) in enumerate([(2, 1), (1, 0), (0, 1), (1, 1)]):
        won(who, comparison, MONDAY + timedelta(days=n), first, second)
    (verdict,) = service.verdicts(who.pk)
    own = verdict.own
    assert (own.wins, own.losses, own.ties, own.units) == (2, 1, 1, 4)
    assert own.preference == 0.625
    assert (own.low, own.high) == wilson(0.625, 4)
    html = page(client)
    assert "Against newest first" in html
    assert "Too few to tell" in html
    assert "2, 1, 1" in html


def test_seeds_speak_for_nobody_in_a_comparison(client):
    who = reader(compares=True)
    comparison = compared(who)
    listed = ordered(who, MONDAY, comparison=comparison, teams=[0] * 12)
    seeding.seed(profile(who), {listed[0].pk}, NOON, None, saved=False)
    assert service.verdicts(who.pk) == []
    assert service.settle_all("night", NOON) == {"comparisons": 1}
    assert Comparison.objects.get().settled["units"] == 0


def test_all_readers_are_told_from_five_on_and_counted_once(client, who):
    for n in range(5):
        other = reader(compares=True)
        if n == 4:
            service.settle_all("night", NOON)
            assert service.verdicts(who.pk) == []
        won(other, compared(other), MONDAY, 1, 0)
    assert service.settle_all("night after", NOON) == {"comparisons": 1}
    assert service.settle_all("again", NOON) == {"comparisons": 0}
    (verdict,) = service.verdicts(who.pk)
    assert (verdict.own, verdict.all.units, verdict.all.preference) == (None, 5, 1.0)
    assert (verdict.all.low, verdict.all.high) == wilson(1.0, 5)
    assert "All readers" in page(client)


def test_a_comparison_that_ended_long_ago_is_counted_no_more(who):
    old = Comparison.objects.create(
        rival="text", begins_on=date(2026, 1, 5), ends_on=date(2026, 1, 9), settled_at=NOON
    )
    service.settle_all("night", NOON + timedelta(days=1))
    old.refresh_from_db()
    assert old.settled_at == NOON


def test_who_leaves_is_counted_no_more(client):
    who = reader(compares=True)
    won(who, compared(who), MONDAY, 1, 0)
    readers.take_part(who, False, NOON)
    assert service.verdicts(who.pk) == []


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ((9, 1, 0, 19, 0.9, 0.6, 1.0, 0.01), "too few to tell"),
        ((30, 5, 0, 35, 0.8, 0.6, 0.9, 0.01), "this ranking is preferred"),
        ((5, 30, 0, 35, 0.2, 0.1, 0.4, 0.01), "the other is preferred"),
        ((20, 15, 0, 35, 0.6, 0.4, 0.8, 0.5), "no difference that shows"),
    ],
)
def test_a_result_says_no_more_than_its_interval(result, said):
    assert service.tells(service.Result(*result)) == said


# --- topics


def test_topics_are_counted_by_month_with_gaps_and_the_rest_together(who):
    today = date(2026, 11, 20)
    for topic, months in {"robots": [9, 9, 11], "primes": [11]}.items():
        for month in months:
            rating(who, paper(topic), at=NOON.replace(month=month))
    rating(who, paper("galaxies"), -1)
    rating(who, paper("galaxies"), at=NOON.replace(year=2024))
    rating(reader(), paper("galaxies"))
    found = service.topics(who.pk, today)
    assert found.months == [date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)]
    assert found.rows == [("cs.RO", [2, 0, 1]), ("math.NT", [0, 0, 1])]
    assert found.most == 2


def test_beyond_six_subjects_the_rest_stand_together(who):
    for n in range(8):
        for _ in range(8 - n):
            rating(who, paper(subjects=[f"cs.{chr(65 + n)}A"]))
    found = service.topics(who.pk, date(2026, 11, 20))
    assert [code for code, _ in found.rows] == [f"cs.{chr(65 + n)}A" for n in range(6)] + [""]
    assert found.rows[-1][1] == [3]


# --- the map


@pytest.fixture
def mapped(who, now):
    older, today = world(4, DAY - timedelta(days=1)), world(12)
    runs.train("test", now)
    for liked in older["robots"][:2]:
        rating(who, liked)
    rating(who, today["robots"][0])
    rating(who, today["primes"][0], -1)
    rankings.rerank(profile(who), DAY, now)
    return older, today


def test_the_map_has_every_paper_once_and_names_ones_own(who, mapped):
    older, today = mapped
    found = service.day_map(who.pk, DAY)
    told = {spot.mark.paper: spot.mark for spot in found.spots}
    here = [mark for mark in told.values() if not mark.is_elsewhere]
    assert found.n_papers == len(here) == 36
    assert len(found.spots) == len(told)
    assert told[today["robots"][0].pk].said == 1
    assert told[today["primes"][0].pk].said == -1
    elsewhere = {mark.paper for mark in told.values() if mark.is_elsewhere}
    assert elsewhere == {one.pk for one in older["robots"][:2]}
    leading = [m.place for m in here if m.is_named and not m.said]
    assert [m.place for m in here] == list(range(1, 37))
    assert set(leading) < set(range(1, 31))
    assert 0 < found.share <= 1


def test_papers_of_one_topic_lie_together_and_the_picture_is_the_same_again(who, mapped):
    _, today = mapped
    found = service.day_map(who.pk, DAY)
    at = {spot.mark.paper: (spot.x, spot.y) for spot in found.spots}
    spots = [at[one.pk] for one in today["robots"]]
    assert max(x for x, _ in spots) - min(x for x, _ in spots) < 0.5
    assert service.day_map(who.pk, DAY) != found  # two objects
    assert service.day_map(who.pk, DAY).spots == found.spots


def test_areas_are_named_by_what_their_papers_say_in_particular(who, mapped):
    named = service.day_map(who.pk, DAY).areas
    names = [set(area.name.replace(",", "").split()) for area in named]
    assert len(named) == 3
    assert not names[0] & names[1] | names[1] & names[2] | names[0] & names[2]
    for listed in mapped[1].values():
        said = f"{listed[0].title} {listed[0].abstract}".lower().split()
        assert sum(one <= set(said) for one in names) == 1


def test_the_map_begins_with_the_readers_subjects_and_leads_to_all(client, who, mapped):
    Profile.objects.filter(reader=who).update(subjects=["math.NT"])
    found = service.day_map(who.pk, DAY)
    # A paper of another subject stays where something was said of it.
    assert {spot.mark.subject for spot in found.spots if not spot.mark.said} == {"math.NT"}
    assert (found.n_papers, found.n_wanted, found.n_all) == (13, 13, 36)
    assert service.day_map(who.pk, DAY, "all").n_papers == 36
    assert service.day_map(who.pk, DAY, "cs.RO").n_papers == 12
    html = client.get("/insight/map/").content.decode()
    assert "Your subjects (13)" in html
    assert "of=all" in html
    assert "No paper of this day" in client.get("/insight/map/?of=no.XX\0").content.decode()


def test_points_and_rows_of_the_table_lead_to_the_papers(client, mapped):
    html = client.get("/insight/map/").content.decode()
    links = re.findall(r'<a href="/papers/([^"]+)" class="(\w+)"', html)
    table = html[html.index("<tbody>") :]
    assert len(links) >= 30
    assert all(f'href="/papers/{one}"' in table for one, _ in links)
    assert {kind for _, kind in links} == {"leading", "liked", "less", "elsewhere"}
    assert "of all that tells them apart" in html
    assert "Across" not in html


def test_every_dot_is_a_link_with_a_title_and_shaped_by_its_subject(client, mapped):
    _, today = mapped
    html = client.get("/insight/map/").content.decode()
    drawn = html[html.index("</defs>") : html.index("<figcaption>")]
    assert all(one.title in drawn for listed in today.values() for one in listed)
    shapes = {re.search(rf"{one.arxiv_id}.*?#(s\d)", drawn)[1] for one in today["galaxies"]}
    assert len(shapes) == 1
    assert all(code in html for code in ("cs.RO", "math.NT", "astro-ph.GA"))


def test_all_papers_stand_in_a_table_on_request_page_by_page(client, mapped, monkeypatch):
    monkeypatch.setattr(views, "ROWS", 20)
    pages = [client.get(f"/insight/map/?list=1&places=1&page={n}") for n in (1, 2, 9)]
    tables = [page.content.decode().split("<tbody>")[1] for page in pages]
    assert [table.count("<tr>") for table in tables] == [20, 18, 18]
    assert "Across" in pages[0].content.decode()


def test_a_large_day_stays_below_100_kb(client, who, now):
    for n in range(400):
        title = f"A study of {n} with a title that is about as long as those of papers are, and on"
        paper(list(TOPICS)[n % 3], title=title)
    rating(who, world(1, DAY - timedelta(days=1))["robots"][0])
    runs.train("test", now)
    rankings.rerank(profile(who), DAY, now)
    html = client.get("/insight/map/").content
    assert len(html) < 100_000
    assert html.count(b"<use href") > 300
    assert b"70 of them are dots without a link" in html


def test_other_readers_are_on_nobodys_map(client, mapped):
    client.force_login(reader())
    html = client.get("/insight/map/").content.decode()
    assert 'class="liked"' not in html.split("<figcaption>")[0]
    assert "None yet" in html


def test_a_damaged_pack_or_a_day_without_one_is_told(client, mapped):
    paper(day=date(2026, 10, 1))
    assert (
        "No model has read this day" in client.get("/insight/map/?day=2026-10-01").content.decode()
    )
    dataset.forget_packs()
    CandidatePack.objects.update(arrays=b"torn")
    assert "No model has read this day" in client.get("/insight/map/").content.decode()


# --- every page of it


def test_a_new_reader_sees_what_will_stand_there(client, who):
    html = page(client)
    assert html.count('class="empty"') == 4
    assert "After the first paper" in html
    assert "no papers here yet" in client.get("/insight/map/").content.decode()


@pytest.mark.parametrize("day", ["2026-02-30", "\0", "9999-12-31", "x" * 9_000, "0001-01-01"])
def test_nonsense_for_a_day_is_no_error(client, mapped, day):
    assert client.get("/insight/map/", {"day": day}).status_code == 200


@pytest.mark.parametrize("address", ["/insight/", "/insight/map/"])
def test_pages_are_ones_own_and_cost_few_queries_whatever_there_is(
    client, who, mapped, address, django_assert_max_num_queries
):
    for n in range(40):
        listed = ordered(who, MONDAY - timedelta(days=n + 10))
        act(who, listed[0])
    dataset.forget_packs()
    before = list(Rating.objects.values()), list(Ranking.objects.values())
    with django_assert_max_num_queries(7):
        assert client.get(address).status_code == 200
    assert before == (list(Rating.objects.values()), list(Ranking.objects.values()))
    assert client.post(address).status_code == 405
    client.logout()
    assert "/accounts/login/" in client.get(address).url
