"""Pages and files go out packed, to whoever can unpack them."""

import gzip

from tests.factories import world


def test_a_page_is_packed_for_who_can_unpack_it(client, db):
    world(4)
    plain = client.get("/papers")
    packed = client.get("/papers", headers={"accept-encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert b"<article" in gzip.decompress(packed.content)
    assert len(packed.content) < len(plain.content) / 2
