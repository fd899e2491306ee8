"""Digests as they would be sent: read from the archive, sent nowhere, marked nowhere.

WAITING   what waits for the subscriber → digest
SINCE     records of the last days → match by today's criteria → deal out to windows → digests
"""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hrwatch import text
from hrwatch.model.mail import (
    Beginning,
    Cadence,
    Digest,
    InForce,
    Mail,
    MailKind,
    Match,
    Mute,
    Reason,
    Subscriber,
)
from hrwatch.model.tags import Relation
from hrwatch.pipeline.mailing import muting
from hrwatch.pipeline.mailing.choosing import MENTIONS_WAIT, choose
from hrwatch.pipeline.mailing.due import tells_of_nothing
from hrwatch.pipeline.mailing.urgent import severe, urgent_of
from hrwatch.pipeline.mailing.writing import Brief, coverage_of, feed_states, write_digest
from hrwatch.pipeline.parts import Desk
from hrwatch.stages.digest import windows
from hrwatch.stages.digest.mime import build
from hrwatch.stages.digest.quiet import loud_from
from hrwatch.stages.digest.view import Occasion
from hrwatch.stages.match import Matcher, criteria
from hrwatch.stages.store.articles import records as record_table
from hrwatch.stages.store.mail import beginnings, subscriptions, turns
from hrwatch.stages.store.mail.ledger import Waiting

