"""Ways to begin: what is brought along is looked at first, then counts, and can be taken back."""

import re
from datetime import timedelta

import pytest
from django.db import connection

from tests.factories import DAY, NOON, indexed, paper, profile, rating, reader, world
from webapp.models import AwaitedSeed, Rating, Work
from webapp.queries import seeds as known
from webapp.services import profiles, runs
from webapp.services import readers as acts
from webapp.services import seeds as service

pytestmark = pytest.mark.django_db


def look(client, text):
    return client.post("/welcome/papers/", {"text": text})


def ticked(html):
    return [int(pk) for pk in re.findall(r'name="paper" value="(\d+)" checked', html)]


def seed(client, *papers, **fields):
    return client.post(
        "/welcome/seed/", {"paper": [one.pk for one in papers], **fields}, follow=True
    )


def undo(client, answer):
    moment = re.search(r'name="back" value="([^"]+)">Undo', answer.content.decode())[1]
    return client.post("/welcome/seed/", {"back": moment}, follow=True)


def likes(who):
    rows = Rating.objects.filter(reader=who, value=1)
    return set(rows.values_list("paper_id", flat=True))


def test_the_preview_tells_found_not_found_and_twice_and_stores_nothing(client, who):
    new, old, gone, cited = paper(), paper(), paper(withdrawn_at=NOON), paper(doi="10.1000/A.B")
    rating(who, old)
    text = f"""{new.arxiv_id} https://arxiv.org/abs/{new.arxiv_id}v2
@misc{{a, eprint={{{old.arxiv_id}}}}} @misc{{b, eprint={{{gone.arxiv_id}}}}}
@article{{c, title={{X}}, doi={{10.1000/a.b}}}}
@misc{{d, eprint={{2401.99999}}, title={{Not here}}}}
@misc{{broken, title={{oops}}"""
    answer = look(client, text)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert set(ticked(html)) == {new.pk, cited.pk}
    for tally in ("2</b> found", "1</b> you had", "1</b> named twice", "1</b> not here"):
        assert tally in html
    assert "1</b> withdrawn" in html
    assert "1</b> not understood" in html
    assert "Not here" in html
    assert Rating.objects.count() == 1


def test_a_paper_that_is_not_here_counts_once(client, who):
    html = look(client, "2401.20001 2401.20001v2\nA title of nothing\na Title of nothing").content
    assert "2</b> not here" in html.decode()
    assert "2</b> named twice" in html.decode()


def test_all_of_an_authors_papers_are_taken_without_a_tick(client, who):
    one, other = paper(authors=["Robin Robot"]), paper(authors=["Robin Robot"])
    indexed()
    html = client.get("/welcome/papers/?author=Robot").content.decode()
    every = re.search(r'name="every" value="([^"]+)"', html)[1]
    client.post("/welcome/seed/", {"every": every})
    assert likes(who) == {one.pk, other.pk}


def test_the_ways_to_begin_tell_how_far_one_is(client, who):
    for value in (1, 1, -1):
        rating(who, paper(), value)
    html = client.get("/welcome/").content.decode()
    assert '<progress id="liked" max="5" value="2"></progress> <span>2 of 5' in html
    assert '<progress id="disliked" max="3" value="1"></progress> <span>1 of 3' in html


def test_a_title_finds_its_paper(client, who):
    one = paper(title="On Gaps between Primes")
    paper(title="On Gaps between Primes, Part Two")
    html = look(client, "@misc{a, title={On {G}aps be-tween primes.}}").content.decode()
    assert ticked(html) == [one.pk]


def test_one_act_seeds_ranks_anew_and_is_undone(client, who, now):
    older, today = world(4, DAY - timedelta(days=1)), world(12)
    runs.train("test", now)
    answer = seed(client, *older["robots"])
    assert "4 papers now speak for you." in answer.content.decode()
    assert likes(who) == {one.pk for one in older["robots"]}
    first = re.findall(r'data-arxiv-id="([^"]+)"', client.get("/").content.decode())[:3]
    assert set(first) <= {one.arxiv_id for one in today["robots"]}
    page = client.get("/signals/").content.decode()
    assert page.count("(brought along)") == 4
    answer = undo(client, answer)
    assert "4 papers taken back." in answer.content.decode()
    assert likes(who) == set()


def test_the_last_ones_can_be_taken_back_later(client, who):
    seed(client, paper(), paper())
    html = client.get("/welcome/").content.decode()
    moment = re.search(r'name="back" value="([^"]+)"', html)[1]
    client.post("/welcome/seed/", {"back": moment})
    assert likes(who) == set()


