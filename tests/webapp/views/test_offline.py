"""What a browser keeps for the time without a server: two pages of nobody, and who answers."""

import re

import pytest
from django.test import Client

from tests.factories import reader


def test_the_worker_stands_at_the_root_and_is_asked_for_each_time(client):
    answer = client.get("/sw.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    assert "worker-src 'self'" in answer["Content-Security-Policy"]
    assert re.match(r'const EDITION = "[0-9a-f]{16}";\n', answer.content.decode())


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/offline", "/offline?sent"])
def test_what_is_kept_is_the_same_for_everybody_and_sets_no_cookie(client, address):
    logged_in = Client()
    logged_in.force_login(reader(name="Ada Example"))
    asked = client.get(address)  # as a worker asks
    assert not asked.cookies
    said = [one.content.decode() for one in (asked, logged_in.get(address))]
    assert len({re.sub(r'nonce="[^"]*"', "", one) for one in said}) == 1


@pytest.mark.parametrize("address", ["/offline", "/offline?sent"])
def test_what_is_kept_needs_no_other_file(client, address):
    """Its style stands in it, by a nonce: where it is shown, nothing else can be asked for."""
    answer = client.get(address)
    html = answer.content.decode()
    assert '<link rel="stylesheet"' not in html
    nonce = re.search(r'<style nonce="([^"]+)">', html)[1]
    assert f"style-src 'self' 'nonce-{nonce}'" in answer["Content-Security-Policy"]
    assert f'<script nonce="{nonce}">' in html


def test_other_pages_allow_no_style_of_their_own(client):
    assert "style-src 'self';" in client.get("/sw.js")["Content-Security-Policy"] + ";"
