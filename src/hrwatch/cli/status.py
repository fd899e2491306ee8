"""`hrwatch status`: daemon, archive, feeds, mail, and what needs a hand."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Annotated

import typer

import hrwatch
from hrwatch.cli import output, undelivered
from hrwatch.cli.feeds import feed_states, needs_a_hand
from hrwatch.cli.place import place
from hrwatch.config import Config
from hrwatch.errors import ConfigError, Mistake
from hrwatch.model.articles import Kept
from hrwatch.model.feeds import Feed, FeedState
from hrwatch.model.mail import Undelivered
from hrwatch.pipeline.mailing import troubles
from hrwatch.pipeline.mailing.operator import FOUR_WEEKS, MOST_TERMS
from hrwatch.pipeline.reading.older import count_older, told_of
from hrwatch.pipeline.reading.revisit import visited_feeds
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds as feed_table
from hrwatch.stages.store.articles import records as record_table
from hrwatch.stages.store.articles import visits
from hrwatch.stages.store.mail import affairs, outbox, subscriptions
from hrwatch.stages.store.removing import retention
from hrwatch.stages.store.running import daemon as daemon_table
from hrwatch.stages.store.schema import SHIPPED
from hrwatch.text import counted
from hrwatch.wiring import utc_now

# The daemon beats every ten seconds; after so many it is taken for dead.
DEAD_AFTER = timedelta(seconds=60)
_LEFT = {Kept.NOTHING.value: "removed"}  # in words
LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class _Standing:
    """How things stand; what `--json` prints."""

    version: str
    schema: str  # of the archive
    daemon: str  # never run, running, stopped, dead
    daemon_pid: int | None
    daemon_since: datetime | None
    daemon_version: str | None
    config: str
    config_refused: str | None
    archive: str
    bytes: int
    records: int
    stories: int
    articles_visited: int  # that are looked at again
    next_visit_at: datetime | None
    removed_lately: int  # found so within a week
    kept_in_part: dict[str, int]  # versions of records, by what is left of them
    older_tags: int | None  # records that other rules tagged; None: the file cannot be read
    newest_record_at: datetime | None
    feeds: dict[str, int]
    subscribers: int | None  # None: the file cannot be read
    last_digest_at: datetime | None
    next_digest_at: datetime | None
    outbox: dict[str, int]
    parked: int  # mails that were tried in vain for a week
    paused: dict[str, str]  # subscribers, with the first day that has mail again
    stopped: tuple[str, ...]  # by their own reply
    suspended: tuple[str, ...]  # their mail server refuses them for good
    key_unusable: tuple[str, ...]  # nothing is sent to them in the clear
    most_rejected: tuple[dict[str, object], ...]  # in four weeks
    most_muted: dict[str, int]  # words, and by how many subscribers
    needs_a_hand: tuple[str, ...]


def status(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One object.")] = False,
) -> None:
    """Say how things stand, and what needs a hand."""
    where = place(context)
    config: Config | None = None
    mistakes: tuple[Mistake, ...] = ()
    try:
        config = where.config()
    except ConfigError as error:  # the daemon may well run on, by the file before
        mistakes = error.mistakes
    with where.archive(config) as archive:
        watched = list(_watched(archive, config))
        names = visited_feeds(config.feeds) if config else [feed.name for feed, _ in watched]
        with archive.reading() as connection:
            held = record_table.counts(connection)
            visited = visits.watched(connection, names, utc_now() - LATELY)
            mails = outbox.counts(connection)
            left = outbox.undelivered(connection)
            told = daemon_table.last(connection)
            in_part = retention.counts(connection)
            last_digest_at = outbox.last_digest_at(connection)
            kept = subscriptions.all(connection)
            rejected = subscriptions.most_rejected(connection, utc_now() - FOUR_WEEKS)
            muted = subscriptions.most_muted(connection, utc_now())
            parked = affairs.parked(connection)
        size, name = archive.size(), archive.name
        older_tags = count_older(archive, config) if config else None
    now = utc_now()
    life = life_of(told, now)
    unwritten = troubles.holding(config.subscribers if config else (), kept, now)
    of_feeds = [
        f"feed {feed.name}: {need}"
        for feed, state in watched
        for need in needs_a_hand(config, feed, state, now)
    ]
    standing = _Standing(
        version=hrwatch.__version__,
        schema=SHIPPED.head,  # any other would not have been opened
        daemon=life,
        daemon_pid=told.pid if told else None,
        daemon_since=told.started_at if told else None,
        daemon_version=told.version if told else None,
        config=str(config.path) if config else str(mistakes[0].file),
        config_refused="\n".join(map(str, mistakes)) or (told.config_error if told else None),
        archive=name,
        bytes=size,
        records=held.records,
        stories=held.stories,
        articles_visited=visited.articles,
        next_visit_at=visited.next_visit_at,
        removed_lately=visited.removed,
        kept_in_part={kept.value: count for kept, count in sorted(in_part.items())},
        older_tags=older_tags,
        newest_record_at=held.first_seen_at,
        feeds=dict(sorted(Counter(state.state.value for _, state in watched).items())),
        subscribers=len(config.subscribers) if config else None,
        last_digest_at=last_digest_at,
        next_digest_at=told.next_digest_at if told else None,
        outbox={name.value: count for name, count in sorted(mails.items())},
        parked=parked,
        paused={name: day.isoformat() for name, day in unwritten.paused},
        stopped=unwritten.stopped,
        suspended=tuple(name for name, _, _ in unwritten.suspended),
        key_unusable=tuple(name for name, _ in unwritten.unusable),
        most_rejected=tuple(
            {"of": of, "term": term, "articles": articles}
            for (of, term), articles in rejected[:MOST_TERMS]
        ),
        most_muted=dict(muted[:MOST_TERMS]),
        needs_a_hand=(
            *_needs_a_hand(life, told, mistakes, of_feeds, left),
            *(f"{one.told}: {one.remedy}" for one in troubles.of_subscribers(unwritten)),
        ),
    )
    if as_json:
        output.json_line(asdict(standing))
    else:
        _print(standing)


def _next_digest(standing: _Standing) -> str:
    due = output.instant(standing.next_digest_at)
    if due:
        return due
    if standing.daemon != "running":
        return "unknown while no daemon runs"
    return "whenever something new matches" if standing.subscribers else "none: nobody subscribes"


def _watched(archive: Archive, config: Config | None) -> Iterator[tuple[Feed, FeedState]]:
    """Give the configured feeds with their states; all that the archive knows without a file."""
    if config is not None:
        yield from feed_states(config, archive)
        return
    with archive.reading() as connection:
        for state in feed_table.states(connection, feed_table.names(connection)):
            yield Feed(state.feed, url=state.address), state


def _print(standing: _Standing) -> None:
    def told(name: str, value: str) -> None:
        output.line(f"{name:13}{output.plain(value)}")

    since = output.instant(standing.daemon_since)
    told("hrwatch", standing.version)
    told(
        "daemon",
        f"{standing.daemon}, process {standing.daemon_pid} since {since}"
        if since
        else standing.daemon,
    )
    subscribers = (
        "not readable now"
        if standing.subscribers is None
        else counted(standing.subscribers, "subscriber")
    )
    told(
        "config",
        f"{standing.config}: {counted(sum(standing.feeds.values()), 'feed')}, {subscribers}",
    )
    told("archive", f"{standing.archive}, {standing.bytes / 1e6:.1f} MB, schema {standing.schema}")
    told(
        "records",
        f"{standing.records} in {counted(standing.stories, 'story', 'stories')}, newest first seen "
        f"{output.instant(standing.newest_record_at) or 'never'}",
    )
    told(
        "looked at",
        f"{counted(standing.articles_visited, 'article')} again, next "
        f"{output.instant(standing.next_visit_at) or 'never'}; "
        f"{standing.removed_lately} found removed within a week",
    )
    if standing.kept_in_part:
        in_part = {_LEFT.get(left, left): n for left, n in standing.kept_in_part.items()}
        told("kept in part", _counted(in_part))
    if standing.older_tags:
        told("tags", told_of(standing.older_tags))
    told("feeds", _counted(standing.feeds) or "none")
    told(
        "digests",
        f"last {output.instant(standing.last_digest_at) or 'never'}, next {_next_digest(standing)}",
    )
    parked = f"; {standing.parked} parked (hrwatch outbox)" if standing.parked else ""
    told("mail", (_counted(standing.outbox) or "none yet") + parked)
    if standing.paused:
        told("paused", ", ".join(f"{name} until {day}" for name, day in standing.paused.items()))
    for name, of in (
        ("stopped", standing.stopped),
        ("suspended", standing.suspended),
        ("key unusable", standing.key_unusable),
    ):
        if of:
            told(name, ", ".join(of))
    for one in standing.most_rejected:
        told(
            "rejected", f"{one['of']}, by the term {one['term']}: {one['articles']} within 28 days"
        )
    for word, by in standing.most_muted.items():
        told("muted", f"the word {word}, by {counted(by, 'subscriber')}")
    for need in standing.needs_a_hand:
        told("needs a hand", need)


def life_of(told: daemon_table.DaemonState | None, now: datetime) -> str:
    """Return whether a daemon runs: "never run here", "stopped", "running" or "dead"."""
    if told is None:
        return "never run here"
    if told.stopped_at is not None:
        return "stopped"
    return "running" if now - told.beat_at < DEAD_AFTER else "dead"


def _needs_a_hand(
    life: str,
    told: daemon_table.DaemonState | None,
    mistakes: tuple[Mistake, ...],
    of_feeds: Iterable[str],
    mails: Iterable[Undelivered],
) -> Iterator[str]:
    if told and life == "dead":
        yield f"the daemon was last heard of {output.instant(told.beat_at)}: see its log"
    if told and life == "running" and told.version != hrwatch.__version__:
        yield f"the daemon is hrwatch {told.version}, this is {hrwatch.__version__}: restart it"
    for mistake in mistakes:
        yield f"the newest configuration is not in force: {mistake}"
    if told and life == "running" and told.config_error and not mistakes:
        yield f"the newest configuration is not in force: {told.config_error}"
    yield from of_feeds
    yield from undelivered.needs(mails)


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
