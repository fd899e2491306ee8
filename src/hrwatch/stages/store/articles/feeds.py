"""How each feed is doing, when it is polled next, and who is polling it now."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from hrwatch import text
from hrwatch.model.feeds import Because, Feed, FeedState, Hints, Outcome, State, Validators
from hrwatch.stages.store import guarded
from hrwatch.stages.store.statements import chunks
from hrwatch.stages.store.tables import Instant, feeds

# An archive may hold words of an earlier version.
_REASONS = frozenset(Because)
# Of what went wrong or was odd: what follows is repetition.
_LONGEST_LINE = 1000


def sync(connection: sa.Connection, configured: Iterable[Feed], now: datetime) -> None:
    """Given the configured feeds, add the new ones. One whose address changed is polled at once,
    as if it were new: nothing is carried over from the document at its old address. It stays the
    feed that its records are of."""
    stored = connection.execute(sa.select(feeds.c.feed, feeds.c.address))
    addresses = {row.feed: row.address for row in stored}
    added = []
    for feed in configured:
        if feed.name not in addresses:
            added.append(
                {
                    "feed": feed.name,
                    "address": feed.address,
                    "came_into_force_at": now,
                    "state": State.NEW,
                    "because": "",
                    "failures": 0,
                    "entries": 0,
                }
            )
        elif addresses[feed.name] != feed.address:
            connection.execute(
                sa.update(feeds)
                .where(feeds.c.feed == feed.name)
                .values(
                    address=feed.address,
                    state=State.NEW,
                    outcome=None,
                    etag=None,
                    last_modified=None,
                    body_hash=None,
                    bad_body_hash=None,
                    next_poll_at=None,
                    because="",
                    failures=0,
                    setbacks=0,
                    conditional=0,
                    moved_to=None,
                    moved_times=0,
                    hints=None,
                    failing_since=None,
                    error=None,
                    warning=None,
                    entries=0,
                    newest_entry_at=None,
                    rhythm_seconds=None,
                    # What the new address holds of old is archived, not mailed.
                    first_polled_at=None,
                )
            )
    if added:
        connection.execute(sa.insert(feeds), added)


def ask_the_forbidden(connection: sa.Connection) -> None:
    """Let what our own settings kept us from asking be due: the settings may be others now."""
    connection.execute(
        sa.update(feeds)
        .where(feeds.c.because == Because.NOT_ALLOWED_HERE)
        .values(next_poll_at=None)
    )


def states(connection: sa.Connection, names: Iterable[str]) -> tuple[FeedState, ...]:
    """Return the states of the feeds `names`, in that order; unknown names are passed over."""
    wanted = tuple(names)
    found = {
        row.feed: _state(row)
        for piece in chunks(wanted)
        for row in connection.execute(sa.select(feeds).where(feeds.c.feed.in_(piece)))
    }
    return tuple(found[name] for name in wanted if name in found)


def names(connection: sa.Connection) -> tuple[str, ...]:
    """Return the names of all feeds that were ever configured."""
    return tuple(connection.scalars(sa.select(feeds.c.feed).order_by(feeds.c.feed)))


def due(
    connection: sa.Connection,
    names: Iterable[str],
    now: datetime,
    regardless: bool,
    gone_too: bool = False,
) -> tuple[str, ...]:
    """Return which of `names` are to be polled now, the longest overdue first.

    Not those that somebody is polling, and `gone_too` only where asked for those that are gone for
    good. `regardless`: whatever their next poll is set to, and whether or not they are gone.
    """
    query = sa.select(feeds.c.feed).where(_free(now))
    if not regardless:
        query = query.where(_is_due(now))
    if not (regardless or gone_too):
        query = query.where(feeds.c.because != Because.GONE)
    query = query.order_by(feeds.c.next_poll_at.asc().nulls_first(), feeds.c.feed)
    wanted = frozenset(names)
    return tuple(name for name in connection.scalars(query) if name in wanted)


def claim(
    connection: sa.Connection, feed: str, *, owner: str, now: datetime, until: datetime
) -> FeedState | None:
    """Take `feed` for `owner` until `until`, return its state; None where somebody else has it."""
    told = {"asked": feed, "owner": owner, "now": now, "until": until}
    row = connection.execute(_CLAIM, told).one_or_none()
    return _state(row) if row is not None else None


def finish(connection: sa.Connection, state: FeedState, owner: str) -> bool:
    """Write what a poll came to and free the feed; False, and nothing written, where `owner` lost
    it meanwhile or its address was changed under the poll."""
    told = {
        "asked": state.feed,
        "owner": owner,
        "asked_at": state.address,
        "state": state.state,
        "outcome": state.outcome,
        "etag": state.validators.etag,
        "last_modified": state.validators.last_modified,
        "first_polled_at": state.first_polled_at,
        "last_polled_at": state.last_polled_at,
        "next_poll_at": state.next_poll_at,
        "because": state.because or "",
        "failures": state.failures,
        "failing_since": state.failing_since,
        "error": _line(state.error),
        "body_hash": state.body_hash,
        "bad_body_hash": state.bad_body_hash,
        "newest_entry_at": state.newest_entry_at,
        "entries": state.entries,
        "setbacks": state.setbacks,
        "conditional": state.conditional,
        "moved_to": state.moved_to,
        "moved_times": state.moved_times,
        "rhythm_seconds": state.rhythm and int(state.rhythm.total_seconds()),
        "warning": _line(state.warning),
        "hints": _written(state),
        "claimed_by": None,
        "claimed_until": None,
    }
    written = connection.execute(_FINISH, told).rowcount
    if not written:
        release(connection, state.feed, owner)
    return bool(written)


def renew(connection: sa.Connection, feed: str, *, owner: str, until: datetime) -> None:
    """Keep `feed` for `owner` until `until`, where it has it still."""
    connection.execute(
        sa.update(feeds)
        .where(feeds.c.feed == feed, feeds.c.claimed_by == owner)
        .values(claimed_until=until)
    )


def release(connection: sa.Connection, feed: str, owner: str) -> None:
    """Free `feed` without writing anything of it, where `owner` has it."""
    connection.execute(
        sa.update(feeds)
        .where(feeds.c.feed == feed, feeds.c.claimed_by == owner)
        .values(claimed_by=None, claimed_until=None)
    )


def release_all(connection: sa.Connection) -> None:
    """Free every feed: for a process that knows it is alone."""
    connection.execute(
        sa.update(feeds)
        .where(feeds.c.claimed_by.is_not(None))
        .values(claimed_by=None, claimed_until=None)
    )


def _line(told: str | None) -> str | None:
    """Return what a server or a document may have had a word in as any database takes it."""
    return None if told is None else text.clean_line(told, _LONGEST_LINE)


def _free(now: datetime | sa.BindParameter[datetime]) -> sa.ColumnElement[bool]:
    return sa.or_(feeds.c.claimed_until.is_(None), feeds.c.claimed_until <= now)


def _is_due(now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(feeds.c.next_poll_at.is_(None), feeds.c.next_poll_at <= now)


@guarded.of("feeds")
def _state(row: sa.Row[tuple[object, ...]]) -> FeedState:
    return FeedState(
        feed=row.feed,
        address=row.address,
        state=State(row.state),
        outcome=Outcome(row.outcome) if row.outcome else None,
        validators=Validators(etag=row.etag, last_modified=row.last_modified),
        first_polled_at=row.first_polled_at,
        last_polled_at=row.last_polled_at,
        next_poll_at=row.next_poll_at,
        because=Because(row.because) if row.because in _REASONS else None,
        failures=row.failures,
        failing_since=row.failing_since,
        error=row.error,
        body_hash=row.body_hash,
        bad_body_hash=row.bad_body_hash,
        newest_entry_at=row.newest_entry_at,
        entries=row.entries,
        setbacks=row.setbacks,
        conditional=row.conditional,
        moved_to=row.moved_to,
        moved_times=row.moved_times,
        rhythm=None if row.rhythm_seconds is None else timedelta(seconds=row.rhythm_seconds),
        warning=row.warning,
        ttl=_span(row.hints, "ttl"),
        hints=_hints(row.hints),
    )


def _written(state: FeedState) -> dict[str, object] | None:
    """Return what a document says of coming back as its column holds it; None for nothing."""
    told = {
        "ttl": state.ttl and int(state.ttl.total_seconds()),
        "every": state.hints.every and int(state.hints.every.total_seconds()),
        "skip_hours": list(state.hints.skip_hours),
        "skip_days": list(state.hints.skip_days),
    }
    return {name: value for name, value in told.items() if value} or None


def _hints(written: Mapping[str, Any] | None) -> Hints:
    told = written or {}
    return Hints(
        every=_span(told, "every"),
        skip_hours=tuple(told.get("skip_hours", ())),
        skip_days=tuple(told.get("skip_days", ())),
    )


def _span(written: Mapping[str, Any] | None, name: str) -> timedelta | None:
    seconds = (written or {}).get(name)
    return None if seconds is None else timedelta(seconds=seconds)


# What every poll says twice, built once: that is most of what it costs.
_ASKED = feeds.c.feed == sa.bindparam("asked")
# SKIP LOCKED: nobody waits for another who is just taking it.
_FREE = sa.select(feeds.c.feed).where(_ASKED, _free(sa.bindparam("now", type_=Instant)))
_CLAIM = (
    sa.update(feeds)
    .where(feeds.c.feed == _FREE.with_for_update(skip_locked=True).scalar_subquery())
    .values(claimed_by=sa.bindparam("owner"), claimed_until=sa.bindparam("until"))
    .returning(feeds)
)
_FINISH = sa.update(feeds).where(
    _ASKED, feeds.c.claimed_by == sa.bindparam("owner"), feeds.c.address == sa.bindparam("asked_at")
)
