"""Sitemaps (sitemaps.org): those of news, and plain ones that date their pages.

Their vocabulary is flat, so that no XML parser is asked: nothing is expanded, one broken address
loses none of the others, and a document that was cut off tells what it holds until there.
"""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime

from hrwatch import text, urls
from hrwatch.errors import ParseError
from hrwatch.model.feeds import Entry, ParsedFeed
from hrwatch.stages.parse import dates, fields

# The standard allows 50 000 addresses in one sitemap.
_MOST_ADDRESSES = 60_000
_MAX_ADDRESS = 20_000  # characters of one address with all that is said of it
_NAMED = 3  # of an index's sitemaps, those that are told
_FIELD = re.compile(
    r"<(?:[\w.-]+:)?(loc|lastmod|title|publication_date|language|keywords|name)\s{0,20}>([^<]{0,8000})",
)
_EARLIEST = datetime.min.replace(tzinfo=UTC)


def read(markup: str, *, url: str, now: datetime, language: str = "") -> ParsedFeed:
    """Given the text of a sitemap, return its dated pages as entries; raise ParseError where it
    dates none, or where it is an index: then its first sitemaps are named."""
    if re.search(r"<(?:\w+:)?sitemapindex[\s/>]", markup[:20_000]):
        raise ParseError(_named(markup, url))
    told = [_fields(one) for one in _elements(markup, "url")]
    languages = {one["language"] for one in told if one.get("language")}
    own = fields.language(languages.pop()) if len(languages) == 1 else ""
    language = language or own
    entries = [entry for one in told if (entry := _entry(one, url, language, now)) is not None]
    if told and not entries:
        raise ParseError("a sitemap that dates none of its pages: which are news cannot be told")
    warnings = []
    if len(entries) < len(told):
        warnings.append(f"{len(told) - len(entries)} pages without a date or address are left out")
    if len(entries) > fields.MAX_ENTRIES:
        warnings.append(f"{len(entries)} pages: only the newest {fields.MAX_ENTRIES} are read")
        entries.sort(key=_newness, reverse=True)  # stable: the order of the document within a day
        del entries[fields.MAX_ENTRIES :]
    cut_off = not re.search(r"</(?:\w+:)?urlset\s*>", markup[-1_000:]) and bool(told)
    if cut_off:
        warnings.append("cut off before its end")
    names = {one["name"] for one in told if one.get("name")}
    return ParsedFeed(
        format="sitemap-news" if any("publication_date" in one for one in told) else "sitemap",
        title=fields.title(names.pop()) if len(names) == 1 else "",
        link=urls.absolute("/", url),
        language=language,
        ttl=None,
        entries=tuple(entries),
        warnings=tuple(warnings),
        cut_off=cut_off,
    )


def _elements(markup: str, name: str) -> Iterator[str]:
    """Yield what stands in each element of that name which is whole."""
    opening = re.compile(rf"<(?:\w{{1,20}}:)?{name}\s{{0,20}}>")
    closing = re.compile(rf"</(?:\w{{1,20}}:)?{name}\s{{0,20}}>")
    position = 0
    for _ in range(_MOST_ADDRESSES):
        start = opening.search(markup, position)
        end = closing.search(markup, start.end()) if start else None
        if not start or not end:
            return
        yield markup[start.end() : min(end.start(), start.end() + _MAX_ADDRESS)]
        position = end.end()


def _fields(markup: str) -> dict[str, str]:
    """Return the text of the fields of an address, the first of each name."""
    found: dict[str, str] = {}
    for name, told in _FIELD.findall(_without_sections(markup)):
        found.setdefault(name, fields.FORBIDDEN.sub("", text.unescape(told)).strip())
    return found


def _without_sections(markup: str) -> str:
    """Return markup without comments, what CDATA holds written as plain text."""
    first, *rest = markup.split("<!--")
    markup = first + "".join(piece.partition("-->")[2] for piece in rest)
    first, *rest = markup.split("<![CDATA[")
    for piece in rest:
        held, _, after = piece.partition("]]>")
        first += html.escape(held, quote=False) + after
    return first


def _entry(told: dict[str, str], url: str, language: str, now: datetime) -> Entry | None:
    permalink = urls.absolute(told.get("loc", ""), url)
    dated = dates.of_entry(
        [told.get("publication_date", "")],
        updated=told.get("lastmod", ""),
        language=language,
        now=now,
    )
    is_news = "title" in told and "publication_date" in told
    if not permalink or not (is_news or dated.updated_at):
        return None
    return Entry(
        guid="",
        permalink=permalink,
        title=fields.title(told.get("title", "")),
        published_at=dated.published.at,
        updated_at=dated.updated_at,
        published_text=dated.kept,
        whole_day=dated.published.whole_day,
        published_offset=dated.published.offset,
        categories=fields.names(told.get("keywords", "").split(","), fields.MAX_CATEGORIES),
    )


def _newness(entry: Entry) -> datetime:
    return entry.published_at or entry.updated_at or _EARLIEST


def _named(markup: str, url: str) -> str:
    """Return what is told of an index: the sitemaps in it, those of news first."""
    found = [
        address
        for one in _elements(markup, "sitemap")
        if (address := urls.absolute(_fields(one).get("loc", ""), url))
    ]
    if not found:
        return "an index of sitemaps that names none"
    found.sort(key=lambda address: "news" not in address)
    named = ", ".join(text.clean_line(address, 300) for address in found[:_NAMED])
    more = f" (and {len(found) - _NAMED} more)" if len(found) > _NAMED else ""
    return f"an index of sitemaps: put one of them in `url:`, such as {named}{more}"
