"""Small documents of every kind a source answers with, in the shapes that servers use."""

ARXIV = """<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>{id}</id><created>2026-11-20</created>
<authors><author><keyname>Example</keyname><forenames>Ada</forenames><suffix>Jr.</suffix>
<affiliation>Nowhere</affiliation></author><author><keyname>:</keyname></author></authors>
<title>On  small
  documents</title><categories>math.IT cs.IT cs.LG</categories><comments>9 pages</comments>
<doi>10.1/x</doi><journal-ref>J. Test 1</journal-ref><license>http://l</license>
<abstract> About &lt;b&gt; and $a &amp;lt; b$. </abstract></arXiv>"""
RAW = """<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{id}</id><submitter>Ada</submitter>
<version version="v2"><date>Sun, 22 Nov 2026 19:33:21 GMT</date><size>9kb</size></version>
<version version="v1"><date>Thu, 19 Nov 2026 15:00:00 GMT</date><size>9kb</size></version>
<title>Raw</title><authors>Ada Example (1 and 2), Ben Other, Jr. and Eve Third ((1) Here, (2)
There)</authors><categories>hep-th</categories><abstract>Words.</abstract></arXivRaw>"""
DC = """<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Plain</dc:title>
<dc:creator>de Example, Ada</dc:creator><dc:creator>Other, Ben, Jr.</dc:creator>
<dc:subject>Mathematics - Logic</dc:subject><dc:subject>03E75</dc:subject>
<dc:description>Words.</dc:description><dc:description>Comment: 7 pages</dc:description>
<dc:date>2026-11-20</dc:date><dc:identifier>http://arxiv.org/abs/2611.00001</dc:identifier>
<dc:identifier>J. Test 2</dc:identifier><dc:identifier>doi:10.1/y</dc:identifier></oai_dc:dc>"""


def record(arxiv_id="2611.00001", metadata=ARXIV, stamped="2026-11-23", sets=("cs:cs:LG",)):
    specs = "".join(f"<setSpec>{one}</setSpec>" for one in sets)
    return (
        f"<record><header><identifier>oai:arXiv.org:{arxiv_id}</identifier>"
        f"<datestamp>{stamped}</datestamp>{specs}</header>"
        f"<metadata>{metadata.format(id=arxiv_id)}</metadata></record>"
    )


def deleted(arxiv_id="2611.00009"):
    return (
        f'<record><header status="deleted"><identifier>oai:arXiv.org:{arxiv_id}</identifier>'
        "<datestamp>2026-11-23</datestamp></header></record>"
    )


def oai(*parts, verb="ListRecords", namespace=' xmlns="http://www.openarchives.org/OAI/2.0/"'):
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH{namespace}>'
        "<responseDate>2026-11-23T05:54:30Z</responseDate><request>http://x/oai</request>"
        f"<{verb}>{''.join(parts)}</{verb}></OAI-PMH>"
    ).encode()


def oai_error(code, text=""):
    return f'<OAI-PMH><error code="{code}">{text}</error></OAI-PMH>'.encode()


def item(arxiv_id="2611.00001v1", kind="new", creator="Ada Example, Ben Other", extra=""):
    return f"""<item><title>On feeds</title><link>https://arxiv.org/abs/2611.00001</link>
<description>arXiv:{arxiv_id} Announce Type: {kind}
Abstract: Some words. Abstract: more.</description>
<guid isPermaLink="false">oai:arXiv.org:{arxiv_id}</guid><category>cs.AI</category>
<category>cs.LG</category><pubDate>Mon, 23 Nov 2026 00:00:00 -0500</pubDate>
<arxiv:announce_type>{kind}</arxiv:announce_type><dc:rights>http://l</dc:rights>
<dc:creator>{creator}</dc:creator>{extra}</item>"""


def rss(*items, title="cs updates on arXiv.org"):
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
version="2.0"><channel><title>{title}</title><link>http://rss.arxiv.org/rss/cs</link>
<pubDate>Mon, 23 Nov 2026 00:00:00 -0500</pubDate><skipDays><day>Saturday</day><day>Sunday</day>
</skipDays>{"".join(items)}</channel></rss>""".encode()


def atom(arxiv_id="2611.00001v1", kind="new"):
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
xmlns="http://www.w3.org/2005/Atom"><id>http://rss.arxiv.org/atom/cs.AI</id>
<title>cs.AI updates on arXiv.org</title><updated>2026-11-23T05:00:19.8+00:00</updated>
<entry><id>oai:arXiv.org:{arxiv_id}</id><title>On feeds</title>
<summary>arXiv:{arxiv_id} Announce Type: {kind}
Abstract: Some words.</summary><category term="cs.AI"/><arxiv:announce_type>{kind}
</arxiv:announce_type><dc:creator>Ada Example</dc:creator></entry></feed>""".encode()


