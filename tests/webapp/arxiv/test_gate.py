"""The polite line, with real connections and the real clock."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import httpx
import pytest
from django.db import connection

from tests.fakes import FakeArxiv
from webapp.arxiv import gate
from webapp.arxiv.retrieve import retrieve, seconds_of
from webapp.models import Gate

NOW = datetime(2026, 4, 20, 6, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


def ask(url):
    try:
        with gate.turn("arxiv", 60) as turn, httpx.Client() as client:
            assert retrieve(client, f"{url}/rss/cs.LG", {}, NOW).status is not None
            turn.went_well()
    finally:
        connection.close()


def test_three_at_once_ask_one_by_one_and_never_within_three_seconds():
    with FakeArxiv([], now=NOW) as arxiv, ThreadPoolExecutor(3) as pool:
        list(pool.map(ask, [arxiv.url] * 4))
        assert len(arxiv.log.entries) == 4
        assert arxiv.log.smallest_gap() >= 3.0
        assert arxiv.log.largest_concurrency() == 1
    assert Gate.objects.get().n_requests == 4


def test_a_refusal_closes_the_line_for_everybody():
    with gate.turn("arxiv", 5) as turn:
        turn.was_refused("Too often.", 600)
    with pytest.raises(gate.Closed, match="pause"), gate.turn("arxiv", 5):
        pass
    assert Gate.objects.get().refusal == "Too often."


def test_refusals_without_a_time_wait_twice_as_long_each_time_up_to_an_hour():
    turn, waits = gate.Turn(failures=0), []
    for _ in range(9):
        turn.was_refused("No.", None)
        waits.append(turn.wait)
    assert waits[:3] == [60, 120, 240]
    assert waits[-1] == gate.LONGEST_WAIT_SECONDS


def test_a_server_that_says_at_once_and_refuses_again_is_left_alone_for_longer():
    turn, waits = gate.Turn(failures=0), []
    for _ in range(9):
        turn.was_refused("No.", 0)
        waits.append(turn.wait)
    assert waits[:4] == [gate.GAP_SECONDS] * 3 + [480]
    assert waits[-1] == gate.LONGEST_WAIT_SECONDS


def test_nobody_waits_for_a_holder_that_died_but_the_gap_is_kept():
    def dies():
        gate.turn("arxiv", 5).__enter__()
        connection.close()  # as the end of its process does

    began = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(dies).result()
    with gate.turn("arxiv", 10):
        assert time.monotonic() - began >= 3.0
    assert Gate.objects.get().n_requests == 2


def test_a_turn_that_fails_gives_its_place_up():
    with pytest.raises(ZeroDivisionError), gate.turn("arxiv", 5):
        raise ZeroDivisionError
    with ThreadPoolExecutor(1) as pool:
        pool.submit(ask_nothing).result(timeout=20)


def ask_nothing():
    with gate.turn("arxiv", 5):
        pass
    connection.close()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        (" 5 ", 5.0),
        ("Mon, 20 Apr 2026 06:01:00 GMT", 60.0),
        ("Mon, 20 Apr 2026 05:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        ("-3", None),
        ("9" * 30, None),
        (f"Mon, 20 Apr {'9' * 30} 06:01:00 GMT", None),
        (f"Mon, 20 Apr 2026 06:01:00 +{'9' * 30}", None),
    ],
)
def test_it_reads_how_long_to_wait(text, seconds):
    assert seconds_of(text, NOW) == seconds
