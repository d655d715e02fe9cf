"""The stand-in arXiv: its answers have arXiv's shapes, and follow its clock."""

import http.client
import json
from datetime import date, timedelta
from urllib.parse import quote, urlsplit

import pytest
from lxml import etree, html

from tests.fakes import FakeArxiv

OAI = "{http://www.openarchives.org/OAI/2.0/}"
ATOM = "{http://www.w3.org/2005/Atom}"
ARXIV = "{http://arxiv.org/schemas/atom}"
RECORDS = "/oai?verb=ListRecords&metadataPrefix=arXiv"


def papers():
    """Monday's and Tuesday's batch."""
    rows = [
        ("2604.00001", "2026-04-20", ["cs.AI", "cs.LG"]),
        ("2604.00002", "2026-04-20", ["math.NA", "cs.NA"]),
        ("2604.00003", "2026-04-21", ["cs.AI"]),
        ("2604.00004", "2026-04-21", ["hep-th", "cs.AI"]),
        ("2604.00005", "2026-04-21", ["q-bio.NC"]),
    ]
    return [
        {
            "id": arxiv_id,
            "date": day,
            "title": f"On <{arxiv_id}> & more",
            "abstract": "Long and careful. " * 40,
            "authors": ["Ada B. Example", "Grace de Witt Jr."],
            "categories": categories,
            "comments": "5 pages",
        }
        for arxiv_id, day, categories in rows
    ]


@pytest.fixture
def arxiv():
    with FakeArxiv(papers(), now="2026-04-21T04:10Z") as fake:
        yield fake


def get(arxiv, path, method="GET", body=None, **headers):
    """The answer as http.client sees it, body read; whatever breaks, breaks here."""
    connection = http.client.HTTPConnection(urlsplit(arxiv.url).netloc, timeout=5)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.text = answer.read()
        return answer
    finally:
        connection.close()


def tree(arxiv, path):
    return etree.fromstring(get(arxiv, path).text)


def rss(arxiv, asked="cs.AI"):
    """Id -> announce type"""
    items = tree(arxiv, f"/rss/{asked}").iter("item")
    return {i.findtext("link")[-10:]: i.findtext(f"{ARXIV}announce_type") for i in items}


def oai_ids(root):
    return [i.text.removeprefix("oai:arXiv.org:") for i in root.iter(f"{OAI}identifier")]


def oai_error(arxiv, query):
    return tree(arxiv, f"/oai?{query}").find(f"{OAI}error").get("code")


def listed(arxiv, path="/list/cs.AI/new"):
    """(heading, sections, ids)"""
    page = html.fromstring(get(arxiv, path).text)
    headings = [h.text for h in page.iter("h3")]
    return headings[0], headings[1:], [a.get("id") for a in page.xpath("//a[@title='Abstract']")]


def query_ids(arxiv, query):
    entries = tree(arxiv, f"/api/query?{query}").iter(f"{ATOM}entry")
    return [entry.findtext(f"{ATOM}id").split("/abs/")[-1] for entry in entries]


# --- announcement feeds


def test_the_feed_says_how_each_paper_is_announced(arxiv):
    assert rss(arxiv) == {"2604.00003": "new", "2604.00004": "cross"}
    assert rss(arxiv, "CS.ai+hep-th")["2604.00004"] == "new"


def test_the_feed_has_arxivs_shape(arxiv):
    answer = get(arxiv, "/rss/cs.AI")
    channel = etree.fromstring(answer.text).find("channel")
    item = channel.find("item")
    assert answer.getheader("Content-Type") == "application/rss+xml"
    assert channel.findtext("pubDate") == "Tue, 21 Apr 2026 00:00:00 -0400"
    assert item.findtext("title") == "On <2604.00003> & more"
    assert item.findtext("guid") == "oai:arXiv.org:2604.00003v1"
    assert item.findtext("description").startswith(
        "arXiv:2604.00003v1 Announce Type: new \nAbstract: Long"
    )
    assert get(arxiv, "/rss/cs.AI", **{"If-None-Match": answer.getheader("ETag")}).status == 304


def test_atom_holds_the_same_papers(arxiv):
    entries = list(tree(arxiv, "/atom/cs.AI").iter(f"{ATOM}entry"))
    assert [e.findtext(f"{ATOM}id")[-12:] for e in entries] == ["2604.00003v1", "2604.00004v1"]
    assert entries[1].find(f"{ATOM}category").get("term") == "hep-th"


