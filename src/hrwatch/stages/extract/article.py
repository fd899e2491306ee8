"""The article in a web page, by trafilatura: its only home."""

import logging
import re
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # lxml brings no types
from lxml.html import (  # type: ignore[import-untyped]  # the same
    HtmlElement,
    HTMLParser,
    document_fromstring,
)

from hrwatch import text, urls
from hrwatch.errors import ExtractError
from hrwatch.model.articles import Article
from hrwatch.model.feeds import FARTHEST_CLOCK
from hrwatch.stages.extract import MAX_PAGE
from hrwatch.stages.extract.mojibake import mended
from hrwatch.stages.extract.tidy import tidied

# On its own account it tells stderr of every page without text; that is told by ExtractError.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

# Metadata on 1 MB costs over 12 s.
MAX_METADATA = 100_000
MAX_TEXT = 500_000
MAX_TITLE = 1_000
MAX_NAME = 200
MAX_AUTHORS = 20
# Languages that a page is told in; the European Union's sites have 24, Amnesty International's 30.
MAX_TRANSLATIONS = 40
_LINKS_READ = 400
# Below this many characters the precise mode has most likely kept a notice and thrown away the
# article; then the ordinary mode is asked, and believed where it finds twice as much.
SHORT_TEXT = 300

_META_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{1,40})", re.I
)
_XML_CHARSET = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"']{1,40})[\"']")
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,400}\?>")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Types under which servers send pages; the empty one is no claim at all.
_PAGE_TYPES = re.compile(
    r"|text/\w[\w.+-]*|application/(?:[\w.-]+\+)?(?:xml|xhtml)(?:\+xml)?", re.I
)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
_REFERENCE = re.compile(
    r"&(?:amp;){0,3}(?:#[ \t]?x?[0-9a-fA-F]{1,7}|[ \t]?[A-Za-z]{2,8}[0-9]{0,2});"
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8}){0,4}")


def extract(body: bytes, *, url: str, content_type: str, with_metadata: bool) -> Article:
    """Given a page, its address and its Content-Type, return the article in it, with authors,
    date and site name only `with_metadata`; raise ExtractError where there is none.

    Only the first megabyte is read, and of that the first 100 KB for metadata.
    """
    _must_be_page(body, content_type)
    page = _decoded(body[:MAX_PAGE], content_type)
    tree = _tree(page)
    told = _article_text(tree)
    if not told:
        raise ExtractError("no article text found")
    head = _Head(tree, url)
    found = _metadata(page, url) if with_metadata else {}
    published_at, offset = head.published() if with_metadata else (None, None)
    return Article(
        url=url,
        canonical=head.canonical(),
        title=head.title() or _line(found.get("title"), MAX_TITLE),
        text=told,
        language=head.language(),
        authors=_authors(found.get("author")),
        published_at=published_at or _day(found.get("date")),
        site_name=_line(found.get("sitename"), MAX_NAME),
        translations=head.translations(),
        published_offset=offset,
    )


def parsed(body: bytes, content_type: str) -> HtmlElement:
    """Given a page, return its tree; raise ExtractError where it is none that can be read."""
    return _tree(_decoded(body, content_type))


def _must_be_page(body: bytes, content_type: str) -> None:
    """Raise ExtractError where the document is none that a reader shows as text; trafilatura would
    read what is left of a photograph."""
    told = content_type.partition(";")[0].strip()
    if body.startswith(b"%PDF-"):
        raise ExtractError("a PDF document, which is not read by this version")
    if not _PAGE_TYPES.fullmatch(told) and told.lower() != "application/octet-stream":
        raise ExtractError(f"{text.clean_line(told, 80)}, not a web page")
    if b"\0" in body[:1_024] and not body.startswith(_UTF_16):
        raise ExtractError("binary data, not a web page")


def _decoded(body: bytes, content_type: str) -> str:
    start = body[:4_096]
    declared = [text.header_charset(content_type)]
    declared += [m[1].decode("ascii") for m in (_META_CHARSET.search(start),) if m]
    declared += [m[1].decode("ascii", "replace") for m in (_XML_CHARSET.match(start),) if m]
    page = _FORBIDDEN.sub("", text.decode(body, *declared))
    return _XML_DECLARATION.sub("", page)


def _tree(page: str) -> HtmlElement:
    if not page.strip():
        raise ExtractError("an empty page")
    parser = HTMLParser(
        collect_ids=False, default_doctype=False, remove_comments=True, remove_pis=True
    )
    try:
        return document_fromstring(page, parser=parser)
    except etree.LxmlError as error:
        raise ExtractError(f"no HTML that can be read ({type(error).__name__})") from error


