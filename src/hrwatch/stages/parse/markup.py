"""The markup of a feed mended before it is parsed: what a strict parser would give up on, though
its meaning is plain, is written as it should have been."""

import html.entities
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from hrwatch.stages.parse.fields import FORBIDDEN, MAX_CATEGORIES, MAX_ENTRIES
from hrwatch.stages.parse.namespaced import as_categories

_ENTRY = re.compile(r"<((?:[\w.-]+:)?(?:item|entry))(?=[\s/>])", re.I)
_ENTRY_END = re.compile(r"</(?:[\w.-]+:)?(?:item|entry)\s*>", re.I)
_ROOT = re.compile(r"<(?:[\w.-]+:)?(?:rss|feed|rdf|channel)(?=[\s>])", re.I)
_ROOT_END = re.compile(r"</(?:[\w.-]+:)?(?:rss|feed|rdf|channel)\s*>", re.I)
_PROLOG = re.compile(r"\s+|<\?.*?\?>|<!DOCTYPE\b[^>\[]*(?:\[.*?\]\s*)?>", re.S | re.I)
_DECLARATION = re.compile(r"<\?xml[\s?][^<>]{0,400}\?>")
# Within these characters a declaration may stand after blank lines or a comment, against the
# standard; anywhere else it is somebody's example.
_DECLARED_WITHIN = 2_000
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")
_LONGEST_REFERENCE = 20  # leading zeros and all
# An ampersand before anything that XML itself does not define.
_AMPERSAND = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]+|#[xX][0-9a-fA-F]+);)([A-Za-z]\w{1,31};)?"
)
# What begins no tag, such as in `5 < 7`; feedparser takes 7 s for 100 KB of them.
_LESS_THAN = re.compile(r"<(?![^\W\d]|[_:/!?])")
_CDATA, _CDATA_END = "<![CDATA[", "]]>"
_COMMENT, _COMMENT_END = "<!--", "-->"
_SECTION = re.compile(r"<!\[CDATA\[|<!--")
_ELEMENT_BEFORE = re.compile(r"<([\w.:-]+)[^<>]*>\s*\Z")
_ELEMENT_WITHIN = 200  # characters before a section, where its element is looked for
_CATEGORY_START = re.compile(r"<(?:[\w.-]{1,20}:)?(?:category|subject)\b")
_CATEGORY = re.compile(
    rf"{_CATEGORY_START.pattern}[^<>]*+(?:(?<=/)>|>(?:[^<]|<!)*+"
    r"</(?:[\w.-]{1,20}:)?(?:category|subject)\s*>)"
)
_BEFORE_ENTRY = re.compile(r"(?=<(?:item|entry)\b)")


@dataclass(frozen=True, slots=True)
class Mended:
    """A document's markup without comments and declaration, and what it is seen to hold."""

    text: str
    warnings: tuple[str, ...]
    starts: tuple[int, ...]  # where its entries begin
    cut_off: bool  # it stops before its root element is closed
    unfinished: bool  # it stops within its last entry


def mend(written: str) -> Mended:
    """Given the text of an XML document, return it without what XML forbids: stray characters,
    references to none, undefined entities, bare ampersands, and what stands around the root."""
    head = _DECLARATION.sub("", written[:_DECLARED_WITHIN], count=1)
    markup = FORBIDDEN.sub("", head + written[_DECLARED_WITHIN:])
    markup = _REFERENCE.sub(_reference, markup)
    own_entities = "<!ENTITY" in markup  # feedparser knows which of them are safe
    pieces = [
        (piece, piece if is_cdata or own_entities else _escaped(piece))
        for piece, is_cdata in _pieces(markup)
    ]
    warnings = []
    if any(before != after for before, after in pieces):
        warnings.append("bare signs or undefined entities are mended")
    mended = "".join(after for _, after in pieces)
    found, around = _root_of(_thinned(as_categories(mended.strip())))
    if around:
        warnings.append(f"{around} characters around the feed are left out")
    starts = _starts(found)
    last = starts[-1] if starts else 0
    ended = any(True for _ in _ROOT_END.finditer(found, last))
    cut_off = not ended and bool(_ROOT.search(found)) and (bool(starts) or not found.endswith("/>"))
    alone = re.compile(r"<[^<>]*/>").match(found, last)
    unfinished = starts and cut_off and not alone and not _ENTRY_END.search(found, last)
    if len(starts) > MAX_ENTRIES:
        # Before they are parsed: a document of 160 000 empty entries took 336 MB.
        warnings.append(f"{len(starts)} entries: only the first {MAX_ENTRIES} are read")
        found = found[: starts[MAX_ENTRIES]] + found[_after(found, last) :]
        starts, unfinished = starts[:MAX_ENTRIES], False
    return Mended(
        text=found,
        warnings=tuple(warnings),
        starts=starts,
        cut_off=cut_off,
        unfinished=bool(unfinished),
    )


