"""A change of rules: from what is archived to the tags of today, and, only where that is asked for,
to the digests.

    RETAG   records that another rule set tagged → tag → what changes → store
    MAIL    records of the last days, matched before → match again → wait for a digest

Every piece is one short transaction, so that it goes beside a daemon that polls and mails. A record
knows the rule set of its tags: what is ended half-way goes on where it stood.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import hrwatch
from hrwatch.config import Config
from hrwatch.config.rule_sets import RuleSets
from hrwatch.model.tags import Cues, Kind, Relation, Tag
from hrwatch.pipeline.parts import Desk
from hrwatch.pipeline.reading.older import older
from hrwatch.pipeline.reading.revisit import first_visits
from hrwatch.stages.match import Matcher
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import retagging
from hrwatch.stages.store.articles import rule_sets as rule_set_table
from hrwatch.stages.store.articles.retagging import Retagged, Tagged
from hrwatch.stages.store.mail import ledger
from hrwatch.stages.store.mail import subscribers as in_force_table
from hrwatch.stages.store.statements import chunks
from hrwatch.stages.tag import Tagger

# Records in memory at once, and in one transaction: some hundredths of a second of writing, for
# which a daemon may have to wait, to a quarter of a second of tagging, for which it does not.
RECORDS_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one tag of a record."""

    kind: Kind
    value: str
    before: Relation | None  # None: it did not have the tag
    after: Relation | None  # None: it has it no more


@dataclass(frozen=True, slots=True)
class Outcome:
    """What tagging a record anew comes to."""

    record: Tagged
    tags: tuple[Tag, ...]
    rules_hash: str
    changes: tuple[Change, ...]  # none: the same tags, if perhaps for other reasons


def look(archive: Archive, config: Config) -> Iterator[Outcome]:
    """Give what would come of each record that another rule set tagged; change nothing."""
    for piece in _pieces(archive, config, Tagger(config.rules)):
        yield from piece


def retag(archive: Archive, config: Config, now: datetime) -> Iterator[Outcome]:
    """Tag each record anew that another rule set tagged; give what came of it, once it is kept."""
    used = RuleSets(config.rules, config.feeds)
    archive.write_now(rule_set_table.note, used, version=hrwatch.__version__, now=now)
    tagger = Tagger(config.rules)
    while True:
        kept = left = 0
        for piece in _pieces(archive, config, tagger):
            there = archive.write_now(retagging.replace, list(map(_retagged, piece)))
            kept, left = kept + len(there), left + len(piece) - len(there)
            yield from (outcome for outcome in piece if outcome.record.ordinal in there)
        if not (kept and left):  # what somebody else was just writing gets another turn
            return


def mail_missed(archive: Archive, desk: Desk, since: datetime, now: datetime) -> Counter[str]:
    """Let wait for the next digest what was first seen from `since` on, was matched then, and would
    match by its tags of today alone; return how many records by subscriber.

    As ever each record is told once, and only by criteria that stood when it was first seen.
    """
    added: Counter[str] = Counter()
    with archive.reading() as connection:
        matchers = {
            subscriber.name: Matcher(
                subscriber, in_force_table.in_force(connection, subscriber.name), desk.parents
            )
            for subscriber in desk.config.subscribers
        }
        for piece in chunks(ledger.matched(connection, since), RECORDS_AT_ONCE):
            matches = {
                name: [found for record in piece if (found := matcher.match(record))]
                for name, matcher in matchers.items()
            }
            matched = {match.record.id: match.record for some in matches.values() for match in some}
            visits = first_visits(matched.values(), desk.config.feeds, now, float)
            added.update(archive.write_now(ledger.add_late, matches, now, visits))
    return added


def _pieces(archive: Archive, config: Config, tagger: Tagger) -> Iterator[tuple[Outcome, ...]]:
    """Give what tagging comes to, a few records at a time, of those that are there when it begins:
    a daemon with older rules that goes on archiving would else never let it end."""
    today = RuleSets(config.rules, config.feeds)
    cues = {feed.name: feed.cues for feed in config.feeds}
    with archive.reading() as connection:
        up_to = retagging.newest(connection)
    for share in older(archive, config):
        rules_hash, of_feed = today.hash_for(share.feed), cues.get(share.feed, Cues())
        after = 0
        while True:
            with archive.reading() as connection:
                records = retagging.tagged(
                    connection, share, after=after, up_to=up_to, limit=RECORDS_AT_ONCE
                )
            if not records:
                break
            after = records[-1].ordinal
            yield tuple(_outcome(record, tagger, of_feed, rules_hash) for record in records)


def _outcome(record: Tagged, tagger: Tagger, cues: Cues, rules_hash: str) -> Outcome:
    tags = tagger.tag(record.title, record.text, record.language, record.categories, cues)
    before = {(tag.kind, tag.value): tag.relation for tag in record.tags}
    after = {(tag.kind, tag.value): tag.relation for tag in tags}
    changes = tuple(
        Change(kind, value, before.get((kind, value)), after.get((kind, value)))
        for kind, value in {**before, **after}
        if before.get((kind, value)) is not after.get((kind, value))
    )
    return Outcome(record, tags, rules_hash, changes)


def _retagged(outcome: Outcome) -> Retagged:
    record, tags = outcome.record, outcome.tags
    return Retagged(record.ordinal, outcome.rules_hash, None if tags == record.tags else tags)
