import pytest

from webapp.arxiv import identifiers
from webapp.arxiv.identifiers import canonical_category, parse


@pytest.mark.parametrize(
    ("spelling", "arxiv_id", "version"),
    [
        ("2504.08385v2", "2504.08385", 2),
        ("0704.0001", "0704.0001", None),
        ("1412.7878", "1412.7878", None),
        ("1501.00001", "1501.00001", None),
        ("2611.123456", "2611.123456", None),
        ("hep-th/9901001", "hep-th/9901001", None),
        ("math.GT/0309136", "math/0309136", None),
        ("cond-mat/0702661v2", "cond-mat/0702661", 2),
        ("q-bio/0309001", "q-bio/0309001", None),
        (" arXiv:2401.01234 [cs.LG] ", "2401.01234", None),
        ("ARXIV: 2401.01234V3", "2401.01234", 3),
        ("https://arxiv.org/abs/2401.01234v1", "2401.01234", 1),
        ("http://export.arxiv.org/pdf/2401.01234.pdf", "2401.01234", None),
        ("https://arxiv.org/abs/2401.01234?context=cs#top", "2401.01234", None),
        ("10.48550/arXiv.2401.01234", "2401.01234", None),
        ("https://doi.org/10.48550/arXiv.2401.01234", "2401.01234", None),
        ("oai:arXiv.org:hep-th/9901001", "hep-th/9901001", None),
        ("2401.01234.", "2401.01234", None),
        ("https://huggingface.co/papers/2401.01234", "2401.01234", None),
        ("https://www.alphaxiv.org/abs/2401.01234v2", "2401.01234", 2),
        ("https://scirate.com/arxiv/hep-th/9901001", "hep-th/9901001", None),
        ("https://ar5iv.labs.arxiv.org/html/2401.01234", "2401.01234", None),
        ("doi:10.48550/arXiv.2401.01234v2", "2401.01234", 2),
        ("DOI: 10.48550/ARXIV.2401.01234", "2401.01234", None),
        ("doi.org/10.48550/arXiv.2401.01234", "2401.01234", None),
        ("https://hf.co/papers/2401.01234", "2401.01234", None),
        ("https://papers.cool/arxiv/2401.01234", "2401.01234", None),
        ("https://firstlight.example/papers/hep-th/9901001", "hep-th/9901001", None),
        ("info:arxiv/2401.01234", "2401.01234", None),
        ("arXiv 2401.01234", "2401.01234", None),
        ("<https://arxiv.org/abs/2401.01234>", "2401.01234", None),
        ("(arXiv:2401.01234v1)", "2401.01234", 1),
        ("arXiv:2401.01234v1 [cs.LG] 28 Jan 2024", "2401.01234", 1),
    ],
)
def test_it_reads_every_spelling(spelling, arxiv_id, version):
    assert parse(spelling) == (arxiv_id, version)


@pytest.mark.parametrize(
    "text",
    [
        *("", "abc", "2513.00001", "9913.1", "1234.12345", "2401.00000", "2401.01234v0"),
        *("0703.0001", "1501.0001", "1412.00001", "hep-th/0704001", "hep-th/9900001"),
        *("2401.0123٤", "2401.01234v", "x" * 10_000, "2401.01234/../../etc", "hep-th/9901000"),
    ],
)
def test_it_refuses_what_arxiv_never_gave_out(text):
    with pytest.raises(ValueError, match=r"arXiv|versions"):
        parse(text)


@pytest.mark.parametrize(
    ("code", "canonical"),
    [("math.IT", "cs.IT"), ("cs.LG", "cs.LG"), ("q-bio.NC", "q-bio.NC"), ("cmp-lg", "cs.CL")]
    + [(c, c) for c in ("physics.optics", "cond-mat.stat-mech", "math-ph", "physics.plasm-ph")],
)
def test_it_names_the_canonical_category(code, canonical):
    assert canonical_category(code) == canonical


@pytest.mark.parametrize("code", ["", "CS.LG", "cs.LG; drop", "<b>", "cs.", "cs.LG\n"])
def test_it_refuses_what_is_no_category(code):
    with pytest.raises(ValueError, match="category"):
        canonical_category(code)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("https://arxiv.org/abs/2401.01234v2", "2401.01234"),
        ("10.48550/arXiv.2401.01234", "2401.01234"),
        ("10.1101/2026.11.20.123456", "10.1101/2026.11.20.123456"),
        ("https://doi.org/10.64898/2026.11.20.123456", "10.64898/2026.11.20.123456"),
        (" DOI: 10.1101/123456 ", "10.1101/123456"),
    ],
)
def test_a_paper_is_named_by_its_number_or_by_a_doi(text, name):
    assert identifiers.named(text) == name


@pytest.mark.parametrize(
    "text", ["10.1101/", "10.1101/a/rating/", "10.1101/a b", "10.48550/abc", "1"]
)
def test_what_names_no_paper_is_refused(text):
    with pytest.raises(ValueError, match="not an arXiv identifier"):
        identifiers.named(text)


def test_each_has_its_own_address():
    assert identifiers.url("hep-th/9901001") == "https://arxiv.org/abs/hep-th/9901001"
    assert identifiers.url("10.1101/123456") == "https://doi.org/10.1101/123456"
    assert identifiers.label("10.1101/123456") == "doi:10.1101/123456"


@pytest.mark.parametrize(
    ("spelling", "doi"),
    [
        ("https://doi.org/10.1103/PhysRevLett.1", "10.1103/physrevlett.1"),
        ("doi: 10.1016/S0370-2693(98)01580-3", "10.1016/s0370-2693(98)01580-3"),
        (
            "https://www.biorxiv.org/content/10.1101/2026.01.02.123456v2",
            "10.1101/2026.01.02.123456",
        ),
        (
            "https://www.medrxiv.org/content/10.1101/2026.01.02.12v1.full.pdf+html?x=1#y",
            "10.1101/2026.01.02.12",
        ),
        *(("10.1/x", ""), ("x", ""), ("https://example.org/10.1101/1", ""), ("10.1101/ä", "")),
    ],
)
def test_a_doi_is_read_in_every_spelling(spelling, doi):
    assert identifiers.bare_doi(spelling) == doi