def test_a_sunday_and_a_holiday_are_valid_and_empty(arxiv):
    arxiv.set_clock("2026-04-19T15:00Z")
    assert rss(arxiv) == {}
    assert [d.text for d in tree(arxiv, "/rss/cs.AI").iter("day")] == ["Saturday", "Sunday"]
    arxiv.add({"id": "2601.00001", "date": "2026-01-20", "categories": ["cs.AI"]})
    arxiv.set_clock("2026-01-20T15:00Z")  # the evening before was a holiday's
    assert rss(arxiv) == {}
    arxiv.set_clock("2026-01-21T15:00Z")
    assert rss(arxiv) == {"2601.00001": "new"}


def test_an_unknown_category_is_a_feed_error(arxiv):
    answer = get(arxiv, "/rss/cs.XX")
    assert answer.status == 400
    assert b"Feed error for query: cs.XX" in answer.text
    assert get(arxiv, "/rss").status == 200


def test_midnight_follows_the_clock_change(arxiv):
    arxiv.add({"id": "2601.00002", "date": "2026-01-22", "categories": ["cs.AI"]})
    arxiv.set_clock("2026-01-22T04:59Z")
    assert rss(arxiv) == {}
    arxiv.set_clock("2026-01-22T05:01Z")
    assert rss(arxiv) == {"2601.00002": "new"}


# --- listings


def test_the_listing_has_a_date_sections_and_counts(arxiv):
    heading, sections, ids = listed(arxiv)
    assert heading == "Showing new listings for Tuesday, 21 April 2026"
    assert sections == [
        "New submissions (showing 1 of 1 entries)",
        "Cross submissions (showing 1 of 1 entries)",
    ]
    assert ids == ["2604.00003", "2604.00004"]


def test_the_listing_turns_over_in_the_evening_before_all_else(arxiv):
    arxiv.set_clock("2026-04-21T00:01Z")
    assert "21 April" in listed(arxiv)[0]
    assert rss(arxiv) == {"2604.00001": "new"}
    arxiv.set_clock("2026-04-20T23:59Z")
    assert "20 April" in listed(arxiv)[0]


def test_a_long_listing_is_cut_and_says_so(arxiv):
    arxiv.add(*[{"id": f"2604.1{n:04}", "date": "2026-04-21"} for n in range(60)])
    show = "/list/cs.LG/new?show=25&skip="
    assert listed(arxiv, f"{show}0")[1] == ["New submissions (showing first 25 of 60 entries)"]
    assert listed(arxiv, f"{show}25")[1] == [
        "New submissions (continued, showing 25 of 60 entries)"
    ]
    assert listed(arxiv, f"{show}50")[1][0].startswith(
        "New submissions (continued, showing last 10"
    )
    assert get(arxiv, "/list/cs.LG/new?show=30").status == 400


def test_no_updates_and_catching_up(arxiv):
    assert b"No updates today." in get(arxiv, "/list/econ.EM/new").text
    assert listed(arxiv, "/catchup/math/2026-04-20?abs=True")[2] == ["2604.00002"]
    assert get(arxiv, "/catchup/math/2026-04-20?show=2").status == 400
    assert get(arxiv, "/catchup/math/2025-04-20").status == 400


# --- OAI-PMH


def test_a_record_has_arxivs_fields(arxiv):
    root = tree(
        arxiv, "/oai?verb=GetRecord&metadataPrefix=arXiv&identifier=oai:arXiv.org:2604.00002"
    )
    space = "{http://arxiv.org/OAI/arXiv/}"
    assert [s.text for s in root.iter(f"{OAI}setSpec")] == ["cs:cs:NA", "math:math:NA"]
    assert root.findtext(f".//{space}categories") == "math.NA cs.NA"
    author = root.findall(f".//{space}author")[1]
    assert [part.text for part in author] == ["Witt", "Grace de", "Jr."]


@pytest.mark.parametrize("prefix", ["arXiv", "arXivRaw", "oai_dc"])
def test_pages_follow_each_other_by_token(arxiv, prefix):
    arxiv.page_size = 2
    path, ids = f"/oai?verb=ListRecords&metadataPrefix={prefix}&from=2026-04-20", []
    while path:
        root = tree(arxiv, path)
        ids += oai_ids(root)
        token = root.findtext(f".//{OAI}resumptionToken")
        path = token and f"/oai?verb=ListRecords&resumptionToken={quote(token, safe='')}"
    assert ids == [row["id"] for row in papers()]
    assert token == ""


