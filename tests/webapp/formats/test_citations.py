"""Citations: what is written can be read back, whatever stands in a title."""

import re
from datetime import date
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.formats.bibtex import bibtex
from webapp.formats.citation import Citation, Name, Words, name
from webapp.formats.coins import coins
from webapp.formats.markdown import markdown
from webapp.formats.ris import ris


def a_paper(title="Small study of LightFM", **fields):
    words = title if isinstance(title, tuple) else (Words(title),)
    facts = {
        "paper_id": "2611.00001",
        "is_arxiv": True,
        "authors": (Name("Example", "Ada"), Name("van Test", "Ben")),
        "day": date(2026, 11, 20),
        "url": "https://arxiv.org/abs/2611.00001",
        "subjects": ("cs.LG", "stat.ML"),
        "abstract": (Words("We study small things."),),
    }
    return Citation(title=words, **(facts | fields))


def value_at(text, start):
    """What stands in the braces that open at `start`, as BibTeX counts them."""
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] == "{") - (text[place] == "}")
        if depth == 0:
            return text[start + 1 : place], place + 1
    raise AssertionError("the braces are never closed")


def read(entry):
    """A strict reader of one entry: kind, key, fields. It fails where anything is left over."""
    head = re.match(r"@(\w+)\{([^,\s{}]+),\n", entry)
    fields, place = {}, head.end()
    while field := re.compile(r"  (\w+) = (?=\{)").match(entry, place):
        assert field[1] not in fields
        fields[field[1]], place = value_at(entry, field.end())
        place += entry[place] == ","
        assert entry[place] == "\n"
        place += 1
    assert entry[place:] == "}\n"
    return head[1], head[2], fields


def test_a_preprint_in_bibtex():
    assert read(bibtex(a_paper())) == (
        "misc",
        "arxiv-2611.00001",
        {
            "title": "Small study of {LightFM}",
            "author": "Example, Ada and van Test, Ben",
            "year": "2026",
            "eprint": "2611.00001",
            "archivePrefix": "arXiv",
            "primaryClass": "cs.LG",
            "url": "https://arxiv.org/abs/2611.00001",
        },
    )


def test_an_article_names_its_journal_and_doi():
    kind, _, fields = read(bibtex(a_paper(journal="J. Ex. & Co 3", doi="10.1000/a_b")))
    assert kind == "article"
    assert fields["journal"] == r"J. Ex. \& Co 3"
    assert fields["doi"] == "10.1000/a_b"


def test_a_preprint_from_elsewhere_is_no_eprint_of_arxiv():
    other = a_paper(paper_id="10.1101/2026.01.02.3", is_arxiv=False, doi="10.1101/2026.01.02.3")
    _, key, fields = read(bibtex(other))
    assert key == "doi-10.1101-2026.01.02.3"
    assert "eprint" not in fields
    assert "archivePrefix" not in fields
    assert "PB  - " not in ris(other)


def test_an_old_identifier_makes_a_key_without_a_stroke():
    _, key, fields = read(bibtex(a_paper(paper_id="math/0309136")))
    assert key == "arxiv-math-0309136"
    assert fields["eprint"] == "math/0309136"


@pytest.mark.parametrize(
    ("title", "written"),
    [
        (
            "50% of A&B_c #1 ~ x^2",
            r"50\% of {A}\&{B\_c} \#1 \textasciitilde{} x\textasciicircum{}2",
        ),
        (
            r"a \input{x} }",
            r"a \textbackslash{}input\textbraceleft{}x\textbraceright{} \textbraceright{}",
        ),
        (
            "Bounds for Gaussian processes with few data",
            "Bounds for {Gaussian} processes with few data",
        ),
        ("A Cross-Domain Look At X-Rays", "A Cross-Domain Look At X-Rays"),
        ("Deep Learning With Attention And GPT-4", "Deep Learning With Attention And {GPT-4}"),
        ("one},\n year = {1999", r"one\textbraceright{}, year = \textbraceleft{}1999"),
    ],
)
def test_titles_for_tex(title, written):
    assert read(bibtex(a_paper(title)))[2]["title"] == written