def test_what_was_said_before_stays_and_is_not_undone(client, who):
    disliked, liked, new = paper(), paper(), paper()
    rating(who, disliked, -1)
    rating(who, liked, 1, saved=True)
    answer = seed(client, disliked, liked, new)
    assert "One paper now speaks for you. 2 stay as they were" in answer.content.decode()
    undo(client, answer)
    assert Rating.objects.get(paper=disliked).value == -1
    assert Rating.objects.get(paper=liked).saved
    assert likes(who) == {liked.pk}


def test_what_was_spoken_to_since_outlives_the_undo(client, who, now):
    one, other = paper(), paper()
    answer = seed(client, one, other)
    acts.save(who, one, True, now)
    undo(client, answer)
    assert likes(who) == {one.pk}


def test_a_note_outlives_being_taken_back_and_brought_again(client, who):
    one = paper()
    old = rating(who, one, 0)
    Rating.objects.filter(pk=old.pk).update(note="read twice", tags=["x"])
    seed(client, one, saved="1")
    row = Rating.objects.get(pk=old.pk)
    assert (row.note, row.saved, row.saved_version, row.origin) == ("read twice", True, 1, "seed")


def test_sent_twice_it_counts_once(client, who):
    one = paper()
    first = seed(client, one)
    again = seed(client, one)
    told = again.content.decode()
    assert "0 papers now speak for you. 1 stays as it was: spoken of before, or not here." in told
    assert Rating.objects.count() == 1
    undo(client, first)
    assert likes(who) == set()


def test_they_speak_for_the_interest_that_is_chosen(client, who, now):
    made = profiles.make(profile(who), "Robots", now)
    theirs = profiles.make(profile(reader()), "Theirs", now)
    one, other = paper(), paper()
    assert "They speak for" in look(client, one.arxiv_id).content.decode()
    seed(client, one, profile=made.pk)
    seed(client, other, profile=theirs.pk)
    assert Rating.objects.get(paper=one).profile == made
    assert Rating.objects.get(paper=other).profile is None


def test_a_large_library_asks_for_vectors_once(client, who, now):
    world(4)
    runs.train("test", now)
    Work.objects.all().delete()
    late = [paper() for _ in range(30)]
    seed(client, *late)
    assert Work.objects.filter(job="embed").count() == 1


# --- papers by an author


def index_authors():
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE webapp_paper SET search ="
            " setweight(to_tsvector('simple', array_to_string(authors, ' ')), 'C')"
        )


def test_an_authors_papers_are_found_by_name_and_by_initial(client, who):
    mine = [paper(authors=["Ada Example"]), paper(authors=["Zoe Other", "A. Example"])]
    paper(authors=["Ben Example", "Ada Other"])
    index_authors()
    html = client.get("/welcome/papers/?author=ada+example").content.decode()
    assert set(re.findall(r'name="paper" value="(\d+)"', html)) == {str(one.pk) for one in mine}
    assert "checked" not in html


@pytest.mark.parametrize("name", ["'", "a' | 'b", "\0", ":*", "!", "%", "é" * 5_000, "a & !b"])
def test_a_hostile_name_finds_nobody(client, who, name):
    paper()
    index_authors()
    assert client.get("/welcome/papers/", {"author": name}).status_code == 200


# --- what nobody sends by accident


def test_ten_thousand_ids_are_looked_up_in_as_many_queries_as_ten(
    client, who, django_assert_max_num_queries
):
    here = [paper() for _ in range(20)]
    ids = [one.arxiv_id for one in here] + [f"2401.{n:05d}" for n in range(1, 9_981)]
    with django_assert_max_num_queries(7):
        html = look(client, "\n".join(ids)).content.decode()
    assert len(ticked(html)) == 20
    assert "9980</b> not here" in html
    assert "The first 200 of 9980" in html


def test_more_than_can_be_taken_at_once_is_told(client, who, monkeypatch):
    monkeypatch.setattr(service, "MOST", 3)
    html = look(client, "\n".join(paper().arxiv_id for _ in range(5))).content.decode()
    assert len(ticked(html)) == 3
    assert "2</b> more than the 3" in html


def test_too_much_is_refused_with_a_sentence(client, who):
    answer = look(client, "2401.00001 " * 10_001)
    assert answer.status_code == 400
    assert "Send it in parts" in answer.content.decode()


def test_what_is_too_large_to_be_read_at_all_is_refused(client, who):
    assert look(client, "x" * 3_000_000).status_code == 400


@pytest.mark.parametrize("text", ["", "\0", "<script>alert(1)</script>", "@misc{", "'; drop"])
def test_nonsense_is_told_and_stored_nowhere(client, who, text):
    answer = look(client, text)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()
    assert not Rating.objects.exists()


@pytest.mark.parametrize("sent", [["x"], ["-1"], ["9" * 30], ["1"] * 501, ["²"], ["1\0"]])
def test_what_is_no_number_is_nobodys(client, who, sent):
    assert client.post("/welcome/seed/", {"paper": sent}).status_code == 404


