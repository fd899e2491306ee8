"""Which rule sets tagged what: their history, and the records of each."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from hrwatch.model.articles import Kept
from hrwatch.model.tags import RuleSet
from hrwatch.stages.store.statements import insert_missing
from hrwatch.stages.store.tables import records, rule_sets


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


def shares(connection: sa.Connection, kept: Collection[Kept] = (Kept.FULL,)) -> tuple[Share, ...]:
    """Return how many records of each feed each rule set tagged, by feed: of those whose text is
    kept, which another rule set can tag, unless others are asked for."""
    group = (records.c.feed, records.c.rules_hash)
    query = sa.select(*group, sa.func.count()).where(records.c.kept.in_(kept))
    found = connection.execute(query.group_by(*group).order_by(*group))
    return tuple(Share(*row) for row in found)
