"""Matches to a digest, for one that is sent as for one that is only looked at."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import hrwatch
from hrwatch.model.articles import Record
from hrwatch.model.evidence import Visit
from hrwatch.model.feeds import FAILING, Coverage, FeedState, Outcome, State
from hrwatch.model.mail import Digest, Earlier, Match, Reason, Subscriber, Window
from hrwatch.pipeline.mailing.since_told import with_whole_changes
from hrwatch.pipeline.parts import Desk
from hrwatch.stages.digest.compose import USUAL, compose
from hrwatch.stages.digest.render import render
from hrwatch.stages.digest.view import Occasion
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds as feed_table
from hrwatch.stages.store.articles import records as record_table
from hrwatch.stages.store.articles import visits as visit_table
from hrwatch.stages.store.mail import outbox

_READ = frozenset({State.OK, State.QUIET})


@dataclass(frozen=True, slots=True)
class Brief:
    """Whom a digest is for, when, and resting on which feeds."""

    subscriber: Subscriber
    coverage: Coverage
    window: Window | None
    now: datetime
    occasion: Occasion = USUAL


async def write_digest(desk: Desk, brief: Brief, matches: tuple[Match, ...]) -> Digest:
    """Given the matches that a digest answers for, return it, under an empty id."""
    older = {match.record.id for match in matches if match.reason is not Reason.NEW}
    stories = await _stories(desk.archive, matches)
    told: Mapping[str, Earlier] = {}
    visits: Mapping[str, Visit] = {}
    if older:
        told = await desk.archive.read(outbox.told_at, brief.subscriber.name, older)
        visits = await desk.archive.read(visit_table.of, older)
        matches = await with_whole_changes(desk.archive, matches, told)

    def written() -> Digest:
        composition = compose(
            brief.subscriber,
            matches,
            coverage=brief.coverage,
            window=brief.window,
            now=brief.now,
            stories=stories,
            feeds={feed.name: feed for feed in desk.config.feeds},
            labels=desk.labels,
            version=hrwatch.__version__,
            told=told,
            visits=visits,
            occasion=brief.occasion,
        )
        return render(composition, "", desk.config.mail.templates)

    return await asyncio.to_thread(written)  # as long as `choose`, and longer


async def feed_states(desk: Desk) -> tuple[FeedState, ...]:
    """Return the states of the feeds that are switched on."""
    enabled = [feed.name for feed in desk.config.feeds if feed.enabled]
    return await desk.archive.read(feed_table.states, enabled)


def coverage_of(subscriber: Subscriber, states: Iterable[FeedState]) -> Coverage:
    """Return which of the feeds that a subscriber rests on were read, and which were not: those
    that fail, and those that our own trouble kept from being read, whatever they were before."""
    wanted, unwanted = subscriber.interest.feeds, subscriber.interest.exclude_feeds
    mine = [
        state
        for state in states
        if (not wanted or state.feed in wanted) and state.feed not in unwanted
    ]
    failing = tuple(s for s in mine if s.state in FAILING or s.outcome is Outcome.FAILED)
    read = sum(s.state in _READ and s.outcome is not Outcome.FAILED for s in mine)
    return Coverage(configured=len(mine), read=read, failing=failing)


async def _stories(archive: Archive, matches: Iterable[Match]) -> dict[str, tuple[Record, ...]]:
    """Return all records of the stories that matched, by the id of their original. Those that
    matched are at hand, with their texts, and are not read again."""
    by_version = sorted((match.record for match in matches), key=lambda record: record.version)
    matched = {record.id: record for record in by_version}
    others = await archive.read(record_table.others, matched.values())
    by_story: dict[str, list[Record]] = {}
    for record in (*matched.values(), *others):
        by_story.setdefault(record.story, []).append(record)
    return {story: tuple(of_it) for story, of_it in by_story.items()}
