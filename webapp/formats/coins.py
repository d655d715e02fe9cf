"""A citation as COinS: an OpenURL 1.0 context (ANSI/NISO Z39.88-2004) for a span's title."""

from urllib.parse import urlencode

from webapp.formats.citation import Citation, flat

MOST_AUTHORS = 50  # meta tags name all of them; a title of 3,000 names helps nobody


def coins(citation: Citation) -> str:
    """Key and value pairs, percent-encoded; the template escapes the rest."""
    pairs = [
        ("ctx_ver", "Z39.88-2004"),
        ("rft_val_fmt", "info:ofi/fmt:kev:mtx:journal"),
        ("rft.genre", "article" if citation.journal else "preprint"),
        ("rft.atitle", flat(citation.title)),
        ("rft.jtitle", citation.journal),
        *(("rft.au", str(author)) for author in citation.authors[:MOST_AUTHORS]),
        ("rft.date", citation.day.isoformat()),
        ("rft_id", f"info:arxiv/{citation.paper_id}" if citation.is_arxiv else ""),
        ("rft_id", f"info:doi/{citation.doi}" if citation.doi else ""),
        ("rft_id", citation.url),
    ]
    return urlencode([(name, value) for name, value in pairs if value])
