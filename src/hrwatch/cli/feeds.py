"""`hrwatch feeds`: how each configured feed is doing."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated

import typer

from hrwatch import cadence
from hrwatch.cli import output
from hrwatch.cli.place import place
from hrwatch.config import Config
from hrwatch.errors import ArchiveMissing
from hrwatch.model.feeds import FAILING, Because, Feed, FeedState, State
from hrwatch.pipeline.mailing.troubles import FOR_A_PERSON, LASTING
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds as feed_table
from hrwatch.wiring import utc_now

_NOT_ASKED_AGAIN = (
    "it is gone for good and not asked again by itself: change its address, or enabled: false; "
    "`hrwatch once` with its name asks once more"
)


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
    now = utc_now()
    output.table(
        ("feed", "state", "entries", "newest", "next poll", "because"),
        (
            (
                feed.name,
                state.state,
                state.entries,
                output.span(now - state.newest_entry_at) if state.newest_entry_at else "",
                _next_poll(state, now),
                state.because,
            )
            for feed, state in states
        ),
    )
    for feed, state in states:
        for remark in remarks(config, feed, state):
            output.line(output.plain(f"{feed.name}: {remark}"))


def remarks(config: Config, feed: Feed, state: FeedState) -> Iterator[str]:
    """Give what is to be said of a feed beside its row: what is wrong, what is odd, and the line to
    change where it has moved."""
    if state.error:
        yield state.error
    if state.because is Because.GONE:
        yield _NOT_ASKED_AGAIN
    if state.warning:
        yield f"it can be read, but is odd: {state.warning}"
    if (moved := proposed_line(config, feed, state)) is not None:
        yield moved


def needs_a_hand(
    config: Config | None, feed: Feed, state: FeedState, now: datetime
) -> Iterator[str]:
    """Give what somebody should do about a feed: what will not mend itself, or has lasted."""
    since = f" since {output.instant(state.failing_since)}" if state.failing_since else ""
    lasts = state.failing_since is not None and now - state.failing_since >= LASTING
    if state.state in FOR_A_PERSON or (state.state in FAILING and lasts):
        yield f"{state.state}{since}: {state.error}"
    elif state.because is Because.BUG:
        yield f"not read{since}: {state.error}"
    if state.because is Because.GONE:
        yield _NOT_ASKED_AGAIN
    if (moved := proposed_line(config, feed, state)) is not None:
        yield moved


def proposed_line(config: Config | None, feed: Feed, state: FeedState) -> str | None:
    """Return the line of the operator's file to change where a feed has moved for good, or None;
    without its place where the file cannot be read now."""
    moved_to = cadence.proposal(state)
    if moved_to is None or state.state is State.DISABLED:
        return None
    told = "it has moved for good; the old address still leads there"
    line = f"{'page' if feed.page else 'url'}: {moved_to}   ({told})"
    if config is None:
        return line
    for other in config.feeds:
        if other.address == moved_to:
            return f"it has moved for good to the address of {other.name}: one of the two can go"
    number = config.feed_lines.get(feed.name)
    return f"{config.path}:{number}: {line}" if number else f"{config.path}: {line}"


def _next_poll(state: FeedState, now: datetime) -> str:
    """Return how long it is until the next poll; the time itself is in the JSON."""
    if state.state is State.DISABLED:
        return ""
    if state.because is Because.GONE:
        return "never"
    if state.next_poll_at is None or state.next_poll_at <= now:
        return "now"
    return output.span(state.next_poll_at - now)


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
        "because": state.because or "",
        "newest_entry_at": state.newest_entry_at,
        "entries": state.entries,
        "failures": state.failures,
        "warning": state.warning,
        "moved_to": cadence.proposal(state),
    }


def _switched_off(state: FeedState) -> FeedState:
    return replace(state, state=State.DISABLED, next_poll_at=None, because=None)
