"""Which records a request for removal is about: all that carry the article, and what stands beside
them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from hrwatch import text
from hrwatch.model.articles import Kept
from hrwatch.stages.store.articles.presence import is_latest
from hrwatch.stages.store.removing.recalling import Told
from hrwatch.stages.store.tables import records


@dataclass(frozen=True, slots=True)
class Held:
    """A record as far as who removes it has to know it."""

    id: str
    feed: str
    title: str
    url: str
    versions: int
    first_seen_at: datetime
    story: str
    kept: Kept


def held(connection: sa.Connection, record_id: str) -> tuple[Held, ...]:
    """Given the id of a record, return it and all that carry the same article, oldest first: its
    page under its title, in whichever feed, and of its story what was read at the same address.

    Not all of its page: many titles may lead to it, and any feed can name any address.
    """
    columns = (records.c.permalink_key, records.c.title_key, records.c.story, records.c.article_url)
    rows = connection.execute(sa.select(*columns).where(records.c.id == record_id)).all()
    pages = {row[:2] for row in rows if all(row[:2])}
    read_at = {row[2:] for row in rows if row.article_url}
    return _held(
        connection,
        (records.c.id == record_id)
        | sa.tuple_(*columns[:2]).in_(pages)
        | sa.tuple_(*columns[2:]).in_(read_at),
    )


def held_at(connection: sa.Connection, address: str, canonical: str) -> tuple[Held, ...]:
    """Given an address as somebody wrote it, and its canonical form, return the records of that
    page: by their own address or where their page was read, else by what their page says."""
    of_page = _held(
        connection,
        (records.c.permalink_key == text.key(canonical))
        | records.c.article_url.in_((address, canonical)),
    )
    return of_page or _held(connection, records.c.article_canonical.in_((address, canonical)))


def others(connection: sa.Connection, found: Collection[Held]) -> tuple[Held, ...]:
    """Return the records of the same stories and pages that are not among `found`: what other
    addresses, of other publishers mostly, tell of it, and other titles of a page that is shared."""
    ids = {one.id for one in found}
    beside = _held(connection, of_story_or_page(found))
    return tuple(one for one in beside if one.id not in ids and one.kept is not Kept.NOTHING)


def told_of(found: Iterable[Held]) -> Told:
    """Return records as far as mails may tell of them."""
    found = tuple(found)
    return Told(
        ids=frozenset(one.id for one in found),
        addresses=frozenset(one.url for one in found if one.url),
        stories=frozenset(one.story for one in found),
        since=min(one.first_seen_at for one in found),
    )


def of_story_or_page(found: Iterable[Held]) -> sa.ColumnElement[bool]:
    """Return the condition that a record is of the story or the page of one of these."""
    found = tuple(found)
    pages = sa.select(records.c.permalink_key).where(
        records.c.id.in_({one.id for one in found}), records.c.permalink_key != ""
    )
    return records.c.story.in_({one.story for one in found}) | records.c.permalink_key.in_(pages)


def _held(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> tuple[Held, ...]:
    """Return the latest versions of the records of which any version meets a condition."""
    ids = sa.select(records.c.id).where(condition)
    count = (
        sa.select(
            records.c.id,
            sa.func.count().label("versions"),
            sa.func.min(records.c.ordinal).label("first"),
        )
        .where(records.c.id.in_(ids))
        .group_by(records.c.id)
        .subquery()
    )
    query = (
        sa.select(records, count.c.versions)
        .join(count, count.c.id == records.c.id)
        .where(is_latest())
        .order_by(count.c.first)
    )
    return tuple(
        Held(
            id=row.id,
            feed=row.feed,
            title=row.title,
            url=row.url,
            versions=row.versions,
            first_seen_at=row.first_seen_at,
            story=row.story,
            kept=Kept(row.kept),
        )
        for row in connection.execute(query)
    )