def _article_text(tree: HtmlElement) -> str:
    import trafilatura  # noqa: PLC0415 - half a second and 40 MB that only workers shall pay

    # It works on copies of the tree.
    try:
        told = trafilatura.extract(tree, favor_precision=True, include_comments=False) or ""
        if len(told) < SHORT_TEXT:
            ordinary = trafilatura.extract(tree, include_comments=False) or ""
            told = ordinary if len(ordinary) > 2 * len(told) else told
    except MemoryError:
        raise
    except Exception as error:  # as for metadata
        raise ExtractError(f"no HTML that can be read ({type(error).__name__})") from error
    told = _REFERENCE.sub(lambda match: text.unescape(match[0]), told)  # escaped once too often
    return tidied(text.clean(mended(told))[:MAX_TEXT].rstrip())


def _metadata(page: str, url: str) -> dict[str, Any]:
    import trafilatura  # noqa: PLC0415 - the same

    try:
        document = trafilatura.extract_metadata(page[:MAX_METADATA], default_url=url)
    except MemoryError:
        raise
    # On broken markup it and htmldate let through what lxml happens to meet (AssertionError …):
    # the article is there all the same, its authors and date are not known.
    except Exception:
        return {}
    return document.as_dict() if document else {}


class _Head:
    """What a page says of itself, read cheaply."""

    def __init__(self, tree: HtmlElement, url: str) -> None:
        self._tree = tree
        self._url = url

    def canonical(self) -> str:
        for link in self._tree.iterfind(".//link[@rel='canonical']"):
            return urls.absolute(link.get("href") or "", self._url)
        return ""

    def translations(self) -> tuple[str, ...]:
        """Return what the page names as the same in another language, as canonical addresses."""
        own = self.language().partition("-")[0].lower()
        itself = {urls.canonical(self._url), urls.canonical(self.canonical())}
        found: dict[str, None] = {}
        for link in islice(self._tree.iterfind(".//link[@hreflang]"), _LINKS_READ):
            language = (link.get("hreflang") or "").strip().replace("_", "-")
            if "alternate" not in (link.get("rel") or "").lower().split():
                continue
            if (link.get("type") or "text/html").lower() != "text/html":  # a feed, or an app
                continue
            if not _LANGUAGE.fullmatch(language) or language.lower() == "x-default":
                continue
            if language.partition("-")[0].lower() == own:
                continue
            address = urls.canonical(urls.absolute(link.get("href") or "", self._url))
            if address and address not in itself and len(found) < MAX_TRANSLATIONS:
                found[address] = None
        return tuple(found)

    def language(self) -> str:
        root = self._tree.getroottree().getroot()
        match = _LANGUAGE.fullmatch((root.get("lang") or "").strip())
        return match[0].replace("_", "-") if match else ""

    def title(self) -> str:
        told = self._meta("property", "og:title") or self._meta("name", "og:title")
        return _line(told or self._tree.findtext(".//title"), MAX_TITLE)

    def published(self) -> tuple[datetime | None, int | None]:
        """Return when it was published, and how many minutes its publisher's clock is ahead of UTC,
        where that is told and is not UTC."""
        told = self._meta("property", "article:published_time")
        told = told or self._meta("itemprop", "datePublished")
        try:
            moment = datetime.fromisoformat(told.strip())
        except ValueError:
            return None, None
        ahead = moment.utcoffset() or timedelta(0)
        if abs(ahead) > FARTHEST_CLOCK:  # no clock: as good as none
            ahead = timedelta(0)
        try:
            at = moment.replace(tzinfo=UTC) - ahead
        except OverflowError:  # at the beginning or the end of time
            return None, None
        return at, ahead // timedelta(minutes=1) or None

    def _meta(self, attribute: str, value: str) -> str:
        found = self._tree.find(f".//meta[@{attribute}='{value}']")
        return "" if found is None else found.get("content") or ""


def _line(told: object, limit: int) -> str:
    return text.clean_line(mended(text.unescape(told)), limit) if isinstance(told, str) else ""


def _authors(told: object) -> tuple[str, ...]:
    names = told.split(";") if isinstance(told, str) else []
    return tuple(name for one in names if (name := _line(one, MAX_NAME)))[:MAX_AUTHORS]


def _day(told: object) -> datetime | None:
    if not isinstance(told, str):
        return None
    try:
        return datetime.strptime(told, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None
