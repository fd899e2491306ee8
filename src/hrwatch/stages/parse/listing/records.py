"""What stands around the link of an entry: its title, its date, its teaser."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree  # type: ignore[import-untyped]  # lxml brings no types

from hrwatch import text
from hrwatch.stages.parse.page import MAX_TITLE, Element, words

MAX_SUMMARY = 2_000
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
# What is read of one entry, in stretches of text.
_MAX_PIECES = 200
_MAX_HEADINGS = 10
# The least that makes a teaser, in characters; a date and a category together are shorter.
_TEASER = 40
# A title in fewer letters is most likely that of a menu or a section.
LEAST_WEIGHT = 16
_SHORT = 120  # a date with its "Published on" and its author is shorter
_INLINE_NAMES = (
    "a abbr b bdi bdo cite code data em font i ins kbd mark q s small span strong sub sup time tt "
    "u var wbr"
)
_INLINE = frozenset(_INLINE_NAMES.split())
_SILENT = frozenset(("script", "style", "template", "noscript", "svg", "button", "select"))
_TITLE_NAMES = re.compile(r"(?:.*[-_])?(?:title|headline|heading|titre|titulo)(?:[-_].*)?", re.I)
_DATE_NAMES = re.compile(
    r"(?:.*[-_])?(?:date|time|datetime|published|posted|created|day|when|fecha|datum|tarih)"
    r"(?:[-_].*)?",
    re.I,
)
_DIGIT = re.compile(r"\d")
_READ_ON = re.compile(
    r"(?:read|learn|find out|see|view|show|continue)(?: the| full| reading)*(?: more| article| on"
    r"| post| all| story| statement| release)?|more|details|continue reading|download|pdf|open|link"
    r"|lire(?: la suite| plus| l.article)?|en savoir plus|leer(?: más| mas)?|ver más|saber más"
    r"|ler mais|leia mais|saiba mais|mehr(?: lesen| erfahren)?|weiterlesen|leggi(?: tutto)?"
    r"|continua(?: a leggere)?|читать(?: далее| полностью| дальше)?|подробнее|далее|ещё"
    r"|читати(?: далі)?|детальніше|чытаць(?: далей)?|падрабязней|devamı(?:nı oku)?|daha fazla"
    r"|اقرأ المزيد|المزيد|للمزيد|قراءة المزيد|ادامه(?: مطلب)?|بیشتر(?: بخوانید)?"
    r"|阅读全文|閱讀全文|阅读更多|閱讀更多|查看更多|更多|全文|详情|詳情|続きを読む|もっと見る",
    re.I,
)
_WIDE = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)


@dataclass(frozen=True, slots=True)
class Extent:
    """What one entry consists of, in its order: elements, and text between them."""

    parts: tuple[Element | str, ...]
    links: tuple[Element, ...]  # to the entry's page

    def parent(self) -> Element | None:
        """Return the element in which the entry stands beside others."""
        return next(one.getparent() for one in self.parts if not isinstance(one, str))

    def elements(self, *tags: str) -> Iterator[Element]:
        """Yield the elements of these names, or all, in the order of the document."""
        for part in self.parts:
            if not isinstance(part, str):
                yield from (one for one in part.iter(*tags) if isinstance(one.tag, str))


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of text that stands by itself."""

    element: Element
    words: str


def weight(title: str) -> float:
    """Return how much a title says: its length in letters of an alphabet."""
    return len(title) + 1.5 * len(_WIDE.findall(title))


def is_invitation(title: str) -> bool:
    """Say whether a link's text is "Read more" in one of many languages, and no title."""
    return _READ_ON.fullmatch(title.strip(" .…»›→>:[]()-–\u200f\u200e")) is not None


def title(extent: Extent) -> str:
    """Given an entry's extent, return its title; empty where there is none, or where the heading
    beside the link is that of another page."""
    ours = frozenset(extent.links)
    some = itertools.islice(extent.elements(*HEADINGS), _MAX_HEADINGS)
    headings = [(one, words(one)) for one in some]
    for heading, told in headings:
        if told and (ours.intersection(heading.iter("a")) or _is_in(heading, ours)):
            return told
    if any(_leads_elsewhere(heading) for heading, _ in headings):
        return ""  # this link is its author or its section
    told = next((line for _, line in headings if weight(line) >= LEAST_WEIGHT), "")
    return told or _plain_link(extent) or _by_name(extent) or _link_text(extent)


