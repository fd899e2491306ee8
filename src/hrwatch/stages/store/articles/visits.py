"""Articles whose pages are looked at again: what is known of each, when the next look is, and who
is looking."""

import functools
import itertools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from hrwatch import text, urls
from hrwatch.model.articles import Record
from hrwatch.model.evidence import Standing, Visit
from hrwatch.stages.store import guarded
from hrwatch.stages.store.statements import chunks, insert_missing
from hrwatch.stages.store.tables import ledger, records, visits

# What is otherwise of an article that has moved to another address.
_OF_ADDRESS = (
    "url",
    "next_visit_at",
    "missing",
    "missing_since",
    "missing_until",
    "etag",
    "last_modified",
)
# Of what went wrong: what follows is repetition.
_LONGEST_LINE = 1000


@dataclass(frozen=True, slots=True)
class Due:
    """A visit whose time has come."""

    record: str
    feed: str
    site: str  # of the article's page
    since: datetime


@dataclass(frozen=True, slots=True)
class Watched:
    """How many articles are looked at again."""

    articles: int
    next_visit_at: datetime | None
    removed: int  # lately


def add(connection: sa.Connection, new: Iterable[Visit]) -> None:
    """Let these articles be visited; those that are already stay as they are."""
    for piece in chunks([_values(visit) for visit in new]):
        connection.execute(insert_missing(connection, visits), piece)


def due(
    connection: sa.Connection, feeds: Iterable[str], now: datetime, of_site: int
) -> tuple[Due, ...]:
    """Return the articles of these feeds to be visited now, the longest overdue first, and
    `of_site` of one site at most; not those that somebody is visiting."""
    query = (
        sa.select(visits.c.record, visits.c.feed, visits.c.url, visits.c.next_visit_at)
        .where(visits.c.next_visit_at <= now, _free(now))
        .order_by(visits.c.next_visit_at, visits.c.record)
    )
    site_of = functools.cache(urls.site_of)  # there are few, and it takes a while
    found: dict[str, list[Due]] = defaultdict(list)
    for piece in chunks(sorted(set(feeds))):
        for row in connection.execute(query.where(visits.c.feed.in_(piece))):
            site = site_of("/".join(row.url.split("/", 3)[:3]))
            if len(found[site]) < of_site:
                found[site].append(Due(row.record, row.feed, site, row.next_visit_at))
    return tuple(sorted(itertools.chain.from_iterable(found.values()), key=lambda one: one.since))


def claim(
    connection: sa.Connection, record: str, *, owner: str, now: datetime, until: datetime
) -> Visit | None:
    """Take the visit to an article for `owner`, return what is known; None where it is not due any
    more or somebody else has it."""
    free = sa.select(visits.c.record).where(
        visits.c.record == record, visits.c.next_visit_at <= now, _free(now)
    )
    row = connection.execute(
        sa.update(visits)
        .where(visits.c.record == free.with_for_update(skip_locked=True).scalar_subquery())
        .values(claimed_by=owner, claimed_until=until)
        .returning(visits)
    ).one_or_none()
    return None if row is None else _visit(row)


def finish(connection: sa.Connection, visit: Visit, owner: str) -> bool:
    """Write what is known after a visit and free the article; False, and nothing written, where
    `owner` lost it meanwhile."""
    written = connection.execute(
        sa.update(visits)
        .where(visits.c.record == visit.record, visits.c.claimed_by == owner)
        .values(**_values(visit), claimed_by=None, claimed_until=None)
    )
    return bool(written.rowcount)


def end(connection: sa.Connection, record: str) -> None:
    """Visit an article no more, and keep nothing of its visits."""
    connection.execute(sa.delete(visits).where(visits.c.record == record))


def hasten(connection: sa.Connection, visit: Visit) -> None:
    """Write when an article is visited next, and nothing else."""
    connection.execute(
        sa.update(visits)
        .where(visits.c.record == visit.record)
        .values(next_visit_at=visit.next_visit_at)
    )


def move(connection: sa.Connection, visit: Visit) -> None:
    """Write that an article has moved to another address; who is visiting the old one loses it."""
    connection.execute(
        sa.update(visits)
        .where(visits.c.record == visit.record)
        .values({name: getattr(visit, name) for name in _OF_ADDRESS})
        .values(claimed_by=None, claimed_until=None)
    )


