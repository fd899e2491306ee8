"""A listing page, which has no feed, as entries: by the operator's selectors, or found by itself.

page.read → links.candidates → groups.entries → records (title, date, teaser) → Entry
page.read → selected.entries ↗
"""

import itertools
from dataclasses import replace
from datetime import datetime

from hrwatch.errors import NoListing, ParseError
from hrwatch.model.feeds import Entry, ParsedFeed, Select
from hrwatch.stages.parse import page as pages
from hrwatch.stages.parse.dates import Dated
from hrwatch.stages.parse.listing import dated, groups, linked_data, links, records, selected
from hrwatch.stages.parse.listing.groups import Found
from hrwatch.stages.parse.page import Page

MAX_ENTRIES = 1_000
MAX_DATES = 6  # texts of one entry that are looked at for its date
FORMAT = "listing"


def read(  # noqa: PLR0913 - each by its name
    body: bytes,
    *,
    url: str,
    content_type: str,
    select: Select,
    now: datetime,
    language: str = "",
) -> ParsedFeed:
    """Given a listing page as fetched and where its entries stand in it (what is empty is found
    out), return its entries, one for each page it links to; raise NoListing where there are none,
    ParseError where the document is no page.

    The first two megabytes are read; `language` is the operator's word on what it is written in.
    An entry's guid is the key of its address (`links.key`).
    """
    _must_be_page(body)
    markup, cut_off = pages.decoded(body, content_type)
    page = pages.read(markup, url)
    page = replace(page, language=language or page.language)
    reader = _Reader(page, now)
    if select.entry or select.link:
        found = selected.entries(page, select)
    else:
        found = groups.entries(links.candidates(page), reader.is_dated)
        if not found:
            raise NoListing(_nothing(page))
    found, warnings = selected.refined(found, select)
    if cut_off:
        warnings += (f"longer than {pages.MAX_PAGE} bytes: only the beginning is read",)
    if len(found) > MAX_ENTRIES:
        warnings += (f"{len(found)} entries: only the first {MAX_ENTRIES} are read",)
    return ParsedFeed(
        format=FORMAT,
        title=page.title,
        link=page.url,
        language=page.language,
        ttl=None,
        entries=tuple(reader.entry(one) for one in found[:MAX_ENTRIES]),
        warnings=warnings,
    )


def _must_be_page(body: bytes) -> None:
    start = body[:1_024].lstrip()
    if not start:
        raise ParseError("an empty document, not a listing page")
    if start.startswith((b"%PDF-", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04")):
        raise ParseError("a file, not a listing page")
    if start[:1] in (b"{", b"["):
        raise ParseError("JSON, not a listing page")


def _nothing(page: Page) -> str:
    if not page.base and any(True for _ in page.root.iter("a")):
        return (
            "the page does not say its own address, which its links depend on; give its address "
            "instead of a file"
        )
    return "nothing on the page looks like a list of news"


class _Reader:
    """Turns what was found in one page into entries."""

    def __init__(self, page: Page, now: datetime) -> None:
        self._page = page
        self._now = now
        self._years = dated.years(page.root)
        self._published = linked_data.published(page)
        # What stands in a line costs more to read than the line to find, and groups overlap.
        self._known: dict[tuple[tuple[str, ...], int | None], Dated] = {}

    def is_dated(self, found: Found) -> bool:
        """Say whether the page tells when an entry was published."""
        return self._date(found).at is not None

    def entry(self, found: Found) -> Entry:
        """Return what was found as an entry."""
        when = self._date(found)
        return Entry(
            guid=found.link.key,
            permalink=found.link.address,
            title=found.title,
            summary=records.summary(found.extent, found.title),
            published_at=when.at,
            whole_day=when.whole_day and when.at is not None,
            published_offset=when.offset,
        )

    def _date(self, found: Found) -> Dated:
        lines = records.dates(found.extent, found.title)
        texts = (found.date_text,) if found.date_text else tuple(itertools.islice(lines, MAX_DATES))
        when = self._first(texts, self._years.get(found.link.element))
        if when.at is None and (told := self._published.get(found.link.key)):
            when = self._first((told,), None)
        return when if when.at else dated.of_address(found.link.address, self._now)

    def _first(self, texts: tuple[str, ...], year: int | None) -> Dated:
        if (texts, year) not in self._known:
            language = self._page.language
            self._known[texts, year] = dated.first(
                texts, year=year, language=language, now=self._now
            )
        return self._known[texts, year]