def dates(extent: Extent, told: str) -> Iterator[str]:
    """Given an extent and the entry's title, yield the texts in which its date may be written, the
    likeliest first."""
    for element in extent.elements("time"):
        if element.get("datetime"):
            yield element.get("datetime")
    for element in extent.elements():
        if element.get("itemprop") in ("datePublished", "dateCreated"):
            yield element.get("content") or element.get("datetime") or words(element)
    named = [one for one in pieces(extent) if _is_dated(one.element)]
    for one in (*named, *blocks(extent)):
        line = one.words.replace(told, " ").strip() if told else one.words
        if len(line) <= _SHORT and _DIGIT.search(line):
            yield line


def summary(extent: Extent, told: str) -> str:
    """Given an extent and the entry's title, return its teaser, or an empty string."""
    candidates = [
        one.words
        for one in blocks(extent)
        if weight(one.words) >= _TEASER
        and not one.words.startswith(told)
        and one.element.tag not in HEADINGS
    ]
    return text.clean_line(max(candidates, key=len, default=""), MAX_SUMMARY)


def pieces(extent: Extent) -> Iterator[Block]:
    """Yield the stretches of text between two tags, each with the element that it is in."""
    return itertools.islice(_pieces(extent), _MAX_PIECES)


def _pieces(extent: Extent) -> Iterator[Block]:
    around = extent.links[0].getparent()
    for part in extent.parts:
        if isinstance(part, str):
            yield Block(around, text.clean_line(part, MAX_TITLE))
            continue
        silent: set[Element] = set()
        for event, element in etree.iterwalk(part, events=("start", "end")):
            if event == "start":
                if not isinstance(element.tag, str) or element.tag in _SILENT:
                    silent.add(element)
                elif not silent and element.text and (line := element.text.strip()):
                    yield Block(element, text.clean_line(line, MAX_TITLE))
                continue
            silent.discard(element)
            if element is part or silent or not element.tail:
                continue
            if line := element.tail.strip():
                yield Block(element.getparent(), text.clean_line(line, MAX_TITLE))


def blocks(extent: Extent) -> Iterator[Block]:
    """Yield the text of an extent by paragraphs, list items and the like."""
    element: Element = None
    gathered: list[str] = []
    for piece in pieces(extent):
        owner = _block(piece.element)
        if owner is not element and gathered:
            yield Block(element, " ".join(gathered))
            gathered = []
        element = owner
        gathered.append(piece.words)
    if gathered:
        yield Block(element, " ".join(gathered))


def _block(element: Element) -> Element:
    while element.tag in _INLINE and (above := element.getparent()) is not None:
        element = above
    return element


def _is_in(element: Element, links: frozenset[Element]) -> bool:
    return any(above in links for above in element.iterancestors("a"))


def _leads_elsewhere(heading: Element) -> bool:
    """Say whether a heading is a link, or within one."""
    return any(
        one.get("href") for one in itertools.chain(heading.iter("a"), heading.iterancestors("a"))
    )


def _plain_link(extent: Extent) -> str:
    """Return the text of the first link that holds a title and nothing else."""
    for link in extent.links:
        lines = [one.words for one in blocks(Extent((link,), (link,)))]
        if len(lines) == 1 and weight(lines[0]) >= LEAST_WEIGHT and not is_invitation(lines[0]):
            return lines[0]
    return ""


def _by_name(extent: Extent) -> str:
    """Return the text of the first element that is called a title by its class."""
    for element in extent.elements():
        if _named(element, _TITLE_NAMES):
            told = words(element)
            if weight(told) >= LEAST_WEIGHT and not is_invitation(told):
                return told
    return ""


def _link_text(extent: Extent) -> str:
    """Return what the links to the entry's page say: the first of their texts that is a title."""
    shorter = []
    for link in extent.links:
        lines = [one.words for one in blocks(Extent((link,), (link,)))]
        said = [one for one in lines if not is_invitation(one)]
        if good := [one for one in said if weight(one) >= LEAST_WEIGHT]:
            return good[0]
        shorter += said
    told = [one.get("title") or one.get("aria-label") or "" for one in extent.links]
    told += [image.get("alt") or "" for one in extent.links for image in one.iter("img")]
    hidden = [text.clean_line(one, MAX_TITLE) for one in told if not is_invitation(one)]
    return next((one for one in (*hidden, *shorter) if one), "")


def _is_dated(element: Element) -> bool:
    """Say whether an element, or the one around it, is called a date by its class."""
    above = element.getparent()
    return _named(element, _DATE_NAMES) or (above is not None and _named(above, _DATE_NAMES))


def _named(element: Element, names: re.Pattern[str]) -> bool:
    said = f"{element.get('class') or ''} {element.get('itemprop') or ''}"[:300].split()
    return any(names.fullmatch(one) for one in said)
