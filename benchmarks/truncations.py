"""Recorded answers cut off at random places: `python -m benchmarks.truncations FOLDER`.

Each cut is served as if it were whole, harvested, and looked for on the coverage page: none may
be accepted, and each must leave an error that a person can read.
"""

import argparse
import random
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from benchmarks import corpus
from benchmarks.database import database, query
from webapp.arxiv.answers import UpstreamError

CUTS = 100


def truncations(folder: Path, seed: int) -> None:
    """Lists of papers, cut anywhere before their last character."""
    chance = random.Random(seed)
    recorded = list(recordings(folder))
    with database(OPERATOR_EMAIL="operator@example.org"), Canned() as server:
        reader = operator()
        shown_errors = 0
        for n in range(CUTS):
            kind, body = chance.choice(recorded)
            server.body = body[: chance.randrange(1, len(body.rstrip()))]
            said = ask_canned(server, kind, n)
            page = reader.get("/coverage/", {"day": "2026-04-20"}).content.decode()
            shown_errors += bool(said) and escape(said) in page
        stored = query("SELECT count(*) FROM webapp_paper")[0][0]
        refused = query("SELECT count(*) FROM webapp_harvest WHERE state = 'refused'")[0][0]
        print(
            f"truncations: {CUTS} cuts of {len(recorded)} recorded lists: {refused} refused, "
            f"{stored} papers stored, {shown_errors} errors read on the coverage page "
            f"(seed {seed})"
        )


def recordings(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The files that hold papers, by the source that would have brought them."""
    sources = {"oai ListRecords": "oai", "announcements": "rss", "query_api": "query"}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        body = path.read_bytes()
        try:
            parser, found = corpus.read(body)
        except UpstreamError:
            continue
        if parser in sources and not found.startswith("0 "):
            yield sources[parser], body


def ask_canned(server: "Canned", kind: str, n: int) -> str:
    """Harvest what the server holds; the error that is left behind."""
    from django.conf import settings

    from webapp.arxiv import gate
    from webapp.models import Harvest
    from webapp.services import harvests

    gate.GAP_SECONDS = 0.0
    for name in ("ARXIV_RSS_URL", "ARXIV_OAI_URL", "ARXIV_API_URL"):
        setattr(settings, name, server.url)
    now = datetime(2026, 4, 20, 12, tzinfo=UTC)
    harvests.harvest(f"2026-04-20/{kind}/cs.LG/cut {n}", now, lambda: now)
    return str(Harvest.objects.latest("pk").error)


def operator() -> Any:
    from django.test import Client

    from webapp.models import Reader

    client = Client(HTTP_HOST="localhost")
    client.force_login(Reader.objects.create_superuser("operator@example.org", "none"))
    return client


class Canned:
    """A server that answers everything with one body, complete as far as HTTP can tell."""

    def __init__(self) -> None:
        canned, self.body = self, b""

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/xml; charset=utf-8")
                self.send_header("Content-Length", f"{len(canned.body)}")
                self.end_headers()
                self.wfile.write(canned.body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    truncations(options.folder, options.seed)


if __name__ == "__main__":
    main()
