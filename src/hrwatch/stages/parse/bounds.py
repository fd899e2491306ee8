"""What no document may be that claims to be a feed: one whose own entities grow without measure,
or whose elements nest without end. Refused before a parser spends a worker's time on it. Pure."""

import re
from collections import Counter

from hrwatch.errors import ParseError

MOST_ENTITIES = 1_000
MOST_GROWN = 10_000_000  # characters that all entities together stand for
DEEPEST = 20_000  # feeds have 10; what is not well-formed may leave many elements open
MOST_BARE = 10_000
_DEEPEST_ENTITY = 20  # entities within entities

_ROOT = re.compile(r"<(?:[\w.-]{1,50}:)?(?:rss|feed|rdf|channel)[\s>]", re.I)
_ENTITY = re.compile(r"<!ENTITY\s{1,50}([\w:.-]{1,100})\s{1,50}(?:\"([^\"<]*)\"|'([^'<]*)')", re.I)
_REFERENCE = re.compile(r"&([\w:.-]{1,100});")
# An element's beginning or end, or the beginning of what holds none.
_MARK = re.compile(r"<!\[CDATA\[|<!--|<(/?)[A-Za-z][^<>]*>")
_ENDS = {"<![CDATA[": "]]>", "<!--": "-->"}


def check(markup: str) -> None:
    """Given the text of an XML document, raise ParseError where it is beyond all measure."""
    if markup.count("<<") > MOST_BARE:
        raise ParseError("a flood of signs that begin no element, not a feed")
    root = _ROOT.search(markup)
    prolog = markup[: root.start()] if root else markup
    if "<!ENTITY" in prolog:
        _check_entities(prolog, markup[len(prolog) :])
    # Each level takes a beginning of its own: without that many there is no need to look.
    if markup.count("<") > DEEPEST:
        _check_depth(markup)


def _check_entities(prolog: str, content: str) -> None:
    if prolog.count("<!ENTITY") > MOST_ENTITIES:
        raise ParseError(f"a document with more than {MOST_ENTITIES} entities of its own")
    values = {name: value or other for name, value, other in _ENTITY.findall(prolog)}
    within = {name: Counter(_REFERENCE.findall(value)) for name, value in values.items()}
    sizes = {name: len(value) for name, value in values.items()}
    for _ in range(_DEEPEST_ENTITY):
        grown = {
            name: len(values[name])
            + sum(times * sizes.get(other, 0) for other, times in within[name].items())
            for name in values
        }
        if grown == sizes or max(grown.values()) > MOST_GROWN:
            break
        sizes = grown
    else:
        raise ParseError("a document whose entities stand within one another without end")
    told = Counter(_REFERENCE.findall(content))
    total = sum(times * grown.get(name, 0) for name, times in told.items())
    if max(grown.values(), default=0) > MOST_GROWN or total > MOST_GROWN:
        raise ParseError(f"a document whose entities grow to more than {MOST_GROWN} characters")


def _check_depth(markup: str) -> None:
    depth = position = 0
    while mark := _MARK.search(markup, position):
        position = mark.end()
        if end := _ENDS.get(mark[0]):
            position = markup.find(end, position)
            if position < 0:
                return  # the rest is text
        elif not mark[0].endswith("/>"):
            depth += -1 if mark[1] else 1
        if depth > DEEPEST:
            raise ParseError(f"a document whose elements nest more than {DEEPEST} deep")
