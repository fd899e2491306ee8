"""A feed taken apart, for where its parser loses entries: what is broken in one entry then stays
within that one."""

import html
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

# An entry that is broken itself is read from its fields alone, up to this many characters.
_MAX_ENTRY = 200_000
_MAX_FIELDS = 100
_NAMESPACES = {
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
}
_PREFIX = re.compile(r"\sxmlns:([\w.-]+)\s*=\s*(?:\"([^\"<>]{1,300})\"|'([^'<>]{1,300})')")
_FIELD = re.compile(
    r"<(title|link|guid|id|description|summary|content|pubDate|published|updated|author|category"
    r"|language|ttl|content:encoded|dc:date|dc:creator|dc:language|feedburner:origLink"
    r"|sy:updatePeriod|sy:updateFrequency)(\s[^<>]*)?>"
)
_ATTRIBUTE = re.compile(r"([A-Za-z]{1,30})\s{0,9}=\s{0,9}(\"[^\"]{0,8000}\"|'[^']{0,8000}')")
_ATTRIBUTES = frozenset({"href", "rel", "type", "isPermaLink", "term", "label"})
_CDATA = re.compile(r"\s*<!\[CDATA\[(.*?)\]\]>\s*", re.S)


def rebuilt(markup: str, starts: Sequence[int]) -> str:
    """Given a mended document and where its entries begin, return a well-formed one with as many:
    each as it stands where that is possible, else with what its known fields hold."""
    name = re.split(r"[\s/>]", markup[starts[0] + 1 : starts[0] + 100])[0]
    prefix, _, bare = name.rpartition(":")
    bounds = [*starts, len(markup)]
    head = _unprefixed(markup[: starts[0]], prefix)
    opening, closing = _root(head, is_atom=bare.lower() == "entry")
    parts = [opening, "".join(_fields(head))]
    for start, end in pairwise(bounds):
        whole, closed, _ = markup[start:end].partition(f"</{name}")
        entry = _unprefixed(f"{whole}</{name}>" if closed else whole, prefix)
        if _is_well_formed(f"{opening}{entry}{closing}"):
            parts.append(entry)
        else:
            parts.append(f"<{bare}>{''.join(_fields(entry[:_MAX_ENTRY]))}</{bare}>")
    return f"{''.join(parts)}{closing}"


def _root(head: str, *, is_atom: bool) -> tuple[str, str]:
    """Return the beginning and the end of a document, with the namespaces of the broken one."""
    known = dict(_NAMESPACES)
    for match in _PREFIX.finditer(head[:_MAX_ENTRY]):
        known[match[1]] = match[2] or match[3]
    told = "".join(f" xmlns:{prefix}={quoteattr(name)}" for prefix, name in known.items())
    if is_atom:
        return f'<feed xmlns="http://www.w3.org/2005/Atom"{told}>', "</feed>"
    opening = f'<rss version="2.0"{told}><channel>'
    if not _is_well_formed(f"{opening}</channel></rss>"):  # a prefix that may not be declared
        return '<rss version="2.0"><channel>', "</channel></rss>"
    return opening, "</channel></rss>"


def _unprefixed(markup: str, prefix: str) -> str:
    return re.sub(rf"(</?){re.escape(prefix)}:", r"\1", markup) if prefix else markup


def _is_well_formed(document: str) -> bool:
    parser = expat.ParserCreate(namespace_separator=" ")
    try:
        parser.Parse(document.encode("utf-8", "replace"), True)
    except expat.ExpatError:
        return False
    return True


def _fields(markup: str) -> Iterator[str]:
    """Yield the known fields of an entry, each written anew."""
    position = 0
    for _ in range(_MAX_FIELDS):
        match = _FIELD.search(markup, position)
        if not match:
            return
        name, attributes = match[1], _attributes(match[2] or "")
        position = match.end()
        if (match[2] or "").endswith("/"):
            yield f"<{name}{attributes}/>"
            continue
        end = markup.find(f"</{name}", position)
        if end < 0:  # never closed: it ends where the next one begins
            following = _FIELD.search(markup, position)
            end = following.start() if following else len(markup)
        held = markup[position:end]
        cdata = _CDATA.fullmatch(held)
        told = cdata[1] if cdata else html.unescape(held)
        told = told.replace("]]>", "]]]]><![CDATA[>").strip()
        yield f"<{name}{attributes}><![CDATA[{told}]]></{name}>"
        position = end


def _attributes(written: str) -> str:
    """Return the attributes that matter; what was markup in a field is text in it now."""
    return "".join(
        f" {match[1]}={quoteattr(html.unescape(match[2][1:-1].replace('xhtml', 'html')))}"
        for match in _ATTRIBUTE.finditer(written)
        if match[1] in _ATTRIBUTES
    )