def test_sets_and_days_narrow_a_list(arxiv):
    assert oai_ids(tree(arxiv, f"{RECORDS}&set=cs:cs:LG")) == ["2604.00001"]
    assert len(oai_ids(tree(arxiv, f"{RECORDS}&set=cs"))) == 4
    only = "/oai?verb=ListIdentifiers&metadataPrefix=arXiv&until=2026-04-20"
    assert oai_ids(tree(arxiv, only)) == ["2604.00001", "2604.00002"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("verb=Nonsense", "badVerb"),
        ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=arXiv&from=20.4.2026", "badArgument"),
        ("verb=ListRecords&metadataPrefix=arXiv&set=no:such", "badArgument"),
        ("verb=ListRecords&metadataPrefix=arXiv&resumptionToken=x", "badArgument"),
        ("verb=ListRecords&metadataPrefix=marc", "cannotDisseminateFormat"),
        ("verb=ListRecords&metadataPrefix=arXiv&from=2026-04-22", "noRecordsMatch"),
        ("verb=ListRecords&resumptionToken=old", "badResumptionToken"),
        ("verb=GetRecord&metadataPrefix=arXiv&identifier=oai:arXiv.org:1", "idDoesNotExist"),
    ],
)
def test_oai_refuses_with_a_code(arxiv, query, code):
    assert oai_error(arxiv, query) == code


def test_oai_describes_itself(arxiv):
    assert tree(arxiv, "/oai?verb=Identify").findtext(f".//{OAI}granularity") == "YYYY-MM-DD"
    assert len(list(tree(arxiv, "/oai?verb=ListMetadataFormats").iter(f"{OAI}schema"))) == 3
    specs = [s.text for s in tree(arxiv, "/oai?verb=ListSets").iter(f"{OAI}setSpec")]
    assert {"cs", "cs:cs:AI", "physics:hep-th", "physics:physics:optics"} <= {*specs}


@pytest.mark.parametrize("how", ["the next day", "by hand"])
def test_tokens_expire(arxiv, how):
    arxiv.page_size = 1
    token = tree(arxiv, RECORDS).findtext(f".//{OAI}resumptionToken")
    arxiv.expire_tokens() if how == "by hand" else arxiv.set_clock("2026-04-22T00:00Z")
    query = f"verb=ListRecords&resumptionToken={quote(token, safe='')}"
    assert oai_error(arxiv, query) == "badResumptionToken"


# --- the query API, daily papers, bioRxiv


def test_queries_filter_sort_and_page(arxiv):
    window = "submittedDate:[202604160000+TO+202604201800]"
    found = f"search_query=cat:cs.AI+AND+{window}&sortBy=submittedDate&sortOrder=ascending"
    assert len(query_ids(arxiv, found)) == 3
    assert query_ids(arxiv, f"{found}&start=1&max_results=1") == query_ids(arxiv, found)[1:2]
    root = tree(arxiv, f"/api/query?{found}&max_results=2")
    assert root.findtext("{http://a9.com/-/spec/opensearch/1.1/}totalResults") == "3"
    assert query_ids(arxiv, "search_query=cat:cs.AI+ANDNOT+(cat:cs.LG+OR+cat:hep-th)") == [
        "2604.00003v1"
    ]


def test_ids_may_name_a_version(arxiv):
    arxiv.change("2604.00001", date(2026, 4, 21), title="Better")
    ids = "id_list=2604.00001,2604.00001v1,2604.99999"
    assert query_ids(arxiv, ids) == ["2604.00001v2", "2604.00001v1"]


@pytest.mark.parametrize(
    "query", ["id_list=abc", "search_query=cat:cs.AI&max_results=2001", "search_query=(cat:x", ""]
)
def test_a_bad_query_is_an_error_entry(arxiv, query):
    answer = get(arxiv, f"/api/query?{query}")
    entry = etree.fromstring(answer.text).find(f"{ATOM}entry")
    assert answer.status == 400
    assert entry.findtext(f"{ATOM}title") == "Error"
    assert "api/errors#" in entry.findtext(f"{ATOM}id")


def test_queries_may_be_posted(arxiv):
    posted = get(arxiv, "/api/query", "POST", "id_list=2604.00003")
    assert b"2604.00003v1" in posted.text


def test_daily_papers_have_two_levels(arxiv):
    arxiv.add({"id": "2604.00009", "date": "2026-04-21", "upvotes": 42})
    (item,) = json.loads(get(arxiv, "/api/daily_papers?date=2026-04-21").text)
    assert (item["paper"]["id"], item["paper"]["upvotes"]) == ("2604.00009", 42)
    assert item["title"] == item["paper"]["title"]
    assert get(arxiv, "/api/daily_papers?limit=101").status == 400


