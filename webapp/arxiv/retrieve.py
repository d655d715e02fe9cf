"""The network: an address in, bytes or an upstream failure as a value out."""

import email.utils
import time
from datetime import UTC, datetime
from typing import NamedTuple

import httpx

LARGEST_ANSWER = 64_000_000
CONNECT_SECONDS, READ_SECONDS = 20.0, 180.0
TOTAL_SECONDS = 420.0  # OAI-PMH has been seen to take a minute for the first byte
WAIT_STATUSES = {403, 429, 503}
FORBIDDEN_SECONDS = 3600.0  # arXiv treats what goes on after a 403 as an attack


class Answer(NamedTuple):
    """What came back. `body` is empty where `error` says why."""

    body: bytes
    status: int | None
    content_type: str
    first_byte_seconds: float | None
    error: str = ""
    retry_after: float | None = None
    must_wait: bool = False


def retrieve(client: httpx.Client, url: str, params: dict[str, str], now: datetime) -> Answer:
    """One GET, within limits of time and size. Never raises for what the other side does."""
    began = time.monotonic()
    try:
        with client.stream("GET", url, params=params) as response:
            first = time.monotonic() - began
            body = _read(response, began)
            return _judge(response, body, first, now)
    except httpx.HTTPError as error:
        return Answer(b"", None, "", None, _sentence(error))


def client(user_agent: str) -> httpx.Client:
    """One connection, closed after each answer: whoever waits for the line holds none open.

    Redirects are refused: each would be a request out of turn.
    """
    return httpx.Client(
        headers={"User-Agent": user_agent},
        timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
        limits=httpx.Limits(max_connections=1, max_keepalive_connections=0),
    )


class TooMuch(httpx.HTTPError):
    """Longer, or slower, than any honest answer."""


def _read(response: httpx.Response, began: float) -> bytes:
    parts, size = [], 0
    for part in response.iter_bytes():
        parts.append(part)
        size += len(part)
        if size > LARGEST_ANSWER:
            raise TooMuch(f"The answer is longer than {LARGEST_ANSWER // 1_000_000} MB.")
        if time.monotonic() - began > TOTAL_SECONDS:
            raise TooMuch(f"The answer was not complete after {TOTAL_SECONDS:.0f} s.")
    return b"".join(parts)


def _judge(response: httpx.Response, body: bytes, first: float, now: datetime) -> Answer:
    status, kind = response.status_code, response.headers.get("Content-Type", "")
    if status in WAIT_STATUSES:
        told = seconds_of(response.headers.get("Retry-After", ""), now)
        if status == 403:
            told = max(told or 0.0, FORBIDDEN_SECONDS)
        return Answer(b"", status, kind, first, f"HTTP {status}: asked to wait.", told, True)
    if 300 <= status < 400:
        moved = f"It has moved to {response.headers.get('Location', 'another address')[:200]}."
        return Answer(b"", status, kind, first, moved)
    if status >= 500:
        return Answer(b"", status, kind, first, f"HTTP {status}: the server has a fault.")
    return Answer(body, status, kind, first)


def seconds_of(retry_after: str, now: datetime) -> float | None:
    """Retry-After in seconds, given as such or as a date (RFC 9110, 10.2.3); None without one."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit() and len(text) < 8:
        return float(text)
    try:
        at = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # a year or a zone of thirty digits
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())


def _sentence(error: httpx.HTTPError) -> str:
    if isinstance(error, TooMuch):
        return str(error)
    names: dict[type[httpx.HTTPError], str] = {
        httpx.ConnectTimeout: "No connection within the time limit.",
        httpx.ReadTimeout: "No answer within the time limit.",
        httpx.RemoteProtocolError: "The connection ended in the middle of the answer.",
        httpx.ConnectError: "The server could not be reached.",
    }
    return names.get(type(error), f"The request failed: {type(error).__name__}.")
