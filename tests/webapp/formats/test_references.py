"""What a reader may paste, and what nobody sends by accident."""

import time
from datetime import date

import pytest

from webapp.formats import references as module
from webapp.formats.citation import Citation, Name, Words
from webapp.formats.references import TooMuch, references
from webapp.formats.ris import ris

GOOD = """
@misc{one, title={A {Nice} Title}, eprint={2401.00001}, archivePrefix={arXiv}}
@article{two, title = "Another one", doi = {https://doi.org/10.48550/arXiv.hep-th/9901001}}
@article{three, title={In a journal}, journal={arXiv preprint arXiv:2402.12345v2}, year=2024}
@online{four, title={By address}, url={https://arxiv.org/pdf/2403.00002v1.pdf}}
@article{five, title={Of a journal}, doi={10.1000/XYZ.5}}
@book{six, title={A Title Alone}, publisher=pub # "x"}
"""


def names(text):
    return [one.names for one in references(text).read]


def test_bibtex_is_read_wherever_it_keeps_the_identifier():
    found = references(GOOD)
    assert [one.names for one in found.read] == [
        ("2401.00001",),
        ("hep-th/9901001",),
        ("2402.12345",),
        ("2403.00002",),
        ("10.1000/xyz.5",),
        (),
    ]
    assert (found.read[0].title, found.read[5].title) == ("A Nice Title", "A Title Alone")
    assert found.unread == []


@pytest.mark.parametrize(
    "text",
    [
        "2401.00001\n2402.12345",
        "2401.00001, 2402.12345",
        "arXiv:2401.00001v3 [cs.LG]\r\nhttps://arxiv.org/abs/2402.12345",
        "- see 2401.00001 (good) and <https://huggingface.co/papers/2402.12345>.",
        "10.48550/arXiv.2401.00001; oai:arXiv.org:2402.12345",
    ],
)
def test_identifiers_and_addresses_are_read_in_any_spelling(text):
    assert names(text) == [("2401.00001",), ("2402.12345",)]


RIS = """TY  - JOUR
TI  - A Nice Title
AU  - Example, Ada
T2  - arXiv preprint arXiv:2401.00001v2
ER  -
TY  - UNPB
T1  - Another one
AN  - arXiv:2402.12345
UR  - https://arxiv.org/abs/2402.12345
ER  -
2403.00002
TY  - BOOK
T1  - A Title Alone
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_ris_is_read_with_the_lines_between(end):
    found = references(RIS.replace("\n", end))
    assert [(one.title, one.names) for one in found.read] == [
        ("A Nice Title", ("2401.00001",)),
        ("Another one", ("2402.12345",)),
        ("", ("2403.00002",)),
        ("A Title Alone", ()),
    ]
    assert found.unread == []


def test_what_we_export_as_ris_is_read_back():
    one = Citation(
        paper_id="2401.00001",
        is_arxiv=True,
        title=(Words("A Nice Title"),),
        authors=(Name("Example", "Ada"),),
        day=date(2024, 1, 2),
        url="https://arxiv.org/abs/2401.00001",
        doi="10.1000/a.b",
        abstract=(Words("TY  - is no field here."),),
    )
    (read,) = references(ris(one)).read
    assert (read.title, read.names) == ("A Nice Title", ("2401.00001", "10.1000/a.b"))


def test_words_that_name_no_paper_are_told_together():
    assert references("garbage !!!").unread == ["garbage !!!"]


def test_a_line_of_words_is_a_title():
    assert references("“On the Gaps between Primes.”").read[0].title == "On the Gaps between Primes"


def test_what_is_no_paper_is_told_as_it_was_written():
    found = references("2513.00001, 2401.00001\nhello")
    assert (found.unread, len(found.read)) == (["2513.00001", "hello"], 1)
    assert references("2604.14551.bib").unread == ["2604.14551.bib"]


def test_an_address_of_a_page_here_is_read_too():
    assert names("https://papers.example.org/papers/2401.00001") == [("2401.00001",)]


def test_a_broken_entry_spoils_no_other():
    found = references(GOOD.replace("title={A {Nice} Title},", "title={A {Nice Title},", 1))
    assert len(found.read) >= 4
    assert found.unread[0].startswith("@misc{one")


def test_the_same_key_twice_is_two_papers():
    twice = "@misc{a, eprint={2401.00001}}\n@misc{a, eprint={2401.00002}}"
    assert names(twice) == [("2401.00001",), ("2401.00002",)]


def test_lines_between_entries_are_read_too():
    assert names("2405.00009\n" + GOOD)[-1] == ("2405.00009",)


def test_another_archive_is_not_taken_for_arxiv():
    entry = "@misc{a, title={T}, eprint={2401.00001}, archivePrefix={HAL}}"
    assert names(entry) == [()]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0\0\n\0",
        "@" * 200_000,
        "@a{" * 9_000,
        "@a{k, title=" + "{" * 200_000,
        "@a{k, t=" + '"' * 200_000,
        "@a{k," + "=" * 200_000,
        "TY  -\n" * 9_000,
        "TY  -\n" + " " * 100_000 + "\n" * 100_000 + "AN  -" + " " * 100_000,
        "@a{k, note={" + "arxiv:" * 60_000 + "}}",
        "@string{a=a # a}\n" * 5_000 + "@misc{k, title=a}",
        "a" * 900_000,
        "1." * 400_000,
        "ab " * 300_000,
        "\n".join(["😀 \u202e" * 3] * 9_000),
    ],
)
def test_hostile_text_costs_little_and_raises_nothing(text):
    began = time.perf_counter()
    for one in references(text).unread:
        assert len(one) <= module.WRITTEN
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x" * 1_000_001, "1,000,001 characters"),
        ("@a{" * 10_001, "10,000 entries"),
        ("2401.00001 " * 10_001, "10,001 papers"),
        ("TY  - JOUR\n" * 10_001, "10,001 papers"),
    ],
)
def test_more_than_is_read_at_once_is_refused_with_a_sentence(text, said):
    with pytest.raises(TooMuch, match=said):
        references(text)
