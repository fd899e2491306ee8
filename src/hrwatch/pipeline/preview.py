"""A digest as it would be sent: read from the archive, sent nowhere, marked nowhere."""

from datetime import UTC, datetime

from hrwatch.model.mail import Digest, InForce, Match, Subscriber
from hrwatch.pipeline.writing import Brief, Desk, choose, coverage_of, feed_states, write_digest
from hrwatch.stages.match import Matcher, criteria
from hrwatch.stages.store import records as record_table

_ALWAYS = datetime.min.replace(tzinfo=UTC)


async def preview_waiting(desk: Desk, subscriber: Subscriber, now: datetime) -> Digest:
    """Return the digest of the matches that wait for the subscriber, as if it were due at `now`."""
    choice = await choose(desk, subscriber, now)
    return await _preview(desk, subscriber, choice.matches, now)


async def preview_since(
    desk: Desk, subscriber: Subscriber, since: datetime, now: datetime
) -> Digest:
    """Return the digest of everything first seen from `since` on that the interest of today asks
    for, as if it had always stood: a backtest over the archive."""
    asked = criteria(subscriber.interest)
    stood = tuple(InForce(group, value, _ALWAYS) for group, value in asked)
    matcher = Matcher(subscriber, stood, desk.parents)
    matches = await desk.archive.read(record_table.picked, since, now, matcher.match)
    return await _preview(desk, subscriber, matches, now)


async def _preview(
    desk: Desk, subscriber: Subscriber, matches: tuple[Match, ...], now: datetime
) -> Digest:
    coverage = coverage_of(subscriber, await feed_states(desk))
    return await write_digest(desk, Brief(subscriber, coverage, None, now), matches)