_ALWAYS = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A digest, and when it would have been written; for who gets each article at once, the end of
    the day that is told as one here."""

    due_at: datetime
    digest: Digest


@dataclass(frozen=True, slots=True)
class _Found:
    """A match, as mutes leave it, or one that they leave nothing of."""

    match: Match
    is_muted: bool


async def preview_waiting(desk: Desk, subscriber: Subscriber, now: datetime) -> Digest:
    """Return the digest of the matches that wait for the subscriber, as if their next window had
    opened `now`; without pages where none would be sent."""
    reader = await _as_they_chose(desk, subscriber)
    choice = await choose(desk, reader, now)
    coverage = coverage_of(reader, await feed_states(desk))
    due_at = windows.following(reader.schedule, reader.timezone, now)
    window = windows.current(reader.schedule, reader.timezone, due_at) if due_at else None
    is_told, matches = bool(choice.matches), choice.matches
    if window is not None and not matches:
        is_told = tells_of_nothing(reader, failing=bool(coverage.failing))
        matches = choice.passing
    if not is_told:
        return Digest("", reader.name, window, (), ())
    alerts = None
    if reader.urgent:
        alerts = await desk.archive.read(turns.alerts_since_digest, reader.name)
    occasion = Occasion(
        alerts=alerts,
        muted=choice.muted_stories,
        begins=await desk.archive.read(beginnings.of_next, reader.name, MailKind.DIGEST),
        contact=desk.config.mail.contact,
        replies=desk.config.mail.replies,
    )
    return await write_digest(desk, Brief(reader, coverage, window, now, occasion), matches)


async def preview_since(
    desk: Desk, subscriber: Subscriber, since: datetime, now: datetime
) -> tuple[Foreseen, ...]:
    """Return the digests, in their order, of everything first seen from `since` on that the
    interest of today asks for, but for what is muted today, as if both had always stood; the last
    may be due after `now`.

    Alerts are not told apart: what is urgent stands in the digest that would have come next.
    """
    reader = await _as_they_chose(desk, subscriber)
    asked = criteria(reader.interest)
    stood = tuple(InForce(group, value, _ALWAYS) for group, value in asked)
    matcher = Matcher(reader, stood, desk.parents)
    matches = await desk.archive.read(record_table.picked, since, now, matcher.match)
    mutes = await desk.archive.read(subscriptions.mutes_of, reader.name, now)
    found = await asyncio.to_thread(lambda: [_unless_muted(m, mutes, matcher) for m in matches])
    coverage = coverage_of(reader, await feed_states(desk))
    foreseen: list[Foreseen] = []
    for due_at, told, muted in _digests(reader, found):
        window = windows.current(reader.schedule, reader.timezone, due_at)
        begins = Beginning(foreseen[-1].due_at if foreseen else since)
        occasion = Occasion(
            muted=muted,
            begins=begins,
            contact=desk.config.mail.contact,
            replies=desk.config.mail.replies,
        )
        brief = Brief(reader, coverage, window, due_at, occasion)
        foreseen.append(Foreseen(due_at, await write_digest(desk, brief, told)))
    return tuple(foreseen)


def urgent_stories(desk: Desk, subscriber: Subscriber, digest: Digest) -> int:
    """Return how many stories of a digest leave, or would have left, before it in an alert, where
    the number of a day allows it."""
    if not subscriber.urgent or subscriber.schedule.cadence is Cadence.AT_ONCE:
        return 0
    keywords = severe(desk.config.rules, subscriber.interest)
    return len({match.record.story for match in urgent_of(digest.matches, keywords)})


def preview_mails(desk: Desk, subscriber: Subscriber, foreseen: Foreseen) -> tuple[Mail, ...]:
    """Return the mails of a digest as they would be sent, under invented Message-IDs; raise
    ComposeError."""
    return tuple(
        build(
            page,
            subscriber,
            desk.config.mail,
            secrets.token_hex(12),
            foreseen.due_at,
            token=secrets.token_hex(16),  # nobody's: a mail that was not sent answers nothing
        )
        for page in foreseen.digest.pages
    )


async def _as_they_chose(desk: Desk, subscriber: Subscriber) -> Subscriber:
    """Return the subscriber with what they replied in the place of what the operator wrote."""
    kept = await desk.archive.read(subscriptions.of, subscriber.name)
    return replace(subscriber, detail=kept.detail) if kept and kept.detail else subscriber


def _unless_muted(match: Match, mutes: Iterable[Mute], matcher: Matcher) -> _Found:
    """Return what mutes leave of a match."""
    one = Waiting(match.record, Reason.NEW, match.record.first_seen_at)
    holding = muting.in_force(mutes, one)
    left = muting.without(match, muting.words_of(holding), matcher)
    return _Found(left or match, left is None or muting.is_muted(one, holding))


def _digests(
    subscriber: Subscriber, found: Iterable[_Found]
) -> Iterator[tuple[datetime, tuple[Match, ...], int]]:
    """Deal matches out to the windows in which they would have been told, as `choose` does it: what
    is only named in passing waits for something else to tell, and not for ever; a copy of what was
    told under the same title is not told again; what is muted is counted by the next digest."""
    windows_of: dict[datetime, list[_Found]] = defaultdict(list)
    for one in found:
        windows_of[_due(subscriber, one.match.record.first_seen_at)].append(one)
    told: set[tuple[str, str]] = set()
    waiting: list[_Found] = []
    for due_at, new in sorted(windows_of.items(), key=lambda one: one[0]):
        waiting = [
            one
            for one in (*waiting, *new)
            if _key(one.match) not in told
            and (
                one.match.relation is Relation.SUBJECT
                or one.match.record.first_seen_at >= due_at - MENTIONS_WAIT
            )
        ]
        matches = tuple(one.match for one in waiting if not one.is_muted)
        if any(match.relation is Relation.SUBJECT for match in matches):
            muted = (one.match.record for one in waiting if one.is_muted)
            yield due_at, matches, muting.left_out(muted, matches)
            told.update(map(_key, matches))
            waiting = []


def _key(match: Match) -> tuple[str, str]:
    return match.record.story, text.title_key(match.record.title)


def _due(subscriber: Subscriber, seen_at: datetime) -> datetime:
    """Return when what was first seen then would have been told: a window that opens in quiet hours
    waits for their end."""
    schedule, zone_name = subscriber.schedule, subscriber.timezone
    latest = windows.current(schedule, zone_name, seen_at)
    opening = windows.following(schedule, zone_name, seen_at)
    if latest is not None and opening is not None:
        late = loud_from(subscriber.quiet, zone_name, latest.opened_at)
        return late if late > seen_at else loud_from(subscriber.quiet, zone_name, opening)
    zone = ZoneInfo(zone_name)
    tomorrow = seen_at.astimezone(zone).date() + timedelta(days=1)
    return windows.first_instant(tomorrow, time(), zone)
