"""An answer, and how it goes over the wire."""

import html
from dataclasses import dataclass, field

XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass
class Answer:
    body: bytes
    content_type: str = "text/xml; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut_at: int | None = None
    framing: str = "length"  # length, full, cut, none, chunked, chunked-whole
    first_byte: float = 0
    pause: float = 0
    piece: int | None = None
    is_endless: bool = False
    is_reset: bool = False


def escape(text: str) -> str:
    return html.escape(text, quote=True)


def tag(name: str, text: str) -> str:
    """An element, or nothing for no text."""
    return f"<{name}>{escape(text)}</{name}>" if text else ""


def page(title: str, body: str, status: int = 200) -> Answer:
    text = (
        f"<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset='utf-8'/>"
        f"<title>{escape(title)}</title></head>\n<body>\n{body}\n</body>\n</html>\n"
    )
    return Answer(text.encode(), "text/html; charset=utf-8", status)
