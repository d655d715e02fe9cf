"""Requests in, answers out, byte by byte where a fault wants it."""

import os
import socket
import struct
import sys
from contextlib import suppress
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.fakes.answers import Answer

LARGEST_QUESTION = 64_000_000  # papers may be sent to /_control
AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: closing means a reset
FILLER = b"<!-- still coming -->\n"


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, address, arxiv):
        self.arxiv = arxiv
        super().__init__(address, Handler)

    def handle_error(self, request, client_address):
        """A client that hangs up is no news here; a mistake of our own is."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server_version = "FakeArxiv"
    sys_version = ""

    def setup(self):
        super().setup()
        self.log = self.server.arxiv.log
        self.number = None

    def finish(self):
        if self.number is not None:
            self.log.disconnect()
        with suppress(OSError):
            super().finish()

    def log_message(self, format, *args):  # noqa: A002  the base class's word
        """The log is kept in log.py."""

    def do_GET(self):
        self._answer([])

    def do_HEAD(self):
        """Counted like any other."""
        self._answer([])

    def do_POST(self):
        length = min(int(self.headers.get("Content-Length") or 0), LARGEST_QUESTION)
        body = self.rfile.read(length)
        if self.path.startswith("/_"):
            self._deliver(self.server.arxiv.control_request(self.path, body))
            return
        self._answer(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))

    def _answer(self, form):
        arxiv = self.server.arxiv
        if self.path.startswith("/_"):
            self._deliver(arxiv.control_request(self.path, None))
            return
        if self.number is None:
            self.number = self.log.connect()
        entry = self.log.arrive(
            self.number, self.command, self.path, self.headers, arxiv.now.isoformat()
        )
        try:
            parts = urlsplit(self.path)
            pairs = parse_qsl(parts.query, keep_blank_values=True) + form
            answer = arxiv.answer(self.path, unquote(parts.path), pairs, entry)
            answer = self._unless_known(answer)
            entry.status = answer.status
            self._deliver(answer, entry)
        except OSError:
            self.close_connection = True
        finally:
            self.log.complete(entry)

    def _unless_known(self, answer: Answer) -> Answer:
        """304 for who has it already."""
        asked, headers = self.headers, answer.headers
        is_same = "ETag" in headers and asked.get("If-None-Match") == headers["ETag"]
        if "Last-Modified" in headers and (since := asked.get("If-Modified-Since")):
            with suppress(ValueError):
                changed = parsedate_to_datetime(headers["Last-Modified"])
                is_same = changed <= parsedate_to_datetime(since)
        if answer.status == 200 and is_same:
            return Answer(b"", answer.content_type, 304, headers)
        return answer

    def _deliver(self, answer: Answer, entry=None):
        whole = answer.body
        body = whole if answer.cut_at is None else whole[: answer.cut_at]
        if self.command == "HEAD":
            whole = body = b""
        head = self._head(answer, len(whole), len(body))
        if answer.first_byte and self.server.arxiv.stopped.wait(answer.first_byte):
            return
        if answer.is_reset:
            self._reset(head + body if answer.cut_at else b"")
            return
        pieces = [head, *_pieces(answer, body)]
        if answer.framing.startswith("chunked"):
            pieces = [head, *(b"%x\r\n%b\r\n" % (len(p), p) for p in pieces[1:])]
        if answer.framing == "chunked-whole":
            pieces.append(b"0\r\n\r\n")
        self._send(pieces, answer, entry)
        if answer.is_endless:
            while not self.server.arxiv.stopped.wait(answer.pause or 0.05):
                self.wfile.write(FILLER)

    def _send(self, pieces, answer, entry):
        if not answer.pause:
            pieces = [b"".join(pieces)]
        elif len(pieces) > 1:
            pieces = [pieces[0] + pieces[1], *pieces[2:]]
        for n, piece in enumerate(pieces):
            if n and self.server.arxiv.stopped.wait(answer.pause):
                return
            is_last = n == len(pieces) - 1 and not answer.is_endless
            if is_last and entry:
                self.wfile.write(piece[:-1])
                self.log.complete(entry)
                self.wfile.write(piece[-1:])
            else:
                self.wfile.write(piece)
            if entry:
                entry.sent += len(piece)

    def _head(self, answer: Answer, whole: int, cut: int) -> bytes:
        lines = {"Content-Type": answer.content_type, **answer.headers}
        if answer.status == 304:
            lines.pop("Content-Type")
        elif answer.framing in {"length", "full"}:
            lines["Content-Length"] = str(whole)
        elif answer.framing == "cut":
            lines["Content-Length"] = str(cut)
        elif answer.framing.startswith("chunked"):
            lines["Transfer-Encoding"] = "chunked"
        is_whole = answer.framing in {"cut", "chunked-whole"}
        is_whole = is_whole or (answer.framing in {"length", "full"} and cut == whole)
        if answer.is_endless or not is_whole:
            lines["Connection"] = "close"
            self.close_connection = True
        self.send_response(answer.status)
        for name, value in lines.items():
            self.send_header(name, value)
        self._headers_buffer.append(b"\r\n")
        head = b"".join(self._headers_buffer)
        self._headers_buffer = []
        return head

    def _reset(self, sent: bytes):
        if sent:
            self.wfile.write(sent)
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        os.close(self.connection.detach())


def _pieces(answer: Answer, body: bytes) -> list[bytes]:
    size = answer.piece if answer.pause and answer.piece else 65_536
    return [body[n : n + size] for n in range(0, len(body), size)]
