"""A digest: from what a subscriber was not told yet to a mail, and from the outbox to a mailbox."""

import logging
from collections.abc import Iterable, Sequence
from datetime import timedelta

import hrwatch
from hrwatch import text
from hrwatch.config import Config
from hrwatch.errors import ComposeError
from hrwatch.model.articles import Record
from hrwatch.model.feeds import FAILING, Coverage, FeedState
from hrwatch.model.mail import Delivery, Digest, Match, Status, Subscriber
from hrwatch.model.tags import Relation
from hrwatch.pipeline.parts import Parts
from hrwatch.stages.deliver.retry import next_try
from hrwatch.stages.digest import windows
from hrwatch.stages.digest.compose import compose
from hrwatch.stages.digest.mime import build
from hrwatch.stages.digest.render import render
from hrwatch.stages.match import Matcher
from hrwatch.stages.store import feeds as feed_table
from hrwatch.stages.store import ledger, outbox
from hrwatch.stages.store import records as record_table
from hrwatch.stages.store import subscribers as in_force_table

# Records that are matched in one step.
RECORDS_AT_ONCE = 200
# A claim outlasts the slowest dialogue with a mail server.
CLAIM = timedelta(minutes=10)
# Answers after which a mail is tried again under the same Message-ID.
_TRIED_AGAIN = frozenset({Status.DEFERRED, Status.UNKNOWN})

log = logging.getLogger(__name__)


async def match_pass(parts: Parts, subscribers: Sequence[Subscriber]) -> None:
    """Match every record that was archived since the last pass with every subscriber."""
    now = parts.clock()
    matchers = {}
    for subscriber in subscribers:
        in_force = await parts.archive.read(in_force_table.in_force, subscriber.name)
        matchers[subscriber.name] = Matcher(subscriber, in_force, parts.parents)
    while piece := await parts.archive.read(ledger.unmatched, RECORDS_AT_ONCE):
        matches = {
            name: [found for record in piece.records if (found := matcher.match(record))]
            for name, matcher in matchers.items()
        }
        await parts.archive.write(ledger.add, matches, piece.up_to, now)


async def digest_pass(
    parts: Parts, config: Config, *, regardless: bool
) -> tuple[tuple[str, ComposeError], ...]:
    """Write the digest of each subscriber whose window is open, into the outbox; `regardless` of
    windows, and leaving them alone, that of each for whom matches wait.

    Return the subscribers whose digest could not be written; their matches go on waiting.
    """
    enabled = [feed.name for feed in config.feeds if feed.enabled]
    states = await parts.archive.read(feed_table.states, enabled)
    failed = []
    for subscriber in config.subscribers:
        try:
            await send_digest(parts, config, subscriber, states, regardless=regardless)
        except ComposeError as error:
            log.error("event=digest-failed subscriber=%s", subscriber.name)
            failed.append((subscriber.name, error))
    return tuple(failed)


async def send_digest(
    parts: Parts,
    config: Config,
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
    coverage = coverage_of(subscriber, states)
    matches = await _untold(parts, subscriber)
    if any(match.relation is Relation.SUBJECT for match in matches):
        composition = compose(
            subscriber,
            matches,
            coverage=coverage,
            window=window,
            now=now,
            stories=await _stories(parts, matches),
            feeds={feed.name: feed for feed in config.feeds},
            labels=parts.labels,
            version=hrwatch.__version__,
        )
        digest = render(composition, parts.new_id())
        mail = build(digest, subscriber, config.mail, parts.new_id(), now)
        await parts.archive.write(outbox.enqueue, digest, mail, now)
    elif window:
        # The window has had its turn: what comes later belongs to the next one.
        empty = Digest(parts.new_id(), subscriber.name, window, "", "", "", "", (), coverage)
        await parts.archive.write(outbox.enqueue, empty, None, now)


async def _untold(parts: Parts, subscriber: Subscriber) -> tuple[Match, ...]:
    """Return the matches that wait; those that need no telling any more are settled on the way: no
    longer asked for, or a copy of what an earlier digest told under the same title."""
    waiting = await parts.archive.read(ledger.waiting, subscriber.name)
    in_force = await parts.archive.read(in_force_table.in_force, subscriber.name)
    told = await parts.archive.read(
        ledger.told, subscriber.name, {record.story for record in waiting}
    )
    matcher = Matcher(subscriber, in_force, parts.parents)
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


async def _stories(parts: Parts, matches: Iterable[Match]) -> dict[str, tuple[Record, ...]]:
    """Return all records of the stories that matched, by the id of their original."""
    records = await parts.archive.read(record_table.stories, {m.record.story for m in matches})
    by_story: dict[str, tuple[Record, ...]] = {}
    for record in records:
        by_story[record.story] = (*by_story.get(record.story, ()), record)
    return by_story


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


def coverage_of(subscriber: Subscriber, states: Iterable[FeedState]) -> Coverage:
    """Return which of the feeds that a subscriber rests on were read, and which fail."""
    wanted = subscriber.interest.feeds
    mine = [state for state in states if not wanted or state.feed in wanted]
    failing = tuple(state for state in mine if state.state in FAILING)
    return Coverage(configured=len(mine), read=len(mine) - len(failing), failing=failing)
