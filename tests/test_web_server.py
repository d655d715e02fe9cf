"""The web server as the supervisor starts it."""

import socket
import subprocess
import sys
import time
from contextlib import closing
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

import pytest

from webapp.supervisor import web_command


@pytest.fixture
def address():
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    command = web_command("127.0.0.1", port, 3, "wsgiref.simple_server:demo_app")
    server = subprocess.Popen([sys.executable, "-m", *command], stderr=subprocess.DEVNULL)
    yield f"http://127.0.0.1:{port}"
    server.terminate()
    server.wait(20)


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
