"""Which rule sets tagged what: their history, and the records of each."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from hrwatch.model.articles import Kept
from hrwatch.model.tags import RuleSet
from hrwatch.stages.store.statements import insert_missing
from hrwatch.stages.store.tables import records, rule_sets

_GROUP = (records.c.feed, records.c.rules_hash)


@dataclass(frozen=True, slots=True)
class Known:
    """A rule set that was in use at some time."""

    rule_set: RuleSet
    first_used_at: datetime
    hrwatch: str  # the version that first used it


@dataclass(frozen=True, slots=True)
class Share:
    """The records of one feed that one rule set tagged."""

    feed: str
    rules_hash: str | None  # None: tagged by an hrwatch that did not keep it
    records: int


def note(
    connection: sa.Connection, used: Iterable[RuleSet], *, version: str, now: datetime
) -> None:
    """Note that these rule sets are in use; of those that were before, the first time stays."""
    values = [
        {
            "hash": one.hash,
            "first_used_at": now,
            "hrwatch": version,
            "keywords": one.keywords,
            "terms": one.terms,
        }
        for one in used
    ]
    connection.execute(insert_missing(connection, rule_sets), values)


def get(connection: sa.Connection, rules_hash: str) -> Known | None:
    """Return what is known of a rule set; None where it was in use before these were noted."""
    query = sa.select(rule_sets).where(rule_sets.c.hash == rules_hash)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    told = RuleSet(row.hash, keywords=row.keywords, terms=row.terms)
    return Known(told, row.first_used_at, row.hrwatch)


def shares(connection: sa.Connection) -> tuple[Share, ...]:
    """Return how many records of each feed each rule set tagged, by feed: of those whose text is
    kept, which another rule set can tag."""
    # Whether it is kept stands behind the text, and would have every text read: all are counted
    # in an index, and those that are kept in part, in another, taken off.
    every = sa.select(*_GROUP, sa.func.count()).group_by(*_GROUP).order_by(*_GROUP)
    in_part = {(one.feed, one.rules_hash): one.records for one in _in_part(connection)}
    found = (Share(*row) for row in connection.execute(every))
    left = (
        replace(one, records=one.records - in_part.get((one.feed, one.rules_hash), 0))
        for one in found
    )
    return tuple(one for one in left if one.records)


def fixed(connection: sa.Connection) -> tuple[Share, ...]:
    """Return the same of the records whose tags stay as they are, because no more than their
    headline or summary is kept; not of those of which nothing is."""
    return _in_part(connection, records.c.kept.in_((Kept.SUMMARY, Kept.HEADLINE)))


def _in_part(connection: sa.Connection, *conditions: sa.ColumnElement[bool]) -> tuple[Share, ...]:
    # In these words: the index of them is asked, whose condition that is.
    those = sa.select(records.c.ordinal).where(sa.text("kept != 'full'"), *conditions)
    query = sa.select(*_GROUP, sa.func.count()).where(records.c.ordinal.in_(those))
    return tuple(Share(*row) for row in connection.execute(query.group_by(*_GROUP)))
