"""What the three specifications ask of a feed, and of what they allow only what we write."""

import json
from datetime import datetime
from urllib.parse import urlsplit

from lxml import etree

_RNG = 'xmlns="http://relaxng.org/ns/structure/1.0"'
_TYPES = 'datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes"'

# RFC 4287, sections 3 and 4.
ATOM = f"""
<grammar {_RNG} {_TYPES} ns="http://www.w3.org/2005/Atom">
  <start><element name="feed"><interleave>
    <ref name="id"/><ref name="title"/><ref name="updated"/>
    <optional><element name="subtitle"><text/></element></optional>
    <oneOrMore><ref name="link"/></oneOrMore>
    <oneOrMore><ref name="author"/></oneOrMore>
    <zeroOrMore><ref name="entry"/></zeroOrMore>
  </interleave></element></start>
  <define name="entry"><element name="entry"><interleave>
    <ref name="id"/><ref name="title"/><ref name="updated"/>
    <element name="published"><ref name="date"/></element>
    <oneOrMore><ref name="link"/></oneOrMore>
    <zeroOrMore><ref name="author"/></zeroOrMore>
    <zeroOrMore><element name="category">
      <attribute name="term"/><attribute name="label"/></element></zeroOrMore>
    <element name="summary"><attribute name="type"><value>xhtml</value></attribute>
      <element name="div" ns="http://www.w3.org/1999/xhtml">
        <zeroOrMore><ref name="p"/></zeroOrMore></element></element>
  </interleave></element></define>
  <define name="p"><element name="p" ns="http://www.w3.org/1999/xhtml"><mixed><zeroOrMore><choice>
    <element name="b"><text/></element>
    <element name="a"><attribute name="href"><data type="anyURI"/></attribute><text/></element>
  </choice></zeroOrMore></mixed></element></define>
  <define name="id"><element name="id"><ref name="uri"/></element></define>
  <define name="title"><element name="title">
    <data type="string"><param name="minLength">1</param></data></element></define>
  <define name="updated"><element name="updated"><ref name="date"/></element></define>
  <define name="author"><element name="author"><element name="name"><text/></element></element>
  </define>
  <define name="link"><element name="link">
    <attribute name="rel"><choice><value>alternate</value><value>self</value><value>related</value>
    </choice></attribute>
    <attribute name="type"><data type="string"><param name="pattern">.+/.+</param></data>
    </attribute>
    <attribute name="href"><ref name="uri"/></attribute>
    <optional><attribute name="title"/></optional>
  </element></define>
  <define name="uri"><data type="anyURI"><param name="pattern">[a-z]+:.+</param></data></define>
  <define name="date"><data type="dateTime"><param name="pattern">.+Z</param></data></define>
</grammar>"""

# The specification of RSS 2.0 at rssboard.org, with the two elements of others that it advises.
_DATE = r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT"
RSS = f"""
<grammar {_RNG} {_TYPES}>
  <start><element name="rss"><attribute name="version"><value>2.0</value></attribute>
  <element name="channel"><interleave>
    <element name="title"><text/></element>
    <element name="link"><ref name="url"/></element>
    <element name="description"><text/></element>
    <element name="language"><value>en</value></element>
    <element name="lastBuildDate"><ref name="date"/></element>
    <optional><element name="link" ns="http://www.w3.org/2005/Atom">
      <attribute name="rel"><value>self</value></attribute>
      <attribute name="type"><value>application/rss+xml</value></attribute>
      <attribute name="href"><ref name="url"/></attribute></element></optional>
    <zeroOrMore><element name="item"><interleave>
      <element name="title"><text/></element>
      <element name="link"><ref name="url"/></element>
      <element name="guid"><attribute name="isPermaLink"><value>false</value></attribute><text/>
      </element>
      <element name="pubDate"><ref name="date"/></element>
      <element name="description"><text/></element>
      <zeroOrMore><element name="category"><text/></element></zeroOrMore>
      <zeroOrMore><element name="creator" ns="http://purl.org/dc/elements/1.1/"><text/></element>
      </zeroOrMore>
    </interleave></element></zeroOrMore>
  </interleave></element></element></start>
  <define name="url"><data type="anyURI"><param name="pattern">https?://.+</param></data></define>
  <define name="date"><data type="string"><param name="pattern">{_DATE}</param></data></define>
</grammar>"""

_SCHEMAS = {
    form: etree.RelaxNG(etree.fromstring(text)) for form, text in (("atom", ATOM), ("rss", RSS))
}


def problems(form: str, body: bytes) -> list[str]:
    """What is wrong with a feed; nothing where it is as it ought to be."""
    if form == "json":
        return [*_of_json(json.loads(body))]
    schema = _SCHEMAS[form]
    strict = etree.XMLParser(resolve_entities=False, recover=False, huge_tree=False)
    schema.validate(etree.fromstring(body, strict))
    return [str(error) for error in schema.error_log]


def _of_json(feed):
    """JSON Feed 1.1: what must be there, of which type, and that ids are text and differ."""
    if feed.get("version") != "https://jsonfeed.org/version/1.1":
        yield "version"
    for name, kind in (("title", str), ("items", list)):
        if not isinstance(feed.get(name), kind):
            yield name
    for name in ("home_page_url", "feed_url"):
        if name in feed and not urlsplit(feed[name]).netloc:
            yield name
    ids = [item.get("id") for item in feed["items"]]
    if not all(isinstance(one, str) and one for one in ids) or len(set(ids)) < len(ids):
        yield "ids"
    for item in feed["items"]:
        yield from _of_item(item)


def _of_item(item):
    if not (isinstance(item.get("content_html"), str) or isinstance(item.get("content_text"), str)):
        yield "an item has no content"
    for name in ("url", "external_url"):
        if name in item and not urlsplit(item[name]).netloc:
            yield name
    for name in ("date_published", "date_modified"):
        if name in item and datetime.fromisoformat(item[name]).tzinfo is None:
            yield name
    if not all(isinstance(one.get("name"), str) for one in item.get("authors", [])):
        yield "authors"
    if not all(isinstance(tag, str) for tag in item.get("tags", [])):
        yield "tags"
