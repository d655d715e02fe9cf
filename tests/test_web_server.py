"""The web server as the supervisor starts it."""

import http.client
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from django.test import Client

from tests.factories import paper, reader
from webapp.gunicorn import LONGEST_LINE
from webapp.supervisor import web_command


@contextmanager
def serving(application, **options):
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", *web_command("127.0.0.1", port, 3, application)]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL, **options)
    yield port
    server.terminate()
    server.wait(20)


@pytest.fixture
def address():
    with serving("wsgiref.simple_server:demo_app") as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def ours(live_environment):
    """A function that asks the real pages as a browser would, and gives the status and the page."""
    with serving("webapp.wsgi:application", env=live_environment) as port:
        read(f"http://127.0.0.1:{port}/coverage/", time.monotonic() + 60)

        def ask(path, client):
            cookies = "; ".join(f"{name}={one.value}" for name, one in client.cookies.items())
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            with closing(connection):
                connection.request("GET", path, headers={"Cookie": cookies})
                answer = connection.getresponse()
                return answer.status, answer.read().decode()

        yield ask


def read(url, until):
    while True:
        try:
            with urlopen(url, timeout=20) as answer:
                return answer.status
        except URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError) or time.monotonic() > until:
                raise
            time.sleep(0.05)


def test_two_hundred_words_of_any_alphabet_reach_the_search(address):
    words = quote("поиск " * 200)
    assert len(words) > 4094  # what a server takes that is told nothing
    assert read(f"{address}/papers?q={words}", time.monotonic() + 30) == 200


def test_a_line_that_is_longer_than_any_question_ends_before_it_is_read_whole(address):
    read(address, time.monotonic() + 30)
    with pytest.raises(HTTPError, match="414"):
        read(f"{address}/papers?q={'a' * LONGEST_LINE}", 0)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_question_of_ten_thousand_characters_meets_a_page_of_ours(ours):
    paper()
    visitor, logged_in = Client(), Client()
    logged_in.force_login(reader())
    for text in ("a" * 10_000, "λόγοι " * 1_666 + "λόγο"):
        for client in (visitor, logged_in):
            status, html = ours(f"/papers?q={quote(text)}", client)
            assert status == 414
            assert "at most 2,000 characters, and this one has 10,000" in html
            assert f'value="{text[:1_900]}' in html
            assert len(html) < 20_000  # it is not told again in every link and form
        assert "Log out" in html
        assert ours(f"/papers/{quote(text)}", visitor)[0] == 404
