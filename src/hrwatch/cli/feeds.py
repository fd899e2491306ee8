"""`hrwatch feeds`: how each configured feed is doing."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

import typer

from hrwatch.cli import output
from hrwatch.cli.place import place
from hrwatch.config import Config
from hrwatch.errors import ArchiveMissing
from hrwatch.model.feeds import Feed, FeedState, State
from hrwatch.stages.store import feeds as feed_table
from hrwatch.stages.store.archive import Archive


def feeds(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False,
) -> None:
    """List the feeds: state, last and next poll, newest entry, error."""
    where = place(context)
    config = where.config()
    try:
        with where.archive(config) as archive:
            states = list(feed_states(config, archive))
    except ArchiveMissing:
        states = list(configured(config, {}))
    if as_json:
        for feed, state in states:
            output.json_line(feed_object(feed, state))
        return
    output.table(
        ("feed", "state", "entries", "newest", "next poll", "because"),
        (
            (
                feed.name,
                state.state,
                state.entries,
                _short(state.newest_entry_at),
                _short(state.next_poll_at),
                state.because,
            )
            for feed, state in states
        ),
    )
    for feed, state in states:
        if state.error:
            output.line(output.plain(f"{feed.name}: {state.error}"))


def _short(moment: datetime | None) -> str:
    """Return a time in UTC to the minute, short enough for a table of 80 columns."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M") if moment else ""


def feed_states(config: Config, archive: Archive) -> Iterator[tuple[Feed, FeedState]]:
    """Give every configured feed with its state; one that is switched off is `disabled`."""
    with archive.reading() as connection:
        states = feed_table.states(connection, [feed.name for feed in config.feeds])
    yield from configured(config, {state.feed: state for state in states})


def configured(config: Config, known: Mapping[str, FeedState]) -> Iterator[tuple[Feed, FeedState]]:
    """Give every configured feed with its state of `known`, else as a new one."""
    for feed in config.feeds:
        state = known.get(feed.name, FeedState(feed.name, feed.address))
        yield feed, state if feed.enabled else _switched_off(state)


def feed_object(feed: Feed, state: FeedState) -> dict[str, object]:
    """Return the object that `feeds --json` prints of a feed."""
    return {
        "name": feed.name,
        "url": feed.address,
        "state": state.state,
        "outcome": state.outcome,
        "error": state.error,
        "last_polled_at": state.last_polled_at,
        "next_poll_at": state.next_poll_at,
        "because": state.because,
        "newest_entry_at": state.newest_entry_at,
        "entries": state.entries,
        "failures": state.failures,
    }


def _switched_off(state: FeedState) -> FeedState:
    return replace(state, state=State.DISABLED, next_poll_at=None, because=None)
