"""`hrwatch status`: archive, feeds, mail, and what needs a hand."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated

import typer

import hrwatch
from hrwatch.cli import output
from hrwatch.cli.feeds import feed_states
from hrwatch.cli.place import place
from hrwatch.model.feeds import FAILING, Feed, FeedState
from hrwatch.model.mail import Status
from hrwatch.stages.store import outbox
from hrwatch.stages.store import records as record_table

_TROUBLED = (Status.DEFERRED, Status.REFUSED, Status.UNKNOWN)


def status(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One object.")] = False,
) -> None:
    """Say how things stand."""
    where = place(context)
    config = where.config()
    with where.archive(config) as archive:
        states = list(feed_states(config, archive))
        with archive.reading() as connection:
            held = record_table.counts(connection)
            mails = outbox.counts(connection)
        path = archive.path
    by_state = Counter(state.state.value for _, state in states)
    needs = list(_needs_a_hand(states, mails))
    if as_json:
        output.json_line(
            {
                "version": hrwatch.__version__,
                "config": str(config.path),
                "archive": str(path),
                "bytes": path.stat().st_size,
                "records": held.records,
                "stories": held.stories,
                "newest_record_at": held.first_seen_at,
                "feeds": dict(sorted(by_state.items())),
                "subscribers": len(config.subscribers),
                "outbox": {status.value: count for status, count in sorted(mails.items())},
                "needs_a_hand": needs,
            }
        )
        return
    output.line(f"hrwatch {hrwatch.__version__}")
    output.line(
        f"config       {config.path}: {len(config.feeds)} feeds, "
        f"{len(config.subscribers)} subscribers"
    )
    output.line(f"archive      {path}, {path.stat().st_size / 1e6:.1f} MB")
    output.line(
        f"records      {held.records} in {held.stories} stories, newest first seen "
        f"{output.instant(held.first_seen_at) or 'never'}"
    )
    output.line(f"feeds        {_counted(by_state) or 'none'}")
    output.line(f"mail         {_counted({s.value: n for s, n in mails.items()}) or 'none yet'}")
    for need in needs:
        output.line(output.plain(f"needs a hand: {need}"))


def _needs_a_hand(states: list[tuple[Feed, FeedState]], mails: dict[Status, int]) -> Iterator[str]:
    for feed, state in states:
        if state.state in FAILING:
            times = f", {state.failures} times in a row" if state.failures > 1 else ""
            yield f"feed {feed.name}: {state.state}{times}: {state.error}"
    for trouble in _TROUBLED:
        if mails.get(trouble):
            yield f"{mails[trouble]} mails {trouble}: see the mail server's log"


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