def test_a_formula_stays_a_formula_unless_it_might_do_something():
    kept = a_paper((Words("On "), Words(r"\alpha_{ij}", True), Words(" decay")))
    assert read(bibtex(kept))[2]["title"] == r"On {$\alpha_{ij}$} decay"
    for bad in (r"\input{x}", r"\left\{ x", "x%", r"^^5cinput", "}{", "x\\"):
        title = read(bibtex(a_paper((Words(bad, True),))))[2]["title"]
        assert title.startswith(r"\$")


@given(st.text(), st.text(min_size=1), st.text(), st.booleans())
def test_nothing_written_can_leave_its_field(title, author, journal, is_formula):
    hostile = a_paper((Words(title, is_formula),), authors=(name(author),), journal=journal)
    fields = read(bibtex(hostile))[2]
    assert set(fields) <= {
        *("title", "author", "year", "journal", "eprint", "archivePrefix", "primaryClass", "url"),
    }
    assert fields["year"] == "2026"
    lines = ris(hostile).split("\r\n")
    assert lines[-2:] == ["ER  - ", ""]
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - [^\r\n]*", line) for line in lines[:-1])
    assert len(lines[:-1]) == len(ris(hostile).splitlines())


def test_a_record_in_ris():
    lines = ris(
        a_paper(journal="J. Ex. 3", doi="10.1000/182", pdf_url="https://x.example/p")
    ).split("\r\n")
    assert lines[0] == "TY  - JOUR"
    assert [x for x in lines if x[:2] == "AU"] == ["AU  - Example, Ada", "AU  - van Test, Ben"]
    for line in ("PY  - 2026", "DA  - 2026/11/20", "T2  - J. Ex. 3", "DO  - 10.1000/182"):
        assert line in lines
    assert "L1  - https://x.example/p" in lines


def test_our_summary_is_not_passed_on_as_the_abstract():
    ours = a_paper(is_summary=True)
    assert "AB  - " not in ris(ours)
    assert "not the authors\u2019 abstract" in markdown(ours, [])


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("Ada Example", Name("Example", "Ada")),
        ("Ludwig van der Test", Name("van der Test", "Ludwig")),
        ("John Q. Smith Jr.", Name("Smith", "John Q.", "Jr.")),
        ("John Smith, III", Name("Smith", "John", "III")),
        ("Example, Ada", Name("Example", "Ada")),
        ("de Test", Name("Test", "de")),
        ("Plato", Name("Plato")),
        ("The Example Collaboration", Name("The Example Collaboration")),
    ],
)
def test_names(written, read_as):
    assert name(written) == read_as


def test_groups_and_the_word_and_stay_one_author():
    crowd = (Name("Rise and Shine Team"), Name("and", "Max"), Name("Smith", "John", "Jr."))
    author = read(bibtex(a_paper(authors=crowd)))[2]["author"]
    assert author == "{Rise and Shine Team} and {and}, Max and Smith, Jr., John"


def test_markdown_escapes_what_markdown_would_act_on():
    text = markdown(
        a_paper("1. <script> [a](javascript:b) *c*", abstract=(Words("# x\n\n- y `z`"),)),
        [("Comments", "12 pages\n# loud"), ("License", "")],
    )
    lines = text.split("\n")
    assert lines[0] == r"# 1\. \<script\> \[a\](javascript:b) \*c\*"
    assert lines[2] == "Ada Example, Ben van Test"
    assert r"- Comments: 12 pages \# loud" in lines
    assert lines[-2] == r"\# x - y \`z\`"
    assert not any("License" in line for line in lines)


def test_markdown_keeps_formulas_but_no_tags_or_links_in_them():
    math = (Words("x"), Words("a<b_{c}", True), Words("[x](y)", True))
    assert r"# x$a\lt b_{c}$\$\[x\](y)\$" in markdown(a_paper(math), [])


def test_coins_names_the_paper():
    found = parse_qs(coins(a_paper("A & B = C", doi="10.1000/182")), strict_parsing=True)
    assert found["rft.atitle"] == ["A & B = C"]
    assert found["rft.au"] == ["Example, Ada", "van Test, Ben"]
    assert found["rft.genre"] == ["preprint"]
    assert {"info:arxiv/2611.00001", "info:doi/10.1000/182"} <= set(found["rft_id"])
