"""OAI-PMH: the truth about content, in three formats and two generations of servers."""

from datetime import UTC, date, datetime

import pytest

from tests.webapp.arxiv import pages
from webapp.arxiv import oai
from webapp.arxiv.answers import UpstreamError

NAMES = oai.spelled_out([("math.LO", "Logic"), ("quant-ph", "Quantum Physics")])


def only(*parts, **settings):
    page = oai.parse(pages.oai(*parts, **settings), NAMES)
    assert not page.refused
    return page.papers[0]


def test_it_reads_the_arxiv_format():
    paper = only(pages.record())
    assert (paper.arxiv_id, paper.title) == ("2611.00001", "On small documents")
    assert paper.authors == ("Ada Example Jr.",)
    assert paper.subjects == ("cs.IT", "cs.LG")
    assert paper.abstract == "About <b> and $a &lt; b$."
    assert (paper.doi, paper.journal_ref, paper.comments) == ("10.1/x", "J. Test 1", "9 pages")
    assert (paper.version, paper.content_day) == (None, date(2026, 11, 23))


def test_it_reads_all_versions_of_the_raw_format():
    paper = only(pages.record(metadata=pages.RAW))
    assert [v.number for v in paper.versions] == [1, 2]
    assert paper.versions[0].submitted_at == datetime(2026, 11, 19, 15, tzinfo=UTC)
    assert (paper.version, paper.issue_day, paper.day_is_derived) == (2, date(2026, 11, 20), True)
    assert paper.authors == ("Ada Example", "Ben Other Jr.", "Eve Third")


def test_it_reads_dublin_core():
    paper = only(pages.record(metadata=pages.DC))
    assert paper.authors == ("Ada de Example", "Ben Other Jr.")
    assert (paper.abstract, paper.comments) == ("Words.", "7 pages")
    assert (paper.doi, paper.journal_ref) == ("10.1/y", "J. Test 2")
    assert paper.subjects == ("math.LO",)


@pytest.mark.parametrize(
    ("sets", "subjects"),
    [
        (("physics:physics:plasm-ph", "physics:quant-ph"), ("physics.plasm-ph", "quant-ph")),
        (("physics:cond-mat:soft", "math:math:NA"), ("cond-mat.soft", "math.NA")),
        (("cs",), ()),
    ],
)
def test_unknown_subjects_are_taken_from_the_sets(sets, subjects):
    body = pages.oai(pages.record(metadata=pages.DC, sets=sets))
    assert oai.parse(body).papers[0].subjects == subjects


def test_it_reads_an_answer_without_namespaces():
    bare = pages.ARXIV.replace(' xmlns="http://arxiv.org/OAI/arXiv/"', "")
    assert only(pages.record(metadata=bare), namespace="").arxiv_id == "2611.00001"


def test_it_reads_a_record_on_its_own():
    assert oai.parse(pages.record("astro-ph/9501013").encode()).papers[0].issue_day.year == 1995


@pytest.mark.parametrize(
    ("element", "token"),
    [
        ("", ""),
        ("<resumptionToken/>", ""),
        ('<resumptionToken cursor="0" completeListSize="9"> 64|1 </resumptionToken>', "64|1"),
    ],
)
def test_it_finds_the_token(element, token):
    assert oai.parse(pages.oai(pages.record(), element)).token == token


def test_deleted_records_are_named():
    page = oai.parse(pages.oai(pages.record(), pages.deleted("math.GT/0309136")))
    assert (len(page.papers), page.deleted) == (1, ("math/0309136",))


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (pages.record("no id"), "not an arXiv identifier"),
        (pages.record(metadata="").replace("<metadata></metadata>", ""), "no metadata"),
        (pages.record(metadata="<other/>"), "not read here"),
        (pages.record(metadata=pages.ARXIV.replace("{id}", "2611.00002")), "the metadata 2611"),
        (pages.record(metadata=pages.ARXIV.replace("cs.IT", "&lt;b>")), "not a category"),
        (pages.record(metadata=pages.RAW.replace('"v2"', '"v0"')), "version is not readable"),
        (
            pages.record(metadata=pages.ARXIV.replace("Words", "x").replace("9 p", "x" * 5_001)),
            "5,000",
        ),
    ],
)
def test_a_bad_record_is_named_and_the_others_stay(bad, reason):
    page = oai.parse(pages.oai(bad, pages.record("2611.00007")))
    assert [paper.arxiv_id for paper in page.papers] == ["2611.00007"]
    assert reason in page.refused[0].sentence


