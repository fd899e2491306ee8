"""A digest: from what a subscriber was not told yet to a mail, and from the outbox to a mailbox."""

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from hrwatch import text
from hrwatch.errors import ComposeError
from hrwatch.model.feeds import FeedState
from hrwatch.model.mail import Delivery, Digest, Match, Status, Subscriber
from hrwatch.model.tags import Relation
from hrwatch.pipeline.parts import Parts
from hrwatch.pipeline.writing import Brief, Desk, coverage_of, feed_states, write_digest
from hrwatch.stages.deliver.retry import next_try
from hrwatch.stages.digest import windows
from hrwatch.stages.digest.mime import build
from hrwatch.stages.match import Matcher
from hrwatch.stages.store import ledger, outbox
from hrwatch.stages.store import subscribers as in_force_table

# Records that are matched in one step.
RECORDS_AT_ONCE = 200
# A claim outlasts the slowest dialogue with a mail server.
CLAIM = timedelta(minutes=10)
# Answers after which a mail is tried again under the same Message-ID.
_TRIED_AGAIN = frozenset({Status.DEFERRED, Status.UNKNOWN})

log = logging.getLogger(__name__)


async def match_pass(parts: Parts, desk: Desk) -> None:
    """Match every record that was archived since the last pass with every subscriber."""
    now = parts.clock()
    matchers = {}
    for subscriber in desk.config.subscribers:
        in_force = await parts.archive.read(in_force_table.in_force, subscriber.name)
        matchers[subscriber.name] = Matcher(subscriber, in_force, desk.parents)
    while piece := await parts.archive.read(ledger.unmatched, RECORDS_AT_ONCE):
        matches = {
            name: [found for record in piece.records if (found := matcher.match(record))]
            for name, matcher in matchers.items()
        }
        await parts.archive.write(ledger.add, matches, piece.up_to, now)


async def digest_pass(
    parts: Parts, desk: Desk, *, regardless: bool
) -> tuple[tuple[str, ComposeError], ...]:
    """Write the digest of each subscriber whose window is open, into the outbox; `regardless` of
    windows, and leaving them alone, that of each for whom matches wait.

    Return the subscribers whose digest could not be written; their matches go on waiting.
    """
    states = await feed_states(desk)
    failed = []
    for subscriber in desk.config.subscribers:
        try:
            await send_digest(parts, desk, subscriber, states, regardless=regardless)
        except ComposeError as error:
            log.error("event=digest-failed subscriber=%s", subscriber.name)
            failed.append((subscriber.name, error))
    return tuple(failed)


async def send_digest(
    parts: Parts,
    desk: Desk,
    subscriber: Subscriber,
    states: Iterable[FeedState],
    *,
    regardless: bool,
) -> None:
    """Put a subscriber's digest into the outbox, where one is due and there is something to tell;
    raise ComposeError."""
    now = parts.clock()
    window = None
    if not regardless:
        window = windows.current(subscriber.schedule, subscriber.timezone, now)
    if window is not None:
        taken = await parts.archive.read(outbox.window_taken, subscriber.name, window.key)
        if taken:
            return
    brief = Brief(subscriber, coverage_of(subscriber, states), window, now)
    matches = await _untold(parts, desk, subscriber)
    if any(match.relation is Relation.SUBJECT for match in matches):
        digest = await write_digest(desk, brief, matches)
        digest = replace(digest, id=parts.new_id())
        mail = build(digest, subscriber, desk.config.mail, parts.new_id(), now)
        await parts.archive.write(outbox.enqueue, digest, mail, now)
    elif window is not None:
        # The window has had its turn: what comes later belongs to the next one.
        empty = Digest(parts.new_id(), subscriber.name, window, "", "", "", "", (), brief.coverage)
        await parts.archive.write(outbox.enqueue, empty, None, now)


async def _untold(parts: Parts, desk: Desk, subscriber: Subscriber) -> tuple[Match, ...]:
    """Return the matches that wait; those that need no telling any more are settled on the way: no
    longer asked for, or a copy of what an earlier digest told under the same title."""
    waiting = await parts.archive.read(ledger.waiting, subscriber.name)
    in_force = await parts.archive.read(in_force_table.in_force, subscriber.name)
    told = await parts.archive.read(
        ledger.told, subscriber.name, {record.story for record in waiting}
    )
    matcher = Matcher(subscriber, in_force, desk.parents)
    matches, needless = [], []
    for record in waiting:
        match = matcher.match(record)
        if match is None or (record.story, text.title_key(record.title)) in told:
            needless.append(record)
        else:
            matches.append(match)
    if needless:
        now = parts.clock()
        await parts.archive.write(ledger.settle, subscriber.name, needless, now, None)
    return tuple(matches)


async def deliver_pass(parts: Parts, *, regardless: bool) -> tuple[Delivery, ...]:
    """Try each mail that is due once, `regardless` of when its next try is set to; return what
    became of each."""
    now = parts.clock()
    deliveries = []
    for message_id in await parts.archive.read(outbox.waiting, now=now, regardless=regardless):
        now = parts.clock()
        claimed = await parts.archive.write(
            outbox.claim, message_id, owner=parts.owner, now=now, until=now + CLAIM
        )
        if claimed is None:
            continue
        mail, attempts = claimed
        delivery = await parts.transport.deliver(mail)
        again = next_try(attempts, now) if delivery.status in _TRIED_AGAIN else None
        await parts.archive.write(outbox.settle, delivery, again)
        deliveries.append(delivery)
    return tuple(deliveries)
