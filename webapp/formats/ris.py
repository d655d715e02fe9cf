"""A citation as RIS: a line a field, a two-letter tag before each."""

from webapp.formats.citation import Citation, file_name, flat, one_line


def ris(citation: Citation) -> str:
    """One record; lines end as the format asks, with carriage return and line feed."""
    lines = [f"{tag}  - {one_line(value)}" for tag, value in _fields(citation) if value]
    return "\r\n".join([*lines, "ER  - ", ""])


def _fields(citation: Citation) -> list[tuple[str, str]]:
    return [
        ("TY", "JOUR" if citation.journal else "UNPB"),
        ("ID", file_name(citation)),
        ("TI", flat(citation.title)),
        *(("AU", str(author)) for author in citation.authors),
        ("PY", str(citation.day.year)),
        ("DA", f"{citation.day:%Y/%m/%d}"),
        ("T2", citation.journal),
        ("PB", "arXiv" if citation.is_arxiv else ""),
        ("AN", f"arXiv:{citation.paper_id}" if citation.is_arxiv else ""),
        ("DO", citation.doi),
        ("UR", citation.url),
        ("L1", citation.pdf_url),
        *(("KW", code) for code in citation.subjects),
        ("AB", "" if citation.is_summary else flat(citation.abstract)),
    ]
