"""Documents that hurt whoever parses them carelessly, and pages that are no answer."""

LAUGHS = """<?xml version="1.0"?>
<!DOCTYPE lolz [
<!ENTITY a0 "ha">
{entities}
]>
<rss version="2.0"><channel><title>&a12;</title><item><title>&a12;</title></item></channel></rss>
"""
QUADRATIC = """<?xml version="1.0"?>
<!DOCTYPE kaboom [<!ENTITY a "{long}">]>
<rss version="2.0"><channel><title>{many}</title></channel></rss>
"""
XXE = """<?xml version="1.0"?>
<!DOCTYPE rss [<!ENTITY file SYSTEM "file:///etc/passwd">
<!ENTITY net SYSTEM "http://127.0.0.1:9/xxe">]>
<rss version="2.0"><channel><title>&file;</title>
<item><title>&file;</title><description>&net;</description></item></channel></rss>
"""


def _laughs() -> str:
    entities = "\n".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 13))
    return LAUGHS.format(entities=entities)


BOMBS = {
    "laughs": _laughs,
    "quadratic": lambda: QUADRATIC.format(long="a" * 60_000, many="&a;" * 60_000),
    "xxe": lambda: XXE,
}
ERROR_PAGE = """<!DOCTYPE html>
<html><head><title>503 Backend fetch failed</title></head>
<body><h1>Error 503 Backend fetch failed</h1>
<p>Backend fetch failed</p><h3>Guru Meditation:</h3><p>XID: 1171</p><hr>
<p>Varnish cache server</p></body></html>
"""
