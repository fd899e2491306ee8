"""A digest: from what a subscriber was not told yet to a mail, and from the outbox to a mailbox."""

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hrwatch.errors import ComposeError, HrwatchError
from hrwatch.model.feeds import FeedState
from hrwatch.model.mail import Delivery, Digest, Mail, Match, Status, Subscriber, Window
from hrwatch.pipeline.parts import Parts
from hrwatch.pipeline.revisit import first_visits
from hrwatch.pipeline.writing import (
    Brief,
    Desk,
    choose,
    coverage_of,
    feed_states,
    write_digest,
)
from hrwatch.stages.deliver.retry import next_try
from hrwatch.stages.digest import windows
from hrwatch.stages.digest.mime import build
from hrwatch.stages.match import Matcher
from hrwatch.stages.store import ledger, outbox, subscriptions
from hrwatch.stages.store import subscribers as in_force_table

# Records that are matched in one step, in memory with their texts.
RECORDS_AT_ONCE = 50
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
        matched = {match.record.id: match.record for some in matches.values() for match in some}
        visits = first_visits(matched.values(), desk.config.feeds, now, parts.chance)
        versions = [record for record in piece.records if record.version > 1]
        await parts.archive.write(
            ledger.add, matches, piece.up_to, now, versions=versions, visits=visits
        )


async def digest_pass(
    parts: Parts, desk: Desk, *, regardless: bool
) -> tuple[tuple[str, HrwatchError], ...]:
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
            log.error("event=digest-failed subscriber=%s error=%r", subscriber.name, str(error))
            failed.append((subscriber.name, error))
        except HrwatchError:
            raise  # the archive, not the digest, is in trouble
        except Exception as error:  # a bug that one digest meets must not stop the others
            log.exception("event=bug subscriber=%s", subscriber.name)
            told = ComposeError(f"hrwatch met {type(error).__name__}; its log has the details")
            failed.append((subscriber.name, told))
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
        if not await _was_there(parts, subscriber, window):
            return
        taken = await parts.archive.read(outbox.window_taken, subscriber.name, window.key)
        if taken:
            return
    brief = Brief(subscriber, coverage_of(subscriber, states), window, now)
    matches = await _untold(parts, desk, subscriber)
    if matches:
        digest = await write_digest(desk, brief, matches)
        digest = replace(digest, id=parts.new_id())
        token = await parts.archive.write(
            subscriptions.token_of, subscriber.name, parts.new_token()
        )
        settings = desk.config.mail
        mails = tuple(
            replace(
                build(page, subscriber, settings, parts.new_id(), now, token=token), page=number
            )
            for number, page in enumerate(digest.pages, 1)
        )
        await parts.archive.write(outbox.enqueue, digest, mails, now)
    elif window is not None:
        # The window has had its turn: what comes later belongs to the next one.
        empty = Digest(parts.new_id(), subscriber.name, window, (), ())
        await parts.archive.write(outbox.enqueue, empty, (), now)


async def _was_there(parts: Parts, subscriber: Subscriber, window: Window) -> bool:
    """Say whether the subscriber came into force on the window's day or before: an earlier one is
    no window of theirs."""
    in_force = await parts.archive.read(in_force_table.in_force, subscriber.name)
    since = min((one.since for one in in_force), default=parts.clock())
    return since.astimezone(ZoneInfo(subscriber.timezone)).date() <= window.local_date


async def _untold(parts: Parts, desk: Desk, subscriber: Subscriber) -> tuple[Match, ...]:
    """Return the matches that are to be told; what needs no telling any more is settled."""
    now = parts.clock()
    choice = await choose(desk, subscriber, now)
    if choice.needless:
        await parts.archive.write(ledger.settle, subscriber.name, choice.needless, now, None)
    return choice.matches


async def deliver_pass(parts: Parts, desk: Desk, *, regardless: bool) -> tuple[Delivery, ...]:
    """Try each mail that is due once, `regardless` of when its next try is set to; return what
    became of each. One to a subscriber who is gone, or has another address now, is not sent; where
    the transport stopped, the others wait untried, but for `regardless`."""
    now = parts.clock()
    addresses = {subscriber.name: subscriber.address for subscriber in desk.config.subscribers}
    deliveries = []
    for due in await parts.archive.read(outbox.waiting, now=now, regardless=regardless):
        if parts.transport.stopped and not regardless:
            break  # what is wrong is not theirs, and must not make them wait longer
        now = parts.clock()
        claimed = await parts.archive.write(
            outbox.claim, due.message_id, owner=parts.owner, now=now, until=now + CLAIM
        )
        if claimed is None:
            continue
        mail, attempts = claimed
        if addresses.get(mail.subscriber) != mail.recipient:
            delivery = _withdrawn(mail, now)
            await parts.archive.write(outbox.withdraw, delivery)
            deliveries.append(delivery)
            continue
        delivery = await _deliver(parts, mail)
        again = next_try(attempts, now) if delivery.status in _TRIED_AGAIN else None
        await parts.archive.write(outbox.settle, delivery, again)
        deliveries.append(delivery)
    return tuple(deliveries)


async def _deliver(parts: Parts, mail: Mail) -> Delivery:
    try:
        return await parts.transport.deliver(mail)
    except Exception as error:  # a bug that one mail meets must not stop the others
        log.exception("event=bug mail=%s", mail.message_id)
        told = f"hrwatch met {type(error).__name__}; its log has the details"
        return Delivery(mail.message_id, mail.subscriber, Status.UNKNOWN, parts.clock(), told)


def _withdrawn(mail: Mail, now: datetime) -> Delivery:
    told = "not sent: the subscriber is gone, or has another address now"
    return Delivery(mail.message_id, mail.subscriber, Status.REFUSED, now, told)
