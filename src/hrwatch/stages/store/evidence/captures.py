"""Captures: what was fetched, as it came, each chained to the one before. Append-only.

Their bodies are kept apart (`bodies`). What is removed (a purge, the end of a period of keeping)
leaves its hashes in the chain, and a tombstone that says so (`tombstones`).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from hrwatch.model.evidence import Capture, CaptureKind, Link
from hrwatch.model.feeds import Redirect
from hrwatch.stages.store import guarded
from hrwatch.stages.store.evidence import bodies, chaining
from hrwatch.stages.store.evidence.bodies import Packed
from hrwatch.stages.store.statements import insert_missing
from hrwatch.stages.store.tables import captures as table
from hrwatch.stages.store.tables import chain, records

_NAME = "captures"
# What stays of a row whose capture was removed.
STAYING = frozenset({"number", "kind", "row_hash", "chain_hash"})


# Made once: it is asked for every page, and making it costs more than the answer.
_OF_PAGE = (
    sa.select(table, records.c.title_key)
    .join(records, records.c.id == table.c.record)
    .where(
        records.c.permalink_key == sa.bindparam("permalink_key"),
        # A version was read from it: later visits may have met a notice in the page's place.
        records.c.page_sha256 == table.c.body_sha256,
        table.c.kind == CaptureKind.PAGE,
        table.c.fetched_at >= sa.bindparam("since"),
    )
    .order_by(table.c.number.desc())
)


class End(NamedTuple):
    """The end of the chain: how many captures there ever were, and the last one's chain_hash."""

    number: int
    chain_hash: str


def append(
    connection: sa.Connection, captures: Iterable[tuple[Capture, bytes | Packed]]
) -> tuple[Link, ...]:
    """Append captures, each with its body, to the chain; return them in their places. Raise
    ValueError where a body is not the one that its capture names."""
    captures = tuple(captures)
    if not captures:
        return ()
    end = hold(connection)
    links = []
    for capture, body in captures:
        if capture.kind is not CaptureKind.TOMBSTONE:
            bodies.keep(connection, capture, body)
        number = end.number + 1
        row_hash = chaining.row_hash(number, capture)
        end = End(number, chaining.chain_hash(end.chain_hash, row_hash))
        links.append(Link(number, capture, row_hash, end.chain_hash))
    connection.execute(sa.insert(table), [_row_values(link) for link in links])
    connection.execute(sa.update(chain).where(chain.c.name == _NAME).values(end._asdict()))
    return tuple(links)


def of(connection: sa.Connection, record_id: str) -> tuple[Link, ...]:
    """Return the captures of a record in their order, tombstones too; those that were removed are
    nobody's any more."""
    query = sa.select(table).where(table.c.record == record_id).order_by(table.c.number)
    return tuple(map(link_from, connection.execute(query)))


def of_page(
    connection: sa.Connection, permalink_key: str, since: datetime
) -> tuple[tuple[Capture, str], ...]:
    """Return the captures of pages that were fetched from `since` on and read as versions of
    records with this key of a canonical permalink, the latest first, each with the key of its
    record's title."""
    rows = connection.execute(_OF_PAGE, {"permalink_key": permalink_key, "since": since})
    found = ((link_from(row).capture, row.title_key) for row in rows)
    return tuple((capture, title_key) for capture, title_key in found if capture)


def end_of(connection: sa.Connection) -> End:
    """Return the end of the chain, as it is noted."""
    row = connection.execute(sa.select(chain).where(chain.c.name == _NAME)).one_or_none()
    return End(0, chaining.START) if row is None else End(row.number, row.chain_hash)


@guarded.of("captures")
def link_from(row: sa.Row[Any]) -> Link:
    """Given a row of captures, return it in its place of the chain."""
    capture = None
    if row.record is not None:
        if row.fetched_at is None:
            raise ValueError("no time")
        capture = Capture(
            kind=CaptureKind(row.kind),
            record=row.record,
            feed=row.feed,
            requested_url=row.requested_url,
            url=row.url,
            redirects=tuple(Redirect(url, status) for url, status in row.redirects),
            status=row.status,
            headers=tuple((name, value) for name, value in row.headers),
            content_type=row.content_type,
            fetched_at=row.fetched_at,
            body_sha256=row.body_sha256,
            body_size=row.body_size,
            certificate_sha256=row.certificate_sha256,
            software=row.software,
            note=row.note,
        )
    return Link(row.number, capture, row.row_hash, row.chain_hash)


def hold(connection: sa.Connection) -> End:
    """Return the end of the chain, and let no other transaction append before this one ends.

    Whoever changes records too holds all of them before (`records.hold`): first records, then the
    chain. Two that did it the other way round would wait for each other for good.
    """
    row = insert_missing(connection, chain)
    connection.execute(row.values(name=_NAME, number=0, chain_hash=chaining.START))
    query = sa.select(chain.c.number, chain.c.chain_hash).where(chain.c.name == _NAME)
    # On SQLite whoever writes is alone anyway.
    return End(*connection.execute(query.with_for_update()).one())


def _row_values(link: Link) -> dict[str, object]:
    assert link.capture is not None  # noqa: S101 - for the type; what is appended is there
    return {
        **chaining.values(link.number, link.capture),
        "fetched_at": link.capture.fetched_at,
        "row_hash": link.row_hash,
        "chain_hash": link.chain_hash,
    }
