"""What a subscriber's reply is about, and what becomes of it: one transaction a reply."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from hrwatch.model.articles import Record
from hrwatch.model.mail import Detail, Mail, Mute
from hrwatch.model.replies import Verb
from hrwatch.model.tags import Evidence
from hrwatch.stages.store.articles import records as record_table
from hrwatch.stages.store.articles import rows
from hrwatch.stages.store.mail import outbox as outbox_table
from hrwatch.stages.store.mail import subscriptions
from hrwatch.stages.store.mail.subscriptions import Term
from hrwatch.stages.store.tables import ledger, outbox, records, tags

# By so many articles it is told whether a word ever found any for a subscriber.
MOST_MATCHES = 1_000


@dataclass(frozen=True, slots=True)
class Effect:
    """What a reply changes."""

    subscriber: str
    verb: Verb
    until: datetime | None = None  # PAUSE
    detail: Detail | None = None  # LESS, MORE
    mutes: tuple[Mute, ...] = ()  # MUTE, UNMUTE
    rejected: tuple[tuple[Record, tuple[Term, ...]], ...] = ()  # WRONG


@dataclass(frozen=True, slots=True)
class Answered:
    """A digest, by the mail of it that was replied to."""

    id: str
    message_id: str


def digest_of(
    connection: sa.Connection, subscriber: str, message_ids: Sequence[str]
) -> Answered | None:
    """Return the digest of the subscriber's that the first of these Message-IDs is of; None where
    none of them is of any."""
    query = sa.select(outbox.c.message_id, outbox.c.digest).where(
        outbox.c.message_id.in_(message_ids),
        outbox.c.subscriber == subscriber,
        outbox.c.digest.is_not(None),
    )
    found = {row.message_id: row.digest for row in connection.execute(query)}
    return next((Answered(found[one], one) for one in message_ids if one in found), None)


def numbered(
    connection: sa.Connection, subscriber: str, digest: str, numbers: Iterable[int]
) -> dict[int, tuple[Record, ...]]:
    """Return what the digest told the subscriber under these numbers, as it was told; numbers under
    which nothing stood, or of which all was purged, are left out."""
    query = (
        sa.select(ledger.c.number, ledger.c.record, ledger.c.version)
        .where(
            ledger.c.subscriber == subscriber,
            ledger.c.digest == digest,
            ledger.c.number.in_(sorted(set(numbers))),
        )
        .order_by(ledger.c.number, ledger.c.record)
    )
    told: dict[int, tuple[Record, ...]] = {}
    for row in connection.execute(query).all():
        record = record_table.get(connection, row.record, row.version)
        if isinstance(record, Record):
            told[row.number] = (*told.get(row.number, ()), record)
    return told


def found_by(connection: sa.Connection, subscriber: str, since: datetime) -> tuple[Evidence, ...]:
    """Return the words by which articles were found that the subscriber asked for, each once: of
    those that matched from `since` on, at most the latest `MOST_MATCHES`."""
    latest = (
        sa.select(ledger.c.record, ledger.c.version, ledger.c.matched_at)
        .where(ledger.c.subscriber == subscriber, ledger.c.matched_at >= since)
        .order_by(ledger.c.matched_at.desc())
        .limit(MOST_MATCHES)
        .subquery()
    )
    query = (
        sa.select(tags)
        .join(records, records.c.ordinal == tags.c.record)
        .join(
            latest,
            sa.and_(latest.c.record == records.c.id, latest.c.version == records.c.version),
        )
        .order_by(latest.c.matched_at.desc(), tags.c.record, tags.c.position)
    )
    words = {
        (evidence.found, evidence.term, evidence.field): evidence
        for row in connection.execute(query)
        for evidence in rows.tag_from(row).evidence
    }
    return tuple(words.values())


def heed(
    connection: sa.Connection, key: str, effect: Effect, answer: Mail | None, now: datetime
) -> bool:
    """Do what a reply asks for and queue the answer, once for each `key`; say whether it was done
    now."""
    name = effect.subscriber
    if not subscriptions.note(connection, key, name, effect.verb, now):
        return False
    if effect.verb is Verb.STOP:
        subscriptions.stop(connection, name, now)
    elif effect.verb is Verb.START:
        subscriptions.resume(connection, name, now)
    if effect.until is not None:
        subscriptions.pause(connection, name, effect.until, now)
    if effect.detail is not None:
        subscriptions.set_detail(connection, name, effect.detail)
    for wish in effect.mutes:
        if effect.verb is Verb.MUTE:
            subscriptions.mute(connection, name, wish)
        else:
            subscriptions.unmute(connection, name, wish.kind, wish.value)
    for record, terms in effect.rejected:
        subscriptions.reject(connection, name, record, terms, now)
    if answer is not None:
        outbox_table.put(connection, (answer,), now)
    return True
