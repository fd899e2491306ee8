"""What a pass works with: built by `wiring`, handed through the pipeline. `Parts` touch the world;
the `Desk` is what digests are written from."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hrwatch.config import Config
from hrwatch.config.rule_sets import RuleSets
from hrwatch.model.feeds import Feed
from hrwatch.pipeline.reading.evidence import Fetched
from hrwatch.pipeline.reading.room import Room
from hrwatch.stages.deliver import Transport
from hrwatch.stages.fetch import Fetcher
from hrwatch.stages.store.archive import Archive
from hrwatch.workers import Workers

# Bytes, compressed, of pages that wait to be archived, all visits together: a thousand and more.
MOST_KEPT = 48_000_000


@dataclass(slots=True)
class Common:
    """Shingles that tell nothing of where a text comes from; None: not read yet."""

    shingles: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """The living things: archive, network, workers, transport, and the source of time and names."""

    archive: Archive
    fetcher: Fetcher
    workers: Workers
    transport: Transport
    clock: Callable[[], datetime]
    new_id: Callable[[], str]  # opaque and unguessable: for digests and Message-IDs
    new_token: Callable[[], str]  # 32 hexadecimal digits, by which a subscriber's replies are known
    owner: str  # names this process in claims
    per_site: int  # feeds of one site that are visited at once
    rule_sets: RuleSets  # what tags the articles of each feed
    link_copies: bool  # False: every article stands alone
    link_near: bool  # near copies too, not only equal texts
    # From 0 to below 1: spreads polls that would else fall together. None is spread without it.
    chance: Callable[[], float] = float
    # Which original a copy belongs to is decided and written by one feed at a time: two feeds
    # that bring the same text at the same moment would else not see each other.
    linking: asyncio.Lock = field(default_factory=asyncio.Lock)
    common: Common = field(default_factory=Common)
    orgs: Mapping[str, str] = field(default_factory=dict)  # by feed, where the operator named one
    # Feeds of ours that could not be freed while the archive was in trouble (a full disk).
    unreleased: set[str] = field(default_factory=set)
    # By name, as configured today: on whose behalf a page in the archive was fetched.
    feeds: Mapping[str, Feed] = field(default_factory=dict)
    # Pages that are being fetched, or are fetched and not archived yet, by canonical permalink;
    # None comes of those that could not be had.
    pages: dict[str, asyncio.Future[Fetched | None]] = field(default_factory=dict)
    room: Room = field(default_factory=lambda: Room(MOST_KEPT))


@dataclass(frozen=True, slots=True)
class Look:
    """A look at what waits for a subscriber that led to no mail."""

    errand: str  # what it was for
    newest_at: datetime | None  # of what waited
    at: datetime
    error: str = ""  # what kept the mail from being written


@dataclass(frozen=True, slots=True)
class Desk:
    """What digests are written from: the archive and what the operator says of it."""

    archive: Archive
    config: Config
    labels: Mapping[str, str]  # what keywords, countries, territories and places are called
    parents: Mapping[str, str]  # territory → the country it may be rolled up to
    # By subscriber; what is forgotten here costs another look, nothing else.
    looks: dict[str, Look] = field(default_factory=dict, compare=False, repr=False)