def entry(arxiv_id="2611.00001v2", title="On queries", published="2026-11-19T15:00:00Z"):
    return f"""<entry><id>http://arxiv.org/abs/{arxiv_id}</id><title>{title}</title>
<updated>2026-11-20T10:00:00Z</updated><published>{published}</published>
<summary>  Wrapped
words. </summary><author><name>Ada Example</name><arxiv:affiliation>X</arxiv:affiliation></author>
<category term="cs.AI"/><category term="math.NA"/><category term="68T05"/>
<arxiv:primary_category term="math.NA"/><arxiv:comment>9 pages</arxiv:comment></entry>"""


def query(*entries, total=1, start=0, per_page=10):
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"
xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
<id>https://arxiv.org/api/x</id><title>arXiv Query</title>
<opensearch:itemsPerPage>{per_page}</opensearch:itemsPerPage>
<opensearch:totalResults>{total}</opensearch:totalResults>
<opensearch:startIndex>{start}</opensearch:startIndex>{"".join(entries)}</feed>""".encode()


def query_error(address="https://arxiv.org/api/errors#incorrect_id_format_for_abc"):
    text = f"<entry><id>{address}</id><title>Error</title><summary>incorrect id</summary></entry>"
    return query(text)


def row(arxiv_id):
    return f"""<dt> <a name='item1'>[1]</a>
<a href ="/abs/{arxiv_id}" title="Abstract" id="{arxiv_id}"> arXiv:{arxiv_id} </a>
[<a href="/pdf/{arxiv_id}" title="Download PDF">pdf</a>]</dt>
<dd><div class='meta'><div class='list-title'>Title: A</div><p>Not <a href="/abs/1">this</a>
&eacute;</p></div></dd>"""


def section(heading, *arxiv_ids):
    return f"<dl id='articles'><h3>{heading}</h3>{''.join(map(row, arxiv_ids))}</dl>"


def listing(*sections, day="Monday, 23 November 2026", extra=""):
    return f"""<!DOCTYPE html>
<html lang="en"><head><title>Artificial Intelligence</title></head><body><h1>cs.AI</h1>
<h3>Showing new listings for {day}</h3>{extra}{"".join(sections)}
<footer>About</footer></body></html>
""".encode()


def letter(*records, day="Fri,  9 Jun 23 00:44:20 GMT"):
    return (
        f"Date: {day}\nSubject: math daily\n\n{'-' * 78}\n{''.join(records)}"
        f"{'%%%---' * 13}\nFor help\n"
    ).encode()


def mailed(arxiv_id, sign="", second="Date: Wed, 7 Jun 2023 18:23:40 GMT   (14kb)", abstract=True):
    text = (
        f"\\\\\n  Words\n\\\\ at the line's end.\n\\\\ ( https://arxiv.org/abs/{arxiv_id} ,  1kb)\n"
    )
    return (
        f"{'-' * 78}\n\\\\\narXiv:{arxiv_id}{sign}\n{second}\n\nTitle: On letters\n  and folds\n"
        "Authors: Ada Example and Ben Other\nCategories: math.AG\n"
        + (text if abstract else "\\\\\n")
    )


DAILY = b"""[{"paper":{"id":"2611.00001","upvotes":42,"title":"Inner","publishedAt":
"2026-11-19T17:59:00.000Z"},"publishedAt":"2026-11-23T00:00:00.000Z","title":"Outer",
"numComments":2}]"""
BIORXIV = b"""{"messages":[{"status":"ok","count":2,"total":"5","cursor":"0"}],"collection":[
{"doi":"10.1101/2026.11.20.123456","title":"Cells","authors":"Example, A.; Other, B.",
"date":"2026-6-30","version":"1","category":"cell biology","abstract":"Old.","published":"NA"},
{"doi":"10.1101/2026.11.20.123456","title":"Cells, again","authors":"Example, A.",
"date":"2026-07-02","version":"2","category":"cell biology","abstract":"New."}]}"""
