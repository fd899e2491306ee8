"""A subscriber taken out of the archive, with all that names them: nothing is left but counts."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from hrwatch.stages.store.removing import recalling
from hrwatch.stages.store.tables import (
    digests,
    erased,
    in_force,
    ledger,
    metadata,
    mutes,
    notices,
    outbox,
    rejections,
    replies,
)
from hrwatch.stages.store.tables import subscriptions as subscription_table
from hrwatch.text import clean_line

# Whatever names a subscriber, each table after those it refers to.
_TABLES = tuple(table for table in metadata.sorted_tables if "subscriber" in table.c)
_SAMPLE = 12  # rows of each table by which it is seen that no file holds any
_TOKEN = re.compile(rb"<([0-9a-f]{32})@hrwatch\.invalid>")  # in the References of a mail to them
_HEAD = 4_000  # bytes of a mail within which that stands
_LONGEST_NAME = 60  # in lists of the operator's mails; what is longer is cut there


@dataclass(frozen=True, slots=True)
class Traces:
    """By what a subscriber is known in files beside the archive."""

    names: frozenset[str]  # as the operator's mails write them
    addresses: frozenset[str]
    tokens: frozenset[str]
    message_ids: frozenset[str]  # of mails to them
    to_operator: frozenset[str]  # Message-IDs of all mails to the operator, which may name them

    def are_in_mail(self, mail: bytes) -> bool:
        """Say whether a mail to the operator names the subscriber."""
        return _stands_in(recalling.text_of(mail), self.names | self.addresses)

    def are_in_letter(self, letter: bytes) -> bool:
        """Say whether a letter, whole or not, is the subscriber's."""
        text = letter.decode(errors="replace")
        opaque = self.tokens | self.message_ids
        return any(one in text for one in opaque) or _stands_in(text, self.addresses)


@dataclass(frozen=True, slots=True)
class Erased:
    """What was removed."""

    digests: int
    mails: int
    traces: Traces
    leftovers: tuple[bytes, ...]  # by which it is known when no file holds it any more


def is_known(connection: sa.Connection, subscriber: str) -> bool:
    """Say whether anything names the subscriber."""
    return any(
        connection.scalar(sa.select(sa.exists().where(table.c.subscriber == subscriber)))
        for table in _TABLES
    )


def is_in_force(connection: sa.Connection, subscriber: str) -> bool:
    """Say whether whoever put the operator's file in force last found the subscriber in it."""
    open_ones = sa.and_(in_force.c.subscriber == subscriber, in_force.c.until.is_(None))
    return bool(connection.scalar(sa.select(sa.exists().where(open_ones))))


def traces(connection: sa.Connection, subscriber: str, now: datetime) -> Traces | None:
    """Return by what a subscriber is known; None while a mail to them, or one that names them, is
    being sent."""
    of_them = outbox.c.subscriber == subscriber
    columns = (outbox.c.message_id, outbox.c.recipient, outbox.c.claimed_until)
    mails = connection.execute(sa.select(*columns).where(of_them)).all()
    head = sa.func.substr(outbox.c.bytes, 1, _HEAD, type_=sa.LargeBinary)
    heads = connection.scalars(sa.select(head).where(of_them, outbox.c.bytes != b""))
    tokens = {found.decode() for one in heads for found in _TOKEN.findall(one)}
    addresses = {mail.recipient for mail in mails}
    query = sa.select(subscription_table).where(subscription_table.c.subscriber == subscriber)
    for row in connection.execute(query):
        tokens.add(row.token or "")
        addresses |= {row.address, row.suspended_address}
    operators = sa.select(outbox.c.message_id).where(outbox.c.subscriber == "")
    found = Traces(
        frozenset((subscriber, clean_line(subscriber, _LONGEST_NAME))),
        frozenset(addresses - {""}),
        frozenset(tokens - {""}),
        frozenset(mail.message_id for mail in mails),
        frozenset(connection.scalars(operators)),
    )
    claims = [mail.claimed_until for mail in (*mails, *_naming(connection, found))]
    return None if any(claim is not None and claim > now for claim in claims) else found


