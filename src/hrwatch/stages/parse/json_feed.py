"""JSON Feed 1.0 and 1.1 (jsonfeed.org), and what is written like it."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from hrwatch import urls
from hrwatch.errors import ParseError
from hrwatch.model.feeds import Entry, ParsedFeed
from hrwatch.stages.parse import dates, fields

_VERSION = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/1(?:\.(\d))?/?")
_ITEMS = re.compile(r'"items"\s{0,100}:\s{0,100}\[')
_BETWEEN = re.compile(r"[\s,]*")
# What an object has that is an item and none of its authors or attachments.
_ITEM_KEYS = frozenset({"id", "content_html", "content_text", "date_published"})
# After so many items that cannot be read the rest is given up: each try may look at all of it.
_MOST_BROKEN = 50
# Numbers stay as they are written: an id may be one, and no number is reckoned with here. A
# control character in a string, which JSON forbids, ends nothing.
_DECODER = json.JSONDecoder(strict=False, parse_int=str, parse_float=str, parse_constant=str)

Object = dict[str, Any]


def read(markup: str, *, url: str, now: datetime, language: str = "") -> ParsedFeed:
    """Given a JSON document, return the feed in it; raise ParseError where there is none.

    What cannot be read of an item is left out of it; what is no item, is left out of the feed.
    """
    start = markup.find("{")
    told, whole = _document(markup[start:]) if start >= 0 else ({}, True)
    version = _VERSION.fullmatch(_string(told, "version"))
    items = told.get("items")
    if not isinstance(items, list) or not (version or _are_items(items)):
        raise ParseError("JSON, not a feed")
    warnings = [] if version else ["it does not say that it is a JSON Feed, and is read as one"]
    if not whole:
        warnings.append("not well-formed: its items are read one by one")
    if told.get("expired") is True:
        warnings.append("it says that there will be nothing new in it")
    if _string(told, "next_url"):
        warnings.append("it goes on at another address, which is not read")
    read_items = [one for one in items if isinstance(one, dict)]
    if len(read_items) < len(items):
        warnings.append(f"{len(items) - len(read_items)} items are none and are left out")
    if len(read_items) > fields.MAX_ENTRIES:
        warnings.append(f"{len(read_items)} entries: only the first {fields.MAX_ENTRIES} are read")
        del read_items[fields.MAX_ENTRIES :]
    link = urls.absolute(_string(told, "home_page_url"), url)
    language = language or fields.language(_string(told, "language"))
    authors = _authors(told)
    return ParsedFeed(
        format=f"json1{version[1] or ''}" if version else "json",
        title=fields.title(_string(told, "title")),
        link=link,
        language=language,
        ttl=None,
        entries=tuple(_entry(one, authors, link or url, language, now) for one in read_items),
        warnings=tuple(warnings),
        cut_off=not whole,
    )


def _document(markup: str) -> tuple[Object, bool]:
    """Return the object that a document holds, and whether it is well-formed; of a broken one
    what can be read before its items, and those."""
    try:
        told, _ = _DECODER.raw_decode(markup)
    except (ValueError, RecursionError):
        return _rescued(markup), False
    return (told if isinstance(told, dict) else {}), True


def _rescued(markup: str) -> Object:
    start = _ITEMS.search(markup)
    if not start:
        return {}
    head = markup[: start.start()].rstrip().removesuffix(",")
    try:
        told, _ = _DECODER.raw_decode(f"{head}}}")
    except (ValueError, RecursionError):
        told = {}
    return {**told, "items": list(_rescued_items(markup, start.end()))}


def _rescued_items(markup: str, position: int) -> Iterator[Object]:
    """Yield the items that can be read of a broken document."""
    broken = 0
    while broken < _MOST_BROKEN:
        match = _BETWEEN.match(markup, position)
        position = match.end() if match else position
        try:
            one, position = _DECODER.raw_decode(markup, position)
        except (ValueError, RecursionError):
            broken += 1
            position = markup.find("{", position + 1)
            if position < 0:
                return
            continue
        if isinstance(one, dict) and _ITEM_KEYS & one.keys():
            yield one


def _are_items(items: list[Any]) -> bool:
    return bool(items) and all(isinstance(one, dict) and _looks_like_item(one) for one in items)


def _looks_like_item(one: Object) -> bool:
    told = any(_string(one, key) for key in ("title", "content_html", "content_text"))
    return told and any(_string(one, key) for key in ("id", "url"))


def _entry(raw: Object, authors: tuple[str, ...], base: str, language: str, now: datetime) -> Entry:
    guid = _string(raw, "id")
    address = _string(raw, "url") or (guid if guid.startswith(("http://", "https://")) else "")
    content = _string(raw, "content_html") or _string(raw, "content_text")
    dated = dates.of_entry(
        [_string(raw, "date_published"), _string(raw, "date_modified")],
        updated=_string(raw, "date_modified"),
        language=language,
        now=now,
    )
    summary = _string(raw, "summary")
    return Entry(
        guid=fields.guid(guid),
        permalink=urls.absolute(address, base),
        title=fields.title(_string(raw, "title")),
        summary=summary[: fields.MAX_MARKUP],
        content=content[: fields.MAX_MARKUP],
        authors=_authors(raw) or authors,
        published_at=dated.published.at,
        updated_at=dated.updated_at,
        published_text=dated.kept,
        whole_day=dated.published.whole_day,
        published_offset=dated.published.offset,
        categories=fields.names(_list(raw, "tags"), fields.MAX_CATEGORIES),
    )


def _authors(raw: Object) -> tuple[str, ...]:
    """Return the names of `authors` (1.1), or that of `author` (1.0)."""
    told = _list(raw, "authors") or [raw.get("author")]
    names = [one.get("name") if isinstance(one, dict) else one for one in told]
    return fields.names(names, fields.MAX_AUTHORS)


def _list(raw: Object, key: str) -> list[Any]:
    value = raw.get(key)
    return value if isinstance(value, list) else []


def _string(raw: Object, key: str) -> str:
    """Return a string, or a number as it is written, without what no database stores."""
    value = raw.get(key)
    return fields.FORBIDDEN.sub("", value).strip() if isinstance(value, str) else ""
