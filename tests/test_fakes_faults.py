"""The stand-in arXiv's faults as a client meets them, its log, its switches from outside."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.management import CommandError, call_command
from lxml import etree

from tests.fakes import FakeArxiv, control, request_log
from tests.test_fakes import OAI, RECORDS, get, listed, oai_ids, papers, query_ids, rss, tree

ROOT = Path(__file__).resolve().parent.parent
FEED = "/rss/cs.AI"


@pytest.fixture
def arxiv():
    with FakeArxiv(papers(), now="2026-04-21T04:10Z") as fake:
        yield fake


# --- faults of the data


def test_a_late_batch_appears_when_it_is_time(arxiv):
    arxiv.fail("late", until="2026-04-21T10:10Z")
    assert rss(arxiv) == {"2604.00001": "new"}
    assert "20 April" in listed(arxiv)[0]
    assert oai_ids(tree(arxiv, RECORDS)) == ["2604.00001", "2604.00002"]
    arxiv.set_clock("2026-04-21T10:10Z")
    assert "2604.00003" in rss(arxiv)


def test_a_stale_feed_has_yesterdays_papers_under_todays_date(arxiv):
    arxiv.fail("stale", "/rss/*")
    channel = tree(arxiv, FEED).find("channel")
    assert channel.findtext("pubDate").startswith("Tue, 21 Apr 2026")
    assert channel.find("item").findtext("pubDate").startswith("Tue, 21 Apr 2026")
    assert [i.findtext("link")[-10:] for i in channel.iter("item")] == ["2604.00001"]
    assert listed(arxiv)[2] == ["2604.00003", "2604.00004"]


def test_a_hole_hides_a_range_and_single_ids(arxiv):
    arxiv.fail("hole", "/oai*", first="2604.00002", last="2604.00003", ids=["2604.00005"])
    assert oai_ids(tree(arxiv, RECORDS)) == ["2604.00001", "2604.00004"]
    assert "2604.00003" in rss(arxiv)


def test_a_token_can_come_back_for_ever(arxiv):
    arxiv.page_size = 2
    arxiv.fail("same_token", "/oai*")
    path, tokens = RECORDS, []
    for _ in range(5):
        root = tree(arxiv, path)
        tokens.append(root.findtext(f".//{OAI}resumptionToken"))
        path = f"/oai?verb=ListRecords&resumptionToken={quote(tokens[-1], safe='')}"
    assert len(set(tokens)) == 1
    assert oai_ids(root) == ["2604.00003", "2604.00004"]


def test_a_page_in_the_middle_can_be_empty(arxiv):
    arxiv.fail("empty_page", "/api/query*", times=1)
    asked = "search_query=cat:cs.AI&start=1&max_results=1"
    assert query_ids(arxiv, asked) == []
    assert len(query_ids(arxiv, asked)) == 1


# --- faults on the wire


def test_a_cut_with_the_whole_length_stated_breaks_the_read(arxiv):
    arxiv.fail("truncate", at=300)
    with pytest.raises(http.client.IncompleteRead) as caught:
        get(arxiv, FEED)
    assert len(caught.value.partial) == 300


@pytest.mark.parametrize("framing", ["cut", "none", "chunked-whole"])
def test_a_cut_can_look_whole_to_http(arxiv, framing):
    whole = get(arxiv, FEED).text
    arxiv.fail("truncate", at=-100, framing=framing)
    answer = get(arxiv, FEED)
    assert answer.text == whole[:-100]
    assert (answer.getheader("Transfer-Encoding") == "chunked") == (framing == "chunked-whole")
    assert (answer.getheader("Content-Length") is None) == (framing != "cut")


def test_chunks_can_break_off(arxiv):
    arxiv.fail("truncate", at=300, framing="chunked")
    with pytest.raises(http.client.IncompleteRead):
        get(arxiv, FEED)


def test_the_first_byte_can_be_slow(arxiv):
    arxiv.fail("slow", first_byte=0.3)
    started = time.monotonic()
    assert b"2604.00003" in get(arxiv, FEED).text
    assert time.monotonic() - started >= 0.3


def test_bytes_can_dribble(arxiv):
    size = len(get(arxiv, FEED).text)
    arxiv.fail("slow", pause=0.02, piece=size // 10)
    started = time.monotonic()
    assert len(get(arxiv, FEED).text) == size
    assert time.monotonic() - started >= 0.18


def test_an_answer_can_never_end(arxiv):
    arxiv.fail("endless", pause=0.01)
    connection = http.client.HTTPConnection(arxiv.url.removeprefix("http://"), timeout=5)
    connection.request("GET", FEED)
    answer = connection.getresponse()
    assert len(answer.read(5000)) == 5000
    assert arxiv.log.entries[0].completed is None
    answer.close()
    connection.close()


@pytest.mark.parametrize("code", [403, 429, 500, 503])
def test_a_refusal_comes_so_many_times(arxiv, code):
    arxiv.fail("status", "/rss/*", code=code, retry_after=120, times=2, skip=1)
    answers = [get(arxiv, FEED) for _ in range(4)]
    assert [a.status for a in answers] == [200, code, code, 200]
    assert answers[1].getheader("Retry-After") == "120"
    assert get(arxiv, "/list/cs.AI/new").status == 200


def test_retry_after_can_be_a_date_or_absent(arxiv):
    arxiv.fail("status", code=429, retry_after=90, as_date=True, times=1)
    moment = parsedate_to_datetime(get(arxiv, FEED).getheader("Retry-After"))
    assert abs(moment - datetime.now(UTC) - timedelta(seconds=90)) < timedelta(seconds=5)
    arxiv.fail("status", code=429, times=1)
    assert get(arxiv, FEED).getheader("Retry-After") is None


@pytest.mark.parametrize(
    ("kind", "content_type", "said"),
    [
        ("html", "text/html; charset=utf-8", b"Backend fetch failed"),
        ("empty", "application/rss+xml", b""),
        ("rate_exceeded", "text/plain; charset=utf-8", b"Rate exceeded."),
        ("error_entry", "application/atom+xml; charset=utf-8", b"<title>Error</title>"),
        ("content_type", "text/html; charset=utf-8", b"2604.00003"),
    ],
)
def test_what_is_no_feed_can_come_with_status_200(arxiv, kind, content_type, said):
    arxiv.fail(kind)
    answer = get(arxiv, FEED)
    assert (answer.status, answer.getheader("Content-Type")) == (200, content_type)
    assert said in answer.text
    assert said or not answer.text


@pytest.mark.parametrize("at", [None, 300])
def test_a_connection_can_be_reset(arxiv, at):
    arxiv.fail("reset", at=at)
    with pytest.raises(ConnectionResetError):
        get(arxiv, FEED)


@pytest.mark.parametrize("bomb", ["laughs", "quadratic", "xxe"])
def test_bombs_are_served_as_feeds(arxiv, bomb):
    arxiv.fail("bomb", bomb=bomb)
    answer = get(arxiv, FEED)
    assert answer.getheader("Content-Type") == "application/rss+xml"
    assert b"<!ENTITY" in answer.text
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(answer.text)


def test_faults_end_with_their_block(arxiv):
    with arxiv.failing("empty"):
        assert get(arxiv, FEED).text == b""
    assert get(arxiv, FEED).text


def test_an_unknown_fault_is_refused(arxiv):
    with pytest.raises(ValueError, match="is not a fault; these are"):
        arxiv.fail("gremlins")


# --- the log


def test_the_log_knows_gaps_agents_and_faults(arxiv):
    get(arxiv, FEED, **{"User-Agent": "Firstlight/1"})
    time.sleep(0.1)
    with arxiv.failing("empty"):
        get(arxiv, FEED)
    first, second = arxiv.log.entries
    assert 0.1 <= arxiv.log.smallest_gap() < 1
    assert arxiv.log.largest_concurrency() == 1
    assert (first.user_agent, first.status, second.faults) == ("Firstlight/1", 200, ("empty",))
    assert first.arrived <= first.completed <= second.arrived
    assert arxiv.log.smallest_gap("/oai") == float("inf")


def test_quick_clients_one_after_another_are_never_counted_as_two(arxiv):
    for _ in range(200):
        get(arxiv, "/oai?verb=Identify")
    assert arxiv.log.largest_concurrency() == 1


def test_the_log_counts_who_is_there_at_once(arxiv):
    arxiv.fail("slow", first_byte=0.3)
    threads = [threading.Thread(target=get, args=(arxiv, FEED)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert arxiv.log.largest_concurrency() == 3
    assert arxiv.log.largest_connections() == 3


# --- from outside


def test_another_process_sets_the_clock_and_the_faults(arxiv):
    fault = {"kind": "status", "path": "/rss/*", "code": 429, "times": 1}
    told = (
        "import sys; from tests.fakes import control;"
        f"control(sys.argv[1], now='2026-04-20T12:00Z', fault={fault})"
    )
    subprocess.run([sys.executable, "-c", told, arxiv.url], cwd=ROOT, check=True)
    assert get(arxiv, FEED).status == 429
    assert rss(arxiv) == {"2604.00001": "new"}
    log = request_log(arxiv.url)
    assert (log["requests"], log["largest_concurrency"]) == (2, 1)
    assert [entry["status"] for entry in log["entries"]] == [429, 200]


def test_papers_can_be_told_from_outside(arxiv):
    said = control(
        arxiv.url,
        add={"id": "2604.00007", "date": "2026-04-21", "categories": ["cs.AI"]},
        change={"id": "2604.00001", "day": "2026-04-21", "title": "Better"},
        delete={"id": "2604.00003", "day": "2026-04-21"},
        page_size=1,
        fault={"kind": "late", "until": "2026-05-01T00:00Z", "path": "/atom/*"},
    )
    assert rss(arxiv) == {"2604.00001": "replace", "2604.00004": "cross", "2604.00007": "new"}
    assert (said["papers"], said["page_size"]) == (6, 1)
    assert said["faults"][0]["until"] == "2026-05-01 00:00:00+00:00"
    assert control(arxiv.url, clear=True)["faults"] == []


@pytest.mark.parametrize(
    "said", [b"{", b'{"nonsense": 1}', b'{"fault": {"kind": "x"}}', b'{"delete": "0000.00000"}']
)
def test_nonsense_from_outside_is_refused_with_a_sentence(arxiv, said):
    answer = get(arxiv, "/_control", "POST", said)
    assert answer.status == 400
    assert json.loads(answer.text)["error"]


def test_the_clock_ticks_if_it_should(arxiv):
    control(arxiv.url, now="2026-04-21T04:10Z", ticking=True)
    started = arxiv.now
    time.sleep(0.05)
    assert timedelta(seconds=0.05) <= arxiv.now - started < timedelta(seconds=5)


# --- as a command


def test_without_the_tests_folder_the_command_says_so(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "tests.fakes", None)
    with pytest.raises(CommandError, match="tests folder, which this installation does not"):
        call_command("fake_arxiv", str(tmp_path))


@pytest.mark.parametrize(("name", "why"), [("absent", "neither a folder"), (".", "no .jsonl")])
def test_the_command_refuses_what_it_cannot_serve(tmp_path, name, why):
    with pytest.raises(CommandError, match=why):
        call_command("fake_arxiv", str(tmp_path / name), port=0)


def test_the_command_serves_a_folder_without_a_database(tmp_path):
    rows = "".join(json.dumps(row) + "\n" for row in papers())
    (tmp_path / "day.jsonl").write_text(rows)
    command = [sys.executable, "manage.py", "fake_arxiv", str(tmp_path), "--port", "0"]
    environment = os.environ | {"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}
    process = subprocess.Popen(
        [*command, "--fault", "empty:/rss/*"],
        cwd=ROOT,
        env=environment | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    said = ""
    while "Ctrl-C" not in said and process.poll() is None:
        said += process.stdout.readline()
    url = next(line for line in said.splitlines() if "ARXIV_RSS_URL=" in line).split("=")[1]
    assert control(url)["now"].startswith("2026-04-21T04:00")
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=10)
    assert (process.returncode, rest) == (0, "0 requests were answered.\n")
