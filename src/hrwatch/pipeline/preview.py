"""Digests as they would be sent: read from the archive, sent nowhere, marked nowhere.

WAITING   what waits for the subscriber → digest
SINCE     records of the last days → match by today's criteria → deal out to windows → digests
"""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hrwatch import text
from hrwatch.model.mail import Digest, InForce, Mail, Match, Subscriber
from hrwatch.model.tags import Relation
from hrwatch.pipeline.writing import (
    MENTIONS_WAIT,
    Brief,
    Desk,
    choose,
    coverage_of,
    feed_states,
    write_digest,
)
from hrwatch.stages.digest import windows
from hrwatch.stages.digest.mime import build
from hrwatch.stages.digest.view import Occasion
from hrwatch.stages.match import Matcher, criteria
from hrwatch.stages.store import records as record_table

_ALWAYS = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A digest, and when it would have been due; for who gets each article at once, the end of the
    day that is told as one here."""

    due_at: datetime
    digest: Digest


async def preview_waiting(desk: Desk, subscriber: Subscriber, now: datetime) -> Digest:
    """Return the digest of the matches that wait for the subscriber, as if it were due at `now`."""
    choice = await choose(desk, subscriber, now)
    coverage = coverage_of(subscriber, await feed_states(desk))
    occasion = Occasion(muted=choice.muted_stories, replies=desk.config.mail.replies)
    brief = Brief(subscriber, coverage, None, now, occasion)
    return await write_digest(desk, brief, choice.matches)


async def preview_since(
    desk: Desk, subscriber: Subscriber, since: datetime, now: datetime
) -> tuple[Foreseen, ...]:
    """Return the digests, in their order, of everything first seen from `since` on that the
    interest of today asks for, as if it had always stood; the last may be due after `now`."""
    asked = criteria(subscriber.interest)
    stood = tuple(InForce(group, value, _ALWAYS) for group, value in asked)
    matcher = Matcher(subscriber, stood, desk.parents)
    matches = await desk.archive.read(record_table.picked, since, now, matcher.match)
    coverage = coverage_of(subscriber, await feed_states(desk))
    occasion = Occasion(replies=desk.config.mail.replies)
    foreseen = []
    for due_at, told in _digests(subscriber, matches):
        window = windows.current(subscriber.schedule, subscriber.timezone, due_at)
        brief = Brief(subscriber, coverage, window, due_at, occasion)
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
