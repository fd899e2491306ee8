"""Digests as they would be sent: read from the archive, sent nowhere, marked nowhere.

WAITING   what waits for the subscriber → digest
SINCE     records of the last days → match by today's criteria → deal out to windows → digests
"""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hrwatch import text
from hrwatch.model.mail import Beginning, Digest, InForce, Mail, MailKind, Match, Subscriber
from hrwatch.model.tags import Relation
from hrwatch.pipeline.mailing.due import tells_of_nothing
from hrwatch.pipeline.mailing.writing import (
    MENTIONS_WAIT,
    Brief,
    choose,
    coverage_of,
    feed_states,
    write_digest,
)
from hrwatch.pipeline.parts import Desk
from hrwatch.stages.digest import windows
from hrwatch.stages.digest.mime import build
from hrwatch.stages.digest.view import Occasion
from hrwatch.stages.match import Matcher, criteria
from hrwatch.stages.store.articles import records as record_table
from hrwatch.stages.store.mail import beginnings, subscriptions, turns

_ALWAYS = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A digest, and when it would have been due; for who gets each article at once, the end of the
    day that is told as one here."""

    due_at: datetime
    digest: Digest


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
    interest of today asks for, as if it had always stood; the last may be due after `now`."""
    reader = await _as_they_chose(desk, subscriber)
    asked = criteria(reader.interest)
    stood = tuple(InForce(group, value, _ALWAYS) for group, value in asked)
    matcher = Matcher(reader, stood, desk.parents)
    matches = await desk.archive.read(record_table.picked, since, now, matcher.match)
    coverage = coverage_of(reader, await feed_states(desk))
    foreseen: list[Foreseen] = []
    for due_at, told in _digests(reader, matches):
        window = windows.current(reader.schedule, reader.timezone, due_at)
        begins = Beginning(foreseen[-1].due_at if foreseen else since)
        occasion = Occasion(
            begins=begins, contact=desk.config.mail.contact, replies=desk.config.mail.replies
        )
        brief = Brief(reader, coverage, window, due_at, occasion)
        foreseen.append(Foreseen(due_at, await write_digest(desk, brief, told)))
    return tuple(foreseen)


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


def _digests(
    subscriber: Subscriber, matches: Iterable[Match]
) -> Iterator[tuple[datetime, tuple[Match, ...]]]:
    """Deal matches out to the windows in which they would have been told, as `choose` does it: what
    is only named in passing waits for something else to tell, and not for ever; a copy of what was
    told under the same title is not told again."""
    windows_of: dict[datetime, list[Match]] = defaultdict(list)
    for match in matches:
        windows_of[_due(subscriber, match.record.first_seen_at)].append(match)
    told: set[tuple[str, str]] = set()
    waiting: list[Match] = []
    for due_at, new in sorted(windows_of.items(), key=lambda one: one[0]):
        waiting = [
            match
            for match in (*waiting, *new)
            if _key(match) not in told
            and (
                match.relation is Relation.SUBJECT
                or match.record.first_seen_at >= due_at - MENTIONS_WAIT
            )
        ]
        if any(match.relation is Relation.SUBJECT for match in waiting):
            yield due_at, tuple(waiting)
            told.update(map(_key, waiting))
            waiting = []


def _key(match: Match) -> tuple[str, str]:
    return match.record.story, text.title_key(match.record.title)


def _due(subscriber: Subscriber, seen_at: datetime) -> datetime:
    """Return when what was first seen then would have been told."""
    due_at = windows.following(subscriber.schedule, subscriber.timezone, seen_at)
    if due_at is not None:
        return due_at
    zone = ZoneInfo(subscriber.timezone)
    tomorrow = seen_at.astimezone(zone).date() + timedelta(days=1)
    return windows.first_instant(tomorrow, time(), zone)
