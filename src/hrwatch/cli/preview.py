"""`hrwatch preview`: a subscriber's digests as they would be sent; sends and marks nothing."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from hrwatch import pipeline
from hrwatch.cli import output
from hrwatch.cli.new_files import write_new
from hrwatch.cli.place import place
from hrwatch.config import duration
from hrwatch.errors import HrwatchError
from hrwatch.model.mail import Cadence, Digest, Match, Mute, MuteKind, Subscriber
from hrwatch.model.operating import Holding
from hrwatch.model.tags import Relation
from hrwatch.pipeline import Desk, Foreseen
from hrwatch.pipeline.mailing import troubles
from hrwatch.pipeline.mailing.due import is_quiet_for, tells_of_nothing
from hrwatch.pipeline.reading.older import count_older, told_of
from hrwatch.stages.digest.quiet import loud_from
from hrwatch.stages.store.mail import subscriptions
from hrwatch.text import counted, suggestion
from hrwatch.wiring import open_desk, utc_now

_MUTED = {
    MuteKind.STORY: ("story", "stories"),
    MuteKind.FEED: ("feed", "feeds"),
    MuteKind.WORD: ("word", "words"),
}


def preview(  # noqa: PLR0913, PLR0917 - each is an option of the command line
    context: typer.Context,
    subscriber: Annotated[str, typer.Argument(metavar="SUBSCRIBER", help="A subscriber's name.")],
    since: Annotated[
        str | None,
        typer.Option(
            help="The digests of this time, such as 30d, as today's criteria would have made them, "
            "each with its articles; without it, what waits for the next one, in full.",
            metavar="TIME",
            show_default=False,
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(
            help="Write the HTML of the mail to this new file; of a second one to FILE-2.",
            metavar="FILE",
            show_default=False,
        ),
    ] = None,
    eml: Annotated[
        Path | None,
        typer.Option(
            help="Write the whole mail as it would be sent, encrypted where the subscriber has a "
            "key, to this new file; a second one to FILE-2.",
            metavar="FILE",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One digest a line, in full and with its articles.")
    ] = False,
) -> None:
    """Show what a subscriber would get, or would have got."""
    where = place(context)
    config = where.config()
    wanted = _named(config.subscribers, subscriber)
    now = utc_now()
    try:
        reach = duration(since) if since is not None else None
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--since") from None
    with where.archive(config) as archive:
        desk = open_desk(config, archive)
        if reach is None:
            digest = asyncio.run(pipeline.preview_waiting(desk, wanted, now))
            foreseen: tuple[Foreseen, ...] = (Foreseen(now, digest),) if digest.pages else ()
        else:
            foreseen = asyncio.run(pipeline.preview_since(desk, wanted, now - reach, now))
        older = count_older(archive, config)
        with archive.reading() as connection:
            kept = subscriptions.all(connection)
            mutes = subscriptions.mutes_of(connection, wanted.name, now)
        _tell_held(troubles.holding((wanted,), kept, now))
    _tell_what_else_counts(desk, wanted, mutes, foreseen, now)
    if foreseen:
        _write_files(desk, wanted, foreseen, html, eml)
    if reach is not None:
        _tell_what_days_leave_out(wanted, older)
    if not foreseen:
        unwritten = "; no file was written" if html or eml else ""
        output.remark(
            "Nothing to tell: the archive holds no match for this subscriber in that time"
            f"{unwritten}."
        )
    if as_json:
        for one in foreseen:
            output.json_line(_line(one))
    elif reach is not None:
        _print_days(desk, wanted, foreseen, now)
    else:
        for one in foreseen:
            for page in one.digest.pages:
                output.line(output.plain(f"Subject: {page.subject}"))
                output.line()
                output.line(output.plain_lines(page.text.rstrip("\n")))


def _named(subscribers: Sequence[Subscriber], name: str) -> Subscriber:
    by_name = {subscriber.name: subscriber for subscriber in subscribers}
    if name in by_name:
        return by_name[name]
    raise typer.BadParameter(f"no subscriber is called {name!r}{suggestion(name, by_name)}")


def _tell_held(held: Holding) -> None:
    """Say that nothing is written to the subscriber at the moment, where that is so."""
    for name, first_day in held.paused:
        output.remark(f"{name} is paused, and written to again from {first_day} on.")
    for name in held.stopped:
        output.remark(f"{name} has stopped their mail, and is written nothing.")
    for trouble in troubles.of_subscribers(held):
        output.remark(f"{trouble.told}: {trouble.remedy}.")


def _tell_what_else_counts(
    desk: Desk,
    subscriber: Subscriber,
    mutes: Sequence[Mute],
    foreseen: Sequence[Foreseen],
    now: datetime,
) -> None:
    """Say in what their mail differs from what is shown, and what was left out of that."""
    name, zone = subscriber.name, subscriber.timezone
    until = loud_from(subscriber.quiet, zone, now).astimezone(ZoneInfo(zone))
    if is_quiet_for(subscriber, now):
        output.remark(f"{name} has quiet hours: nothing is sent before {until:%H:%M} ({zone}).")
    if mutes:
        kinds = Counter(mute.kind for mute in mutes)
        told = [counted(kinds[kind], *words) for kind, words in _MUTED.items() if kinds[kind]]
        output.remark(f"{name} has muted {', '.join(told)}: what that leaves out is not shown.")
    urgent = sum(pipeline.urgent_stories(desk, subscriber, one.digest) for one in foreseen)
    if urgent:
        output.remark(
            f"{counted(urgent, 'story', 'stories')} of these would leave before, in alerts (at "
            f"most {subscriber.urgent} a day), and not stand in the digest."
        )


def _tell_what_days_leave_out(subscriber: Subscriber, older: int) -> None:
    if tells_of_nothing(subscriber, failing=False):
        output.remark("Digests that would say that nothing is new (empty: send) are not listed.")
    if older:
        output.remark(told_of(older))


def _write_files(
    desk: Desk,
    subscriber: Subscriber,
    foreseen: Sequence[Foreseen],
    html: Path | None,
    eml: Path | None,
) -> None:
    """Write what was asked for of all mails into files, and say into which."""
    written: list[tuple[Path, list[bytes]]] = []
    if html is not None:
        pages = [page.html.encode() for one in foreseen for page in one.digest.pages]
        if not all(pages):
            raise HrwatchError(
                f"{subscriber.name} gets text alone, so there is no HTML to write; --eml FILE "
                "writes the mail"
            )
        written.append((html, pages))
    if eml is not None:
        mails = [mail for one in foreseen for mail in pipeline.preview_mails(desk, subscriber, one)]
        written.append((eml, [mail.bytes for mail in mails]))
    for file, contents in written:
        for path in write_new(file, contents):
            output.remark(f"written: {path}")


def _line(foreseen: Foreseen) -> dict[str, object]:
    digest = foreseen.digest
    return {
        "due_at": foreseen.due_at,
        "subject": digest.pages[0].subject if digest.pages else "",
        "articles": [
            {
                "record": match.record.id,
                "story": match.record.story,
                "feed": match.record.feed,
                "title": match.record.title,
                "url": match.record.entry.permalink,
                "first_seen_at": match.record.first_seen_at,
                "reason": match.reason,
                "version": match.record.version,
                "relation": match.relation,
                "because": [tag.value for tag in match.because],
            }
            for match in digest.matches
        ],
        "text": "\n".join(page.text for page in digest.pages),
    }


def _print_days(
    desk: Desk,
    subscriber: Subscriber,
    foreseen: Sequence[Foreseen],
    now: datetime,
) -> None:
    """Print each digest with its articles, and how many they come to."""
    zone = ZoneInfo(subscriber.timezone)
    at_once = subscriber.schedule.cadence is Cadence.AT_ONCE
    for one in foreseen:
        # What is told at once is told as a day here, which ends as the next one begins.
        shown = (one.due_at - timedelta(seconds=at_once)).astimezone(zone)
        when = f"{shown:%Y-%m-%d %a}" + ("" if at_once else f" {shown:%H:%M}")
        later = " (to come)" if one.due_at > now else ""
        output.line(f"{when}{later}: {_counted(one.digest)}")
        for match in _in_order(one.digest.matches):
            output.line("  " + output.plain(_told(desk, match)))
        output.line()
    if foreseen:
        articles = [_stories(one.digest) for one in foreseen]
        kind = "day" if at_once else "digest"
        output.line(
            f"{counted(sum(articles), 'article')} in {counted(len(foreseen), kind)}: "
            f"{sum(articles) / len(articles):.0f} in one on average, at most {max(articles)}"
        )


def _counted(digest: Digest) -> str:
    passing = {m.record.story for m in digest.matches} - _about(digest)
    more = f", {len(passing)} more named in passing" if passing else ""
    return f"{counted(len(_about(digest)), 'article')}{more}"


def _about(digest: Digest) -> set[str]:
    return {m.record.story for m in digest.matches if m.relation is Relation.SUBJECT}


def _stories(digest: Digest) -> int:
    return len({match.record.story for match in digest.matches})


def _in_order(matches: Iterable[Match]) -> list[Match]:
    """Return one match of each story, what is only named in passing last."""
    first: dict[str, Match] = {}
    for match in sorted(matches, key=lambda match: match.relation is Relation.MENTION):
        first.setdefault(match.record.story, match)
    return list(first.values())


def _told(desk: Desk, match: Match) -> str:
    sign = "-" if match.relation is Relation.SUBJECT else "(in passing)"
    because = ", ".join(desk.labels.get(tag.value, tag.value) for tag in match.because)
    reason = f" [{because}]" if because else ""
    return f"{sign} {match.record.title}{reason} {match.record.feed} {match.record.id[:12]}"