def _after(markup: str, last: int) -> int:
    """Return where the last entry, which begins at `last`, ends."""
    end = _ENTRY_END.search(markup, last) or _ROOT_END.search(markup, last)
    return end.start() if end and end.re is _ROOT_END else end.end() if end else len(markup)


def _reference(match: re.Match[str]) -> str:
    if len(match[0]) > _LONGEST_REFERENCE:
        return ""
    code = int(match[1], 16) if match[1] else int(match[2])
    if code > sys.maxunicode or FORBIDDEN.match(chr(code)):
        return ""
    return match[0]


def _pieces(markup: str) -> Iterator[tuple[str, bool]]:
    """Yield the pieces of a document, comments left out, and of each whether it is a CDATA
    section. A section that would swallow the entries after it was never closed, and is closed
    with its element. Every character is looked at a bounded number of times."""
    position = 0
    ends = {_CDATA_END: -1, _COMMENT_END: -1}  # where each stands next, as far as that is known
    while opening := _SECTION.search(markup, position):
        start, inside = opening.start(), opening.end()
        yield markup[position:start], False
        closing = _CDATA_END if opening[0] == _CDATA else _COMMENT_END
        if ends[closing] < inside:
            found = markup.find(closing, inside)
            ends[closing] = found if found >= 0 else len(markup)
        end = ends[closing]
        swallowed = _ENTRY_END.search(markup, inside, end)
        if swallowed and (end == len(markup) or markup.find(opening[0], inside, end) >= 0):
            end = _own_end(markup, start, inside, swallowed.start())
            position = end if closing == _CDATA_END else inside
        else:
            position = min(end + len(closing), len(markup))
        if closing == _CDATA_END:
            yield f"{markup[start:end]}{_CDATA_END}", True
    yield markup[position:], False


def _own_end(markup: str, start: int, inside: int, swallowed: int) -> int:
    """Return where the element that a section stands in ends, at most where its entry does."""
    element = _ELEMENT_BEFORE.search(markup, max(0, start - _ELEMENT_WITHIN), start)
    end = markup.find(f"</{element[1]}", inside, swallowed) if element else -1
    return end if end >= 0 else swallowed


def _escaped(piece: str) -> str:
    piece = _AMPERSAND.sub(_entity, piece).replace(_CDATA_END, "]]&gt;")
    return _LESS_THAN.sub("&lt;", piece)


def _entity(match: re.Match[str]) -> str:
    """Return what an entity of HTML stands for; else what it reads as."""
    name = match[1] or ""
    return html.entities.html5.get(name) or f"&amp;{name}"


def _root_of(markup: str) -> tuple[str, int]:
    """Return the document without what stands before its root and after it (warnings of a server,
    a page around the feed), and how much that was."""
    root = _ROOT.search(markup)
    if not root:
        return markup, 0
    prolog = 0
    while match := _PROLOG.match(markup, prolog):
        prolog = match.end()
    start = 0 if prolog >= root.start() else root.start()
    end = len(markup)
    for match in _ROOT_END.finditer(markup, start):
        end = match.end()
    if markup[end:].isspace() or _ENTRY.search(markup, end):
        end = len(markup)
    return markup[start:end], start + len(markup) - end


def _thinned(markup: str) -> str:
    """Return the document with no more categories in an entry than are kept: feedparser compares
    each with every other, which took 10 s for 30 000."""
    return "".join(
        _CATEGORY.sub("", piece, excess)
        if (excess := _categories(piece) - MAX_CATEGORIES) > 0
        else piece
        for piece in _BEFORE_ENTRY.split(markup)
    )


def _categories(piece: str) -> int:
    return sum(1 for _ in _CATEGORY_START.finditer(piece))


def _starts(markup: str) -> tuple[int, ...]:
    """Return where the entries of a document begin: those of the name that the first one has."""
    starts: list[int] = []
    name, offset = "", 0
    for piece, is_cdata in _pieces(markup):
        for match in () if is_cdata else _ENTRY.finditer(piece):
            name = name or match[1].lower()
            if match[1].lower() == name:
                starts.append(offset + match.start())
        offset += len(piece)
    return tuple(starts)
