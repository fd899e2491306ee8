"""From the outbox to mailboxes: whose mail is tried now, and what becomes of each."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hrwatch.model.mail import Delivery, Mail, MailKind, Status, Subscriber, Subscription
from hrwatch.pipeline.mailing.due import may_be_sent
from hrwatch.pipeline.parts import Desk, Parts
from hrwatch.stages.deliver.retry import next_try
from hrwatch.stages.store.mail import outbox, subscriptions
from hrwatch.stages.store.mail.outbox import Claimed, Due

# Subscribers who are written to at once: whose server is slow keeps none of the others waiting.
AT_ONCE = 8
# A claim outlasts the slowest dialogue with a mail server, and the wait for one's turn.
CLAIM = timedelta(minutes=10)
# After what is no fault of the mail: the transport says itself when it is tried again.
_SOON = timedelta(minutes=1)
# Answers after which a mail is tried again under the same Message-ID.
_TRIED_AGAIN = frozenset({Status.DEFERRED, Status.UNKNOWN})
_TOLD = frozenset({MailKind.DIGEST, MailKind.URGENT})
_BODY, _ENCRYPTED = b"\r\n\r\n", b"multipart/encrypted"

log = logging.getLogger(__name__)


@dataclass
class MailTurns:
    """Who is being written to: several at once, and each by one at a time, so that pages come in
    their order."""

    busy: set[str] = field(default_factory=set)

    async def take(self, parts: Parts, desk: Desk) -> tuple[tuple[str, tuple[Due, ...]], ...]:
        """Return those whose turn it is, with the mails that are due; each until `leave`."""
        if parts.transport.resting or len(self.busy) >= AT_ONCE:
            return ()
        taken = {}
        for name, mails in (await _due(parts, desk, regardless=False)).items():
            if name not in self.busy and len(self.busy) < AT_ONCE:
                self.busy.add(name)
                taken[name] = mails
        return tuple(taken.items())

    def leave(self, subscriber: str) -> None:
        """End the turn of a subscriber."""
        self.busy.discard(subscriber)


async def deliver_pass(parts: Parts, desk: Desk) -> tuple[Delivery, ...]:
    """Try each mail once that waits, whenever its next try is set to; return what became of each.
    Not those that wait for a better time: see `deliver`."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def turn(mails: Sequence[Due]) -> tuple[Delivery, ...]:
        async with slots:
            return await deliver(parts, desk, mails, regardless=True)

    due = await _due(parts, desk, regardless=True)
    told = await asyncio.gather(*map(turn, due.values()))
    return tuple(delivery for some in told for delivery in some)


async def deliver(
    parts: Parts, desk: Desk, mails: Iterable[Due], *, regardless: bool = False
) -> tuple[Delivery, ...]:
    """Try these mails to one subscriber once, in their order; return what became of each.

    One to a subscriber who is gone, has stopped, or has another address now, is not sent: what it
    told waits again. A page waits for the one in front of it. What else stands of the subscriber
    is asked before each: a pause may begin between two pages, or the first be refused for good.
    While the transport rests, the others wait untried, but for `regardless`.
    """
    deliveries = []
    held = set()  # digests of which a page could not be sent
    for due in mails:
        if parts.transport.resting and not regardless:
            break  # what is wrong is not theirs, and must not make them wait longer
        if due.digest in held:
            continue
        delivery = await _one(parts, desk, due)
        if delivery is not None:
            deliveries.append(delivery)
        is_left = delivery is None or delivery.status in _TRIED_AGAIN
        if is_left and due.digest is not None:
            held.add(due.digest)
    return tuple(deliveries)


