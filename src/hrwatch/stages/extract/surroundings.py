"""What stands on a page around its story, as far as its markup tells: lines that are links, and
what is in elements named for it. Asked only where a reading differs from an earlier one, so that a
new list of other stories is not taken for a change of this one.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree  # type: ignore[import-untyped]  # lxml brings no types
from lxml.html import HtmlElement  # type: ignore[import-untyped]  # the same

from hrwatch import text
from hrwatch.errors import ExtractError
from hrwatch.stages.extract import MAX_PAGE
from hrwatch.stages.extract.article import parsed

_LONGEST = 2_500  # characters of such an element; a larger one holds the story as well
_LONGEST_FORM = 400  # some servers put a whole page into one
_LONGEST_PARAGRAPH = 400  # in it
_LONGEST_LINE = 300  # of links
_LONGEST_NAME = 1_000
_LINKED = 0.6  # of the letters of a line
_TAGS = frozenset({"nav", "aside", "footer", "form", "button", "label", "select", "time"})
_NEVER = frozenset({"html", "head", "body", "main", "article"})
_ROLES = frozenset({"navigation", "complementary", "contentinfo", "search", "button", "dialog"})
# As parts of classes and ids: share-buttons, relatedPosts, div-gpt-ad-1. No word that builders of
# sites give to the blocks of which a story is made: widget (Elementor), views-field (Drupal),
# teaser and print (of leads).
_NAMES = """
    ad ads adsense adslot advert adverts advertisement advertising sponsor sponsored sponsors promo
    promos promoted promotion outbrain taboola related relatedposts recommend recommended
    recommendation recommendations recirculation recirc readmore mostread mostviewed popular
    trending share sharing shares sharedaddy social socials addtoany addthis newsletter newsletters
    subscribe subscription subscriptions signup paywall donate donation donations cookie cookies
    consent gdpr banner popup modal overlay sidebar toolbar breadcrumb breadcrumbs pagination pager
    nav navbar menu footer comment comments disqus tags tagcloud byline author authors dateline
    timestamp posted published updated modified viewcount pageviews hits counter readtime
    readingtime yarpp
"""
_NAMED = frozenset(_NAMES.split())
_COUNTED = re.compile(r"(?:^|[-_\s])views(?:[-_]?count)?(?=\s|$)")
_WITH = re.compile(r"\b(?:has|no|with|without)[-_]\w+")  # has-sidebar: what stands beside it
_BLOCK_TAGS = """
    p li ul ol div section table tr td th dl dd dt h1 h2 h3 h4 h5 h6 blockquote figure figcaption
    article aside header footer main nav form pre
"""
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_UNSEEN = frozenset({"script", "style", "noscript", "template", "title"})
_BEGINNING = 12  # characters; a shorter block could stand anywhere
_NEAR = 20  # blocks that begin alike
_BETWEEN = " |\u00a0"
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What does not belong to the story of a page."""

    lines: frozenset[str]  # as text.normalised gives them
    names: tuple[str, ...]  # of the site: as it says itself, and its host
    blocks: tuple[str, ...] = ()  # all that stands on the page, a line for each block


def surroundings(body: bytes, *, url: str, content_type: str) -> Surroundings:
    """Given a page, or a fragment as a feed holds it, return what stands around its story; nothing
    where it cannot be read."""
    host = urlsplit(url).hostname or ""
    try:
        tree = parsed(body[:MAX_PAGE], content_type)
    except ExtractError:
        return Surroundings(frozenset(), (host,) if host else ())
    said = tree.find(".//meta[@property='og:site_name']")
    site = text.clean_line(said.get("content") or "", 200) if said is not None else ""
    lines = frozenset(key for line in _lines(tree) if (key := text.normalised(line)))
    names = tuple(name for name in (site, host) if name)
    return Surroundings(lines, names, tuple(_blocks(tree)))


def relined(told: str, blocks: Sequence[str]) -> str:
    """Given the text of a page's story and the page's blocks, in order, return the text with line
    ends between blocks: of a page laid out as a table trafilatura makes one line, in which no stamp
    could be told from the story."""
    beginning: dict[str, list[str]] = defaultdict(list)
    for block in dict.fromkeys(blocks):
        same = beginning[block[:_BEGINNING]]
        if len(block) >= _BEGINNING and len(same) < _NEAR:
            same.append(block)
    for same in beginning.values():
        same.sort(key=len, reverse=True)
    return "\n".join(part for line in told.split("\n") for part in _parted(line, beginning))


def _parted(line: str, beginning: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield the blocks of a line, and what stands between them."""
    start = position = 0
    while position < len(line):
        near = beginning.get(line[position : position + _BEGINNING], ())
        block = next((one for one in near if line.startswith(one, position)), None)
        if block is None:
            space = line.find(" ", position)
            position = len(line) if space < 0 else space + 1
            continue
        if before := line[start:position].strip(_BETWEEN):
            yield before
        yield block
        position += len(block)
        while position < len(line) and line[position] in _BETWEEN:
            position += 1
        start = position
    if (rest := line[start:].strip(_BETWEEN)) or not line:
        yield rest


def _blocks(tree: HtmlElement) -> Iterator[str]:
    """Yield the text of a page, cut where a block begins or ends and where a line is broken."""
    pieces: list[str] = []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        cuts = element.tag in _BLOCKS or element.tag == "br"
        if cuts and event == "start":
            yield from _block(pieces)
            pieces = []
        if event == "start":
            pieces.append((element.text or "") if element.tag not in _UNSEEN else "")
        else:
            if cuts:
                yield from _block(pieces)
                pieces = []
            pieces.append(element.tail or "")
    yield from _block(pieces)


def _block(pieces: Sequence[str]) -> Iterator[str]:
    if told := " ".join(text.clean("".join(pieces)).split()):
        yield told


def _lines(tree: HtmlElement) -> Iterator[str]:
    waiting = [tree]
    while waiting:
        element = waiting.pop()
        if not isinstance(element.tag, str):
            continue
        if _is_around(element):
            yield from _lines_within(element)
            continue
        # The length first: blocks in inline elements in blocks would have all of it told again.
        if _is_innermost(element) and len(element.text_content()) <= _LONGEST:
            line = _told(element)
            links = [_told(link) for link in element.iter("a")]
            if len(line) <= _LONGEST_LINE and sum(map(len, links)) >= _LINKED * len(line):
                yield line
                yield from links
        waiting.extend(element)


def _is_innermost(element: HtmlElement) -> bool:
    return element.tag in _BLOCKS and not any(child.tag in _BLOCKS for child in element)


def _is_around(element: HtmlElement) -> bool:
    if element.tag in _NEVER:
        return False
    named = f"{element.get('class') or ''} {element.get('id') or ''}"[:_LONGEST_NAME]
    if not (
        element.tag in _TAGS
        or element.get("role") in _ROLES
        or any(part.lower() in _NAMED for part in _PARTS.findall(_WITH.sub("", named)))
        or _COUNTED.search(named)
    ):
        return False
    longest = _LONGEST_FORM if element.tag == "form" else _LONGEST
    return len(element.text_content()) <= longest and not any(
        len(one.text_content()) > _LONGEST_PARAGRAPH for one in element.iter("p")
    )


def _lines_within(element: HtmlElement) -> Iterator[str]:
    """Yield the whole of an element, its innermost blocks, and every stretch of text in it: a
    reading may have cut it into any of them."""
    yield _told(element)
    for each in element.iter():
        if not isinstance(each.tag, str):
            continue
        if _is_innermost(each):
            yield _told(each)
        yield each.text or ""
        if each is not element:
            yield each.tail or ""


def _told(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())
