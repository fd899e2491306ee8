"""RSS, Atom, RDF and CDF by feedparser: its only home, its types turned into ours."""

import io
import re
import sys
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import feedparser

from hrwatch import text, urls
from hrwatch.errors import ParseError
from hrwatch.model.feeds import Entry, ParsedFeed
from hrwatch.stages.parse import dates

MAX_ENTRIES = 5_000
MAX_GUID = 2_000
MAX_TITLE = 1_000
MAX_MARKUP = 500_000
MAX_AUTHORS = 20
MAX_CATEGORIES = 50
MAX_NAME = 200
MAX_TTL = timedelta(days=366)

# Outside of these, characters and references to them are not XML 1.0 (2.2): the strict parser
# gives up on them, and the loose one raises UnicodeEncodeError on &#xD800;.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")
_LONGEST_REFERENCE = 20  # leading zeros and all
_DECLARATION = re.compile(r"<\?xml\s[^<>]{0,400}\?>")
# Within these characters a declaration may stand after blank lines or a comment, against the
# standard; anywhere else it is somebody's example.
_PROLOG = 2_000
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8}){0,4}")
_HTML_TAGS = (
    "a abbr b big br center cite code del div em font h1 h2 h3 h4 h5 h6 hr i img ins kbd label li "
    "mark nobr ol p pre q s samp small span strike strong sub sup table td th time tr tt u ul wbr"
)
# What an entry is recognised by, written to its end.
_IDENTIFIED = re.compile(r"</(?:guid|link|id)\s*>|<link\b[^>]*/>")
_TAG = re.compile(rf"</?(?:{'|'.join(_HTML_TAGS.split())})\b[^<>]*>|<!--.*?-->", re.I | re.S)
_ENTRY = re.compile(r"(?=<(?:item|entry)\b)")
_CATEGORY = re.compile(r"<category\b[^<>]*+(?:(?<=/)>|>(?:[^<]|<!)*+</category\s*>)")
_HTML_TYPES = ("text/html", "application/xhtml+xml")


