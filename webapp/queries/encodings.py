"""What is known of papers' encodings."""

from collections.abc import Sequence

from webapp.models import PaperEncoding


def stored(paper_ids: Sequence[int], encoder: str) -> dict[int, tuple[bytes, bytes]]:
    """Paper -> (digest of the text, row) of what this encoder has read."""
    found = PaperEncoding.objects.filter(paper_id__in=paper_ids, encoder=encoder)
    rows = found.values_list("paper_id", "digest", "row")
    return {paper_id: (bytes(digest), bytes(row)) for paper_id, digest, row in rows}