def test_papers_that_are_not_there_or_withdrawn_are_left_out(client, who):
    gone = paper(withdrawn_at=NOON)
    client.post("/welcome/seed/", {"paper": [gone.pk, 99_999_999]})
    assert not Rating.objects.exists()


def test_without_a_tick_nothing_is_stored(client, who):
    assert client.post("/welcome/seed/", {}).status_code == 400


def test_another_readers_seeds_cannot_be_taken_back(client, who, now):
    other, one = reader(), paper()
    service.seed(profile(other), {one.pk}, now, None, saved=False)
    client.post("/welcome/seed/", {"back": now.isoformat()})
    assert likes(other) == {one.pk}
    assert client.post("/welcome/seed/", {"back": "yesterday"}).status_code == 404


@pytest.mark.parametrize("address", ["/welcome/", "/welcome/papers/", "/welcome/round/"])
def test_a_visitor_is_asked_to_log_in(client, address):
    assert "/accounts/login/" in client.get(address).url


@pytest.mark.parametrize("address", ["/welcome/", "/welcome/papers/?author=ada"])
def test_looking_changes_nothing_and_costs_few_queries(
    client, who, address, django_assert_max_num_queries
):
    with django_assert_max_num_queries(7):
        client.get(address)
    assert not Rating.objects.exists()
    assert client.get("/welcome/seed/").status_code == 405


def test_a_form_that_outlived_its_login_leads_back_to_a_page(client):
    sent = {"paper": [paper().pk], "next": "/welcome/papers/?author=Ada"}
    answer = client.post("/welcome/seed/", sent, follow=True)
    assert "nothing was stored" in answer.content.decode()
    assert answer.redirect_chain[0][0].startswith("/accounts/login/?next=%2Fdrafts%2F")
    [kept] = client.session["drafts"].values()
    assert kept["back"] == "/welcome/papers/?author=Ada"


def test_more_papers_of_a_name_than_are_shown_are_told_of(client, who):
    for _ in range(known.MOST_OF_AUTHOR):
        paper()
    indexed()
    html = client.get("/welcome/papers/?author=Ada+Example").content.decode()
    assert "Only the newest 200 papers" in html
    paper(authors=["Eve Alone"])
    indexed()
    html = client.get("/welcome/papers/?author=Eve+Alone").content.decode()
    assert "1 paper here" in html
    assert "Only the newest" not in html


def test_whoever_is_looked_for_is_named_among_many(client, who):
    crowd = [f"Someone {n}" for n in range(30)]
    paper(authors=[*crowd, "Stephan Günnemann"])
    indexed()
    text = client.get("/welcome/papers/?author=Gunnemann").content.decode()
    assert "<b>Stephan Günnemann</b>" in text


@pytest.fixture
def follows(settings):
    settings.ARXIV_SUBJECTS = ["cs.LG"]


def ask_for(client, papers, **fields):
    return client.post("/welcome/awaited/", {"papers": papers, **fields}, follow=True)


def test_what_is_not_here_can_be_asked_of_arxiv_by_its_number(client, who, follows):
    answer = look(client, "2401.00001 2401.00001v2 10.1101/2026.01.02.123456 Some title of words")
    html = answer.content.decode()
    assert "arXiv can be asked for one of them" in html
    papers = re.search(r'name="papers" value="([^"]*)"', html)[1]
    answer = ask_for(client, papers, saved="1")
    html = answer.content.decode()
    assert "arXiv is asked for one paper" in html
    assert "<li>2401.00001</li>" in html
    assert AwaitedSeed.objects.values_list("reader", "arxiv_id", "saved").get() == (
        who.pk,
        "2401.00001",
        True,
    )
    assert Work.objects.get().job == "fetch"
    assert "arXiv is asked for 1 more" in client.get("/welcome/").content.decode()


def test_asking_is_undone_by_its_message(client, who, follows):
    html = ask_for(client, "2401.00001").content.decode()
    moment = re.search(r'name="stop" value="([^"]+)">Undo', html)[1]
    assert "One paper is not asked for." in ask_for(client, "", stop=moment).content.decode()
    assert not AwaitedSeed.objects.exists()


def test_where_nobody_is_asked_the_preview_offers_nothing_and_the_act_is_refused(client, who):
    assert 'name="papers"' not in look(client, "2401.00001").content.decode()
    answer = ask_for(client, "2401.00001")
    assert answer.status_code == 400
    assert "fetches no papers by itself" in answer.content.decode()


@pytest.mark.parametrize("papers", ["", "x", "2401.00001,", "2401.00001,\0", "9" * 20_000])
def test_what_names_no_paper_is_asked_of_nobody(client, who, follows, papers):
    assert ask_for(client, papers).status_code == 404
    assert not AwaitedSeed.objects.exists()