def test_nothing_new_is_a_result():
    page = oai.parse(pages.oai_error("noRecordsMatch"))
    assert (page.papers, page.refused, page.token) == ((), (), "")


@pytest.mark.parametrize(
    "code",
    [
        *("badArgument", "badResumptionToken", "badVerb", "cannotDisseminateFormat"),
        *("idDoesNotExist", "noMetadataFormats", "noSetHierarchy"),
    ],
)
def test_the_protocols_errors_keep_their_code(code):
    with pytest.raises(UpstreamError, match=code) as refusal:
        oai.parse(pages.oai_error(code, "said why"))
    assert (refusal.value.kind, refusal.value.code) == ("error", code)


@pytest.mark.parametrize("body", [pages.oai(), b"<OAI-PMH/>", pages.oai(verb="ListIdentifiers")])
def test_an_answer_with_nothing_in_it_is_no_result(body):
    with pytest.raises(UpstreamError):
        oai.parse(body)


@pytest.mark.parametrize(
    "more",
    [
        '<error code="noRecordsMatch"/>',
        f"<ListRecords>{pages.record('2611.00002')}</ListRecords>",
    ],
)
def test_an_answer_that_says_two_things_is_refused(more):
    body = pages.oai(pages.record()).decode().replace("</OAI-PMH>", f"{more}</OAI-PMH>")
    with pytest.raises(UpstreamError):
        oai.parse(body.encode(), NAMES)


def test_it_lists_identifiers():
    headers = "<header><identifier>oai:arXiv.org:2611.00001</identifier></header>"
    gone = '<header status="deleted"><identifier>oai:x:7</identifier></header>'
    page = oai.parse(pages.oai(headers, gone, verb="ListIdentifiers"))
    assert (page.headers, page.deleted) == (("2611.00001",), ("oai:x:7",))


def test_it_says_who_the_server_is():
    fact = "<earliestDatestamp>2005-09-16</earliestDatestamp>"
    page = oai.parse(pages.oai(fact, verb="Identify"))
    assert page.identity["earliestDatestamp"] == "2005-09-16"


def test_a_datestamp_of_the_future_does_not_outlast_the_truth():
    assert only(pages.record(stamped="2088-01-01")).content_day == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("created", "updated", "stamped", "day"),
    [
        ("2026-11-20", "", "2026-11-23", "2026-11-23"),  # fresh: the datestamp is the issue
        ("2026-11-20", "", "2026-11-21", "2026-11-23"),
        ("2026-11-02", "", "2026-11-23", "2026-11-03"),  # edited later: the schedule
        ("2026-11-20", "2026-11-21", "2026-11-23", "2026-11-23"),
        ("2026-09-02", "", "2026-11-23", "2026-11-02"),  # held back: the identifier's month
        ("2026-11-99", "", "2026-11-23", "2026-11-02"),
    ],
)
def test_it_derives_the_issue_day(created, updated, stamped, day):
    form = pages.ARXIV.replace(
        "2026-11-20</created>", f"{created}</created><updated>{updated}</updated>"
    )
    form = form.replace("<updated></updated>", "")
    paper = only(pages.record(metadata=form, stamped=stamped))
    assert (paper.issue_day.isoformat(), paper.day_is_derived) == (day, True)


@pytest.mark.parametrize(
    ("part", "field", "value"),
    [
        ("<title>On  small\n  documents</title>", "title", "arXiv:2611.00001"),
        ("<abstract> About &lt;b&gt; and $a &amp;lt; b$. </abstract>", "abstract", ""),
        ("<categories>math.IT cs.IT cs.LG</categories>", "subjects", ()),
        ("<comments>9 pages</comments>", "comments", ""),
        ("<doi>10.1/x</doi>", "doi", ""),
    ],
)
def test_a_paper_is_not_lost_for_a_missing_field(part, field, value):
    assert part in pages.ARXIV
    for left in ("", part[: part.index(">")] + "/>"):
        paper = only(pages.record(metadata=pages.ARXIV.replace(part, left)))
        assert getattr(paper, field) == value


def test_it_reads_three_thousand_authors():
    author = "<author><keyname>Example</keyname><forenames>{}</forenames></author>"
    many = "".join(author.format(f"A{n}") for n in range(3_000))
    form = pages.ARXIV.replace("<authors>", f"<authors>{many}")
    assert len(only(pages.record(metadata=form)).authors) == 3_001


def test_a_withdrawal_is_seen_in_the_comments():
    form = pages.ARXIV.replace("9 pages", "This paper has been withdrawn by the author")
    assert only(pages.record(metadata=form)).is_withdrawn
