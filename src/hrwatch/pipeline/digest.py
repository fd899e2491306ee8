"""A digest: from what a subscriber was not told yet to a mail, and from the outbox to a mailbox."""

import logging
from collections.abc import Iterable, Sequence
from datetime import timedelta

import hrwatch
from hrwatch import text
from hrwatch.config import Config
from hrwatch.errors import ComposeError
from hrwatch.model.feeds import FAILING, Coverage, FeedState
from hrwatch.model.mail import Delivery, Digest, Match, Status, Subscriber, Window
from hrwatch.model.tags import Relation
from hrwatch.pipeline.parts import Parts
from hrwatch.stages.deliver.retry import next_try
from hrwatch.stages.digest import windows
from hrwatch.stages.digest.compose import compose
from hrwatch.stages.digest.mime import build
from hrwatch.stages.digest.render import render
from hrwatch.stages.match import Matcher
from hrwatch.stages.store import feeds as feed_table
from hrwatch.stages.store import outbox, subscribers
from hrwatch.stages.store import records as record_table

# A claim outlasts the slowest dialogue with a mail server.
CLAIM = timedelta(minutes=10)
# Answers after which a mail is tried again under the same Message-ID.
_TO_BE_TRIED_AGAIN = frozenset({Status.DEFERRED, Status.UNKNOWN})

log = logging.getLogger(__name__)


async def digest_pass(parts: Parts, config: Config, *, regardless: bool) -> dict[str, ComposeError]:
    """Write the digest of each subscriber whose window is open, into the outbox; `regardless` of
    windows, and leaving them alone, that of each who has unsent matches.

    Return, by subscriber, the digests that could not be written; their matches stay unsent.
    """
    enabled = [feed.name for feed in config.feeds if feed.enabled]
    states = await parts.archive.read(feed_table.states, enabled)
    failed = {}
    for subscriber in config.subscribers:
        try:
            await send_digest(parts, config, subscriber, states, regardless=regardless)
        except ComposeError as error:
            log.error("event=digest-failed subscriber=%s error=%s", subscriber.name, error)
            failed[subscriber.name] = error
    return failed


async def send_digest(
    parts: Parts,
    config: Config,
    subscriber: Subscriber,
    states: Iterable[FeedState],
    *,
    regardless: bool,
) -> None:
    """Put a subscriber's digest into the outbox, where one is due and there is something to tell."""
    now = parts.clock()
    window = None
    if not regardless:
        window = windows.current(subscriber.schedule, subscriber.timezone, now)
        if window and await parts.archive.read(outbox.window_taken, subscriber.name, window.key):
            return
    matches, covered = await _matches(parts, subscriber)
    await parts.archive.write(outbox.mark_covered, subscriber.name, covered, now)
    coverage = coverage_of(subscriber, states)
    if not any(match.relation is Relation.SUBJECT for match in matches):
        if window:
            # The window has had its turn: what comes later belongs to the next one.
            empty = _nothing_to_tell(parts, subscriber, window, coverage)
            await parts.archive.write(outbox.enqueue, empty, None, now)
        return
    stories = {match.record.story for match in matches}
    digest = render(
        compose(
            subscriber,
            matches,
            coverage=coverage,
            window=window,
            now=now,
            stories=_by_story(await parts.archive.read(_stories, stories)),
            feeds={feed.name: feed for feed in config.feeds},
            labels={keyword.id: keyword.label for keyword in config.rules.keywords},
            version=hrwatch.__version__,
        ),
        parts.new_id(),
    )
    mail = build(digest, subscriber, config.mail, parts.new_id(), now)
    await parts.archive.write(outbox.enqueue, digest, mail, now)


async def deliver_pass(parts: Parts) -> tuple[Delivery, ...]:
    """Try each mail that is due once; return what became of each."""
    deliveries = []
    while True:
        now = parts.clock()
        claimed = await parts.archive.write(
            outbox.claim, owner=parts.owner, now=now, until=now + CLAIM, limit=1
        )
        if not claimed:
            return tuple(deliveries)
        ((mail, attempts),) = claimed
        delivery = await parts.transport.deliver(mail)
        again = next_try(attempts, now) if delivery.status in _TO_BE_TRIED_AGAIN else None
        await parts.archive.write(outbox.settle, delivery, again)
        deliveries.append(delivery)


def coverage_of(subscriber: Subscriber, states: Iterable[FeedState]) -> Coverage:
    """Return which of the feeds that a subscriber rests on were read, and which fail."""
    wanted = subscriber.interest.feeds
    mine = [state for state in states if not wanted or state.feed in wanted]
    failing = tuple(state for state in mine if state.state in FAILING)
    return Coverage(configured=len(mine), read=len(mine) - len(failing), failing=failing)