def test_biorxiv_pages_by_cursor(arxiv):
    arxiv.add(*[{"id": f"10.1101/2026.04.20.{n}", "date": "2026-04-20"} for n in range(40)])
    first = json.loads(get(arxiv, "/details/biorxiv/2026-4-20/2026-04-21/0/json").text)
    rest = json.loads(get(arxiv, "/details/biorxiv/2026-4-20/2026-04-21/30/json").text)
    assert (len(first["collection"]), len(rest["collection"])) == (30, 10)
    assert first["messages"][0]["total"] == "40"
    assert rss(arxiv, "cs.LG") == {}


# --- what happens to papers


def test_a_new_version_is_announced_as_a_replacement(arxiv):
    arxiv.change("2604.00001", date(2026, 4, 21), title="Better", comments="v2")
    assert rss(arxiv)["2604.00001"] == "replace"
    assert rss(arxiv, "cs.LG")["2604.00001"] == "replace-cross"
    assert "Replacement submissions (showing 1 of 1 entries)" in listed(arxiv)[1]
    raw = "/oai?verb=GetRecord&metadataPrefix=arXivRaw&identifier=oai:arXiv.org:2604.00001"
    versions = tree(arxiv, raw).iter("{http://arxiv.org/OAI/arXivRaw/}version")
    assert [v.get("version") for v in versions] == ["v1", "v2"]
    assert oai_ids(tree(arxiv, f"{RECORDS}&until=2026-04-20")) == ["2604.00002"]


def test_a_withdrawal_is_a_version_without_text(arxiv):
    arxiv.withdraw("2604.00001", date(2026, 4, 21))
    raw = "/oai?verb=GetRecord&metadataPrefix=arXivRaw&identifier=oai:arXiv.org:2604.00001"
    space = "{http://arxiv.org/OAI/arXivRaw/}"
    assert [s.text for s in tree(arxiv, raw).iter(f"{space}source_type")] == ["D", "I"]
    assert "withdrawn" in tree(arxiv, raw).findtext(f".//{space}comments")


def test_a_deleted_paper_leaves_a_header(arxiv):
    arxiv.delete("2604.00003", date(2026, 4, 21))
    root = tree(arxiv, RECORDS)
    gone = [h for h in root.iter(f"{OAI}header") if h.get("status") == "deleted"]
    assert [h.findtext(f"{OAI}identifier")[-10:] for h in gone] == ["2604.00003"]
    assert gone[0].getparent().find(f"{OAI}metadata") is None
    assert rss(arxiv) == {"2604.00004": "cross"}
    assert query_ids(arxiv, "id_list=2604.00003") == []


def test_a_paper_held_back_comes_late_with_its_old_date(arxiv):
    before = tree(arxiv, "/api/query?id_list=2604.00003").findtext(f".//{ATOM}published")
    arxiv.hold_back("2604.00003", date(2026, 4, 24))
    assert "2604.00003" not in rss(arxiv)
    arxiv.set_clock("2026-04-24T12:00Z")
    assert rss(arxiv) == {"2604.00003": "new"}
    later = tree(arxiv, "/api/query?id_list=2604.00003").findtext(f".//{ATOM}published")
    assert later == before


def test_a_later_cross_list_is_new_only_there(arxiv):
    arxiv.cross_list("2604.00002", "cs.AI", date(2026, 4, 21))
    assert rss(arxiv)["2604.00002"] == "cross"
    assert rss(arxiv, "math.NA") == {}


def test_an_edit_in_bulk_moves_datestamps_alone(arxiv):
    arxiv.touch(["2604.00001"], date(2026, 4, 21))
    assert "2604.00001" in oai_ids(tree(arxiv, f"{RECORDS}&from=2026-04-21"))
    assert "2604.00001" not in rss(arxiv)


def test_the_query_api_can_lag_by_a_day(arxiv):
    arxiv.api_lag = timedelta(hours=24)
    assert query_ids(arxiv, "id_list=2604.00003") == []
    arxiv.set_clock("2026-04-22T00:00Z")
    assert query_ids(arxiv, "id_list=2604.00003") == ["2604.00003v1"]


def test_a_category_that_only_a_new_paper_has_is_known(arxiv):
    assert get(arxiv, "/rss/odd.XY").status == 400
    arxiv.add({"id": "2604.00008", "date": "2026-04-21", "categories": ["odd.XY"]})
    assert rss(arxiv, "odd.XY") == {"2604.00008": "new"}
