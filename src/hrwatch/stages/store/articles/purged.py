"""What was purged, and does not come back under another name."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

import sqlalchemy as sa

from hrwatch import text, urls
from hrwatch.model.articles import Record
from hrwatch.stages.store import lists
from hrwatch.stages.store.articles.presence import is_there
from hrwatch.stages.store.statements import chunks, insert_missing
from hrwatch.stages.store.tables import EVERY_TITLE, purged_pages, records

Page = tuple[str, str]  # an address, canonical or as a key, and the key of a title

# Made once: they are asked for every article, and making one costs more than the answer.
_BY_PAGE = sa.select(purged_pages).where(lists.among(purged_pages.c.page_key, "keys"))
_BY_ID = sa.select(records.c.id).where(lists.among(records.c.id, "keys"), ~is_there())
# One statement for both: on a server each way there and back costs more than the look-up.
_BY_PAGE_OR_TEXT = sa.union_all(
    sa.select(
        sa.null().label("feed"),
        purged_pages.c.page_key.label("key"),
        sa.literal("").label("guid_key"),
        purged_pages.c.title_key,
    ).where(lists.among(purged_pages.c.page_key, "pages")),
    sa.select(records.c.feed, records.c.text_hash, records.c.guid_key, records.c.title_key).where(
        lists.among(records.c.text_hash, "texts"), ~is_there()
    ),
)


def note(connection: sa.Connection, ids: Collection[str]) -> None:
    """Note by which pages these records, which are about to be purged, would come back.

    A page that nothing else is archived of is theirs whatever its title is then; of one that others
    share, such as a front page, only their titles are; as of the address that a page was read at or
    says that it is, since many may lead there.
    """
    titles: dict[str, set[str]] = defaultdict(set)
    own: set[str] = set()
    columns = ("permalink_key", "title_key", "article_url", "article_canonical")
    query = sa.select(*(records.c[name] for name in columns))
    for piece in chunks(ids):
        for row in connection.execute(query.where(records.c.id.in_(piece))):
            own.add(row.permalink_key)
            titles[row.permalink_key].add(row.title_key)
            for address in (row.article_url, row.article_canonical):
                titles[text.key(urls.canonical(address or ""))].add(row.title_key)
    own -= _shared(connection, own, ids)
    values = [
        {"page_key": key, "title_key": title_key}
        for key, title_keys in titles.items()
        if key
        for title_key in ({EVERY_TITLE} if key in own else title_keys)
    ]
    for rows in chunks(values):
        connection.execute(insert_missing(connection, purged_pages), rows)


def of_pages(connection: sa.Connection, pages: Collection[Page]) -> frozenset[Page]:
    """Given canonical addresses with the keys of their titles, return those of articles that were
    purged, in whichever feed: they do not come back by another one."""
    keyed = {page: (text.key(page[0]), page[1]) for page in pages if page[0]}
    gone = {
        (row.page_key, row.title_key)
        for piece in chunks(sorted({page_key for page_key, _ in keyed.values()}))
        for row in connection.execute(_BY_PAGE, {"keys": piece})
    }
    return frozenset(page for page, key in keyed.items() if _is_gone(key, gone))


def among(connection: sa.Connection, new: Iterable[Record]) -> frozenset[tuple[str, int]]:
    """Return, by id and version, which records that are to be added were purged: by their own id,
    by their page or where it was read, or because their feed had the same text under the same guid
    or title."""
    new = tuple(new)
    pages = {(one.id, one.version): _pages(one) for one in new}
    later = sorted({one.id for one in new if one.version > 1})
    gone_ids = {
        record_id
        for piece in chunks(later)
        for record_id in connection.scalars(_BY_ID, {"keys": piece})
    }
    asked = {
        "pages": sorted({page_key for some in pages.values() for page_key, _ in some}),
        "texts": sorted({one.fingerprint.text_hash for one in new if one.version == 1} - {""}),
    }
    gone_pages: set[Page] = set()
    gone_texts: set[tuple[str, str, str]] = set()
    for row in connection.execute(_BY_PAGE_OR_TEXT, asked):
        if row.feed is None:
            gone_pages.add((row.key, row.title_key))
        else:
            named = {row.guid_key, row.title_key} - {""}
            gone_texts.update((row.feed, row.key, key) for key in named)
    return frozenset(
        (one.id, one.version)
        for one in new
        if one.id in gone_ids
        or any(_is_gone(page, gone_pages) for page in pages[one.id, one.version])
        or (one.version == 1 and not gone_texts.isdisjoint(_texts(one)))
    )


def _is_gone(page: Page, gone: Collection[Page]) -> bool:
    """Return whether a page is among those that are gone, both named by their keys."""
    page_key, title_key = page
    return (page_key, title_key) in gone or (page_key, EVERY_TITLE) in gone


def _shared(
    connection: sa.Connection, page_keys: Collection[str], ids: Collection[str]
) -> frozenset[str]:
    """Return the pages that others than these records are of."""
    query = sa.select(records.c.permalink_key, records.c.id).where(is_there()).distinct()
    return frozenset(
        row.permalink_key
        for piece in chunks(sorted(page_keys))
        for row in connection.execute(query.where(records.c.permalink_key.in_(piece)))
        if row.id not in ids
    )


def _pages(record: Record) -> frozenset[Page]:
    """Return by which pages a record may be known: its own, where that was read or says it is."""
    addresses = {record.permalink}
    if record.article:
        addresses |= {urls.canonical(record.article.url), urls.canonical(record.article.canonical)}
    title_key = text.title_key(record.entry.title)
    return frozenset((text.key(address), title_key) for address in addresses - {""})


def _texts(record: Record) -> Iterator[tuple[str, str, str]]:
    for key in (record.guid_key or text.key(record.entry.guid), text.title_key(record.entry.title)):
        yield record.feed, record.fingerprint.text_hash, key
