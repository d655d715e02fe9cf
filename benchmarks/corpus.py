"""Read every file of a folder with the parser its content asks for; measure the parsers' speed.

`python -m benchmarks.corpus FOLDER` prints a line a file: the parser and what it found, or the
sentence by which the file is refused. `--speed FILE...` measures records/s instead, on pages of
1,000 papers made from JSON lines (`id`, `title`, `abstract`, `authors`, `categories`, `date`).
"""

import argparse
import gzip
import json
import re
import time
from collections.abc import Callable
from datetime import date
from html import escape
from itertools import islice
from pathlib import Path
from typing import Any

from webapp.arxiv import announcements, biorxiv, daily_papers, listing, mail, oai, query_api
from webapp.arxiv.answers import UpstreamError, json_value, local, xml_root

ROOT = Path(__file__).resolve().parent.parent
DAY = date(2026, 4, 30)
XML_ROOTS = {"OAI-PMH", "record", "rss", "RDF", "feed"}


def subject_names() -> dict[str, str]:
    rows = json.loads((ROOT / "fixtures" / "subjects.json").read_text())
    return oai.spelled_out((row["code"], row["name"]) for row in rows)


def read(body: bytes) -> tuple[str, str]:
    """The parser that the content asks for, and what it found."""
    head = body[:4_000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith((b"{", b"[")):
        return read_json(body)
    if re.match(rb"<!doctype html|<html", head, re.IGNORECASE):
        page = listing.parse(body)
        return "listing", f"{len(page.ids)} rows of {page.day}, {page.expected}"
    if head.startswith((b"<", b"\xff\xfe", b"\xfe\xff")) or not head:
        return read_xml(body)
    try:
        letter = mail.parse(body)
    except UpstreamError as error:
        known = error.kind != "unknown"
        raise error if known else UpstreamError("unknown", f"No feed. {error}") from None
    kinds = ", ".join(f"{letter.count(kind)} {kind}" for kind in ("new", "cross", "replace"))
    return "mail", f"{len(letter.items)} papers ({kinds}){bad(letter.refused)}"


def read_json(body: bytes) -> tuple[str, str]:
    value = json_value(body)
    if isinstance(value, dict) and "messages" in value:
        page = biorxiv.parse(body)
        return "biorxiv", f"{len(page.preprints)} preprints of {page.n_rows} rows"
    found = daily_papers.parse(body)
    return "daily_papers", f"{len(found.papers)} papers{bad(found.refused)}"


def read_xml(body: bytes) -> tuple[str, str]:
    root = xml_root(body, XML_ROOTS)
    if local(root) in {"OAI-PMH", "record"}:
        page = oai.parse(body, subject_names())
        rest = f", {len(page.deleted)} deleted" if page.deleted else ""
        rest += f", {len(page.headers)} headers" if page.headers else ""
        rest += f", token {page.token}" if page.token else ""
        return f"oai {page.verb}", f"{len(page.papers)} papers{rest}{bad(page.refused)}"
    if local(root) == "feed" and not announcements.is_announcement(root):
        answer = query_api.parse(body)
        return "query_api", f"{len(answer.papers)} papers of {answer.total}{bad(answer.refused)}"
    feed = announcements.parse(body, DAY)
    kinds = ", ".join(sorted({item.announce_type for item in feed.items})) or "empty"
    return "announcements", f"{len(feed.items)} items ({kinds}){bad(feed.refused)}"


def bad(refused: tuple[Any, ...]) -> str:
    return (
        f", refused {[f'{one.identifier}: {one.sentence}' for one in refused]}" if refused else ""
    )


def table(folder: Path) -> None:
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        try:
            parser, found = read(path.read_bytes())
        except UpstreamError as error:
            parser, found = f"refused ({error.kind})", str(error)
        print(f"{path.relative_to(folder)!s:62} {parser:22} {found}")


def oai_page(rows: list[dict[str, Any]]) -> bytes:
    head = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
    records = "".join(map(oai_record, rows))
    return f"{head}<ListRecords>{records}</ListRecords></OAI-PMH>".encode()


def oai_record(row: dict[str, Any]) -> str:
    authors = "".join(
        f"<author><keyname>{last}</keyname><forenames>{first}</forenames></author>"
        for first, _, last in (escape(name).rpartition(" ") for name in row["authors"])
    )
    return (
        f"<record><header><identifier>oai:arXiv.org:{row['id']}</identifier><datestamp>"
        f"{row['date']}</datestamp></header><metadata><arXiv xmlns='http://arxiv.org/OAI/arXiv/'>"
        f"<id>{row['id']}</id><created>{row['date']}</created><authors>{authors}</authors><title>"
        f"{escape(row['title'])}</title><categories>{' '.join(row['categories'])}</categories>"
        f"<comments>{escape(row['comments'] or '')}</comments><abstract>{escape(row['abstract'])}"
        "</abstract></arXiv></metadata></record>"
    )


def raw_page(rows: list[dict[str, Any]]) -> bytes:
    text = oai_page(rows).decode().replace("OAI/arXiv/", "OAI/arXivRaw/")
    version = "<version version='v1'><date>Thu, 23 Apr 2026 17:59:00 GMT</date></version>"
    text = re.sub(r"<(/?)arXiv\b", r"<\1arXivRaw", text).replace("<created>", f"{version}<created>")
    names = re.compile(r"<authors>.*?</authors>")
    return names.sub(
        "<authors>Ada Example (1), Ben Other (2) ((1) A, (2) B)</authors>", text
    ).encode()


def dc_page(rows: list[dict[str, Any]]) -> bytes:
    records = "".join(
        f"<record><header><identifier>oai:arXiv.org:{row['id']}</identifier><datestamp>{row['date']}"
        "</datestamp><setSpec>cs:cs:LG</setSpec></header><metadata><d:dc xmlns:d='http://p'>"
        f"<d:title>{escape(row['title'])}</d:title>"
        + "".join(f"<d:creator>{escape(name)}</d:creator>" for name in row["authors"])
        + f"<d:description>{escape(row['abstract'])}</d:description><d:date>{row['date']}</d:date>"
        "</d:dc></metadata></record>"
        for row in rows
    )
    return f"<OAI-PMH><ListRecords>{records}</ListRecords></OAI-PMH>".encode()


def rss_page(rows: list[dict[str, Any]]) -> bytes:
    items = "".join(
        f"<item><title>{escape(row['title'])}</title><guid>oai:arXiv.org:{row['id']}v1</guid>"
        f"<description>arXiv:{row['id']}v1 Announce Type: new \nAbstract: {escape(row['abstract'])}"
        "</description>"
        + "".join(f"<category>{code}</category>" for code in row["categories"])
        + f"<a:announce_type xmlns:a='http://a'>new</a:announce_type><d:creator xmlns:d='http://d'>"
        f"{escape(', '.join(row['authors']))}</d:creator></item>"
        for row in rows
    )
    return f"<rss><channel><title>cs updates on arXiv.org</title>{items}</channel></rss>".encode()


def query_page(rows: list[dict[str, Any]]) -> bytes:
    entries = "".join(
        f"<entry><id>http://arxiv.org/abs/{row['id']}v1</id><title>{escape(row['title'])}</title>"
        f"<updated>{row['date']}T10:00:00Z</updated><published>{row['date']}T10:00:00Z</published>"
        f"<summary>{escape(row['abstract'])}</summary>"
        + "".join(f"<author><name>{escape(name)}</name></author>" for name in row["authors"])
        + "".join(f'<category term="{code}"/>' for code in row["categories"])
        + "</entry>"
        for row in rows
    )
    return f"<feed xmlns='http://www.w3.org/2005/Atom'>{entries}</feed>".encode()


def listing_page(rows: list[dict[str, Any]]) -> bytes:
    body = "".join(
        f"<dt><a name='item{n}'>[{n}]</a> <a href='/abs/{row['id']}' title='Abstract'>arXiv:"
        f"{row['id']}</a></dt><dd><div class='list-title'>Title: {escape(row['title'])}</div>"
        f"<p>{escape(row['abstract'])}</p></dd>"
        for n, row in enumerate(rows, 1)
    )
    return (
        "<!DOCTYPE html><html><body><h3>Showing new listings for Thursday, 30 April 2026</h3>"
        f"<dl><h3>New submissions (showing {len(rows)} of {len(rows)} entries )</h3>{body}</dl>"
        "</body></html>"
    ).encode()


def mail_page(rows: list[dict[str, Any]]) -> bytes:
    records = "".join(
        f"{'-' * 78}\n\\\\\narXiv:{row['id']}\nDate: Wed, 29 Apr 2026 10:00:00 GMT   (9kb)\n\n"
        f"Title: {' '.join(row['title'].split())}\nAuthors: {', '.join(row['authors'])}\n"
        f"Categories: {' '.join(row['categories'])}\n\\\\\n  {row['abstract'].strip()}\n"
        f"\\\\ ( https://arxiv.org/abs/{row['id']} ,  9kb)\n"
        for row in rows
    )
    return f"Date: Thu, 30 Apr 26 00:30:00 GMT\n{records}{'%%%---' * 13}\n".encode()


def daily_page(rows: list[dict[str, Any]]) -> bytes:
    page = [{"paper": {"id": r["id"], "upvotes": 3, "summary": r["abstract"]}} for r in rows]
    return json.dumps(page).encode()


def biorxiv_page(rows: list[dict[str, Any]]) -> bytes:
    collection = [
        {"doi": f"10.1101/{row['id']}", "version": "1", "date": row["date"], "title": row["title"]}
        | {"authors": "; ".join(row["authors"]), "abstract": row["abstract"]}
        for row in rows
    ]
    n = len(rows)
    messages = [{"status": "ok", "count": n, "total": str(n), "cursor": "0"}]
    return json.dumps({"messages": messages, "collection": collection}).encode()


PAGES: dict[str, tuple[Callable[[list[dict[str, Any]]], bytes], Callable[[bytes], int]]] = {
    "oai arXiv": (oai_page, lambda body: len(oai.parse(body).papers)),
    "oai arXivRaw": (raw_page, lambda body: len(oai.parse(body).papers)),
    "oai oai_dc": (dc_page, lambda body: len(oai.parse(body).papers)),
    "announcements": (rss_page, lambda body: len(announcements.parse(body, DAY).items)),
    "query_api": (query_page, lambda body: len(query_api.parse(body).papers)),
    "listing": (listing_page, lambda body: len(listing.parse(body).ids)),
    "mail": (mail_page, lambda body: len(mail.parse(body).items)),
    "daily_papers": (daily_page, lambda body: len(daily_papers.parse(body).papers)),
    "biorxiv": (biorxiv_page, lambda body: len(biorxiv.parse(body).preprints)),
}


def speed(paths: list[Path]) -> None:
    """The median of seven readings of one page; every record must come out."""
    lines = (line for path in paths for line in gzip.decompress(path.read_bytes()).splitlines())
    rows = [json.loads(line) for line in islice(lines, 1_000)]
    for name, (write, parse) in PAGES.items():
        body, seconds = write(rows), []
        for _ in range(7):
            began = time.perf_counter()
            assert parse(body) == len(rows), name
            seconds.append(time.perf_counter() - began)
        per_second = len(rows) / sorted(seconds)[3]
        print(f"{name:16} {per_second:9,.0f} records/s   ({len(body) / 1e6:.2f} MB)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--speed", type=Path, nargs="+", metavar="FILE")
    options = parser.parse_args()
    if options.folder:
        table(options.folder)
    if options.speed:
        speed(options.speed)


if __name__ == "__main__":
    main()
