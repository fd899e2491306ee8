"""An HTML page as a tree, bounded, with what it says of itself: its address, title, language."""

import re
from dataclasses import dataclass
from typing import Any

from lxml import etree, html  # type: ignore[import-untyped]  # lxml brings no types

from hrwatch import text, urls
from hrwatch.errors import ParseError
from hrwatch.stages.parse import packed

# A listing of 300 entries with all that surrounds it is some 500 KB.
MAX_PAGE = 2_000_000
MAX_TITLE = 1_000
Element = Any  # lxml brings no types

_META_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{1,40})", re.I
)
_XML_CHARSET = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"']{1,40})[\"']")
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,400}\?>")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8}){0,4}")


@dataclass(frozen=True, slots=True)
class Page:
    """A page, read."""

    root: Element
    url: str  # its own address, empty where a file does not tell
    base: str  # what its links are joined to
    title: str
    language: str


def decoded(body: bytes, content_type: str) -> tuple[str, bool]:
    """Given an HTML document and its Content-Type, return its text without what XML forbids, and
    whether it is longer than what is read; gzip that its server forgot to tell is undone."""
    body, _ = packed.unpacked(body)
    start = body[:4_096]
    declared = [text.header_charset(content_type)]
    declared += [m[1].decode("ascii") for m in (_META_CHARSET.search(start),) if m]
    declared += [m[1].decode("ascii", "replace") for m in (_XML_CHARSET.match(start),) if m]
    markup = _FORBIDDEN.sub("", text.decode(body[:MAX_PAGE], *declared))
    return _XML_DECLARATION.sub("", markup), len(body) > MAX_PAGE


def read(markup: str, url: str) -> Page:
    """Given the text of an HTML document and its address, return the page; raise ParseError where
    no tree can be made of it. `url` may be empty: then the page's own word for it counts."""
    parser = html.HTMLParser(
        collect_ids=False, default_doctype=False, remove_comments=True, remove_pis=True
    )
    try:
        root = html.document_fromstring(markup[:MAX_PAGE], parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise ParseError(f"no HTML that can be read ({type(error).__name__})") from error
    own = url or _told_address(root)
    base = next((one.get("href") for one in root.iter("base") if one.get("href")), "")
    match = _LANGUAGE.fullmatch((root.get("lang") or root.get("xml:lang") or "").strip())
    return Page(
        root=root,
        url=own,
        base=urls.absolute(base, own) or own,
        title=_title(root),
        language=match[0].replace("_", "-") if match else "",
    )


def words(element: Element) -> str:
    """Return the text of an element on one line, clean."""
    told = " ".join(" ".join(element.itertext()).split())
    return text.clean_line(told, MAX_TITLE)


def _told_address(root: Element) -> str:
    """Return the address that a page gives itself, for one that comes from a file."""
    told = [one.get("href") for one in root.iter("link") if one.get("rel") == "canonical"]
    told += [one.get("content") for one in root.iter("meta") if one.get("property") == "og:url"]
    return next((address for one in told if one and (address := urls.absolute(one, one))), "")


def _title(root: Element) -> str:
    named = {one.get("property"): one.get("content") for one in root.iter("meta")}
    told = [named.get("og:site_name"), named.get("og:title"), *map(words, root.iter("title"))]
    return next((line for one in told if one and (line := text.clean_line(one, MAX_TITLE))), "")
