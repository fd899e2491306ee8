"""`hrwatch outbox`: the mails that did not leave, and what becomes of them; the daemon may run."""

from collections.abc import Container, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer

from hrwatch.cli import output
from hrwatch.cli.place import FAILED, place
from hrwatch.model.mail import Status
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.mail import subscriptions, undelivered
from hrwatch.stages.store.mail.undelivered import Left, Outcome
from hrwatch.text import counted
from hrwatch.wiring import utc_now

_OPERATOR = "(operator)"
_NAMED = 5
_REFERENCE = 12  # characters of an id that a listing shows

Ids = Annotated[
    list[str] | None,
    typer.Argument(metavar="ID…", help="Ids of mails, or how they begin.", show_default=False),
]
Every = Annotated[bool, typer.Option("--all", help="Every mail that is listed.")]

app = typer.Typer(add_completion=False, rich_markup_mode=None, invoke_without_command=True)


@app.callback()
def outbox(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False,
) -> None:
    """List the mails that did not leave: queued, deferred, refused, parked. Never whom they are
    addressed to, but the subscriber's name."""
    if context.invoked_subcommand is not None:
        return
    where = place(context)
    with where.archive(where.config()) as archive:
        mails = _left(archive)
        with archive.reading() as connection:
            standings = subscriptions.all(connection)
    if as_json:
        for mail in mails:
            output.json_line(asdict(mail) | {"parked": mail.is_parked})
        return
    if not mails:
        output.remark("Every mail has left.")
        return
    now = utc_now()
    suspended = {one.subscriber for one in standings if one.suspended_at is not None}
    output.table(
        ("id", "subscriber", "kind", "status", "tries", "next try", "age", "bytes", "detail"),
        ((*_cells(mail, suspended, now), mail.size, output.plain(mail.detail)) for mail in mails),
    )


@app.command("requeue")
def requeue(context: typer.Context, ids: Ids = None, every: Every = False) -> None:
    """Try mails at once and as often as new ones: those that wait, were refused or are parked. A
    subscriber who was suspended is written to again."""
    where = place(context)
    failed = False
    with where.archive_beside(where.config()) as archive:
        chosen = _chosen(archive, ids or (), every=every)
        for mail in chosen:
            outcome = archive.write_now(undelivered.requeue, mail.message_id, utc_now())
            told = "waits to be tried at once, by the daemon or hrwatch once"
            failed |= _tell(mail, outcome, told)
    if failed:
        raise typer.Exit(FAILED)


@app.command("drop")
def drop(context: typer.Context, ids: Ids = None, every: Every = False) -> None:
    """Give mails up: they are never sent. The articles they told of wait again, for the next
    digest."""
    where = place(context)
    failed = False
    with where.archive_beside(where.config()) as archive:
        chosen = _chosen(archive, ids or (), every=every)
        for mail in chosen:
            outcome, articles = archive.write_now(undelivered.drop, mail.message_id, utc_now())
            failed |= _tell(mail, outcome, f"is given up; {_consequence(mail, articles)}")
    if failed:
        raise typer.Exit(FAILED)


def _left(archive: Archive) -> tuple[Left, ...]:
    with archive.reading() as connection:
        return undelivered.left(connection)


def _chosen(archive: Archive, ids: Sequence[str], *, every: bool) -> tuple[Left, ...]:
    """Return the mails that are meant; end where one of the ids means none, or several."""
    if every == bool(ids):
        raise typer.BadParameter("name mails by their ids, or say --all", param_hint="ID")
    mails = _left(archive)
    if every:
        return mails
    chosen: dict[str, Left] = {}
    for reference in map(output.plain, ids):
        found = undelivered.beginning(mails, reference)
        if len(found) != 1:
            named = ", ".join(one.id for one in found[:_NAMED])
            why = f"begins several ids: {named}" if found else "is no mail that did not leave"
            output.remark(f"{reference} {why}; hrwatch outbox lists them. Nothing was done.")
            raise typer.Exit(FAILED)
        chosen[found[0].message_id] = found[0]
    return tuple(chosen.values())


def _tell(mail: Left, outcome: Outcome, told: str) -> bool:
    """Say what became of a mail; return whether it was not what was asked for."""
    if outcome is Outcome.DONE:
        output.line(output.plain(f"{mail.id} {told}"))
        return False
    why = "is just being sent: run the same again in a minute"
    if outcome is Outcome.GONE:
        why = "has left meanwhile, or was given up"
    output.remark(f"{mail.id} {why}")
    return True


def _consequence(mail: Left, articles: int) -> str:
    if not articles:
        return "it answered for no article"
    waiting = counted(articles, "article")
    told = f"{waiting} it told of wait for the next digest of {mail.subscriber}"
    if articles == 1:
        told = f"{waiting} it told of waits for the next digest of {mail.subscriber}"
    if mail.status is Status.UNKNOWN:
        told += ", though it may have arrived"
    return told


def _cells(mail: Left, suspended: Container[str], now: datetime) -> tuple[object, ...]:
    status = f"{mail.status}, parked" if mail.is_parked else str(mail.status)
    return (
        mail.id[:_REFERENCE],
        output.plain(mail.subscriber) or _OPERATOR,
        mail.kind,
        status,
        mail.attempts,
        "suspended" if mail.subscriber in suspended else _next_try(mail, now),
        output.span(now - mail.written_at),
    )


def _next_try(mail: Left, now: datetime) -> str:
    if mail.settled_at is not None:
        return "never"
    if mail.next_try_at is None or mail.next_try_at <= now:
        return "now"
    return output.span(mail.next_try_at - now)