async def _one(parts: Parts, desk: Desk, due: Due) -> Delivery | None:
    """Try a mail; None where it waits, or somebody else tries it, or did."""
    now = parts.clock()
    reader = _reader(desk, due.subscriber)
    if reader is not None:
        standing = await parts.archive.read(subscriptions.of, due.subscriber)
        if _waits(due, reader, standing, now):
            return None
    claimed = await parts.archive.write(
        outbox.claim, due.message_id, owner=parts.owner, now=now, until=now + CLAIM
    )
    if claimed is None:
        return None
    mail = claimed.mail
    # Who stopped while it waited for its claim has stopped.
    standing = await parts.archive.read(subscriptions.of, mail.subscriber)
    if reason := _never_sent(mail, desk, standing):
        told = f"not sent: {reason}"
        delivery = Delivery(mail.message_id, mail.subscriber, Status.REFUSED, now, told)
        await parts.archive.write(outbox.withdraw, delivery)
        return delivery
    delivery = await _handed_over(parts, mail)
    if delivery.of_recipient and mail.subscriber:
        await parts.archive.write(
            outbox.refused_for_good, delivery, mail.recipient, waits=mail.kind in _TOLD
        )
    else:
        again = _again(parts, delivery, claimed)
        await parts.archive.write(outbox.settle, delivery, again)
    return delivery


async def _due(parts: Parts, desk: Desk, *, regardless: bool) -> dict[str, tuple[Due, ...]]:
    """Return the mails whose time has come, by subscriber."""
    now = parts.clock()
    found = await parts.archive.read(outbox.waiting, now=now, regardless=regardless)
    if not found:
        return {}
    standings = {one.subscriber: one for one in await parts.archive.read(subscriptions.all)}
    readers = {reader.name: reader for reader in desk.config.subscribers}
    due: dict[str, list[Due]] = {}
    for mail in found:
        reader, standing = readers.get(mail.subscriber), standings.get(mail.subscriber)
        if reader is None or not _waits(mail, reader, standing, now):
            due.setdefault(mail.subscriber, []).append(mail)
    return {name: tuple(mails) for name, mails in due.items()}


def _waits(mail: Due, reader: Subscriber, standing: Subscription | None, now: datetime) -> bool:
    """Say whether a mail waits, untried, because it would come to nobody or at a wrong time."""
    if reader.address != mail.recipient:
        return False  # it is never sent
    if mail.kind in _TOLD and _has_stopped(standing):
        return False  # neither is this
    return not may_be_sent(mail.kind, reader, standing, now)


def _has_stopped(standing: Subscription | None) -> bool:
    return standing is not None and standing.stopped_at is not None


def _reader(desk: Desk, name: str) -> Subscriber | None:
    return next((one for one in desk.config.subscribers if one.name == name), None)


def _never_sent(mail: Mail, desk: Desk, standing: Subscription | None) -> str:
    """Return why a mail is not to be sent any more; empty where it is."""
    if not mail.subscriber:
        is_there = mail.recipient == desk.config.mail.operator
        return "" if is_there else "mail.operator is another address now"
    reader = _reader(desk, mail.subscriber)
    if reader is None or reader.address != mail.recipient:
        return "the subscriber is gone, or has another address now"
    if mail.kind in _TOLD and _has_stopped(standing):
        return "the subscriber has stopped their mail"
    if reader.pgp_key_file is not None and _ENCRYPTED not in mail.bytes.partition(_BODY)[0]:
        return "it is not encrypted, and the subscriber has a key now"
    return ""


async def _handed_over(parts: Parts, mail: Mail) -> Delivery:
    try:
        return await parts.transport.deliver(mail)
    except Exception as error:  # a bug that one mail meets must not stop the others
        log.exception("event=bug mail=%s", mail.message_id)
        told = f"hrwatch met {type(error).__name__}; its log has the details"
        return Delivery(mail.message_id, mail.subscriber, Status.UNKNOWN, parts.clock(), told)


def _again(parts: Parts, delivery: Delivery, claimed: Claimed) -> datetime | None:
    """Return when a mail is tried again; None: the matter is closed, or left to the operator."""
    if delivery.status not in _TRIED_AGAIN:
        return None
    now = parts.clock()
    if parts.transport.resting:
        return now + _SOON
    again = next_try(claimed.attempts, claimed.written_at, now)
    if again is None:
        log.warning(
            "event=mail-parked id=%s subscriber=%s", delivery.message_id, delivery.subscriber
        )
    return again
