"""Mail over a provider's interface, against one on the loopback that is rude."""

import http.server
import json
import smtplib
import threading
import time

import pytest
from django.core.mail import EmailMessage, get_connection

from webapp.mail import window

OK = {"To": "dawn@example.org", "ErrorCode": 0, "Message": "OK", "MessageID": "7"}
INACTIVE = {
    "ErrorCode": 406,
    "Message": "Found inactive addresses: dawn@example.org.\nInactive recipients",
}


class Provider(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers["Content-Length"])
        self.server.taken.append(json.loads(self.rfile.read(length)))
        status, answer = self.server.manner
        if status == "hang":
            time.sleep(1)
        if not isinstance(status, int):
            self.close_connection = True
            return
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def provider(settings):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Provider) as server:
        server.taken, server.manner = [], (200, OK)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        settings.EMAIL_BACKEND = "webapp.mail.provider.EmailBackend"
        settings.EMAIL_PROVIDER = "postmark"
        settings.ANYMAIL = {
            "POSTMARK_SERVER_TOKEN": "none",
            "POSTMARK_API_URL": f"http://127.0.0.1:{server.server_port}/",
            "REQUESTS_TIMEOUT": 0.5,
        }
        yield server
        server.shutdown()


def send(backend=None):
    headers = {"List-Unsubscribe": "<https://here/u>", "Message-ID": "<digest.7@here>"}
    letter = EmailMessage("Papers", "Words", "from@example.org", ["dawn@example.org"])
    letter.extra_headers = headers
    return window.hand_over(backend or get_connection(), letter)


def test_a_letter_goes_out_with_its_headers(provider):
    assert send().state == "sent"
    (taken,) = provider.taken
    assert taken["To"] == "dawn@example.org"
    assert {"Name": "List-Unsubscribe", "Value": "<https://here/u>"} in taken["Headers"]


@pytest.mark.parametrize(
    ("manner", "state"),
    [
        ((422, INACTIVE), "nobody"),
        *(((status, {"Message": "no"}), "later") for status in (401, 408, 429, 500, 503)),
        ((200, b"<html>not json</html>"), "unknown"),
        (("hang", None), "unknown"),
        (("hang up", None), "unknown"),
    ],
)
def test_what_a_provider_answers_is_known_as_what_it_means(provider, manner, state):
    provider.manner = manner
    backend = get_connection()
    assert send(backend).state == state
    assert len(provider.taken) == 1
    provider.manner = (200, OK)
    assert send(backend).state == "sent"


def test_a_provider_that_nobody_reaches_is_asked_later(provider, settings):
    settings.ANYMAIL = settings.ANYMAIL | {"POSTMARK_API_URL": "http://127.0.0.1:1/"}
    assert send().state == "unreachable"


def test_what_can_not_be_put_into_its_words_is_refused(provider):
    letter = EmailMessage("Papers", "Words", "from@example.org", ["not an address"])
    with pytest.raises(smtplib.SMTPResponseException, match="not an address"):
        get_connection().send_messages([letter])
    assert window.hand_over(get_connection(), letter).state == "refused"