def erase(connection: sa.Connection, subscriber: str, now: datetime) -> Erased | None:
    """Remove every trace of a subscriber; None, and nothing is done, while a mail to them, or one
    that names them, is being sent."""
    of_them = outbox.c.subscriber == subscriber
    mails = sa.select(outbox.c.message_id).where(of_them | (outbox.c.subscriber == ""))
    connection.execute(mails.with_for_update())
    found = traces(connection, subscriber, now)
    if found is None:
        return None
    leftovers = frozenset(_leftovers(connection, subscriber))
    count = connection.scalar(sa.select(sa.func.count()).where(digests.c.subscriber == subscriber))
    for table in reversed(_TABLES):
        connection.execute(sa.delete(table).where(table.c.subscriber == subscriber))
    _forget_what_the_operator_was_told(connection, subscriber, found)
    numbers = {"digests": count or 0, "mails": len(found.message_ids)}
    connection.execute(sa.insert(erased).values(erased_at=now, **numbers))
    return Erased(**numbers, traces=found, leftovers=tuple(sorted(leftovers)))


def _forget_what_the_operator_was_told(
    connection: sa.Connection, subscriber: str, found: Traces
) -> None:
    """Remove the notices of a subscriber, and empty the operator's mails that name them."""
    for name in connection.scalars(sa.select(notices.c.name)).all():
        if name.partition(":")[2] in {subscriber, *found.addresses, *found.message_ids}:
            connection.execute(sa.delete(notices).where(notices.c.name == name))
    for mail in _naming(connection, found):
        done = {
            "bytes": b"",
            "settled_at": sa.func.coalesce(outbox.c.settled_at, outbox.c.created_at),
        }
        of_it = outbox.c.message_id == mail.message_id
        connection.execute(sa.update(outbox).where(of_it).values(**done))


def _naming(connection: sa.Connection, found: Traces) -> list[Any]:
    """Return the operator's mails that name the subscriber; those that were emptied are left
    out."""
    columns = (outbox.c.message_id, outbox.c.claimed_until, outbox.c.bytes)
    query = sa.select(*columns).where(outbox.c.subscriber == "", outbox.c.bytes != b"")
    return [row for row in connection.execute(query) if found.are_in_mail(row.bytes)]


def _stands_in(text: str, names: Iterable[str]) -> bool:
    """Say whether one of these names or addresses stands in a text by itself: "sin" is no part of
    "since", and "desk" none of "desk-2"."""
    return any(
        re.search(rf"(?<![\w.@+-]){re.escape(name)}(?![\w@+-]|\.\w)", text, re.IGNORECASE)
        for name in names
    )


def _leftovers(connection: sa.Connection, subscriber: str) -> Iterator[bytes]:
    """Yield stretches that only rows of this subscriber have: their name alone may be anybody's
    word, but a row's columns stand one behind the other in a file."""
    pairs = (
        (ledger, ledger.c.subscriber, ledger.c.record),
        (ledger, ledger.c.subscriber, ledger.c.story),
        (in_force, in_force.c.subscriber, in_force.c.group),
        (digests, digests.c.id, digests.c.subscriber),
        (outbox, outbox.c.subscriber, outbox.c.recipient),
        (outbox, outbox.c.message_id, None),
        (outbox, outbox.c.recipient, None),
        (subscription_table, subscription_table.c.subscriber, subscription_table.c.token),
        (subscription_table, subscription_table.c.token, None),
        (subscription_table, subscription_table.c.subscriber, subscription_table.c.address),
        (rejections, rejections.c.subscriber, rejections.c.record),
        (mutes, mutes.c.subscriber, mutes.c.kind),
        (replies, replies.c.key, replies.c.subscriber),
    )
    for table, first, second in pairs:
        columns = (first,) if second is None else (first, second)
        query = sa.select(*columns).where(table.c.subscriber == subscriber).limit(_SAMPLE)
        for row in connection.execute(query):
            if all(row):
                yield "".join(row).encode()
