"""The search page: what it finds, says, and offers."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import DAY, indexed, paper, rating, reader, world
from webapp.services import runs

pytestmark = pytest.mark.django_db


@pytest.fixture
def find(client):
    """A function that searches and gives the identifiers that are listed, in order."""

    def search(q, **more):
        html = page(client, q, **more)
        return re.findall(r'<article data-arxiv-id="([^"]+)"', html)

    return search


def page(client, q, **more):
    answer = client.get("/papers", {"q": q} | more)
    assert answer.status_code == 200
    return answer.content.decode()


def ids(*papers):
    return [one.arxiv_id for one in papers]


@pytest.fixture
def shelf():
    """Papers that differ in where the words stand."""
    found = {
        "title": paper(title="Neural collapse at depth", abstract="We prove it."),
        "abstract": paper(title="On classifiers", abstract="They show neural collapse."),
        "apart": paper(title="Collapse of stars", abstract="A neural fit."),
        "half": paper(title="Neural fields", abstract="A survey.", subjects=["cs.CV"]),
        "author": paper("primes", authors=["Ada Collapse"], subjects=["math.NT"]),
    }
    indexed()
    return found


def test_all_words_come_before_some_and_titles_before_abstracts(find, shelf):
    found = find("neural collapse")
    assert found[0] == shelf["title"].arxiv_id
    assert set(found[:3]) == set(ids(shelf["title"], shelf["abstract"], shelf["apart"]))
    assert shelf["half"].arxiv_id in found[3:]


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ('"neural collapse"', {"title", "abstract"}),
        ("ti:collapse", {"title", "apart"}),
        ('ti:"neural collapse"', {"title"}),
        ("au:collapse", {"author"}),
        ('au:"Ada Collapse"', {"author"}),
        ("cat:cs.CV", {"half"}),
        ("cat:math", {"author"}),
        ("ti:neural -ti:collapse", {"half"}),
        ('ti:collapse -"neural collapse"', {"apart"}),
        ("ti:stars or ti:fields", {"apart", "half"}),
        ("collapse -cat:math -stars -classifiers", {"title"}),
        ("abs:collapse", {"abstract"}),
        ("title:collapse NOT stars", {"title"}),
        ("Author:collapse AND category:math.NT", {"author"}),
    ],
)
def test_phrases_fields_and_minus_hold_exactly(find, shelf, q, expected):
    assert set(find(q)) == set(ids(*(shelf[name] for name in expected)))


def test_a_phrase_does_not_begin_in_the_title_and_end_in_the_abstract(find):
    paper(title="A study of neural", abstract="Collapse is rare.")
    indexed()
    assert find('"neural collapse"') == []


def test_one_paper_is_found_by_its_number(find, shelf):
    one = shelf["half"]
    assert find(f"id:{one.arxiv_id}v2 neural") == ids(one)


def test_dates_bound_the_days(find):
    old, new = paper("robots", DAY - timedelta(days=40)), paper("robots")
    indexed()
    assert find(f"robot to:{DAY - timedelta(days=20)}") == ids(old)
    assert find(f"robot from:{DAY:%Y-%m}") == ids(new)
    assert find(f"from:{DAY - timedelta(days=50)}", order="date") == ids(new, old)


def test_by_date_every_paper_with_all_the_words_is_listed_once_over_the_pages(client):
    made = [paper("robots", DAY - timedelta(days=n // 7)) for n in range(60)]
    indexed()
    address, found = "/papers?q=tactile+robot&order=date", []
    while address:
        html = client.get(address).content.decode()
        found += re.findall(r'<article data-arxiv-id="([^"]+)"', html)
        following = re.search(r'href="([^"]+)" rel="next"', html)
        address = following and following[1].replace("&amp;", "&")
    assert found == ids(*sorted(made, key=lambda p: (p.issue_day, p.arxiv_id), reverse=True))


@pytest.mark.parametrize("n", [25, 40])
def test_by_date_old_papers_are_found_behind_many_new_ones_without_the_words(client, n):
    old = [paper("robots", DAY - timedelta(days=1)) for _ in range(n)]
    newer = [paper("robots") for _ in range(n - 20)]
    for _ in range(3 * n):
        paper("primes")
    indexed()
    address, found = "/papers?q=tactile+robot&order=date", []
    while address:
        html = client.get(address).content.decode()
        found += re.findall(r'<article data-arxiv-id="([^"]+)"', html)
        following = re.search(r'href="([^"]+)" rel="next"', html)
        address = following and following[1].replace("&amp;", "&")
    assert set(found) == set(ids(*old, *newer))


def test_by_relevance_no_paper_stands_on_two_pages(client):
    made = world(20)
    indexed()
    address, found = "/papers?q=tactile+robot", []
    while address:
        html = client.get(address).content.decode()
        found += re.findall(r'<article data-arxiv-id="([^"]+)"', html)
        following = re.search(r'href="([^"]+)" rel="next"', html)
        address = following and following[1].replace("&amp;", "&")
    assert len(found) == len(set(found))
    assert set(found) == set(ids(*made["robots"]))


@pytest.mark.parametrize("after", ["x", "~", "nan~1", "1e999~3", "2026-02-30~x", "\0", "1~" * 90])
@pytest.mark.parametrize("order", ["", "date"])
def test_a_key_that_makes_no_sense_is_the_beginning(find, shelf, after, order):
    assert find("neural collapse", after=after, order=order)[0]


def test_it_shows_why_each_was_found(client, shelf):
    html = page(client, "neural collapse")
    assert "<mark>Neural</mark> <mark>collapse</mark> at depth" in html
    assert "They show <mark>neural</mark> <mark>collapse</mark>" in html
    assert "In the title; without “collapse”." in html


def test_it_counts_what_has_all_the_words_and_parts_it_from_the_rest(client, shelf):
    html = page(client, "neural collapse")
    assert (
        "3 papers with all of “neural collapse”, the best first. 2 papers have some of it" in html
    )
    whole, _, rest = html.partition("With some of the words, or alike in meaning")
    assert [whole.count("<article"), rest.count("<article")] == [3, 2]
    alone = page(client, "classifiers")
    assert "1 paper for “classifiers”, the best first." in alone
    assert "With some of the words" not in alone


def test_a_page_of_papers_that_lack_words_begins_with_saying_so(client):
    paper("robots", title="Tactile hands")
    for _ in range(30):
        paper("robots", title="Hands", abstract="A robot.")
    indexed()
    html = page(client, "tactile hands")
    assert html.count("With some of the words") == 1
    following = re.search(r'href="([^"]+)" rel="next"', html)[1].replace("&amp;", "&")
    html = client.get(following).content.decode()
    assert html.partition("With some of the words")[0].count("<article") == 0
    assert "Further papers for “tactile hands”" in html


def test_a_category_that_is_called_so_has_the_words_and_says_why(client):
    paper("primes", abstract="On gaps.")
    indexed()
    html = page(client, "number theory")
    assert "1 paper for “number theory”" in html
    assert "Its category is called “Number Theory”." in html
    assert "without" not in html.partition("<article")[2]


@pytest.mark.parametrize("q", ["Number Theory", "number theory from:2020"])
def test_a_category_is_offered_by_its_name(client, find, q):
    one = paper("primes")
    indexed()
    html = page(client, q)
    told = r'<p class="state">Category <a href="([^"]+)">math.NT</a>: Number Theory</p>'
    address = re.search(told, html)[1].replace("&amp;", "&")
    assert one.arxiv_id in client.get(address).content.decode()
    assert "Category <a" not in page(client, "theory of primes")


@pytest.mark.parametrize("q", ["2611.99999v2", "id:2611.99999 robot"])
def test_the_way_to_submit_keeps_the_number_that_was_asked_for(client, q):
    address = re.search(r'href="(/papers/submit[^"]*)"', page(client, q))[1]
    assert address == "/papers/submit?paper=2611.99999"


@pytest.mark.parametrize("q", ["schrodinger", "Schrödinger", '"schrodinger bridge"'])
def test_it_marks_words_with_and_without_their_accents(client, q):
    paper(
        title="A Schrödinger bridge", abstract="Of E. Schrödinger (1926), said Schrodinger bridge."
    )
    indexed()
    marks = re.findall("<mark>([^<]+)</mark>", page(client, q))
    assert marks.count("Schrödinger") == 2
    assert "Schrodinger" in marks


@pytest.mark.parametrize(
    ("q", "better"),
    [
        ("nueral colapse", "neural collapse"),
        ("ti:depth Nueral", "ti:depth neural"),
        ("neural", ""),
        ("neural xyzzy", ""),
        ("neural fields stars", ""),
        ("-nueral collapse", ""),
        ("2611.99999", ""),
    ],
)
@pytest.mark.parametrize("order", ["", "date"])
def test_a_word_that_no_paper_has_is_spelled_as_titles_do(client, shelf, q, better, order):
    html = page(client, q, order=order)
    told = re.search('Did you mean <a href="([^"]+)">([^<]+)</a>', html)
    assert (told[2] if told else "") == better
    if told:
        assert "<article" in client.get(told[1].replace("&amp;", "&")).content.decode()


def test_marks_leave_formulas_and_markup_alone(client):
    one = paper(title=r"Bounds for $x<y$ & <b>norms</b>", abstract="Bounds of $\\alpha_{x}$ hold.")
    indexed()
    html = page(client, "bounds norms alpha")
    assert "<mo>&lt;</mo>" in html
    assert "&lt;b&gt;<mark>norms</mark>&lt;/b&gt;" in html
    assert "<mi>\u03b1</mi>" in html
    assert "\ue000" not in html
    assert one.arxiv_id in html


def test_what_only_means_the_same_is_found_and_says_so(client, now):
    papers = world(8)
    kin = papers["robots"][0]
    kin.title, kin.abstract = "Untitled", "With tactile grasp demonstrations and imitation."
    kin.save()
    indexed()
    runs.train("night", now)
    html = page(client, "robot")
    card = html.partition(f'id="paper-{kin.arxiv_id}"')[2].partition("</article>")[0]
    assert "<b>By meaning:</b>" in card
    assert "without “robot”" in card
    strict = page(client, "robot cat:math.NT")
    assert kin.arxiv_id not in strict


@pytest.mark.parametrize(
    ("q", "told"),
    [
        ("robot from:2026-02-30", "from:2026-02-30 is no date"),
        ("robot cat:cs.XX", "cat:cs.XX is no category here"),
        ('robot "soft', "has no partner"),
        ("-robot", "Say also what to look for"),
        ("the robot", "“the”: in every paper"),
        ("the of", "in every paper"),
        (
            "robot xyzzy",
            "No paper here has all of “robot xyzzy”. 1 paper has some of it, or is alike",
        ),
        (" ".join(f"robot{n} tactile" for n in range(9)), "Of 10 words the 8 rarest"),
    ],
)
def test_what_was_not_done_as_asked_is_told(client, q, told):
    paper("robots")
    indexed()
    assert told in page(client, q)


@pytest.mark.parametrize(
    "q",
    [
        *("\0", '"', "-", "or", "'", "\\", "a" * 2_000, "🦊", "(((", "ti:", "ti:the", "au:\\'"),
        *("x' | 'y", "%s %(a)s {}", "a & b | !c <-> d", "$a<b$", "\ue000\ue001", "id:x/0000000"),
        " or ".join(["model", "robot"] * 100),
    ],
)
@pytest.mark.parametrize("order", ["", "date"])
def test_nothing_that_is_typed_is_an_error(client, q, order):
    paper("robots")
    indexed()
    page(client, q, order=order)


@pytest.mark.parametrize("text", ["robot " * 1_667, "λ" * 10_001 + "\0"])
def test_of_a_question_that_is_too_long_the_beginning_stands_in_the_box(client, who, text):
    answer = client.get("/papers", {"q": text, "order": "date"})
    html = answer.content.decode()
    assert answer.status_code == 414
    assert "at most 2,000 characters, and this one has 10,001" in html
    assert f'value="{text[:1_990]}' in html
    assert 'name="order" value="date"' in html


def test_a_library_is_searched_alone_and_only_its_readers(client, find):
    own, other = paper("robots"), paper("robots")
    who = reader()
    rating(who, own, saved=True)
    rating(reader(), other, saved=True)
    indexed()
    assert set(find("robot", mine="1")) == set(ids(own, other))  # a stranger has no library
    client.force_login(who)
    assert find("robot", mine="1") == ids(own)
    assert find("robot", mine="1", order="date") == ids(own)
    html = page(client, "prime", mine="1")
    assert "No paper of your library has" in html
    assert "Look in all papers" in html


@pytest.fixture
def noted(client):
    """A reader with a paper that has a note and a tag, one without, and one that was taken out."""
    who = reader()
    marked = rating(who, paper("robots", title="Hands"), saved=True)
    marked.note, marked.tags = "For Zoë: compare Gonzo", ["lighthouse keepers"]
    marked.save()
    plain = rating(who, paper("primes", title="Gonzo sums"), saved=True)
    out = rating(who, paper("galaxies"))
    out.note = "gonzo"
    out.save()
    indexed()
    client.force_login(who)
    return [marked.paper, plain.paper]


@pytest.mark.parametrize(
    ("q", "which"),
    [
        ("gonzo", [0, 1]),
        ("gonzo tactile", [0]),
        ("zoe", [0]),
        ("lighthouse", [0]),
        ('"lighthouse keepers"', [0]),
        ("title:hands NOT gonzo", []),
        ("number theory", [1]),
        ("year:2026 cat:cs.RO", [0]),
        ("ti:gonzo", [1]),
    ],
)
def test_a_library_is_asked_in_one_language_on_both_pages(client, noted, q, which):
    expected = set(ids(*(noted[n] for n in which)))
    whole = page(client, q, mine="1").partition("With some of the words")[0]
    shelf = client.get("/library/", {"words": q}).content.decode()
    pages = [page(client, q, mine="1", order="date"), whole, shelf]
    for html in pages:
        assert set(re.findall(r'data-arxiv-id="([^"]+)"', html)) == expected


def test_what_only_the_own_note_has_says_so_and_is_nobody_elses(client, find, noted):
    html = page(client, "lighthouse", mine="1")
    assert "In your note or tags." in html
    assert find("lighthouse") == []
    client.force_login(reader())
    assert find("lighthouse", mine="1") == []


def test_what_was_said_of_a_paper_stands_on_its_card(client):
    one, who = paper("robots"), reader()
    rating(who, one, saved=True)
    indexed()
    client.force_login(who)
    assert f'id="save-{one.arxiv_id}"' in page(client, "robot")
    assert 'value="unsave" aria-pressed="true"' in page(client, "robot")


@pytest.mark.parametrize("q", ["tactile robot", "robot -prime cat:cs.RO from:2020", "au:ada"])
@pytest.mark.parametrize("order", ["", "date"])
def test_it_asks_few_questions_whatever_the_length(client, now, q, order):
    world(3)
    client.force_login(reader())
    world(30)
    indexed()
    runs.train("night", now)
    page(client, q, order=order)
    with CaptureQueriesContext(connection) as asked:
        page(client, q, order=order)
    assert len(asked) < 8


def test_a_paper_whose_words_are_not_looked_through_yet_is_found_by_its_title(find):
    one = paper("robots", title="Robot hands")
    assert find("robot hands") == ids(one)
