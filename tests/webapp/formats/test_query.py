"""What a person types into the search box, and how it is understood."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.formats.query import LONGEST, MOST_CHOICES, MOST_TERMS, Term, parse

CODES = ("cs.LG", "cs.CL", "math.NT", "math-ph", "astro-ph.GA")


def wanted(text):
    return [[str(term) for term in choice] for choice in parse(text, CODES).wanted]


def unwanted(text):
    return [str(term) for term in parse(text, CODES).unwanted]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("neural collapse", [["neural"], ["collapse"]]),
        ('"neural collapse" depth', [['"neural collapse"'], ["depth"]]),
        ("“neural collapse”", [['"neural collapse"']]),
        ("ti:diffusion au:Hinton", [["ti:diffusion"], ["au:Hinton"]]),
        ('TI:"score matching"', [['ti:"score matching"']]),
        ("ti: diffusion", [["ti:diffusion"]]),
        ("graph or networks", [["graph", "networks"]]),
        ("or graph or", [["graph"]]),
        ("foo:bar", [["foo:bar"]]),
        ("real-time", [["real-time"]]),
        ("a !! ((( b", [["a"], ["b"]]),
        ("", []),
    ],
)
def test_it_reads_words_phrases_and_fields(text, terms):
    assert wanted(text) == terms


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("graph AND network", "graph network"),
        ("graph NOT survey", "graph -survey"),
        ("graph AND NOT survey", "graph -survey"),
        ("graph ANDNOT ti:survey", "graph -ti:survey"),
        ("graph OR network", "graph or network"),
        ('title:diffusion author:"Ada Example"', 'ti:diffusion au:"Ada Example"'),
        ("Category:cs.LG abstract:robot all:hand", "cat:cs.LG abs:robot hand"),
        ("year:2024", "from:2024 to:2024"),
        ("robot year:2023..2024-02", "robot from:2023 to:2024-02"),
        ("robot 2023..2024", "robot from:2023 to:2024"),
        ("since:2024 until:2025", "from:2024 to:2025"),
        ("(ti:graph) (cat:cs.LG)", "ti:graph cat:cs.LG"),
        ("graph NOT", "graph"),
    ],
)
def test_other_ways_to_say_the_same_are_understood(text, same):
    found, meant = parse(text, CODES), parse(same, CODES)
    assert (wanted(text), unwanted(text)) == (wanted(same), unwanted(same))
    assert (found.first, found.last, found.notes) == (meant.first, meant.last, ())


def test_small_not_and_and_are_words():
    assert wanted("to be and not to be")[2:4] == [["and"], ["not"]]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("robot ti:", "ti: has no word behind it"),
        ("robot author:", "author: has no word behind it"),
        ("author: year:2024", "author: has no word behind it"),
        ("robot NOT year:2024", "A minus before year:"),
        ("robot year:soon", "year:soon is no date and was left out: say year:2024"),
        ("a OR (b AND c)", "Parentheses group nothing here"),
    ],
)
def test_what_is_not_understood_is_told_with_the_right_form(text, told):
    assert told in parse(text, CODES).notes[0]


def test_a_minus_leaves_out_whatever_follows_it():
    text = 'robot -sim -"in the wild" -ti:survey \u2212au:Doe -cat:cs.CL'
    assert wanted(text) == [["robot"]]
    assert unwanted(text) == ["sim", '"in the wild"', "ti:survey", "au:Doe", "cat:cs.CL"]


def test_a_category_is_found_in_any_case_and_an_archive_is_its_parts():
    assert parse("cat:CS.lg", CODES).wanted[0][0].codes == ("cs.LG",)
    assert parse("cat:cs", CODES).wanted[0][0].codes == ("cs.LG", "cs.CL")
    assert parse("cat:cs.IT", (*CODES, "cs.IT")).wanted[0][0].codes == ("cs.IT",)
    assert "no category" in parse("cat:cs.XX", CODES).notes[0]


@pytest.mark.parametrize("text", ["id:2301.00437v2", "id:https://arxiv.org/abs/2301.00437"])
def test_an_identifier_is_known_in_any_spelling(text):
    assert parse(text).wanted == ((Term("id", text[3:], codes=("2301.00437",)),),)


def test_what_is_no_identifier_is_told():
    assert "id:2513.1 is no identifier" in parse("id:2513.1").notes[0]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("from:2024-01-15 to:2024-02", date(2024, 1, 15), date(2024, 2, 29)),
        ("from:2024", date(2024, 1, 1), None),
        ("to:2023", None, date(2023, 12, 31)),
        ("from:2024-3", date(2024, 3, 1), None),
    ],
)
def test_dates_begin_and_end_with_their_year_month_or_day(text, first, last):
    query = parse(text)
    assert (query.first, query.last, query.notes) == (first, last, ())


def test_dates_the_wrong_way_round_are_turned():
    query = parse("from:2025-03-01 to:2024-01-01")
    assert (query.first, query.last) == (date(2024, 1, 1), date(2025, 3, 1))
    assert "wrong way round" in query.notes[0]


def test_turned_dates_keep_their_years_and_months_whole():
    query = parse("from:2025-03 to:2024")
    assert (query.first, query.last) == (date(2024, 1, 1), date(2025, 3, 31))


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30",
        "2026-02-00",
        "2026-00",
        "2026-13",
        "0000",
        "yesterday",
        "\uff12\uff10\uff12\uff14",
    ],
)
def test_what_is_no_date_is_told_and_left_out(text):
    query = parse(f"robot from:{text}")
    assert query.first is None
    assert f"from:{text} is no date" in query.notes[0]


def test_only_exclusions_look_for_nothing_and_say_so():
    query = parse("-robot -cat:cs.LG", CODES)
    assert query.is_empty
    assert "Say also what to look for" in query.notes[0]


def test_a_lonely_quotation_mark_goes_on_to_the_end():
    query = parse('robot "in the wild')
    assert [str(choice[0]) for choice in query.wanted] == ["robot", '"in the wild"']
    assert "no partner" in query.notes[0]


def test_too_long_a_text_is_cut_between_words():
    query = parse("word " * 5_000)
    assert len(query.text) <= LONGEST
    assert len(query.wanted) == MOST_TERMS
    assert len(query.notes) == 2
    assert {term.text for (term,) in query.wanted} == {"word"}


def test_of_very_many_choices_the_first_are_read():
    query = parse(" or ".join(f"word{n}" for n in range(60)))
    assert [len(choice) for choice in query.wanted] == [MOST_CHOICES]
    assert query.notes == ("Only the first 20 choices of an “or” were read.",)


def test_a_nul_parts_words():
    assert wanted("a\0b") == [["a"], ["b"]]


PIECES = st.sampled_from(
    [
        *' \t"-:.()|&!*\0',
        "NOT ",
        "AND",
        "year:",
        "2023..2024",
        "ti:",
        "au:",
        "cat:",
        "id:",
        "from:",
        "to:",
        "or",
        "2024-02-30",
        "cs.LG",
    ]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=60).map("".join))
def test_nothing_is_an_error_and_what_was_understood_is_understood_again(text):
    query = parse(text, CODES)
    again = parse(query.text, CODES)
    assert (again.wanted, again.unwanted) == (query.wanted, query.unwanted)
    assert (again.first, again.last) == (query.first, query.last)
    for term in (*query.unwanted, *(term for choice in query.wanted for term in choice)):
        assert term.text
        assert "\0" not in term.text
    for choice in query.wanted:
        assert choice