def read(markup: str, *, url: str, now: datetime) -> ParsedFeed | None:
    """Given the text of an XML document, return the feed in it, or None where there is none;
    raise ParseError where feedparser cannot get through."""
    document = _document(markup)
    try:
        # A body that is a path or a URL would be opened: only ever a stream. Sanitising and
        # resolving cost up to 24 times the parsing and are done later, for new entries only.
        parsed = feedparser.parse(
            io.BytesIO(document),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except MemoryError:
        raise
    # By class, and all of them: on broken input feedparser lets through what its own code, sgmllib
    # or a codec happens to meet (UnicodeError, LookupError, RecursionError, AssertionError …).
    except Exception as error:
        raise ParseError(f"a document that cannot be read ({type(error).__name__})") from error
    if not parsed.version and not parsed.entries:
        return None
    return _feed(parsed, markup, url, now)


def _document(markup: str) -> bytes:
    """Return the document as UTF-8 that says so, without what XML forbids."""
    rest = _DECLARATION.sub("", markup[:_PROLOG], count=1) + markup[_PROLOG:]
    rest = _thinned(_REFERENCE.sub(_reference, _FORBIDDEN.sub("", rest.lstrip())))
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + rest.encode("utf-8")


def _reference(match: re.Match[str]) -> str:
    if len(match[0]) > _LONGEST_REFERENCE:
        return ""
    code = int(match[1], 16) if match[1] else int(match[2])
    if code > sys.maxunicode or _FORBIDDEN.match(chr(code)):
        return ""
    return match[0]


def _thinned(markup: str) -> str:
    """Return the document with no more categories in an entry than are kept: feedparser compares
    each with every other, which took 10 s for 30 000."""
    if markup.count("<category") <= MAX_CATEGORIES:
        return markup
    return "".join(
        _CATEGORY.sub("", piece, piece.count("<category") - MAX_CATEGORIES)
        if piece.count("<category") > MAX_CATEGORIES
        else piece
        for piece in _ENTRY.split(markup)
    )


def _feed(parsed: Any, markup: str, url: str, now: datetime) -> ParsedFeed:
    version = str(parsed.version)
    feed = parsed.feed
    warnings = []
    raw = list(parsed.entries)
    cut_off = bool(parsed.bozo and raw and _cut_off(markup))
    if parsed.bozo:
        told = text.clean_line(str(parsed.get("bozo_exception", "")), 200)
        warnings.append(f"not well-formed: {told}")
    if cut_off:
        warnings.append("cut off in the middle of an entry")
        if not _IDENTIFIED.search(markup, _last_entry(markup)):
            raw.pop()  # its next, whole appearance could not be told to be the same
    if len(raw) > MAX_ENTRIES:
        warnings.append(f"{len(raw)} entries: only the first {MAX_ENTRIES} are read")
        del raw[MAX_ENTRIES:]
    link = _first_link(feed, url)
    # RFC 4287 resolves against the document; RSS says nothing, and its writers mean the site.
    base = url if version.startswith("atom") or not link else link
    language = _language(feed)
    entries = [
        entry
        for one in raw
        if (entry := _entry(one, version, base, language=language, now=now)) is not None
    ]
    if len(entries) < len(raw):
        warnings.append(f"{len(raw) - len(entries)} entries with nothing in them are left out")
    return ParsedFeed(
        format=version or "unknown",
        title=_title(feed),
        link=link,
        language=language,
        ttl=_ttl(feed),
        entries=tuple(entries),
        warnings=tuple(warnings),
        cut_off=cut_off,
    )


def _cut_off(markup: str) -> bool:
    """Say whether the last entry was opened and never closed."""
    return _last_entry(markup) > max(markup.rfind("</item"), markup.rfind("</entry"), -1)


def _last_entry(markup: str) -> int:
    return max(markup.rfind("<item"), markup.rfind("<entry"))


def _entry(
    raw: dict[str, Any], version: str, base: str, *, language: str, now: datetime
) -> Entry | None:
    guid = _string(raw, "id")
    summary, content = _markup(raw)
    title = _title(raw)
    permalink = _first_link(raw, base) or _guid_link(raw, guid, version)
    if not (guid or permalink or title or summary or content):
        return None
    dated = dates.of_entry(
        [_string(raw, kind) for kind in ("published", "created", "updated")],
        updated=_string(raw, "updated"),
        language=language,
        now=now,
    )
    return Entry(
        guid=guid if len(guid) <= MAX_GUID else f"sha256:{text.key(guid)}",
        permalink=permalink,
        title=title,
        summary=summary,
        content=content,
        authors=_authors(raw),
        published_at=dated.published.at,
        updated_at=dated.updated_at,
        published_text=dated.kept,
        whole_day=dated.published.whole_day,
        categories=_categories(raw),
    )


def _markup(raw: dict[str, Any]) -> tuple[str, str]:
    """Return summary and content: of several contents HTML before others, then the longest."""
    contents = [
        (one.get("type") in _HTML_TYPES, len(value), value)
        for one in _value(raw, "content") or ()
        if isinstance(value := one.get("value"), str) and value
    ]
    content = max(contents)[2][:MAX_MARKUP] if contents else ""
    summary = _string(raw, "summary")[:MAX_MARKUP]
    # feedparser repeats a content as the summary where the entry has none.
    return ("" if summary == content else summary), content


def _first_link(raw: dict[str, Any], base: str) -> str:
    links = [link for link in _value(raw, "links") or () if link.get("rel") == "alternate"]
    links.sort(key=lambda link: link.get("type") not in _HTML_TYPES)  # stable: HTML first
    for link in links:
        if address := urls.absolute(str(link.get("href") or ""), base):
            return address
    return ""


def _guid_link(raw: dict[str, Any], guid: str, version: str) -> str:
    """Return a guid that is said to be the permalink. An Atom id is a name, not an address."""
    if version.startswith("atom") or not guid.lower().startswith(("http://", "https://")):
        return ""
    if version in ("rss10", "rss090") or _value(raw, "guidislink"):
        return urls.absolute(guid, guid)
    return ""


def _title(raw: dict[str, Any]) -> str:
    stripped = _TAG.sub(" ", _string(raw, "title")[: MAX_TITLE * 20])
    return text.clean_line(_TAG.sub(" ", text.unescape(stripped)), MAX_TITLE)


def _authors(raw: dict[str, Any]) -> tuple[str, ...]:
    told = [one.get("name") or one.get("email") for one in _value(raw, "authors") or ()]
    return _names(told or [_value(raw, "author")], MAX_AUTHORS)


def _categories(raw: dict[str, Any]) -> tuple[str, ...]:
    tags = _value(raw, "tags") or ()
    return _names([tag.get("term") or tag.get("label") for tag in tags], MAX_CATEGORIES)


def _names(told: Iterable[object], limit: int) -> tuple[str, ...]:
    """Return the first names, clean and each once."""
    names: dict[str, None] = {}
    for one in told:
        if isinstance(one, str) and (name := text.clean_line(text.unescape(one), MAX_NAME)):
            names.setdefault(name)
        if len(names) == limit:
            break
    return tuple(names)


def _language(feed: dict[str, Any]) -> str:
    match = _LANGUAGE.fullmatch(_string(feed, "language"))
    return match[0].replace("_", "-") if match else ""


def _ttl(feed: dict[str, Any]) -> timedelta | None:
    """Return RSS's ttl, which is in minutes."""
    minutes = _string(feed, "ttl")
    if not (minutes.isascii() and minutes.isdigit()) or len(minutes) > 9:  # noqa: PLR2004 - a bound
        return None
    ttl = timedelta(minutes=int(minutes))
    return min(ttl, MAX_TTL) if ttl else None


def _value(raw: dict[str, Any], key: str) -> Any:
    # Past FeedParserDict.get, which answers for keys that are not there and warns while at it.
    return dict.get(raw, key)


def _string(raw: dict[str, Any], key: str) -> str:
    value = _value(raw, key)
    return value.strip() if isinstance(value, str) else ""
