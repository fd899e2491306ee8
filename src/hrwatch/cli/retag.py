"""`hrwatch retag`: what is archived, tagged anew by today's rules; the daemon may run."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated

import typer
from rich.progress import MofNCompleteColumn, TimeRemainingColumn

from hrwatch.cli import output
from hrwatch.cli.bars import bar
from hrwatch.cli.place import Place, place
from hrwatch.config import Config, duration
from hrwatch.model.tags import Kind, Relation
from hrwatch.pipeline.reading import retag as retagging
from hrwatch.pipeline.reading.older import count_fixed, count_older
from hrwatch.pipeline.reading.retag import Change, Outcome
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles.retagging import Tagged
from hrwatch.text import counted
from hrwatch.wiring import open_desk, utc_now

SHOWN = 10  # articles of one tag, each way; --json tells all


@dataclass(slots=True)
class _Tally:
    """What becomes of one tag: the articles that are now about it, and those that no more are."""

    gained: int = 0
    lost: int = 0
    passing_gained: int = 0  # named in passing only
    passing_lost: int = 0
    newest: dict[bool, list[Tagged]] = field(default_factory=lambda: defaultdict(list))

    def add(self, record: Tagged, change: Change) -> None:
        self.passing_gained += change.after is Relation.MENTION
        self.passing_lost += change.before is Relation.MENTION
        gains = change.after is Relation.SUBJECT
        if gains or change.before is Relation.SUBJECT:
            self.gained += gains
            self.lost += not gains
            of_it = self.newest[gains]
            of_it.append(record)
            of_it.sort(key=lambda one: one.first_seen_at, reverse=True)
            del of_it[SHOWN:]


@dataclass(slots=True)
class _Report:
    """What becomes of all tags."""

    records: int = 0
    changed: int = 0  # records of which a tag comes, goes, or weighs differently
    tallies: dict[tuple[Kind, str], _Tally] = field(default_factory=lambda: defaultdict(_Tally))


def retag(
    context: typer.Context,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would change, and in which articles.")
    ] = False,
    mail: Annotated[
        str | None,
        typer.Option(
            help="Put into the next digests what was first seen in this time, such as 3d, and is "
            "asked for by its tags of today only. Without it nothing old is mailed.",
            metavar="TIME",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One object a line for each tag that changes.")
    ] = False,
) -> None:
    """Tag archived articles anew where other rules tagged them. The daemon may run; what is ended
    half-way goes on where it stood."""
    if dry_run and mail is not None:
        raise typer.BadParameter("mails nothing; leave --dry-run out", param_hint="--mail")
    try:
        reach = duration(mail) if mail is not None else None
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--mail") from None
    where = place(context)
    config = where.config()
    with _archive(where, config, dry_run) as archive:
        total = count_older(archive, config)
        outcomes = retagging.look(archive, config)
        if not dry_run:
            outcomes = retagging.retag(archive, config, utc_now())
        report = _told(_watched(outcomes, total), as_json, dry_run)
        if not as_json:
            _print(report, open_desk(config, archive).labels, with_articles=dry_run)
        _conclude(report, dry_run)
        if fixed := count_fixed(archive, config):
            told = f"{counted(fixed, 'article')} tagged by other rules left as before"
            output.remark(f"{told}: no text is kept that could be tagged.")
        if reach is not None:
            _mail(archive, config, reach)


def _archive(where: Place, config: Config, dry_run: bool) -> Archive:
    return where.archive(config) if dry_run else where.archive_beside(config)


def _watched(outcomes: Iterator[Outcome], total: int) -> Iterator[Outcome]:
    """Give the outcomes, with a bar on a terminal that says how far it is."""
    with bar(MofNCompleteColumn(), TimeRemainingColumn()) as progress:
        task = progress.add_task("Tagging", total=total)
        for outcome in outcomes:
            yield outcome
            progress.advance(task)


def _told(outcomes: Iterable[Outcome], as_json: bool, dry_run: bool) -> "_Report":
    """Count what becomes of the tags, and print it as JSON; what is kept is taken to its end, even
    if nobody reads that any more."""
    report = _Report()
    unprinted: list[OSError] = []
    for outcome in outcomes:
        report.records += 1
        report.changed += bool(outcome.changes)
        for change in outcome.changes:
            report.tallies[change.kind, change.value].add(outcome.record, change)
            if as_json:
                with nullcontext() if dry_run else output.heard_or_not(unprinted):
                    output.json_line(_line(outcome.record, change))
    if unprinted:
        raise unprinted[0]
    return report


def _line(record: Tagged, change: Change) -> dict[str, object]:
    return {
        "record": record.record,
        "feed": record.feed,
        "title": record.title,
        "url": record.url,
        "first_seen_at": record.first_seen_at,
        "kind": change.kind,
        "value": change.value,
        "before": change.before,
        "after": change.after,
    }


def _print(report: _Report, labels: Mapping[str, str], *, with_articles: bool) -> None:
    order = {kind: number for number, kind in enumerate((Kind.KEYWORD, Kind.COUNTRY, Kind.PLACE))}
    ranked = sorted(
        report.tallies.items(),
        key=lambda one: (order[one[0][0]], -one[1].gained - one[1].lost, one[0][1]),
    )
    for (kind, value), tally in ranked:
        label = labels.get(value, value)
        named = value if label == value else f"{value} ({label})"
        passing = ""
        if tally.passing_gained or tally.passing_lost:
            passing = f"named in passing {_signed(tally.passing_gained, tally.passing_lost)}"
        told = f"{kind:8} {output.plain(named):50} {_signed(tally.gained, tally.lost):12}{passing}"
        output.line(told.rstrip())
        if with_articles:
            for gains, count in ((True, tally.gained), (False, tally.lost)):
                _print_articles(tally.newest[gains], count, "+" if gains else "−")


def _print_articles(newest: Iterable[Tagged], count: int, sign: str) -> None:
    for record in newest:
        day = f"{record.first_seen_at:%Y-%m-%d}"
        told = f"{sign} {record.record[:12]}  {day}  {record.feed}  {record.title}"
        output.line(f"    {output.plain(told)}")
    if count > SHOWN:
        output.line(f"    {sign} {count - SHOWN} more, which --json tells")


def _signed(gained: int, lost: int) -> str:
    return f"+{gained} −{lost}"


def _conclude(report: _Report, dry_run: bool) -> None:
    if not report.records:
        output.remark("Every article has the tags of today's rules: there is nothing to do.")
    elif dry_run:
        output.remark(
            f"{counted(report.records, 'article')} tagged by other rules than today's: "
            f"{report.changed} would change. hrwatch retag does it, and mails nothing of it."
        )
    else:
        output.remark(
            f"{counted(report.records, 'article')} tagged anew, {report.changed} of them changed."
        )


def _mail(archive: Archive, config: Config, reach: timedelta) -> None:
    now = utc_now()
    added = retagging.mail_missed(archive, open_desk(config, archive), now - reach, now)
    for subscriber in config.subscribers:
        if count := added[subscriber.name]:
            told = f"{subscriber.name}: {counted(count, 'article')} for the next digest"
            output.remark(f"{told} (hrwatch preview {subscriber.name})")
    if not added:
        output.remark("Nobody is to be told of anything that they were not told of already.")
