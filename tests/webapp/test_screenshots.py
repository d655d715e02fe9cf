"""`make screenshots` leaves no page out; here without a browser."""

from collections import defaultdict
from urllib.parse import urlsplit

from django.urls import Resolver404, get_resolver, resolve

from benchmarks.pages import NO_PAGES, OF_NOBODY, PAGES, routes


def route_of(address):
    """The name of a page's address; nothing for those that are shown without one."""
    filled = address.format_map(
        defaultdict(lambda: "1", paper="2604.00001", second="2604.00002", reset="1-x")
    )
    try:
        return resolve(urlsplit(filled).path).url_name
    except Resolver404:
        return None


def shown():
    listed = [OF_NOBODY, *PAGES.values()]
    return {route_of(address) for one in listed for address in one.values()}


def test_every_address_has_a_picture_or_a_reason_why_not():
    assert set(routes(get_resolver())) - shown() - set(NO_PAGES) == set()


def test_what_is_said_to_be_no_page_is_an_address_without_a_picture():
    assert set(NO_PAGES) - set(routes(get_resolver())) == set()
    assert set(NO_PAGES) & shown() == set()


def test_each_picture_has_a_name_of_its_own():
    every = [name for listed in [OF_NOBODY, *PAGES.values()] for name in listed]
    assert len(every) == len(set(every))
