"""`hrwatch once`: one poll pass, then the articles that are to be looked at again, then the digests
that are due, then each queued mail once."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import MofNCompleteColumn

from hrwatch import pipeline
from hrwatch.cli import output
from hrwatch.cli.bars import bar
from hrwatch.cli.place import FAILED, named_feeds, place
from hrwatch.config import Config
from hrwatch.errors import HrwatchError
from hrwatch.model.feeds import Feed, Outcome, PollReport
from hrwatch.model.mail import Delivery, Reason, Status
from hrwatch.pipeline import Desk, Parts
from hrwatch.pipeline.reading.revisit import Looked
from hrwatch.text import counted
from hrwatch.wiring import open_desk, open_parts


class Digests(StrEnum):
    """Which digests a pass composes."""

    DUE = "due"
    ALL = "all"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class _Orders:
    """What the command line asks of one pass."""

    feeds: tuple[Feed, ...]
    named: bool
    everything: bool
    digests: Digests
    as_json: bool


def once(
    context: typer.Context,
    feeds: Annotated[
        list[str] | None,
        typer.Argument(help="Only these feeds.", metavar="[FEED]...", show_default=False),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Poll whether or not a feed is due.")
    ] = False,
    digests: Annotated[
        Digests, typer.Option(help="due; all: every subscriber with unsent matches, now; none.")
    ] = Digests.DUE,
    as_json: Annotated[
        bool, typer.Option("--json", help="A poll a line, then a delivery a line.")
    ] = False,
) -> None:
    """Poll the feeds that are due, look again at articles whose time has come, write the digests
    that are due, try each queued mail once."""
    where = place(context)
    config = where.config()
    chosen = named_feeds(config, feeds or [])
    orders = _Orders(chosen, bool(feeds), everything, digests, as_json)
    if not asyncio.run(_pass(config, where.state_directory(), orders)):
        raise typer.Exit(FAILED)


async def _pass(config: Config, directory: Path, orders: _Orders) -> bool:
    """Run the pass; say whether every feed was read and every mail left."""
    reports: list[PollReport] = []
    unprinted: list[OSError] = []
    unwritten: tuple[tuple[str, HrwatchError], ...] = ()
    async with open_parts(config, directory) as parts:
        desk = open_desk(config, parts.archive)
        due = await pipeline.due_feeds(
            parts, orders.feeds, regardless=orders.everything, named=orders.named
        )
        if not due and orders.feeds:
            output.remark("no feed is due; --all polls whether or not one is")
        with bar(MofNCompleteColumn()) as progress:
            task = progress.add_task("Polling", total=len(due))

            def tell(report: PollReport) -> None:
                reports.append(report)
                progress.advance(task)
                if orders.as_json:
                    with output.heard_or_not(unprinted):
                        output.json_line(asdict(report))

            await pipeline.poll_pass(parts, due, tell)
        visited = await pipeline.revisit_pass(parts, orders.feeds)
        await pipeline.replies_pass(parts, desk, directory)
        await pipeline.match_pass(parts, desk)
        if orders.digests is not Digests.NONE:
            everybody = orders.digests is Digests.ALL
            unwritten = await pipeline.digest_pass(parts, desk, regardless=everybody)
            await _tell_operator(parts, desk, unwritten)
        deliveries = await pipeline.deliver_pass(parts, desk)
        if parts.transport.stopped:  # which no later pass knows before it tries in vain again
            await _tell_operator(parts, desk, unwritten)
        await pipeline.keep_no_longer(parts, config.feeds)
    with output.heard_or_not(unprinted):
        if orders.as_json:
            for delivery in deliveries:
                output.json_line(asdict(delivery))
        else:
            summary(reports, deliveries)
            tell_visits(visited)
    if unprinted:
        raise unprinted[0]
    for name, error in unwritten:
        output.remark(f"the digest for {name} was not written: {error}")
    failed = any(report.outcome is Outcome.FAILED for report in reports)
    return not (failed or unwritten) and all(d.status is Status.SENT for d in deliveries)


async def _tell_operator(
    parts: Parts, desk: Desk, unwritten: Sequence[tuple[str, HrwatchError]]
) -> None:
    now = parts.clock()
    await pipeline.operator_pass(parts, desk, unwritten={name: now for name, _ in unwritten})


def summary(reports: Sequence[PollReport], deliveries: Sequence[Delivery]) -> None:
    """Print what came of a pass: how much is new, and by name what failed."""
    new = sum(report.new for report in reports)
    copies = sum(report.copies for report in reports)
    output.line(
        f"{counted(len(reports), 'feed')} polled: {counted(new, 'new entry', 'new entries')}, "
        f"{copies} of them {'a copy' if copies == 1 else 'copies'}; "
        f"{counted(sum(d.status is Status.SENT for d in deliveries), 'mail')} sent."
    )
    for report in sorted(reports, key=lambda report: report.feed):
        if report.outcome is Outcome.FAILED:
            output.line("  " + output.plain(f"failed: {report.feed}: {report.error}"))
    for delivery in deliveries:
        if delivery.status is not Status.SENT:
            whom = delivery.subscriber or "the operator"
            told = f"{delivery.status}: mail to {whom}: {delivery.detail}"
            output.line("  " + output.plain(told))


def tell_visits(visited: Sequence[Looked]) -> None:
    """Print what came of looking at articles again, where any was."""
    if not visited:
        return
    told = Counter(one.reason for one in visited if one.reason)
    news = ", ".join(f"{told[reason]} {reason}" for reason in Reason if told[reason])
    output.line(f"{counted(len(visited), 'article')} looked at again: {news or 'nothing changed'}.")
