"""`hrwatch purge`: an article taken out of the archive, at a publisher's or a victim's request."""

import sys
import time
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Annotated

import typer

from hrwatch import urls
from hrwatch.cli import output
from hrwatch.cli.finding import named_record
from hrwatch.cli.place import FAILED, Place, place
from hrwatch.config import Config
from hrwatch.model.articles import Kept
from hrwatch.pipeline.reading.evidence import SOFTWARE
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.removing import purging, recalling, requested
from hrwatch.stages.store.removing.purging import Purged
from hrwatch.stages.store.removing.recalling import Mails
from hrwatch.stages.store.removing.requested import Held
from hrwatch.text import counted
from hrwatch.wiring import utc_now

# How long a mail that is being sent is waited for, and how often it is looked at.
PATIENCE = timedelta(seconds=30)
A_LOOK = timedelta(seconds=1)
_LONGEST_REASON = 500
_LEFTOVERS = 32  # stretches that the files are looked through for


def purge(
    context: typer.Context,
    what: Annotated[
        str,
        typer.Argument(
            metavar="ID|URL",
            help="An archive reference, or an article's address.",
            show_default=False,
        ),
    ],
    reason: Annotated[
        str | None,
        typer.Option(
            help="Why. It stays in the archive: write no name into it.",
            metavar="TEXT",
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be removed.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before it is removed.")] = False,
) -> None:
    """Remove an article, with all that was kept of its page in any feed; the daemon may run. Its
    reference, dates and hashes stay, so that it is recognised and never comes back."""
    why = output.plain(reason or "", _LONGEST_REASON).strip()
    if not (why or dry_run):
        raise typer.BadParameter("say why, in words that may stay", param_hint="--reason")
    where = place(context)
    config = where.config()
    with where.archive(config) as archive:
        found = _found(archive, output.plain(what))
        _print(archive, found)
    if dry_run:
        return
    if any(one.kept is not Kept.NOTHING for one in found) and not yes:
        _ask()
    with where.archive_beside(config) as archive:
        done = _removed(archive, found, why)
        output.remark(
            f"Removed: {counted(done.records, 'record')}, {counted(done.versions, 'version')}, "
            f"{counted(done.captures, 'capture')}."
        )
        step = max(len(done.leftovers) // _LEFTOVERS, 1)
        is_gone = archive.scrub(done.leftovers[::step])
    tell_of_copies(where, config, with_mail_files=True)
    if not is_gone:
        output.remark(
            "Its words still stand in the archive's files, because somebody was reading it: run "
            "the same again in a minute."
        )
        raise typer.Exit(FAILED)


def _found(archive: Archive, what: str) -> tuple[Held, ...]:
    """Return the records that a reference or an address means; end where there are none."""
    if "://" not in what:
        record = named_record(archive, what)
        with archive.reading() as connection:
            return requested.held(connection, record.id)
    with archive.reading() as connection:
        found = requested.held_at(connection, what, urls.canonical(what))
    if not found:
        output.remark(f"the archive holds no article at {what}; hrwatch search finds references")
        raise typer.Exit(FAILED)
    return found


def _print(archive: Archive, found: Sequence[Held]) -> None:
    """Say what is to be removed, which mails tell of it, and who else told the same."""
    with archive.reading() as connection:
        mails = recalling.mails(connection, requested.told_of(found), utc_now())
        others = requested.others(connection, found)
    for one in found:
        told = "removed already" if one.kept is Kept.NOTHING else f"{one.title} {one.url}"
        versions = f" ({one.versions} versions)" if one.versions > 1 else ""
        output.line(output.plain(f"{_named(one)} {told}{versions}"))
    for line in _of_mails(mails):
        output.line(line)
    if others:
        output.line("Of the same story or page, and left as they are; each can be removed itself:")
    for one in others:
        output.line(
            "  " + output.plain(f"hrwatch purge {one.id} --reason … # {one.feed}: {one.title}")
        )


def _named(one: Held) -> str:
    return f"{one.id} {one.first_seen_at:%Y-%m-%d} {one.feed}"


def _of_mails(mails: Mails) -> Iterable[str]:
    if count := len(mails.queued | mails.sending):
        yield f"{counted(count, 'mail')} not sent yet: taken back, and written anew without it"
    if count := len(mails.settled):
        yield f"{counted(count, 'mail')} sent: with their readers for good, emptied in the archive"


def _ask() -> None:
    if not sys.stdin.isatty():
        raise typer.BadParameter(
            "nobody is here to be asked whether that is to be removed; say --yes",
            param_hint="--yes",
        )
    if not typer.confirm("Remove that for good?", err=True):
        output.remark("Nothing was removed.")
        raise typer.Exit(FAILED)


def _removed(archive: Archive, found: Sequence[Held], why: str) -> Purged:
    """Remove the records; where a mail that tells of them is just being sent, wait for that."""
    until = utc_now() + PATIENCE
    while True:
        now = utc_now()
        done = archive.write_now(purging.purge, found, why, now=now, software=SOFTWARE)
        if done is not None:
            return done
        if now >= until:
            output.remark(
                "Nothing was removed: a mail that tells of it is just being sent. Run the same "
                "again in a minute."
            )
            raise typer.Exit(FAILED)
        time.sleep(A_LOOK.total_seconds())


def tell_of_copies(where: Place, config: Config, *, with_mail_files: bool) -> None:
    """Name what holds the article still and is not the archive's to change."""
    output.remark("Backups that were made before hold it still, and so do mails in mailboxes.")
    if with_mail_files and config.mail.transport.startswith("file:"):
        folder = where.state_directory() / config.mail.transport.removeprefix("file:")
        output.remark(f"So do the files of mail in {folder}.")
    if "://" in config.archive:
        output.remark("So do the server's log and backups, for as long as it keeps them.")
        return
    path = where.state_directory() / config.archive
    for copy in sorted(path.parent.glob(f"{path.name}.before-*")):
        output.remark(f"{copy} is a copy from before an upgrade: remove it (rm).")
