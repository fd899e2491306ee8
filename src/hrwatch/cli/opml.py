"""OPML 2.0 (http://opml.org/spec2.opml), the lists that feed readers exchange: read and written.

What is read was written by strangers: bounded, without a document type (so that no entity expands
and no other file is named), and walked without recursion.
"""

import re
from collections.abc import Iterable
from dataclasses import fields
from xml.etree import ElementTree
from xml.parsers import expat

from hrwatch import text
from hrwatch.config.additions import Offer
from hrwatch.model.feeds import Feed, Select

MAX_BYTES = 10_000_000
MAX_DEPTH = 64
# The standard has no word for a page that is read as a feed is; attributes of others may stand in a
# document where they have a namespace.
NAMESPACE = "urn:hrwatch:opml"
_PAGE = "hrwatch:page"
_SELECTORS = tuple(one.name for one in fields(Select))
_SWITCHED_OFF = {"text": "switched off", "isComment": "true"}
_DECLARED = re.compile(rb"<\?xml[^>]{0,100}encoding=[\"']([A-Za-z0-9._-]{1,40})")


def read(body: bytes) -> tuple[Offer, ...]:
    """Given an OPML document, return the feeds in it, folders left out, in the document's order;
    raise ValueError with a sentence for the operator where it cannot be read."""
    if len(body) > MAX_BYTES:
        raise ValueError(f"is larger than {MAX_BYTES // 1_000_000} MB, the most that is read")
    declared = _DECLARED.match(body.lstrip())
    reader = _Reader()
    try:
        # As text: of encodings, expat knows but a handful.
        reader.parser.Parse(text.decode(body, declared[1].decode() if declared else ""), True)
    except expat.ExpatError as error:
        told = expat.errors.messages.get(error.code, "") or expat.ErrorString(error.code)
        raise ValueError(f"is no XML at line {error.lineno}: {told}") from error
    return tuple(reader.found)


def write(feeds: Iterable[Feed]) -> str:
    """Return the feeds as a document: the name is the label, the publisher the title.

    Those that are switched off stand in an outline that is a comment, as the standard has it:
    readers that know comments leave them alone. A listing page is a link that only we poll.
    """
    root = ElementTree.Element("opml", {"version": "2.0", "xmlns:hrwatch": NAMESPACE})
    head = ElementTree.SubElement(root, "head")
    ElementTree.SubElement(head, "title").text = "hrwatch feeds"
    body = ElementTree.SubElement(root, "body")
    listed = tuple(feeds)
    for feed in listed:
        if feed.enabled:
            ElementTree.SubElement(body, "outline", _outline(feed))
    if not all(feed.enabled for feed in listed):
        switched_off = ElementTree.SubElement(body, "outline", _SWITCHED_OFF)
        for feed in listed:
            if not feed.enabled:
                ElementTree.SubElement(switched_off, "outline", _outline(feed))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)


def _outline(feed: Feed) -> dict[str, str]:
    if feed.page:
        selectors = {
            f"hrwatch:{name}": selector
            for name in _SELECTORS
            if (selector := getattr(feed.select, name))
        }
        where = {"type": "link", "url": feed.page, _PAGE: feed.page} | selectors
    else:
        where = {"type": "rss", "xmlUrl": feed.address}
    described = {"text": feed.name, "title": feed.publisher or feed.name}
    return where | described | ({"language": feed.language} if feed.language else {})


class _Reader:
    """Collects outlines as the parser meets them."""

    def __init__(self) -> None:
        self.found: list[Offer] = []
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._refuse_document_type
        self._depth = 0
        self._comment = 0  # how deep the comment begins that we are in; 0: in none

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if not self._depth and name.lower() != "opml":
            raise ValueError(f"is no OPML: it begins with <{text.clean_line(name, 60)}>")
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ValueError(
                f"is nested deeper than {MAX_DEPTH} at line {self.parser.CurrentLineNumber}"
            )
        given = {key.lower(): text.clean_line(value) for key, value in attributes.items()}
        if name.lower() != "outline":
            return
        if given.get("iscomment") == "true" and not self._comment:
            self._comment = self._depth
        kind = "xmlurl" if given.get("xmlurl") else _PAGE
        selectors = {name: given.get(f"hrwatch:{name}", "") for name in _SELECTORS}
        if not given.get(kind):
            return
        self.found.append(
            Offer(
                line=self.parser.CurrentLineNumber,
                label=given.get("text") or given.get("title", ""),
                publisher=given.get("title") or given.get("text", ""),
                # Cut nowhere: what is too long for an address is refused later, by its line.
                address=attributes[_spelled(kind, attributes)].strip(),
                language=given.get("language", ""),
                is_page=kind == _PAGE,
                enabled=not self._comment,
                select=Select(**selectors),
            )
        )

    def _end(self, _: str) -> None:
        if self._depth == self._comment:
            self._comment = 0
        self._depth -= 1

    def _refuse_document_type(self, *_: object) -> None:
        raise ValueError(
            f"has a <!DOCTYPE> at line {self.parser.CurrentLineNumber}: such a document can blow "
            "up or name other files, and OPML needs none; remove it"
        )


def _spelled(name: str, attributes: Iterable[str]) -> str:
    """Return how `name` is spelled here: programs differ in its capitals."""
    return next(given for given in attributes if given.lower() == name)
