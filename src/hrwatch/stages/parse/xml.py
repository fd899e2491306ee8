"""RSS, Atom, RDF and CDF by feedparser: its only home, its types turned into ours."""

import io
from datetime import datetime
from typing import Any

import feedparser

from hrwatch import text, urls
from hrwatch.errors import ParseError
from hrwatch.model.feeds import Entry, ParsedFeed
from hrwatch.stages.parse import dates, fields, hints
from hrwatch.stages.parse.markup import Mended, mend
from hrwatch.stages.parse.rebuild import rebuilt

_HTML_TYPES = ("text/html", "application/xhtml+xml")


def read(markup: str, *, url: str, now: datetime, language: str = "") -> ParsedFeed | None:
    """Given the text of an XML document, return the feed in it, or None where there is none;
    raise ParseError where feedparser cannot get through."""
    mended = mend(markup)
    parsed, error = _parsed(mended.text)
    warnings = list(mended.warnings)
    found = len(parsed.entries) if parsed else 0
    if found < len(mended.starts):
        again, _ = _parsed(rebuilt(mended.text, mended.starts))
        if again and len(again.entries) > found:
            parsed, more = again, len(again.entries) - found
            warnings.append(f"{more} entries could only be read by taking the document apart")
    if parsed is None:
        told = f"a document that cannot be read ({type(error).__name__})"
        raise ParseError(told) from error
    if not parsed.version and not parsed.entries:
        return None
    return _feed(parsed, mended, warnings, url=url, now=now, language=language)


def _parsed(markup: str) -> tuple[Any, Exception | None]:
    """Return what feedparser makes of a document, or what it failed with."""
    document = f'<?xml version="1.0" encoding="utf-8"?>\n{markup}'.encode()
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
        return None, error
    return parsed, None


def _feed(  # noqa: PLR0913 - each by its name
    parsed: Any, mended: Mended, warnings: list[str], *, url: str, now: datetime, language: str
) -> ParsedFeed:
    version = str(parsed.version)
    feed = parsed.feed
    raw = list(parsed.entries)
    if parsed.bozo:
        told = text.clean_line(str(parsed.get("bozo_exception", "")), 200)
        warnings.append(f"not well-formed: {told}")
    if mended.unfinished and raw:
        # It comes whole at the next poll: of a document that was cut off nothing is kept that
        # would spare reading it again. Kept now, it would stay the fragment that it is.
        raw.pop()
        warnings.append("cut off in the middle of an entry, which is left out")
    elif mended.cut_off:
        warnings.append("cut off before its end")
    del raw[fields.MAX_ENTRIES :]
    link = _first_link(feed, url)
    # RFC 4287 resolves against the document; RSS says nothing, and its writers mean the site.
    base = url if version.startswith("atom") or not link else link
    language = language or fields.language(_string(feed, "language"))
    entries = [_entry(one, version, base, language=language, now=now) for one in raw]
    if nothing := sum(not entry.tells_something for entry in entries):
        warnings.append(f"{nothing} entries have nothing in them")
    channel = mended.text[: mended.starts[0]] if mended.starts else mended.text
    return ParsedFeed(
        format=version or "unknown",
        title=_title(feed),
        link=link,
        language=language,
        ttl=hints.ttl(_string(feed, "ttl")),
        entries=tuple(entries),
        warnings=tuple(warnings),
        cut_off=mended.cut_off,
        hints=hints.hints(
            _string(feed, "sy_updateperiod"), _string(feed, "sy_updatefrequency"), channel
        ),
    )


def _entry(raw: dict[str, Any], version: str, base: str, *, language: str, now: datetime) -> Entry:
    guid = _string(raw, "id")
    summary, content = _markup(raw)
    title = _title(raw)
    permalink = _permalink(raw, guid, version, base)
    dated = dates.of_entry(
        [_string(raw, kind) for kind in ("published", "created", "updated")],
        updated=_string(raw, "updated"),
        language=language,
        now=now,
    )
    return Entry(
        guid=fields.guid(guid),
        permalink=permalink,
        title=title,
        summary=summary,
        content=content,
        authors=_authors(raw),
        published_at=dated.published.at,
        updated_at=dated.updated_at,
        published_text=dated.kept,
        whole_day=dated.published.whole_day,
        published_offset=dated.published.offset,
        categories=_categories(raw),
    )


def _markup(raw: dict[str, Any]) -> tuple[str, str]:
    """Return summary and content: of several contents HTML before others, then the longest."""
    contents = [
        (one.get("type") in _HTML_TYPES, len(value), value)
        for one in _value(raw, "content") or ()
        if isinstance(value := one.get("value"), str) and value
    ]
    content = max(contents)[2][: fields.MAX_MARKUP] if contents else ""
    summary = _string(raw, "summary")[: fields.MAX_MARKUP]
    # feedparser repeats a content as the summary where the entry has none.
    return ("" if summary == content else summary), content


def _first_link(raw: dict[str, Any], base: str) -> str:
    links = [link for link in _value(raw, "links") or () if link.get("rel") == "alternate"]
    links.sort(key=lambda link: link.get("type") not in _HTML_TYPES)  # stable: HTML first
    for link in links:
        if address := urls.absolute(str(link.get("href") or ""), base):
            return address
    return ""


def _permalink(raw: dict[str, Any], guid: str, version: str, base: str) -> str:
    """Return where the article is: FeedBurner, which counts clicks, tells the address behind its
    own one."""
    origin = urls.absolute(_string(raw, "feedburner_origlink"), base)
    return origin or _first_link(raw, base) or _guid_link(raw, guid, version)


def _guid_link(raw: dict[str, Any], guid: str, version: str) -> str:
    """Return a guid that is said to be the permalink. An Atom id is a name, not an address."""
    if version.startswith("atom") or not guid.lower().startswith(("http://", "https://")):
        return ""
    if version in ("rss10", "rss090") or _value(raw, "guidislink"):
        return urls.absolute(guid, guid)
    return ""


def _title(raw: dict[str, Any]) -> str:
    return fields.title(_string(raw, "title"))


def _authors(raw: dict[str, Any]) -> tuple[str, ...]:
    told = [one.get("name") or one.get("email") for one in _value(raw, "authors") or ()]
    return fields.names(told or [_value(raw, "author")], fields.MAX_AUTHORS)


def _categories(raw: dict[str, Any]) -> tuple[str, ...]:
    tags = _value(raw, "tags") or ()
    told = [tag.get("term") or tag.get("label") for tag in tags]
    return fields.names(told, fields.MAX_CATEGORIES)


def _value(raw: dict[str, Any], key: str) -> Any:
    # Past FeedParserDict.get, which answers for keys that are not there and warns while at it.
    return dict.get(raw, key)


def _string(raw: dict[str, Any], key: str) -> str:
    value = _value(raw, key)
    return value.strip() if isinstance(value, str) else ""