def release(connection: sa.Connection, record: str, owner: str) -> None:
    """Free an article without writing anything of it, where `owner` has it."""
    connection.execute(
        sa.update(visits)
        .where(visits.c.record == record, visits.c.claimed_by == owner)
        .values(claimed_by=None, claimed_until=None)
    )


def release_all(connection: sa.Connection) -> None:
    """Free every article: for a process that knows it is alone."""
    connection.execute(
        sa.update(visits)
        .where(visits.c.claimed_by.is_not(None))
        .values(claimed_by=None, claimed_until=None)
    )


def of(connection: sa.Connection, record_ids: Iterable[str]) -> dict[str, Visit]:
    """Return what is known of these articles from visits, by record id; those that are not visited
    are left out."""
    return {
        row.record: _visit(row)
        for piece in chunks(sorted(set(record_ids)))
        for row in connection.execute(sa.select(visits).where(visits.c.record.in_(piece)))
    }


def is_asked_for(connection: sa.Connection, record: str) -> bool:
    """Say whether the article ever matched for anybody."""
    query = sa.select(ledger.c.record).where(ledger.c.record == record).limit(1)
    return connection.scalar(query) is not None


def is_alone(connection: sa.Connection, record: Record) -> bool:
    """Say whether an article is the only one of its feed at its address: what is changed on a page
    of several (a front page, one of news as they come) is nobody's change."""
    other = sa.select(records.c.id).where(
        records.c.permalink_key == text.key(record.permalink),
        records.c.feed == record.feed,
        records.c.id != record.id,
    )
    return connection.scalar(other.limit(1)) is None


def of_page(
    connection: sa.Connection, record: Record, url: str, since: datetime
) -> tuple[Visit, ...]:
    """Return what is known of other articles at the same address that were looked at after `since`,
    and found there, the latest first."""
    others = sa.select(records.c.id).where(
        records.c.permalink_key == text.key(record.permalink), records.c.id != record.id
    )
    query = (
        sa.select(visits)
        .where(
            visits.c.record.in_(others),
            visits.c.url == url,
            visits.c.standing == Standing.THERE,
            visits.c.last_visit_at > since,
        )
        .order_by(visits.c.last_visit_at.desc(), visits.c.record)
    )
    return tuple(map(_visit, connection.execute(query)))


def watched(connection: sa.Connection, feeds: Iterable[str], removed_since: datetime) -> Watched:
    """Return how many articles of these feeds are visited, and how many of them were found removed
    since then."""
    query = sa.select(
        sa.func.count(visits.c.next_visit_at),
        sa.func.min(visits.c.next_visit_at),
        sa.func.count(sa.case((visits.c.removed_at >= removed_since, 1))),
    )
    found = [
        Watched(*connection.execute(query.where(visits.c.feed.in_(piece))).one())
        for piece in chunks(sorted(set(feeds)))
    ]
    return Watched(
        sum(one.articles for one in found),
        min((one.next_visit_at for one in found if one.next_visit_at), default=None),
        sum(one.removed for one in found),
    )


def _free(now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(visits.c.claimed_until.is_(None), visits.c.claimed_until <= now)


def _values(visit: Visit) -> dict[str, object]:
    error = None if visit.error is None else text.clean_line(visit.error, _LONGEST_LINE)
    return {**asdict(visit), "error": error}


@guarded.of("visits")
def _visit(row: sa.Row[tuple[object, ...]]) -> Visit:
    return Visit(
        record=row.record,
        feed=row.feed,
        url=row.url,
        standing=Standing(row.standing),
        wants_page=row.wants_page,
        visits=row.visits,
        last_visit_at=row.last_visit_at,
        next_visit_at=row.next_visit_at,
        missing=row.missing,
        missing_since=row.missing_since,
        missing_until=row.missing_until,
        removed_at=row.removed_at,
        status=row.status,
        error=row.error,
        etag=row.etag,
        last_modified=row.last_modified,
        body_sha256=row.body_sha256,
    )
